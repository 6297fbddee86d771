"""May this person do this? Role, group and four eyes first; then the guards are asked.

Each `check_can_…` raises with a sentence that the person can act on; the page prints it beside the disabled button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from breakglass import guards
from breakglass.errors import BypassError, Forbidden, WrongState
from breakglass.models import Bypass, Finding, PostMortem, Review
from breakglass.policy import approvals
from breakglass.policy.approvals import Approval, Candidate
from breakglass.policy.values import Tier, in_words
from breakglass.states import Status
from tenants.models import Member
from tenants.people import Person
from tenants.roles import Role

WRITERS = frozenset({Role.REQUESTER, Role.APPROVER, Role.ADMIN})


class OwnReview(Forbidden):
    """Somebody tried to review what they asked for themselves."""


class Late(WrongState):
    """A review came after the bypass was decided, lapsed or ended."""


class NoRight(Forbidden):
    """Somebody tried to review what the policy does not send to them."""


def candidate(person: Person, since: datetime, now: datetime) -> Candidate:
    """The person as the policy sees them: only rights held from `since` to now count."""
    here = person.joined_at <= since
    return Candidate(
        member_id=person.member_id if here else 0,
        human=str(person.human),
        peer=here and person.has_held(Role.REQUESTER, since),
        group_ids=person.groups_since(since) if here else frozenset(),
        away=here and person.member_id in person.away_at(now),
    )


def clauses_for(person: Person, bypass: Bypass, tier: Tier, now: datetime) -> frozenset[int]:
    """The clauses (from 0) of the frozen tier that this person could fill at `now`; none for the requester.

    A deputy is frozen with the tier, as a rung is: it counts as soon as the person is away, since before or after the
    request.
    """
    able, asked_by = candidate(person, bypass.requested_at, now), str(bypass.requester.human_id)
    return approvals.clauses_for(tier, able, requester_human=asked_by, away=person.away_at(now))


def counted(reviews: Iterable[Review]) -> list[Approval]:
    """The approvals that count: given, by somebody who is a member still, with an account that is open."""
    return [
        Approval(human=str(review.human_id), clauses=frozenset(review.clauses))
        for review in reviews
        if review.approves and review.member.is_here
    ]


def check_can_ask(person: Person) -> None:
    """Raises Forbidden for somebody who is no requester."""
    if Role.REQUESTER not in person.roles:
        raise Forbidden("Only requesters ask for a bypass: ask an admin for the role, or a requester to send it.")


def check_can_review(name: str, person: Person, bypass: Bypass, tier: Tier, now: datetime) -> frozenset[int]:
    """The clauses that the person could fill. `name` is "approve" or "deny".

    Raises OwnReview for the requester, NoRight for somebody the policy does not ask, Late after the decision.
    """
    if person.human == bypass.requester.human_id:
        raise OwnReview(f"You asked for this bypass yourself: somebody else has to {name} it.")
    clauses = clauses_for(person, bypass, tier, now)
    if not clauses:
        asked = " and ".join(in_words(clause) for clause in tier.approvals)
        raise NoRight(f"You can't {name} this: its policy asks {asked}, with the right held since before the request.")
    try:
        guards.check_can(name, bypass, now)
    except WrongState as error:
        raise Late(error.sentence) from error
    return clauses


def check_can_approve(
    person: Person, bypass: Bypass, tier: Tier, reviews: Iterable[Review], now: datetime
) -> frozenset[int]:
    """As check_can_review, and this approval must bring the bypass closer to open."""
    clauses = check_can_review("approve", person, bypass, tier, now)
    given = counted(reviews)
    if not approvals.adds(tier, given, Approval(str(person.human), clauses)):
        needs = " and ".join(need.in_words for need in approvals.missing(tier, given))
        raise Forbidden(f"The approval that you could give has been given. What is missing now: {needs}.")
    return clauses


def check_can_deny(person: Person, bypass: Bypass, tier: Tier, reviews: Iterable[Review], now: datetime) -> None:
    """As check_can_review; whoever has approved it before does not undo that alone."""
    check_can_review("deny", person, bypass, tier, now)
    if any(review.human_id == person.human for review in reviews):
        raise Forbidden("You have approved this: ask another approver to deny it, or its requester to withdraw it.")


def check_can_withdraw(person: Person, bypass: Bypass, now: datetime) -> None:
    """Its requester, while it waits."""
    _check_requester(person, bypass, "withdraw")
    guards.check_can("withdraw", bypass, now)


def check_can_return(person: Person, bypass: Bypass, now: datetime) -> None:
    """Its requester, while it is active."""
    _check_requester(person, bypass, "return")
    guards.check_can("return", bypass, now)


def check_can_revoke(person: Person, bypass: Bypass, now: datetime) -> None:
    """Whoever could approve it, or an admin, while it is active. An admin can though its policy can't be read."""
    if Role.ADMIN not in person.roles and not clauses_for(person, bypass, bypass.frozen_tier, now):
        raise Forbidden("Only an admin or somebody who could approve this bypass can revoke it.")
    guards.check_can("revoke", bypass, now)


def check_can_extend(
    person: Person, bypass: Bypass, chain: Sequence[Bypass], owed: PostMortem | None, now: datetime
) -> None:
    """Its requester, while it is active and shortly after; never once its post-mortem is signed off."""
    _check_requester(person, bypass, "extend")
    check_can_ask(person)
    guards.check_unsigned(owed)
    guards.check_can_extend(bypass, chain, bypass.frozen_tier.extensions, now)


def check_can_write(person: Person) -> None:
    """Whoever asks, approves or runs the tenant; an auditor reads."""
    if not WRITERS & set(person.roles):
        raise Forbidden("Auditors read post-mortems: requesters, approvers and admins write them.")


def check_can_sign_off(person: Person, writers: Iterable[Member]) -> None:
    """Whoever may write one, and wrote none of this one under any account."""
    check_can_write(person)
    if any(writer.human_id == person.human for writer in writers):
        raise Forbidden("You wrote some of this post-mortem: somebody else has to sign it off.")


def check_can_say_away(person: Person, member: Member) -> None:
    """The member themselves: an admin who said it of somebody else would let their deputy approve, alone."""
    if person.member_id != member.pk:
        raise Forbidden(f"Only {member.user.name} can say that {member.user.name} is away.")


def check_can_say_back(person: Person, member: Member) -> None:
    """The member themselves, or an admin."""
    if person.member_id != member.pk and Role.ADMIN not in person.roles:
        raise Forbidden(f"Only {member.user.name} or an admin can say that {member.user.name} is back.")


def check_can_publish_template(person: Person) -> None:
    """Admins."""
    if Role.ADMIN not in person.roles:
        raise Forbidden("Only admins publish the template of post-mortems: ask one of them.")


def check_can_close_finding(person: Person, finding: Finding) -> None:
    """Its owner, or an admin."""
    if person.member_id != finding.owner_id and Role.ADMIN not in person.roles:
        raise Forbidden(f"Only {finding.owner.user.name}, who owns this finding, or an admin can close it.")


def can(check: Callable[[], object]) -> bool:
    """The same question as a bool: `can(lambda: check_can_return(person, bypass, now))`."""
    return not why_not(check)


def why_not(check: Callable[[], object]) -> str:
    """The sentence that the check refuses with; nothing if it does not."""
    try:
        check()
    except BypassError as error:
        return error.sentence
    return ""


def waits_for(person: Person, bypass: Bypass, reviews: Iterable[Review], now: datetime) -> bool:
    """Whether the bypass belongs in this person's review queue."""
    if bypass.status_at(now) != Status.REQUESTED:
        return False
    return can(lambda: check_can_approve(person, bypass, bypass.frozen_tier, reviews, now))


def _check_requester(person: Person, bypass: Bypass, verb: str) -> None:
    if person.human != bypass.requester.human_id:
        raise Forbidden(f"Only {bypass.requester.user.name}, who asked for this bypass, can {verb} it.")
