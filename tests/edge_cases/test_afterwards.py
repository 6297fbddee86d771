"""What has to hold once the gate was opened: the revocation that the gate hears of, the incident that is linked."""

from __future__ import annotations

from typing import Any

import pytest

from breakglass.actions import ending, signing_off, writing
from breakglass.actions.records import find
from breakglass.errors import BadInput, WrongState
from breakglass.models import Bypass, PostMortem
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, refused
from tests.gates.caller import Caller, read
from tests.lists.conftest import outside
from tests.pages.reading import Page

(RULE,) = ASK.rules


def asked_here(acme: Cast, bypass: Bypass) -> str:
    """What the record says of the gate's questions."""
    page = Page(outside(acme.client("olga"), f"/t/acme/bypasses/{bypass.pk}/", {}))
    return page.text.partition("What the gate asked here")[2].partition("Told")[0]


def test_revoke_is_not_session_ended(acme: Cast, ask: Ask, approve: Approve, clock: Clock) -> None:
    bypass, gate = approve(ask()), Caller(acme.secret("ci-checks"))
    assert "Nothing since the request." in asked_here(acme, bypass)
    gate.evaluate()
    read(gate.get("opa/data.json"))
    ending.revoke(bypass_id=bypass.pk, by=acme.alex, comment="Enough.", now=NOW + 6 * MINUTE)
    said = asked_here(acme, bypass)
    assert ("bypass 2 Mar 2026 02:12:11 UTC" in said, "enforce" in said) == (True, False)
    assert "can decide alone was last fetched 2 Mar 2026 02:12:11 UTC." in said
    clock.forward(minutes=2)
    gate.evaluate()
    read(gate.get("opa/data.json"))
    said = asked_here(acme, bypass)
    assert said.index("enforce 2 Mar 2026 02:14:11 UTC") < said.index("bypass 2 Mar 2026 02:12:11 UTC")
    assert "can decide alone was last fetched 2 Mar 2026 02:14:11 UTC." in said


def test_ticket_system_down(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(incident_url="pending"))
    rosa, pete, later = acme.rosa, acme.pete, NOW + 6 * MINUTE
    ending.return_bypass(bypass_id=bypass.pk, by=rosa, now=later)
    at: dict[str, Any] = {"bypass_id": bypass.pk, "now": later}
    writing.write(by=rosa, version=1, text="It was null.", **at)
    writing.judge(by=rosa, rule=RULE, verdict="right", comment="", **at)

    def sign_off() -> PostMortem:
        return signing_off.sign_off(by=pete, version=2, **at)

    missing = "This can't be signed off yet. What is missing: the incident link."
    assert refused(WrongState, sign_off).sentence == missing
    with pytest.raises(BadInput):
        writing.link_incident(by=rosa, url="pending", **at)
    writing.link_incident(by=rosa, url="https://incidents.acme.example/4711", **at)
    assert sign_off().incident_url == "https://incidents.acme.example/4711"
    assert find(bypass.pk).incident_url == "pending"  # what was asked stays as it was asked


def test_second_close(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass, rosa = approve(ask()), acme.rosa
    ending.return_bypass(bypass_id=bypass.pk, by=rosa, now=NOW + 6 * MINUTE)
    ending.return_bypass(bypass_id=bypass.pk, by=rosa, now=NOW + 7 * MINUTE)
    assert ending.note_the_clock(bypass_id=bypass.pk, now=NOW + 60 * MINUTE) is False
    refused(WrongState, lambda: ending.revoke(bypass_id=bypass.pk, by=acme.alex, comment="", now=NOW + 8 * MINUTE))
    (owed,) = PostMortem.objects.all()
    assert (owed.bypass_id, owed.version, owed.opened_at) == (bypass.pk, 1, NOW + 6 * MINUTE)
