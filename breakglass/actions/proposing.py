"""Widening takes two: a change is proposed, another admin consents or refuses, or it is taken back.

Where nobody else could consent, every member is told and the clock carries it out a day later; in a tenant's first
set-up, at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from audit import kinds
from audit.canonical import timestamp
from breakglass import consents
from breakglass.actions import proposals, telling
from breakglass.actions.carrying_out import NothingToChange, basis, check, silences, takes_two
from breakglass.actions.records import person_of
from breakglass.asks import COMMENT_MOST, clean_text
from breakglass.changes import Change, digest, members_of, to_json
from breakglass.errors import BypassError, WrongState
from breakglass.models import Proposal, ProposalState
from breakglass.times import after
from tenants import people
from tenants.actions import in_words, record
from tenants.models import Member

WAIT = timedelta(hours=24)


@transaction.atomic
def propose(*, change: Change, by: Member | None, now: datetime) -> Proposal:
    """Propose a change; `by` None is the operator. What needs no consent is made at once, and comes back done.

    The same again leads to the same proposal. Raises Forbidden, and for what can't be made what `carrying_out.check`
    raises.
    """
    proposals.lock_tenant()
    proposals.lock_members([*members_of(change), *([] if by is None else [by.pk])])
    if by is not None:
        consents.check_can_propose(person_of(by))
    if (before := _before(change, by)) is not None:
        return before
    proposal = Proposal.objects.create(
        kind=change.kind,
        payload=to_json(change),
        digest=digest(change),
        basis=basis(change),
        proposed_by=by,
        proposer_human_id=None if by is None else by.human_id,
        proposed_at=now,
        due_at=when_due(change, by, now),
    )
    if proposal.due_at == now:
        proposals.make(proposal, None, now)
    else:
        _announce(proposal, now)
    return proposal


@transaction.atomic
def consent(*, proposal_id: int, by: Member, now: datetime) -> Proposal:
    """Another admin consents, and the change is made. The same consent again changes nothing.

    Raises Forbidden, WrongState for what was decided or overtaken, and what `carrying_out.check` raises.
    """
    proposal = proposals.lock(proposal_id, by)
    if proposals.decided_before(proposal, by, ProposalState.DONE):
        return proposal
    consents.check_can_consent(person_of(by), proposal)
    proposals.check_still_good(proposal)
    entries = proposals.make(proposal, by, now)
    data = kinds.ChangeConsented(**proposals.words(proposal), consented_by=in_words(by), entries=entries)
    entry = record(data, by=by, now=now, about=proposals.about(proposal))
    telling.tell_consented(proposal, entry=entry, now=now)
    return proposal


@transaction.atomic
def refuse(*, proposal_id: int, by: Member, comment: str, now: datetime) -> Proposal:
    """Another admin refuses it. The same again changes nothing. Raises Forbidden, WrongState, BadInput."""
    proposal = proposals.lock(proposal_id, by)
    if proposals.decided_before(proposal, by, ProposalState.REFUSED):
        return proposal
    consents.check_can_refuse(person_of(by), proposal)
    proposals.turn_down(proposal, by, clean_text("comment", comment, COMMENT_MOST), now)
    return proposal


@transaction.atomic
def withdraw(*, proposal_id: int, by: Member, now: datetime) -> Proposal:
    """Its proposer takes it back, or any admin where the clock would carry it out. Again changes nothing."""
    proposal = proposals.lock(proposal_id, by)
    if proposals.decided_before(proposal, by, ProposalState.WITHDRAWN):
        return proposal
    consents.check_can_withdraw(person_of(by), proposal)
    proposals.decide(proposal, ProposalState.WITHDRAWN, by, now)
    data = kinds.ChangeWithdrawn(**proposals.words(proposal))
    record(data, by=by, now=now, about=proposals.about(proposal))
    return proposal


def due(now: datetime) -> list[int]:
    """The proposals of the entered tenant that the clock has to carry out."""
    waiting = Proposal.objects.filter(state=ProposalState.OPEN, due_at__lte=now)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def carry_out_due(*, proposal_id: int, now: datetime) -> Proposal:
    """Make the change that has waited its day; nothing if it is not due. What can't be made any more is refused."""
    proposal = proposals.lock(proposal_id, None)
    if proposal.state != ProposalState.OPEN or proposal.due_at is None or now < proposal.due_at:
        return proposal
    try:
        with transaction.atomic():
            proposals.check_still_good(proposal)
            entries = proposals.make(proposal, None, now)
    except BypassError as error:
        proposals.turn_down(proposal, None, error.sentence, now)
        return proposal
    data = kinds.ChangeCarriedOut(**proposals.words(proposal), due_at=timestamp(proposal.due_at), entries=entries)
    entry = record(data, by=None, now=now, about=proposals.about(proposal))
    telling.tell_carried_out(proposal, who=_everybody(), entry=entry, now=now)
    return proposal


def _before(change: Change, by: Member | None) -> Proposal | None:
    """The proposal with which the same human proposed this before, made or waiting. Raises what `check` raises."""
    human = None if by is None else by.human_id
    try:
        check(change)
    except NothingToChange:
        made = _like(change).filter(state=ProposalState.DONE, proposer_human=human).first()
        if made is None:
            raise
        return made
    waiting = _like(change).filter(state=ProposalState.OPEN).first()
    if waiting is not None and waiting.proposer_human_id != human:
        raise WrongState("The same is proposed already and waits for consent: you find it on the settings page.")
    return waiting


def _like(change: Change) -> QuerySet[Proposal]:
    """Of the very same change, the newest first."""
    return Proposal.objects.select_related(*proposals.RELATED).filter(digest=digest(change)).order_by("-pk")


def when_due(change: Change, by: Member | None, now: datetime) -> datetime | None:
    """When the clock carries it out: at once what takes one or is first set-up, in a day where there is no second."""
    if not takes_two(change) or (proposals.in_first_set_up() and not silences(change)):
        return now
    others = [person for person in proposals.admins() if by is None or person.human != by.human_id]
    return None if others else after(now, int(WAIT.total_seconds()))


def _announce(proposal: Proposal, now: datetime) -> None:
    due_at = None if proposal.due_at is None else timestamp(proposal.due_at)
    data = kinds.ChangeProposed(**proposals.words(proposal), payload=proposal.payload, due_at=due_at)
    entry = record(data, by=proposal.proposed_by, now=now, about=proposals.about(proposal))
    others = [person.member_id for person in proposals.admins() if person.human != proposal.proposer_human_id]
    telling.tell_proposed(proposal, who=others if due_at is None else _everybody(), entry=entry, now=now)


def _everybody() -> list[int]:
    return [person.member_id for person in people.people()]
