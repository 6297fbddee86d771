"""Whose approval a record has and whose it still needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from breakglass import permissions
from breakglass.models import Bypass, Review
from breakglass.policy import approvals
from breakglass.policy.values import Tier, in_words
from breakglass.states import Status
from tenants import people
from tenants.people import Person


@dataclass(frozen=True)
class Given:
    """A review, and what it was good for."""

    review: Review
    clauses: tuple[str, ...]
    held: bool

    @property
    def counts(self) -> bool:
        """Whether whoever gave it is a member still, with an account that is open."""
        return self.review.member.is_here


@dataclass(frozen=True)
class Missing:
    """What a clause still needs, and who could give it now."""

    clause: str
    people: tuple[Person, ...]


def given(bypass: Bypass, tier: Tier, reviews: Sequence[Review], now: datetime) -> list[Given]:
    """Every review, with its clauses in words, and whether its right is held still: asked until the bypass ends."""
    ended = bypass.status_at(now) not in {Status.REQUESTED, Status.ACTIVE}
    able = {} if ended or not reviews else {one.member_id: one for one in people.people()}
    return [
        Given(
            one,
            tuple(in_words(tier.approvals[index]) for index in one.clauses),
            held=ended or _holds(able.get(one.member_id), one, bypass, tier),
        )
        for one in reviews
    ]


def _holds(person: Person | None, review: Review, bypass: Bypass, tier: Tier) -> bool:
    """Whether they could fill these clauses today, whoever was away when the review was given."""
    return person is not None and set(review.clauses) <= permissions.clauses_for(person, bypass, tier, review.at)


def missing(bypass: Bypass, tier: Tier, reviews: Sequence[Review], now: datetime) -> list[Missing]:
    """What is still needed, clause by clause, and the people who could give it and have not."""
    everybody = {person.member_id: person for person in people.people()}
    candidates = [permissions.candidate(person, bypass.requested_at, now) for person in everybody.values()]
    could = approvals.who_could(tier, candidates, requester_human=str(bypass.requester.human_id))
    done = {str(review.human_id) for review in reviews}
    return [
        Missing(need.in_words, tuple(everybody[one.member_id] for one in could[need.index] if one.human not in done))
        for need in approvals.missing(tier, permissions.counted(reviews))
    ]
