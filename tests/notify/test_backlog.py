"""After an outage: what matters now is not kept waiting by what is old, and nobody by a server that is down."""

from __future__ import annotations

import socket
import threading
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from django_q.tasks import async_task
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from breakglass import env_urls, tasks
from breakglass.actions import telling
from breakglass.actions.asking import request_bypass
from breakglass.asks import parse_ask
from breakglass.models import Attempt, Bypass, Message, Webhook
from breakglass.notify import delivery, http
from breakglass.views.told import told
from tenants import context
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock, stop
from tests.conftest import Approve, Ask
from tests.notify.conftest import Hook, Post, free_port
from tests.notify.hostile import hang, status

MINUTE = timedelta(minutes=1)
LATER = NOW + 10 * MINUTE


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped ten minutes after the requests."""
    return stop(monkeypatch, LATER)


def events(bypass: Bypass, webhook: Webhook, count: int, at: datetime = NOW) -> None:
    """So many facts that the webhook was not told yet."""
    words = {"bypass": bypass, "kind": "approved", "channel": "webhook", "webhook": webhook, "at": at}
    Message.objects.bulk_create(Message(**words, cause=f"0-{n}", not_before=at) for n in range(count))


def asked_of(acme: Cast, bypass: Bypass, count: int, cause: str = "9") -> None:
    """So many mails to pete about this request."""
    words = {"bypass": bypass, "kind": "asked", "channel": "email", "member": acme.pete, "at": NOW}
    Message.objects.bulk_create(Message(**words, cause=f"{cause}-{n}", not_before=NOW) for n in range(count))


def states(**which: object) -> list[str]:
    return list(Message.objects.filter(**which).order_by("pk").values_list("state", flat=True))


def test_people_who_have_to_act_come_first_and_machines_last(
    acme: Cast, hook: Hook, ask: Ask, approve: Approve
) -> None:
    webhook, _ = hook(status("200 OK"))
    opened = approve(ask())
    waiting = ask(ttl="1h", now=NOW + 9 * MINUTE)
    events(opened, webhook, 5)
    asked_of(acme, opened, 5)
    to_send, _ = delivery.sort_out(LATER, 200)
    kinds = [(one.channel, one.kind) for one in to_send]
    assert kinds[:3] == [("email", "ends_in_10"), ("email", "asked"), ("email", "opened")]
    assert to_send[1].bypass_id == waiting.pk
    assert {channel for channel, _ in kinds[3:]} == {"webhook"}


def test_no_tenants_mail_waits_behind_the_webhooks_of_another(
    acme: Cast, globex: Cast, hook: Hook, ask: Ask, clock: Clock
) -> None:
    written: list[int] = []

    def slow(sock: socket.socket, stop: threading.Event) -> None:
        written.append(len(mail.outbox))
        status("200 OK")(sock, stop)

    webhook, _ = hook(slow)
    events(ask(), webhook, 3)
    with context.entered(globex.tenant):
        request_bypass(by=globex.rosa, gate="ci-checks", ask=parse_ask(ASK), now=NOW)
    tasks.send_due()
    assert (acme.tenant.pk < globex.tenant.pk, {one.to[0] for one in mail.outbox}) == (
        True,
        {"pete@acme.example", "pete@globex.example"},
    )
    assert written == [len(mail.outbox)] * 4


@pytest.mark.parametrize("server", ["hangs", "says later", "fails"])
def test_a_webhook_that_is_down_is_asked_once_a_round_and_keeps_nobody_waiting(
    hook: Hook, ask: Ask, clock: Clock, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.2)
    line = {"says later": "429 Too Many Requests", "fails": "503 Service Unavailable"}
    webhook, listening = hook(status(line[server]) if server in line else hang)
    bypass = ask()
    events(bypass, webhook, 300)
    tasks.send_due()
    assert [one.to for one in mail.outbox] == [["pete@acme.example"]]
    assert (len(listening.heard), Attempt.objects.filter(outcome="deferred").count()) == (1, 1)
    clock.forward(minutes=1)
    tasks.send_due()
    assert len(listening.heard) == 2


def test_a_mail_server_that_is_down_keeps_no_webhook_waiting(
    hook: Hook, ask: Ask, acme: Cast, clock: Clock, settings: Settings
) -> None:
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://127.0.0.1:{free_port()}")}
    webhook, listening = hook(status("200 OK"))
    bypass = ask()
    asked_of(acme, bypass, 30)
    events(bypass, webhook, 3)
    tasks.send_due()
    assert (len(listening.heard), states(channel="webhook")) == (4, ["sent"] * 4)
    assert Attempt.objects.filter(message__channel="email").count() == 1


def test_one_reader_whom_the_mail_server_puts_off_keeps_nobody_else_waiting(ask: Ask, post: Post, clock: Clock) -> None:
    post.to_recipient = ["451 4.7.1 Greylisted"]
    bypass = ask(gate="deploy-gate", environment="production")
    tasks.send_due()
    assert states(bypass=bypass) == ["pending", "sent"]


def test_a_server_that_comes_back_gets_everything_in_order(
    hook: Hook, ask: Ask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "BATCH", 7)
    webhook, listening = hook(status("200 OK"))
    events(ask(), webhook, 30)
    tasks.send_due()
    keys = Message.objects.filter(channel="webhook").order_by("not_before", "pk").values_list("key", flat=True)
    heard = [line for one in listening.heard for line in one.decode().split("\r\n") if line.startswith("webhook-id")]
    assert heard == [f"webhook-id: {key}" for key in keys]


def test_the_queued_task_leaves_what_is_late_to_the_round(acme: Cast, to_pete: Message, clock: Clock) -> None:
    with context.entered(acme.tenant):
        tasks.deliver(acme.tenant.pk, to_pete.pk)
    assert (mail.outbox, states(pk=to_pete.pk)) == ([], ["pending"])
    clock.now = NOW + MINUTE - timedelta(microseconds=1)
    with context.entered(acme.tenant):
        tasks.deliver(acme.tenant.pk, to_pete.pk)
    assert len(mail.outbox) == 1


def test_the_queued_task_does_not_wait_for_a_webhook_that_is_down(
    acme: Cast, hook: Hook, ask: Ask, clock: Clock
) -> None:
    clock.now = NOW
    _, listening = hook(status("503 Service Unavailable"))
    first, second = (Message.objects.get(bypass=ask(ttl=ttl), channel="webhook") for ttl in ("15m", "1h"))
    with context.entered(acme.tenant):
        for message in (first, second):
            tasks.deliver(acme.tenant.pk, message.pk)
    assert (len(listening.heard), states(channel="webhook")) == (1, ["pending", "pending"])


def test_a_long_queue_is_not_made_longer(
    ask: Ask, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for _ in range(telling.QUEUE_MOST):
        async_task("breakglass.tasks.deliver", 0, 0)
    with django_capture_on_commit_callbacks(execute=True):
        bypass = ask()
    assert (OrmQ.objects.count(), states(bypass=bypass)) == (telling.QUEUE_MOST, ["pending"])


def test_sorting_out_costs_the_same_however_much_waits(acme: Cast, ask: Ask, approve: Approve) -> None:
    waiting, answered, costs = ask(), approve(ask(ttl="1h")), []
    for count in (20, 90):
        asked_of(acme, waiting, count, f"{count}-w")
        asked_of(acme, answered, count, f"{count}-a")
        with CaptureQueriesContext(connection) as queries:
            delivery.sort_out(LATER, 200)
        costs.append([query["sql"].split()[0] for query in queries])
    assert costs == [["SELECT", "SELECT", "UPDATE"]] * 2


def test_a_warning_that_is_too_late_is_settled_and_the_record_says_so(ask: Ask, approve: Approve, clock: Clock) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    clock.now = bypass.expires_at
    tasks.send_due()
    assert [one.subject for one in mail.outbox] == ["Active: ci-checks, payments in ci"]
    assert [(one.what, one.stands) for one in told(bypass, clock.now) if "minutes" in one.what] == [
        ("it ends in 10 minutes", "Not sent: by then it had ended."),
        ("it ends in 2 minutes", "Not sent: by then it had ended."),
    ]
