"""The policy as a value: tiers from mildest to strictest, each clause resolved to ids, and the routes to them.

Nothing here reads a database or a clock. How a policy is stored and signed is in `documents`.
"""

from dataclasses import dataclass

from breakglass import durations
from breakglass.errors import BadInput

DEFAULT_TTL = (15 * 60, 60 * 60, 4 * 60 * 60)
DEFAULT_LAPSE = 60 * 60
DEFAULT_EXTENSIONS = 2
DEFAULT_THRESHOLD = 3

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Peers:
    """Any other member who may request."""


@dataclass(frozen=True, slots=True)
class Group:
    """Any member of one approver group; the slug is the one it had when the policy was published."""

    id: int
    slug: str


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for a named person, and only while that person is away."""

    member_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    """One named member, and perhaps a deputy."""

    member_id: int
    email: str
    deputy: Deputy | None = None


type Source = Peers | Group | Person


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of a tier's approvals: so many different humans from one source."""

    source: Source
    count: int


@dataclass(frozen=True, slots=True)
class Tier:
    """A class of risk. All clauses are needed; `ttl` ascends; every time is in whole seconds.

    A post-mortem without an assignee is its requester's; `extensions` is the most that an incident may have.
    """

    name: str
    approvals: tuple[Clause, ...]
    ttl: tuple[int, ...] = DEFAULT_TTL
    lapse: int = DEFAULT_LAPSE
    post_mortem_due: int | None = None
    post_mortem_assignee: Person | None = None
    extensions: int = DEFAULT_EXTENSIONS


@dataclass(frozen=True, slots=True)
class Route:
    """Scopes that fall in a tier, by patterns with `*` and `?`; "" matches any."""

    tier: str
    gate: str = ""
    service: str = ""
    environment: str = ""
    branch: str = ""

    @property
    def keys(self) -> tuple[str, str, str, str]:
        """The four patterns, in the order gate, service, environment, branch."""
        return (self.gate, self.service, self.environment, self.branch)


@dataclass(frozen=True, slots=True)
class Never:
    """What is never bypassed where all patterns match ("" matches any): these rules, or without any everything."""

    gate: str = ""
    service: str = ""
    environment: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy: format version, tiers from mildest to strictest, routes in the order they are tried.

    A rule that is skipped `threshold` times in 30 days becomes a finding.
    """

    version: int
    tiers: tuple[Tier, ...]
    routes: tuple[Route, ...]
    threshold: int = DEFAULT_THRESHOLD
    never: tuple[Never, ...] = ()

    def tier(self, name: str) -> Tier:
        """The tier of that name; KeyError without one."""
        return self.tiers[self.rank(name)]

    def rank(self, name: str) -> int:
        """How strict the tier is: 0 is the mildest. KeyError for no such tier."""
        for rank, tier in enumerate(self.tiers):
            if tier.name == name:
                return rank
        raise KeyError(name)


def check_ttl(tier: Tier, seconds: int) -> None:
    """Raises BadInput on `ttl` for a time that the tier does not offer."""
    if seconds not in tier.ttl:
        from_tier = ", ".join(durations.show(one) for one in tier.ttl)
        raise BadInput({"ttl": [f"The tier {tier.name} does not offer that time: choose {from_tier}."]})


def in_words(clause: Clause) -> str:
    """ "one peer", "two of sre-leads", "dana@acme.example, or lee@acme.example when away"."""
    number = _NUMBERS[clause.count] if clause.count < len(_NUMBERS) else str(clause.count)
    match clause.source:
        case Peers():
            return f"{number} peer" if clause.count == 1 else f"{number} peers"
        case Group(slug=slug):
            return f"{number} of {slug}"
        case Person(email=email, deputy=deputy):
            return f"{email}, or {deputy.email} when away" if deputy else email
