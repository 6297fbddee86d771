"""Claiming and settling: one try at a time, whatever dies, and nothing sent that has outlived its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail

from breakglass.actions import ending, reviewing
from breakglass.models import Attempt, Bypass, Message
from breakglass.notify import delivery, outcomes
from tenants.actions import remove_member
from tenants.models import User
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask

OPENED_AT = NOW + timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


def of_kind(bypass: Bypass, kind: str) -> Message:
    """The one message of this kind."""
    return Message.objects.get(bypass=bypass, kind=kind)


def deliver(message: Message, now: datetime) -> tuple[str, str]:
    """What became of it."""
    delivery.deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message.state, message.said


def tries(message: Message) -> list[tuple[int, str]]:
    """Number and outcome of every try."""
    return list(Attempt.objects.filter(message=message).order_by("number").values_list("number", "outcome"))


def test_it_is_sent_once(to_pete: Message) -> None:
    assert delivery.deliver(message_id=to_pete.pk, now=NOW) == outcomes.delivered("Handed over.")
    assert delivery.deliver(message_id=to_pete.pk, now=NOW) is None
    assert len(mail.outbox) == 1


def test_it_is_not_sent_before_it_is_due(ask: Ask, approve: Approve) -> None:
    bypass = ask()
    approve(bypass)
    warning = of_kind(bypass, "ends_in_10")
    assert delivery.deliver(message_id=warning.pk, now=warning.not_before - MICROSECOND) is None
    assert delivery.deliver(message_id=warning.pk, now=warning.not_before) is not None


def test_a_message_that_somebody_sends_is_nobody_elses(to_pete: Message) -> None:
    assert delivery.claim(message_id=to_pete.pk, now=NOW) == to_pete
    assert delivery.claim(message_id=to_pete.pk, now=NOW + delivery.LEASE - MICROSECOND) is None


def test_a_worker_that_dies_while_it_sends_loses_the_message_to_another(to_pete: Message) -> None:
    delivery.claim(message_id=to_pete.pk, now=NOW)
    assert deliver(to_pete, NOW + delivery.LEASE) == ("sent", "Handed over.")
    assert tries(to_pete) == [(1, "unknown"), (2, "delivered")]


def test_a_worker_that_comes_late_with_its_answer_changes_nothing(to_pete: Message) -> None:
    slow = delivery.claim(message_id=to_pete.pk, now=NOW)
    later = NOW + delivery.LEASE
    assert slow is not None
    quick = delivery.claim(message_id=to_pete.pk, now=later)
    delivery.settle(slow, outcomes.refused("550 No"), now=later)
    to_pete.refresh_from_db()
    assert to_pete.state == "pending"
    assert quick is not None
    delivery.settle(quick, outcomes.delivered("250 OK"), now=later)
    delivery.settle(slow, outcomes.refused("550 No"), now=later)
    to_pete.refresh_from_db()
    assert (to_pete.state, tries(to_pete)) == ("sent", [(1, "unknown"), (2, "delivered")])


def test_workers_that_die_every_time_end_in_a_failure(ask: Ask, acme: Cast) -> None:
    bypass = ask()
    reviewing.deny(bypass_id=bypass.pk, by=acme.pete, comment="No.", now=OPENED_AT)
    message, now = of_kind(bypass, "denied"), OPENED_AT
    for _ in range(delivery.MOST):
        assert delivery.claim(message_id=message.pk, now=now) == message
        now += delivery.LEASE
    assert deliver(message, now) == ("failed", "The worker stopped before it heard an answer.")
    assert tries(message) == [(number, "unknown") for number in range(1, 10)]


def test_an_answered_request_is_not_asked_about(ask: Ask, approve: Approve) -> None:
    bypass = ask()
    approve(bypass)
    assert deliver(of_kind(bypass, "asked"), OPENED_AT) == ("dropped", "Not sent: by then it was active.")
    assert (mail.outbox, tries(of_kind(bypass, "asked"))) == ([], [])


def test_a_request_that_lapsed_unnoticed_is_not_asked_about(to_pete: Message, asked: Bypass) -> None:
    before = asked.lapses_at - MICROSECOND
    assert deliver(to_pete, asked.lapses_at) == ("dropped", "Not sent: by then it was lapsed unanswered.")
    assert before < asked.lapses_at


def test_whoever_has_reviewed_it_is_not_asked_to(ask: Ask, approve: Approve, acme: Cast) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    approve(bypass, by="ada")
    asked_of = {one.member_id: one for one in Message.objects.filter(bypass=bypass, kind="asked")}
    ada, sam = acme.ada.pk, acme.sam.pk
    assert deliver(asked_of[ada], OPENED_AT) == ("dropped", "Not sent: by then they had reviewed it.")
    assert deliver(asked_of[sam], OPENED_AT) == ("sent", "Handed over.")


def test_a_warning_of_what_has_ended_is_dropped(ask: Ask, approve: Approve, acme: Cast) -> None:
    bypass = ask()
    approve(bypass)
    ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=OPENED_AT)
    warning = of_kind(bypass, "ends_in_10")
    assert deliver(warning, warning.not_before) == ("dropped", "Not sent: by then it had ended.")


def test_a_warning_after_the_end_is_dropped_though_nobody_wrote_the_end_down(ask: Ask, approve: Approve) -> None:
    bypass = ask()
    end = approve(bypass).expires_at
    assert end is not None
    assert deliver(of_kind(bypass, "ends_in_2"), end) == ("dropped", "Not sent: by then it had ended.")


@pytest.mark.parametrize(("early", "state"), [(MICROSECOND, "sent"), (timedelta(0), "dropped")])
def test_the_first_warning_makes_way_for_the_last(early: timedelta, state: str, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    end = approve(bypass).expires_at
    assert end is not None
    assert deliver(of_kind(bypass, "ends_in_10"), end - timedelta(minutes=2) - early)[0] == state


def test_somebody_who_left_is_not_written_to(to_pete: Message, acme: Cast) -> None:
    remove_member(member=acme.pete, by=acme.alex, now=NOW)
    assert deliver(to_pete, NOW) == ("dropped", "Not sent: no longer a member.")


def test_an_account_that_is_switched_off_is_not_written_to(to_pete: Message) -> None:
    User.objects.filter(email="pete@acme.example").update(is_active=False)
    assert deliver(to_pete, NOW) == ("dropped", "Not sent: the account is switched off.")


def test_what_is_due_comes_the_longest_waiting_first(ask: Ask) -> None:
    late, early = ask(now=NOW), ask(ttl="1h", now=NOW - timedelta(minutes=5))
    first, second = of_kind(early, "asked"), of_kind(late, "asked")
    assert delivery.sort_out(NOW, 10) == ([first, second], False)
    assert delivery.sort_out(NOW, 2) == ([first, second], True)
    assert delivery.sort_out(NOW, 1) == ([first], True)
    assert delivery.sort_out(NOW - MICROSECOND, 10) == ([first], False)


def test_what_is_stale_is_dropped_together_and_says_so(ask: Ask, approve: Approve) -> None:
    answered, open_still = ask(), ask(ttl="1h")
    approve(answered)
    opened, asked = of_kind(answered, "opened"), of_kind(open_still, "asked")
    assert delivery.sort_out(OPENED_AT, 10) == ([asked, opened], False)
    dropped = of_kind(answered, "asked")
    assert (dropped.state, dropped.said) == ("dropped", "Not sent: by then it was active.")
    assert dropped.settled_at == OPENED_AT
