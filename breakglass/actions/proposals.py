"""What the acts on a proposal share: finding and locking it, deciding it, and the words that its entries are in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.db.models import QuerySet

from audit import kinds
from breakglass.actions import telling
from breakglass.actions.carrying_out import carry_out, check, check_basis
from breakglass.changes import PublishPolicy, members_of
from breakglass.errors import NotFound, WrongState
from breakglass.models import Bypass, Check, Deploy, GateCredential, Proposal, ProposalState, Verdict
from tenants import context, people
from tenants.actions import in_words, record, recorded
from tenants.models import Member, Tenant
from tenants.people import Person
from tenants.roles import Role

RELATED = ("proposed_by__user", "decided_by__user")
NOT_ADMIN = "{}, who proposed this, is no admin any more: refuse it, and propose it yourself."
OVERTAKEN = "Another policy was published first: look at it, and propose this anew."


class Words(TypedDict):
    """What every entry about a proposal says of it."""

    proposal: int
    change: str
    says: str
    proposed_by: kinds.PersonWords | None


def in_first_set_up() -> bool:
    """Whether nobody ever asked for a bypass here and no gate was ever heard of: nothing can be widened yet.

    A gate that decides alone never checks: it fetches what it decides by, or only tells of verdicts and deploys.
    """
    heard = GateCredential.objects.filter(synced_at__isnull=False)
    signs = (Bypass.objects.all(), Check.objects.all(), heard, Verdict.objects.all(), Deploy.objects.all())
    return not any(rows.exists() for rows in signs)


def find_proposal(proposal_id: int) -> Proposal:
    """With everything that a page says of it. Raises NotFound."""
    return _found(Proposal.objects.all(), proposal_id)


def open_proposals() -> list[Proposal]:
    """What waits, the oldest first."""
    waiting = Proposal.objects.select_related(*RELATED).filter(state=ProposalState.OPEN)
    return list(waiting.order_by("proposed_at", "pk"))


def check_still_good(proposal: Proposal) -> None:
    """Raises for a change that could not be made now: its proposer's right, what it was made from, who it names."""
    proposer = proposal.proposed_by
    if proposer is not None:
        person = people.of(proposer)
        if person is None or Role.ADMIN not in person.roles:
            raise WrongState(NOT_ADMIN.format(proposer.user.name))
    check(proposal.change)
    check_basis(proposal.change, proposal.basis)


def about(proposal: Proposal) -> str:
    """What its entries are about."""
    return f"proposal-{proposal.pk}"


def admins() -> list[Person]:
    """Everybody who is one now."""
    return [person for person in people.people() if Role.ADMIN in person.roles]


def lock_tenant() -> None:
    """One change after the other."""
    Tenant.objects.select_for_update(no_key=True).get(pk=context.current_id())


def lock_members(ids: Iterable[int]) -> None:
    """None of them loses a right until the transaction ends; always in one order."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids))
    list(rows.order_by("pk").values_list("pk"))


def lock(proposal_id: int, by: Member | None) -> Proposal:
    """The tenant, the proposal and everybody involved, in this order. Raises NotFound."""
    lock_tenant()
    proposal = _found(Proposal.objects.select_for_update(of=("self",), no_key=True), proposal_id)
    involved = [member.pk for member in (by, proposal.proposed_by) if member is not None]
    lock_members([*involved, *members_of(proposal.change)])
    return proposal


def _found(rows: QuerySet[Proposal], proposal_id: int) -> Proposal:
    found = rows.select_related(*RELATED).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound("There is no such proposal here: look at the settings page again.")
    return found


def decided_before(proposal: Proposal, by: Member, state: ProposalState) -> bool:
    """Whether the same human decided it so before: a form that was sent twice."""
    return proposal.state == state and proposal.decider_human_id == by.human_id


def decide(proposal: Proposal, state: ProposalState, by: Member | None, now: datetime) -> None:
    """Write down what became of it; `by` None is the clock."""
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, now
    proposal.decider_human_id = None if by is None else by.human_id
    proposal.save(update_fields=["state", "decided_by", "decider_human", "decided_at", "comment"])


def make(proposal: Proposal, by: Member | None, now: datetime) -> tuple[str, ...]:
    """Make the change in its proposer's name and write it down; the ids of the acts' own entries."""
    with recorded() as entries:
        carry_out(change=proposal.change, by=proposal.proposed_by, now=now)
    decide(proposal, ProposalState.DONE, by, now)
    made = tuple(entry.id for entry in entries)
    if isinstance(proposal.change, PublishPolicy):
        _refuse_overtaken(now)
    return made


def _refuse_overtaken(now: datetime) -> None:
    """The policies that wait were made from another one than is in force now."""
    waiting = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related(*RELATED)
    for proposal in waiting.filter(kind=PublishPolicy.kind, state=ProposalState.OPEN).order_by("pk"):
        turn_down(proposal, None, OVERTAKEN, now)


def turn_down(proposal: Proposal, by: Member | None, comment: str, now: datetime) -> None:
    """It is refused; `by` None is the portal, which can't do it any more."""
    proposal.comment = comment
    decide(proposal, ProposalState.REFUSED, by, now)
    entry = record(kinds.ChangeRefused(**words(proposal), comment=comment), by=by, now=now, about=about(proposal))
    telling.tell_not_consented(proposal, entry=entry, now=now)


def words(proposal: Proposal) -> Words:
    """The proposal in the words of the time."""
    proposer = proposal.proposed_by
    return {
        "proposal": proposal.pk,
        "change": proposal.kind,
        "says": proposal.change.says,
        "proposed_by": None if proposer is None else in_words(proposer),
    }
