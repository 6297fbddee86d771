"""Who is told of what, and when it is due: the rows that acts leave in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from audit import log
from breakglass.actions import ending, reviewing
from breakglass.actions.channels import add_webhook, disable_webhook
from breakglass.models import Bypass, Message
from breakglass.models.outbox import Webhook
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask

OPENED_AT = NOW + timedelta(minutes=1)
HIGH = {"gate": "deploy-gate", "environment": "production"}
PROD_DB = {"gate": "db-change", "environment": "production"}


def told(bypass: Bypass, *kinds: str) -> list[tuple[str, str]]:
    """What is told to whom, of these kinds (all), in the order of writing."""
    rows = Message.objects.filter(bypass=bypass).select_related("member__user", "webhook").order_by("pk")
    receivers = [(one.kind, one.member.user.name if one.member else str(one.webhook)) for one in rows]
    return [(kind, who) for kind, who in receivers if not kinds or kind in kinds]


def due(bypass: Bypass, kind: str) -> list[datetime]:
    """When the messages of a kind are due."""
    return list(Message.objects.filter(bypass=bypass, kind=kind).values_list("not_before", flat=True))


def expire(bypass: Bypass) -> None:
    """The clock ends it, and that is written down."""
    bypass.refresh_from_db()
    end = bypass.expires_at or bypass.lapses_at
    assert ending.note_the_clock(bypass_id=bypass.pk, now=end) is True


def test_a_request_is_told_to_everybody_who_could_approve_it(ask: Ask) -> None:
    assert told(ask()) == [("asked", "Pete")]
    assert told(ask(**HIGH)) == [("asked", "Ada"), ("asked", "Sam")]


def test_a_deputy_of_somebody_who_is_here_is_not_told(ask: Ask) -> None:
    assert told(ask(**PROD_DB)) == [("asked", "Pete"), ("asked", "Dana")]


def test_nobody_is_told_of_their_own_request(ask: Ask) -> None:
    assert told(ask(by="pete")) == [("asked", "Rosa")]


def test_the_same_request_again_tells_nobody_again(ask: Ask) -> None:
    assert told(ask()) == [("asked", "Pete")]
    assert told(ask()) == [("asked", "Pete")]


def test_every_message_names_the_entry_that_caused_it(ask: Ask, acme: Cast) -> None:
    bypass = ask()
    entries = log.entries_of(str(acme.tenant.pk), about=bypass.pk)
    assert [one.cause for one in Message.objects.filter(bypass=bypass)] == [entry.id for entry in entries]


def test_one_of_two_approvals_is_told_to_the_requester(ask: Ask, approve: Approve) -> None:
    bypass = ask(**HIGH)
    approve(bypass, by="ada")
    assert told(bypass, "approved", "opened") == [("approved", "Rosa")]


def test_the_opening_and_both_warnings_are_the_requesters(ask: Ask, approve: Approve) -> None:
    bypass = ask()
    approve(bypass)
    end = OPENED_AT.replace(microsecond=0) + timedelta(minutes=15)
    assert told(bypass, "opened", "ends_in_10", "ends_in_2") == [
        ("opened", "Rosa"),
        ("ends_in_10", "Rosa"),
        ("ends_in_2", "Rosa"),
    ]
    assert due(bypass, "opened") == [OPENED_AT]
    assert due(bypass, "ends_in_10") == [end - timedelta(minutes=10)]
    assert due(bypass, "ends_in_2") == [end - timedelta(minutes=2)]


@pytest.mark.parametrize(("ttl", "seconds"), [("20s", 20), ("1m", 60)])
def test_a_window_shorter_than_a_warning_has_none(ask: Ask, approve: Approve, ttl: str, seconds: int) -> None:
    bypass = ask(gate="practice", environment="production", ttl=ttl)
    approve(bypass, ttl=seconds)
    assert told(bypass) == [("asked", "Pete"), ("opened", "Rosa")]


def test_a_denial_and_a_lapse_are_the_requesters(ask: Ask, acme: Cast) -> None:
    denied, lapsed = ask(), ask(ttl="1h")
    reviewing.deny(bypass_id=denied.pk, by=acme.pete, comment="No.", now=OPENED_AT)
    expire(lapsed)
    assert told(denied, "denied") == [("denied", "Rosa")]
    assert told(lapsed, "lapsed") == [("lapsed", "Rosa")]


@pytest.mark.parametrize("end", ["expired", "returned", "revoked"])
def test_the_end_is_told_to_everybody_involved(end: str, ask: Ask, approve: Approve, acme: Cast) -> None:
    bypass = ask(**HIGH)
    approve(bypass, by="ada")
    approve(bypass, by="sam")
    later = OPENED_AT + timedelta(minutes=1)
    if end == "expired":
        expire(bypass)
    elif end == "returned":
        ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=later)
    else:
        ending.revoke(bypass_id=bypass.pk, by=acme.alex, comment="Enough.", now=later)
    assert told(bypass, end) == [(end, "Rosa"), (end, "Ada"), (end, "Sam")]


def test_a_withdrawal_is_told_to_machines_only(acme: Cast, ask: Ask) -> None:
    hook = add_webhook(url="https://hooks.example/1", secret="whsec_AAAA", by=acme.alex, now=NOW)
    bypass = ask()
    ending.withdraw(bypass_id=bypass.pk, by=acme.rosa, now=OPENED_AT)
    assert told(bypass) == [("asked", "Pete"), ("asked", hook.url), ("withdrawn", hook.url)]


def test_webhooks_that_are_on_hear_of_every_act(acme: Cast, ask: Ask, approve: Approve) -> None:
    on, off = (
        add_webhook(url=f"https://hooks.example/{name}", secret="whsec_AAAA", by=acme.alex, now=NOW)
        for name in ("on", "off")
    )
    disable_webhook(webhook_id=off.pk, why="Moved.", by=acme.alex, now=NOW)
    bypass = ask(**HIGH)
    approve(bypass, by="ada")
    approve(bypass, by="sam")
    expire(bypass)
    heard = [kind for kind, who in told(bypass) if who == on.url]
    assert heard == ["asked", "approved", "opened", "expired"]
    assert [who for _, who in told(bypass) if who == off.url] == []


def test_a_stranger_is_told_nothing(ask: Ask, acme: Cast, globex: Cast) -> None:
    from tenants import context

    with context.entered(globex.tenant):
        add_webhook(url="https://hooks.example/theirs", secret="whsec_AAAA", by=globex.gwen, now=NOW)
    ask()
    with context.entered(globex.tenant):
        assert list(Message.objects.all()) == []
        assert Webhook.objects.count() == 1
