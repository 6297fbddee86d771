"""What the worker runs: right after an act, and every minute for what was missed, whatever is broken meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django_q.models import OrmQ, Schedule
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from breakglass import env_urls, tasks
from breakglass.actions.channels import add_webhook
from breakglass.actions.telling import News, tell
from breakglass.models import Bypass, Message, MessageKind
from breakglass.states import Status
from tenants import context
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.conftest import Approve, Ask
from tests.notify.conftest import SECRET, free_port
from tests.tenancy.planted import plant


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped at the moment of the request."""
    return stop(monkeypatch, NOW)


def queued() -> list[tuple[str, tuple[int, ...]]]:
    """What django-q2 has to do."""
    return [(one.task["func"], one.task["args"]) for one in OrmQ.objects.order_by("pk")]


def states(bypass: Bypass) -> list[str]:
    """Of its messages, in the order of writing."""
    return list(Message.objects.filter(bypass=bypass).order_by("pk").values_list("state", flat=True))


def test_an_act_queues_what_is_due_once_it_is_done(
    acme: Cast, ask: Ask, approve: Approve, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        bypass = ask()
        assert queued() == []
    with django_capture_on_commit_callbacks(execute=True):
        approve(bypass)
    sent = Message.objects.filter(bypass=bypass, kind__in=["asked", "opened"]).order_by("pk")
    assert queued() == [("breakglass.tasks.deliver", (acme.tenant.pk, one.pk)) for one in sent]


def test_the_queued_task_sends_it(acme: Cast, to_pete: Message, clock: Clock) -> None:
    with context.entered(acme.tenant):
        tasks.deliver(acme.tenant.pk, to_pete.pk)
        tasks.deliver(acme.tenant.pk, to_pete.pk)
    assert [one.to for one in mail.outbox] == [["pete@acme.example"]]


def test_a_queue_that_is_down_does_not_touch_the_act(
    acme: Cast,
    ask: Ask,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def down(*_: object, **__: object) -> None:
        raise ConnectionError("the broker is down")

    monkeypatch.setattr("django_q.tasks.async_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        bypass = ask()
    assert (bypass.status, states(bypass)) == (Status.REQUESTED, ["pending"])


def test_a_dead_mail_server_does_not_touch_the_act(
    ask: Ask, approve: Approve, settings: Settings, clock: Clock
) -> None:
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://127.0.0.1:{free_port()}")}
    bypass = ask()
    tasks.send_due()
    assert states(bypass) == ["pending"]
    assert approve(bypass).status == Status.ACTIVE


def test_the_minute_finds_what_was_missed_in_every_tenant(acme: Cast, globex: Cast, ask: Ask, clock: Clock) -> None:
    ask()
    plant(globex)
    clock.forward(minutes=2)
    tasks.send_due()
    for cast in (acme, globex):
        with context.entered(cast.tenant):
            assert Message.objects.filter(state="pending", not_before__lte=clock.now, channel="email").count() == 0


def test_a_message_that_breaks_the_sender_does_not_stop_the_others(
    acme: Cast, ask: Ask, clock: Clock, settings: Settings
) -> None:
    add_webhook(url="https://hooks.example/", secret=SECRET, by=acme.alex, now=NOW)
    bypass = ask()
    settings.KEY_ENCRYPTION_SECRET = "not the one that the webhook's secret was encrypted with"
    tasks.send_due()
    mails = Message.objects.filter(bypass=bypass, channel="email")
    assert (mails.get().state, states(bypass)) == ("sent", ["sent", "pending"])


def test_the_round_stops_when_its_time_is_up(ask: Ask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SEND_FOR", 0)
    bypass = ask()
    tasks.send_due()
    assert states(bypass) == ["pending"]


def test_ten_thousand_rows_after_an_outage_are_worked_off_in_rounds(
    acme: Cast, ask: Ask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bypass = ask()
    first = Message.objects.get(bypass=bypass)
    rows = [
        Message(
            bypass=bypass,
            kind=MessageKind.ASKED,
            channel="email",
            member=acme.pete,
            cause=f"0-{number}",
            at=NOW,
            not_before=NOW,
        )
        for number in range(10_000)
    ]
    Message.objects.bulk_create(rows)
    clock.now = bypass.lapses_at + timedelta(hours=5)
    monkeypatch.setattr(tasks, "SEND_FOR", 0.1)
    left: list[int] = []
    while (pending := Message.objects.filter(state="pending").count()) and len(left) < 1000:
        left.append(pending)
        tasks.send_due()
    assert left == sorted(left, reverse=True)
    assert len(left) > 1
    assert (Message.objects.filter(state="dropped").count(), mail.outbox) == (10_001, [])
    first.refresh_from_db()
    assert first.said == "Not sent: by then it was lapsed unanswered."


def test_nothing_is_written_twice_for_one_cause(acme: Cast, to_pete: Message, asked: Bypass) -> None:
    from django.db import IntegrityError, transaction

    from audit import log

    entry = log.find_entry(str(acme.tenant.pk), to_pete.cause)
    assert entry is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(News(MessageKind.ASKED, asked, entry, NOW), [acme.pete.pk])


def test_both_rounds_run_every_minute(db: None) -> None:
    schedules = Schedule.objects.order_by("name").values_list("name", "func", "schedule_type", "repeats")
    assert list(schedules) == [
        ("send", "breakglass.tasks.send_due", Schedule.MINUTES, -1),
        ("sweep", "breakglass.tasks.sweep", Schedule.MINUTES, -1),
    ]
