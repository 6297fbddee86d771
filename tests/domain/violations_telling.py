"""What the triggers on messages, webhooks, evidence and verdicts refuse, each by an act of its own."""

from __future__ import annotations

from typing import Any

from breakglass.models import Message, Pack, PackFile, Verdict, Webhook
from tests.cast import NOW, Cast
from tests.domain.planted import Find, Violation, change, copy, some


def _settled(acme: Cast) -> list[Violation]:
    sent = some(Message, tenant=acme.tenant, state="sent")
    return [
        change(sent, said="250 Never mind"),
        change(sent, state="pending", settled_at=None),
        change(sent, attempts=9),
    ]


def _sealed(acme: Cast) -> list[Violation]:
    verdict = some(Verdict, tenant=acme.tenant)
    return [change(verdict, batch_id=None), change(verdict, batch_id=verdict.batch_id + 1000)]


def _pack(acme: Cast, **which: Any) -> Pack:
    found: Pack = some(Pack, tenant=acme.tenant, **which)
    return found


def _webhook(acme: Cast) -> Webhook:
    found: Webhook = some(Webhook, tenant=acme.tenant)
    return found


TELLING: dict[str, Find] = {
    "breakglass_message_frozen": lambda acme: [change(some(Message, tenant=acme.tenant), cause="1-1")],
    "breakglass_message_final": _settled,
    "breakglass_message_told_once": lambda acme: [
        copy(some(Message, tenant=acme.tenant, channel="webhook", kind=kind), key="msg_another")
        for kind in ("asked", "in_flight")
    ],
    "breakglass_webhook_frozen": lambda acme: [
        change(_webhook(acme), url="https://elsewhere.example/"),
        change(_webhook(acme), secret=b"another"),
    ],
    "breakglass_webhook_open_once": lambda acme: [copy(_webhook(acme))],
    "breakglass_pack_frozen": lambda acme: [change(_pack(acme), asked_at=NOW), change(_pack(acme), by_id=None)],
    "breakglass_pack_open_once": lambda acme: [copy(_pack(acme, state="waiting"))],
    "breakglass_packfile_frozen": lambda acme: [
        change(some(PackFile, tenant=acme.tenant), pack_id=_pack(acme, state="waiting").pk)
    ],
    "breakglass_verdict_frozen": lambda acme: [change(some(Verdict, tenant=acme.tenant), branch="main")],
    "breakglass_verdict_sealed_once": _sealed,
}
