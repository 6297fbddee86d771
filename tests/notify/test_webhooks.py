"""Webhooks: what they are sent, that a stranger can verify it, and what becomes of their answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from audit.canonical import timestamp
from breakglass.actions.channels import add_webhook
from breakglass.models import Attempt, Bypass, Message
from breakglass.notify import delivery
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.notify.conftest import SECRET, Hook
from tests.notify.hostile import Server, hang, status

OPENED_AT = NOW + timedelta(minutes=1)


def deliver(bypass: Bypass, kind: str = "asked", now: datetime = NOW) -> tuple[str, str]:
    """What became of the webhook's message of this kind."""
    message = Message.objects.get(bypass=bypass, kind=kind, channel="webhook")
    delivery.deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message.state, message.said


def heard(server: Server) -> tuple[dict[str, str], bytes]:
    """The last request: its headers in lower case, and its body."""
    head, _, body = server.heard[-1].partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, value in lines}, body


def test_a_stranger_verifies_it(hook: Hook, ask: Ask) -> None:
    _, server = hook(status("204 No Content"))
    now = datetime.now(UTC)  # the verifier compares with the real clock
    bypass = ask(now=now)
    assert deliver(bypass, now=now) == ("sent", "204 No Content")
    headers, body = heard(server)
    assert Verifier(SECRET).verify(body, headers)["subject"] == bypass.pk
    assert headers["content-type"] == "application/cloudevents+json"


def test_the_event_holds_the_records_facts(hook: Hook, ask: Ask) -> None:
    _, server = hook(status("200 OK"))
    bypass = ask()
    deliver(bypass)
    message = Message.objects.get(bypass=bypass, channel="webhook")
    url = f"{portal.SITE_URL}/t/acme/bypasses/{bypass.pk}/"
    assert json.loads(heard(server)[1]) == {
        "specversion": "1.0",
        "id": message.key,
        "source": f"{portal.SITE_URL}/t/acme",
        "type": "dev.breakglass.bypass.requested.v1",
        "subject": bypass.pk,
        "time": timestamp(NOW),
        "datacontenttype": "application/json",
        "data": {
            "bypass": bypass.pk,
            "gate": "ci-checks",
            "service": "payments",
            "environment": "ci",
            "branch": "hotfix/null-currency",
            "artifact": "",
            "whole_gate": False,
            "rules": ["no-known-exploited-critical"],
            "tier": "low",
            "drill": False,
            "starts_at": None,
            "expires_at": None,
            "ended_at": None,
            "entry": message.cause,
            "url": url,
        },
    }


def test_the_largest_event_is_under_20_kilobytes(hook: Hook, ask: Ask) -> None:
    _, server = hook(status("200 OK"))
    deliver(ask(branch="b" * 250, rules=tuple(f"{n:02}" + "r" * 118 for n in range(50))))
    assert len(heard(server)[1]) < 20_000


def test_the_opening_says_until_when(hook: Hook, ask: Ask, approve: Approve) -> None:
    _, server = hook(status("200 OK"))
    bypass = approve(ask())
    assert deliver(bypass, "opened", OPENED_AT)[0] == "sent"
    event: dict[str, Any] = json.loads(heard(server)[1])
    assert bypass.expires_at is not None
    assert (event["type"], event["data"]["expires_at"]) == (
        "dev.breakglass.bypass.activated.v1",
        timestamp(bypass.expires_at),
    )


def test_a_fact_is_told_however_late(hook: Hook, ask: Ask, approve: Approve) -> None:
    hook(status("200 OK"))
    bypass = approve(ask())
    assert deliver(bypass, "asked", OPENED_AT + timedelta(days=1)) == ("sent", "200 OK")


@pytest.mark.parametrize(
    ("line", "state", "said"),
    [
        ("200 OK", "sent", "200 OK"),
        ("201 Created", "sent", "201 Created"),
        ("408 Request Timeout", "pending", "408 Request Timeout"),
        ("429 Too Many Requests", "pending", "429 Too Many Requests"),
        ("500 Internal Server Error", "pending", "500 Internal Server Error"),
        ("503 Service Unavailable", "pending", "503 Service Unavailable"),
        ("302 Found", "failed", "302 Found: redirects are not followed, give the final address."),
        ("400 Bad Request", "failed", "400 Bad Request"),
        ("404 Not Found", "failed", "404 Not Found"),
        ("410 Gone", "failed", "410 Gone"),
    ],
)
def test_what_the_server_says_decides(line: str, state: str, said: str, hook: Hook, ask: Ask) -> None:
    hook(status(line))
    assert deliver(ask()) == (state, said)


def test_an_answer_is_kept_as_one_short_line(hook: Hook, ask: Ask) -> None:
    hook(status("400 Bad Request", "<b>no\r\n\x1b[31m  way" + "y" * 9000))
    assert deliver(ask()) == ("failed", "400 Bad Request <b>no [31m way" + "y" * (200 - len("<b>no\r\n\x1b[31m  way")))


def test_410_switches_the_webhook_off_and_drops_what_waits(hook: Hook, ask: Ask) -> None:
    webhook, server = hook(status("410 Gone"))
    first, second = ask(), ask(ttl="1h")
    assert deliver(first) == ("failed", "410 Gone")
    webhook.refresh_from_db()
    assert (webhook.disabled_at, webhook.disabled_because) == (NOW, "Its server said 410 Gone")
    assert deliver(second) == ("dropped", "Not sent: the webhook is switched off.")
    assert len(server.heard) == 1


def test_a_server_that_hangs_is_tried_again(hook: Hook, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from breakglass.notify import http

    monkeypatch.setattr(http, "SECONDS", 0.3)
    hook(hang)
    assert deliver(ask()) == ("pending", "The server did not answer: timed out.")


def test_a_private_address_is_refused_in_words(acme: Cast, ask: Ask) -> None:
    add_webhook(url="https://169.254.169.254/latest", secret=SECRET, by=acme.alex, now=NOW)
    sentence = "169.254.169.254 is at no public address: the portal sends nothing there."
    assert deliver(ask()) == ("failed", sentence)


def test_every_try_carries_the_same_id_and_its_own_time(hook: Hook, ask: Ask, settings: Settings) -> None:
    _, server = hook(status("503 Later"))
    bypass = ask()
    deliver(bypass)
    deliver(bypass, now=NOW + timedelta(seconds=30))
    stamps = [[line for line in one.split(b"\r\n") if line.startswith(b"webhook-")] for one in server.heard]
    assert stamps[0][0] == stamps[1][0]
    assert stamps[0][1] != stamps[1][1]
    assert [one.outcome for one in Attempt.objects.order_by("number")] == ["deferred", "deferred"]
