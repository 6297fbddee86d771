"""Whose approvals a tier still misses. One human fills one place, however many accounts, groups or clauses they have.

Filling places is a maximum bipartite matching (augmenting paths, Kuhn 1955): a person who could fill several clauses
is put where the tier gets furthest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from breakglass.policy.values import Clause, Group, Peers, Person, Tier, check_ttl, in_words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as the policy sees them now. `human` is the same for all linked identities; `peer` is "may request"."""

    member_id: int
    human: str
    peer: bool = False
    group_ids: frozenset[int] = frozenset()
    away: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval given, with the clauses (from 0) that its human could fill at that moment."""

    human: str
    clauses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Need:
    """So many more approvals for one clause (`index` from 0); `clause.count` is what is still missing."""

    index: int
    clause: Clause

    @property
    def in_words(self) -> str:
        """As `values.in_words`, of what is missing."""
        return in_words(self.clause)


def clauses_for(
    tier: Tier, candidate: Candidate, *, requester_human: str, away: frozenset[int] = frozenset()
) -> frozenset[int]:
    """The clauses (from 0) this candidate could fill now; none for the requester. `away`: member ids now away."""
    if candidate.human == requester_human:
        return frozenset()
    return frozenset(i for i, clause in enumerate(tier.approvals) if _may_fill(clause, candidate, away))


def _may_fill(clause: Clause, candidate: Candidate, away: frozenset[int]) -> bool:
    match clause.source:
        case Peers():
            return candidate.peer
        case Group(id=group_id):
            return group_id in candidate.group_ids
        case Person(member_id=member_id, deputy=deputy):
            stands_in = deputy is not None and member_id in away and candidate.member_id == deputy.member_id
            return candidate.member_id == member_id or stands_in


def missing(tier: Tier, approvals: Iterable[Approval]) -> tuple[Need, ...]:
    """What the tier still needs, clause by clause; earlier clauses are filled first."""
    filled = _filled(tier, approvals)
    return tuple(
        Need(index, replace(clause, count=clause.count - filled.count(index)))
        for index, clause in enumerate(tier.approvals)
        if filled.count(index) < clause.count
    )


def complete(tier: Tier, approvals: Iterable[Approval]) -> bool:
    """Are all clauses filled? A tier without a clause never is: no approver is a refusal."""
    return bool(tier.approvals) and not missing(tier, approvals)


def adds(tier: Tier, approvals: Iterable[Approval], approval: Approval) -> bool:
    """Would this approval bring the tier closer to complete?"""
    given = tuple(approvals)
    return len(_filled(tier, (*given, approval))) > len(_filled(tier, given))


def who_could(
    tier: Tier, candidates: Iterable[Candidate], *, requester_human: str
) -> tuple[tuple[Candidate, ...], ...]:
    """For each clause, in order, the candidates who could fill it now."""
    people = tuple(candidates)
    away = away_among(people)
    may = [(person, clauses_for(tier, person, requester_human=requester_human, away=away)) for person in people]
    return tuple(tuple(person for person, clauses in may if index in clauses) for index in range(len(tier.approvals)))


def possible(tier: Tier, candidates: Iterable[Candidate], *, requester_human: str) -> bool:
    """Could these people complete the tier at all, if every one of them approved?"""
    people = tuple(candidates)
    away = away_among(people)
    return complete(
        tier,
        [Approval(one.human, clauses_for(tier, one, requester_human=requester_human, away=away)) for one in people],
    )


def away_among(candidates: Iterable[Candidate]) -> frozenset[int]:
    """The member ids of those who are away."""
    return frozenset(candidate.member_id for candidate in candidates if candidate.away)


def effective_ttl(tier: Tier, proposed: int, choices: Iterable[int]) -> int:
    """Seconds: the least of the proposed time and every counted approver's. Raises BadInput for one not offered."""
    times = (proposed, *choices)
    for seconds in times:
        check_ttl(tier, seconds)
    return min(times)


def _filled(tier: Tier, approvals: Iterable[Approval]) -> list[int]:
    """The clause of every place that a largest matching fills, one entry a place."""
    clauses_of: dict[str, frozenset[int]] = {}
    for approval in approvals:
        clauses_of[approval.human] = clauses_of.get(approval.human, frozenset()) | approval.clauses
    places = [index for index, clause in enumerate(tier.approvals) for _ in range(clause.count)]
    sits: dict[str, int] = {}
    return [clause for place, clause in enumerate(places) if _seat(place, places, clauses_of, sits, set())]


def _seat(
    place: int, places: list[int], clauses_of: dict[str, frozenset[int]], sits: dict[str, int], asked: set[str]
) -> bool:
    """Fill the place, asking whoever could fill it to give up theirs if theirs can be filled by another."""
    for human, clauses in clauses_of.items():
        if places[place] not in clauses or human in asked:
            continue
        asked.add(human)
        if human not in sits or _seat(sits[human], places, clauses_of, sits, asked):
            sits[human] = place
            return True
    return False
