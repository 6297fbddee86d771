"""Random policies, scopes and checks from a small world, so that they often meet."""

from hypothesis import strategies as st

from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Policy, Route, Source, Tier
from breakglass.scopes import Scope

DIGEST_A = "sha256:" + "a" * 64
DIGEST_B = "sha256:" + "b" * 64

GATES = ("ci", "deploy", "db-main")
SERVICES = ("payments", "web")
ENVIRONMENTS = ("production", "staging")
BRANCHES = ("main", "release-1", "hotfix")

gates = st.sampled_from(GATES)
scopes = st.builds(
    Scope,
    service=st.sampled_from(SERVICES),
    environment=st.sampled_from(ENVIRONMENTS),
    branch=st.sampled_from(("", *BRANCHES)),
    artifact=st.sampled_from(("", DIGEST_A, DIGEST_B)),
)

ids = st.integers(min_value=1, max_value=2**53 - 1)
emails = st.sampled_from(("dana@acme.example", "lee@acme.example", "rosa@acme.example"))
sources: st.SearchStrategy[Source] = st.one_of(
    st.builds(Peers),
    st.builds(Group, id=ids, slug=st.sampled_from(("sre-leads", "security-duty"))),
    st.builds(Person, member_id=ids, email=emails, deputy=st.none() | st.builds(Deputy, member_id=ids, email=emails)),
)
clauses = st.builds(Clause, source=sources, count=st.integers(1, 3))
TIER_NAMES = ("low", "middle", "high", "highest")


@st.composite
def tiers(draw: st.DrawFn, name: str) -> Tier:
    """One tier of any shape that the loader would let through."""
    ttl = tuple(sorted(draw(st.sets(st.integers(20, 86_400), min_size=1, max_size=8))))
    approvals = tuple(draw(st.lists(clauses, min_size=1, max_size=3)))
    lapse, due = draw(st.integers(20, 86_400)), draw(st.none() | st.integers(1, 7_776_000))
    assignee = draw(st.none() | st.builds(Person, member_id=ids, email=emails))
    return Tier(name, approvals, ttl, lapse, due, assignee, draw(st.integers(0, 10)))


def _patterns(*values: str) -> st.SearchStrategy[str]:
    wild = ("", "*", "**", "?*", "*-*", "?a*", "*n")
    return st.sampled_from(
        (*wild, *values, *(f"{value[:3]}*" for value in values), *(f"?{value[1:]}" for value in values))
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy with one to four tiers of any shape."""
    names = TIER_NAMES[: draw(st.integers(1, len(TIER_NAMES)))]
    return Policy(1, tuple(draw(tiers(name)) for name in names), draw(routes_to(names)), draw(st.integers(1, 1000)))


@st.composite
def plain_policies(draw: st.DrawFn) -> Policy:
    """The same with nothing random but the routes, for what only asks where they lead."""
    return Policy(1, tuple(Tier(name, (Clause(Peers(), 1),)) for name in TIER_NAMES), draw(routes_to(TIER_NAMES)))


@st.composite
def routes_to(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Route, ...]:
    """Up to eight routes and the catch-all."""
    routes = st.builds(
        Route,
        tier=st.sampled_from(names),
        gate=_patterns(*GATES),
        service=_patterns(*SERVICES),
        environment=_patterns(*ENVIRONMENTS),
        branch=_patterns(*BRANCHES),
    )
    return (*draw(st.lists(routes, max_size=8)), Route(draw(st.sampled_from(names))))
