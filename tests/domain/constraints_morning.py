"""What the constraints on post-mortems, findings, verdicts, messages and packs refuse, each by an act of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import F

from breakglass.models import (
    ActionItem,
    Attempt,
    Finding,
    Message,
    Pack,
    PostMortem,
    PostMortemTemplate,
    Revision,
    RuleVerdict,
    Verdict,
    Webhook,
)
from tests.cast import NOW
from tests.domain.planted import Violation, change, copy, some

type Find = Callable[[], list[Violation]]


def _each(row: models.Model, *changes: dict[str, Any]) -> list[Violation]:
    return [change(row, **one) for one in changes]


def _signed() -> list[Violation]:
    found = some(PostMortem)
    whole = {"signed_off_at": NOW, "signed_off_by_id": found.assignee_id}
    halves = [{column: value} for column, value in whole.items()]
    return _each(found, *halves, whole | {"incident_url": ""})


def _done() -> list[Violation]:
    item = some(ActionItem)
    return _each(item, {"done_at": NOW}, {"done_by_id": item.owner_id})


def _receiver() -> list[Violation]:
    mail, hook = some(Message, channel="email"), some(Message, channel="webhook")
    return [
        *_each(mail, {"member_id": None}, {"channel": "webhook"}, {"webhook_id": hook.webhook_id}),
        *_each(hook, {"webhook_id": None}, {"channel": "email"}, {"member_id": mail.member_id}),
    ]


def _under_way() -> list[Violation]:
    told, other = some(Message, kind="in_flight"), some(Message, kind="asked", channel="webhook")
    return [*_each(told, {"deploy_id": None}, {"kind": "expired"}), change(other, deploy_id=told.deploy_id)]


def _settled() -> list[Violation]:
    sent, pending = some(Message, state="sent"), some(Message, state="pending")
    return [change(sent, settled_at=None), *_each(pending, {"settled_at": NOW}, {"state": "dropped"})]


def _made() -> list[Violation]:
    ready, waiting = some(Pack, state="ready"), some(Pack, state="waiting")
    unmade = _each(ready, {"entry": ""}, {"made_at": None}, {"state": "making"})
    return [*unmade, *_each(waiting, {"state": "ready"}, {"made_at": NOW}, {"entry": "1-1"})]


MORNING: dict[str, Find] = {
    "finding_open_once": lambda: [copy(some(Finding, closed_at=None))],
    "template_number_once": lambda: [copy(some(PostMortemTemplate))],
    "post_mortem_due_later": lambda: _each(some(PostMortem), {"due_at": F("opened_at")}),
    "post_mortem_signed_off_whole": _signed,
    "revision_number_once": lambda: [copy(some(Revision))],
    "verdict_once_per_rule": lambda: [copy(some(RuleVerdict))],
    "action_item_once": lambda: [copy(some(ActionItem))],
    "action_item_done_whole": _done,
}
TELLING: dict[str, Find] = {
    "webhook_url_once": lambda: [copy(some(Webhook, disabled_at=None))],
    "webhook_disabled_says_why": lambda: _each(some(Webhook), {"disabled_at": NOW}, {"disabled_because": "Gone."}),
    "message_once_per_member": lambda: [copy(some(Message, channel="email"), key="msg_another")],
    "message_once_per_webhook": lambda: [copy(some(Message, channel="webhook"), key="msg_another")],
    "message_once_per_deploy": lambda: [copy(some(Message, kind="in_flight"), key="msg_another")],
    "message_in_flight_names_a_deploy": _under_way,
    "message_has_one_receiver": _receiver,
    "message_settled_has_a_time": _settled,
    "attempt_number_once": lambda: [copy(some(Attempt))],
    "pack_period": lambda: _each(some(Pack), {"period_end": F("period_start")}),
    "pack_percent": lambda: _each(some(Pack), {"percent": 101}),
    "pack_made_has_an_entry": _made,
    "pack_asked_once": lambda: [copy(some(Pack, state="waiting"))],
    "verdict_id_once": lambda: [copy(some(Verdict))],
    "verdict_pass_fails_no_rule": lambda: _each(some(Verdict), {"decision": "pass"}),
}
