"""What the triggers and constraints on proposals refuse, each by an act of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from breakglass.models import Message, Proposal
from tenants.models import Human
from tests.cast import NOW, Cast
from tests.domain.planted import Find, Violation, change, copy, rows, some

OTHER = {"digest": "another"}


def _open(**which: Any) -> Proposal:
    found: Proposal = some(Proposal, state="open", **which)
    return found


def _withdrawn(**which: Any) -> Proposal:
    found: Proposal = some(Proposal, state="withdrawn", **which)
    return found


def _lies(acme: Cast) -> tuple[Violation, Violation]:
    """With another human than its proposer's, than its decider's."""
    other = rows(Human, tenant=acme.tenant).exclude(members__in=[acme.alex.pk]).first()
    assert other is not None
    waiting, done = _open(tenant=acme.tenant), _withdrawn(tenant=acme.tenant)
    return change(waiting, proposer_human_id=other.pk), change(done, decider_human_id=other.pk)


def _born_lying(acme: Cast) -> list[Violation]:
    waiting, other = _open(tenant=acme.tenant), acme.rosa.human_id
    return [copy(waiting, proposer_human_id=other, **OTHER)]


def _again(acme: Cast) -> list[Violation]:
    done = _withdrawn(tenant=acme.tenant)
    nobody = {"decided_at": None, "decided_by_id": None, "decider_human_id": None}
    return [change(done, comment="Another word."), change(done, state="open", **nobody)]


TRIGGERS: dict[str, Find] = {
    "breakglass_proposal_open_once": lambda acme: [copy(_open(tenant=acme.tenant))],
    "breakglass_proposal_frozen": lambda acme: [
        change(_open(tenant=acme.tenant), payload={}),
        change(_open(tenant=acme.tenant), due_at=NOW),
    ],
    "breakglass_proposal_humans_insert": _born_lying,
    "breakglass_proposal_humans_update": lambda acme: list(_lies(acme)),
    "breakglass_proposal_born": lambda acme: [copy(_withdrawn(tenant=acme.tenant), **OTHER)],
    "breakglass_proposal_final": _again,
}


def _alone() -> list[Violation]:
    waiting = _open()
    done: dict[str, Any] = {"state": "done", "decided_at": NOW}
    own = {"decided_by_id": waiting.proposed_by_id, "decider_human_id": waiting.proposer_human_id}
    return [change(waiting, **done), change(waiting, **done, **own)]


def _each(row: Proposal, *changes: dict[str, Any]) -> list[Violation]:
    return [change(row, **one) for one in changes]


CONSTRAINTS: dict[str, Callable[[], list[Violation]]] = {
    "proposal_open_once": lambda: [copy(_open())],
    "proposal_state_known": lambda: [change(_open(), state="maybe", decided_at=NOW)],
    "proposal_proposer_has_a_human": lambda: _each(_open(), {"proposed_by_id": None}, {"proposer_human_id": None}),
    "proposal_decider_has_a_human": lambda: _each(_withdrawn(), {"decided_by_id": None}, {"decider_human_id": None}),
    "proposal_decided_has_a_time": lambda: _each(_open(), {"decided_at": NOW}, {"state": "refused"}),
    "proposal_takes_two": _alone,
    "message_about_one_thing": lambda: [
        change(some(Message, channel="email", bypass__isnull=False), proposal_id=_open().pk)
    ],
}
