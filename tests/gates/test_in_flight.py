"""Who is told of deploys: webhooks of those under way when a bypass ends, and people of those that are findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction

from audit.canonical import timestamp
from breakglass.actions import ending
from breakglass.actions.channels import add_webhook, disable_webhook
from breakglass.actions.records import find
from breakglass.actions.setting_up import create_gate, issue_credential
from breakglass.models import Bypass, Message
from breakglass.notify import delivery, events, signing
from breakglass.views.told import told
from tests.cast import NOW, SET_UP, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.gates.caller import SCOPE, Caller

HOUR, SOON = timedelta(hours=1), NOW + timedelta(minutes=6)
STARTED = {"id": "deploy-1", **SCOPE, "gate": "slow", "status": "started"}
type End = Callable[[Cast, Bypass], object]
ENDS: dict[str, End] = {
    "expired": lambda acme, bypass: ending.note_the_clock(bypass_id=bypass.pk, now=NOW + HOUR),
    "returned": lambda acme, bypass: ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=SOON),
    "revoked": lambda acme, bypass: ending.revoke(bypass_id=bypass.pk, by=acme.pete, comment="", now=SOON),
}


@pytest.fixture
def word() -> str:
    """What the gate says becomes of work in flight."""
    return "pause"


@pytest.fixture
def slow(acme: Cast, word: str) -> Caller:
    """The pipeline behind that gate."""
    lists: dict[str, Any] = {"services": ["payments"], "environments": ["ci"], "in_flight": word}
    gate = create_gate(slug="slow", name="Slow", **lists, by=None, now=SET_UP)
    return Caller(issue_credential(gate=gate, name="slow", by=None, now=SET_UP)[1])


@pytest.fixture
def bypass(ask: Ask, approve: Approve, slow: Caller) -> Bypass:
    """Active until 02:23:11."""
    return approve(ask(gate="slow"))


def hooked(acme: Cast, name: str = "a") -> Any:
    return add_webhook(url=f"https://hooks.example/{name}", secret=signing.new_secret(), by=acme.alex, now=NOW)


def report(slow: Caller, **changes: Any) -> None:
    slow.post("api/v1/deploys", STARTED | changes)


def in_flight() -> list[Message]:
    return list(Message.objects.filter(kind="in_flight").select_related(*delivery.LOADED).order_by("pk"))


@pytest.mark.parametrize("word", ["enforce", "pause", "finish"])
@pytest.mark.parametrize("how", ENDS)
def test_every_end_tells_what_becomes_of_a_deploy_under_way(
    acme: Cast, slow: Caller, bypass: Bypass, how: str, word: str
) -> None:
    hooked(acme)
    report(slow, url="https://ci.example/1")
    for _ in range(2):
        ENDS[how](acme, bypass)
    (message,) = in_flight()
    bypass = find(bypass.pk)
    assert bypass.closed_at is not None
    url = f"{settings.SITE_URL}/t/acme"
    assert json.loads(events.event(message)) == {
        "specversion": "1.0",
        "id": message.key,
        "source": url,
        "type": "dev.breakglass.deploy.in_flight.v1",
        "subject": "deploy-1",
        "time": timestamp(message.at),
        "datacontenttype": "application/json",
        "data": {
            "deploy": "deploy-1",
            "status": "started",
            "in_flight": word,
            "bypass": bypass.pk,
            "ended": how,
            "ended_at": timestamp(bypass.closed_at),
            **SCOPE,
            "gate": "slow",
            "artifact": "",
            "drill": False,
            "deploy_url": "https://ci.example/1",
            "entry": message.cause,
            "url": f"{url}/bypasses/{bypass.pk}/",
        },
    }


def test_each_webhook_is_told_of_each_deploy_under_way_and_of_no_other(
    acme: Cast, slow: Caller, bypass: Bypass
) -> None:
    off, one, two = (hooked(acme, name) for name in ("off", "one", "two"))
    disable_webhook(webhook_id=off.pk, why="Moved.", by=acme.alex, now=NOW)
    for number, status in enumerate(["started", "succeeded", "failed", "cancelled", "started"]):
        report(slow, id=f"deploy-{number}", status=status)
    report(slow, id="outside", branch="main")
    ENDS["expired"](acme, bypass)
    assert [(message.deploy.external_id, message.webhook) for message in in_flight() if message.deploy] == [
        *(("deploy-0", one), ("deploy-0", two), ("deploy-4", one), ("deploy-4", two)),
    ]


def test_without_a_deploy_or_a_webhook_nobody_is_told(acme: Cast, slow: Caller, bypass: Bypass) -> None:
    report(slow, status="succeeded")
    hooked(acme)
    ENDS["returned"](acme, bypass)
    assert in_flight() == []


def test_the_record_says_that_the_webhook_was_told(acme: Cast, slow: Caller, bypass: Bypass) -> None:
    hooked(acme)
    report(slow)
    ENDS["returned"](acme, bypass)
    rows = [one for one in told(bypass, SOON) if "deploy" in one.what]
    assert [(one.who, one.what, one.stands) for one in rows] == [
        ("hooks.example", "deploy deploy-1 was under way at the end", "queued")
    ]


def test_the_database_tells_a_webhook_of_a_deploy_once(acme: Cast, slow: Caller, bypass: Bypass) -> None:
    hooked(acme)
    report(slow)
    ENDS["returned"](acme, bypass)
    (message,) = in_flight()
    words: dict[str, Any] = {"bypass": bypass, "channel": "webhook", "webhook": message.webhook, "at": NOW}
    words |= {"cause": message.cause, "not_before": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind="in_flight", deploy=message.deploy, **words)
    for kind, deploy in (("in_flight", None), ("asked", message.deploy)):
        with pytest.raises(IntegrityError, match="message_in_flight_names_a_deploy"), transaction.atomic():
            Message.objects.create(kind=kind, deploy=deploy, **words | {"cause": "9-9"})


def test_a_deploy_that_is_a_finding_is_told_to_everybody_involved(
    acme: Cast, slow: Caller, bypass: Bypass, clock: Clock
) -> None:
    hooked(acme)
    for _ in range(2):
        report(slow, branch="main")
    messages = Message.objects.filter(kind="finding").select_related(*delivery.LOADED).order_by("pk")
    assert [str(one.member.user.name) if one.member else str(one.webhook) for one in messages] == [
        *("Rosa", "Pete", "https://hooks.example/a"),
    ]
    event = json.loads(events.event(messages[2]))
    assert (event["type"], event["subject"]) == ("dev.breakglass.finding.opened.v1", bypass.pk)
    assert event["data"]["finding"] == {
        "what": "deploy_out_of_scope",
        "deploy": "deploy-1",
        "due_at": timestamp(clock.now + timedelta(days=14)),
    }
    delivery.deliver(message_id=messages[1].pk, now=clock.now)
    (letter,) = mail.outbox
    assert letter.to == ["pete@acme.example"]
    assert letter.subject == "Deploy is a finding: slow, payments in ci"
    said = "Deploy deploy-1 through slow went outside the scope of this bypass. It is a finding of Rosa's"
    assert said in str(letter.body).replace("\n", " ")
