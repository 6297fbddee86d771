"""The acts that tell and show others: webhooks, and packs of evidence."""

from __future__ import annotations

import pytest

from audit.evidence.period import parse_period
from breakglass.actions import channels, exporting
from breakglass.models import Pack, Webhook
from breakglass.notify import signing
from tests.cast import NOW
from tests.domain.acting import LATER, Act, Action, Ready, World

PERIOD = parse_period("2026-01-01", "2026-04-01")
URL = "https://hooks.example/bypasses"


class Killed(Exception):
    """What the first worker came to."""


def _hook(world: World) -> Webhook:
    return channels.add_webhook(url=URL, secret=signing.new_secret(), by=world.acme.alex, now=NOW)


def _add(world: World) -> Ready:
    alex = world.acme.alex
    return lambda: channels.add_webhook(url=URL, secret=signing.new_secret(), by=alex, now=LATER)


def _disable(world: World) -> Ready:
    webhook, alex = _hook(world), world.acme.alex
    return lambda: channels.disable_webhook(webhook_id=webhook.pk, why="Gone.", by=alex, now=LATER)


def _request(world: World) -> Ready:
    olga = world.acme.olga
    return lambda: exporting.request_pack(period=PERIOD, by=olga, now=LATER)


def _make(world: World) -> Ready:
    """Begun by a worker that was killed over the PDF: beginning is noted by itself, so that no work is lost."""
    pack = exporting.request_pack(period=PERIOD, by=world.acme.olga, now=NOW)

    def kill(_: exporting.Contents) -> None:
        raise Killed

    with pytest.raises(Killed):
        exporting.make_pack(pack_id=pack.pk, render=kill, now=LATER)
    assert Pack.objects.get(pk=pack.pk).state == "making"
    return lambda: exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=LATER)


TAKEN_AWAY: dict[Action, Act] = {
    channels.add_webhook: Act(_add, ("webhook.added",)),
    channels.disable_webhook: Act(_disable, ("webhook.disabled",)),
    exporting.request_pack: Act(_request, ("evidence.requested",)),
    exporting.make_pack: Act(_make, ("evidence.exported",)),
}
