"""Beside a request stands what else is open there, and how often it and its requester came before."""

from __future__ import annotations

from datetime import timedelta

from breakglass.views.impact import Impact, impacts
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, of, path

RULE = "no-known-exploited-critical"
LATER = NOW + timedelta(minutes=5)


def test_a_first_request_has_nothing_beside_it(acme: Cast, ask: Ask) -> None:
    first = ask()
    assert impacts([first], LATER) == {first.pk: Impact((), 0, ((RULE, 0),))}


def test_it_counts_thirty_days_of_the_same_rule_and_of_the_same_person(acme: Cast, ask: Ask, approve: Approve) -> None:
    opened = approve(ask(branch="one"))
    ask(branch="other", by="pete")
    ask(gate="deploy-gate", environment="production")
    last = ask(branch="three", now=LATER)
    assert impacts([last], LATER)[last.pk] == Impact((opened,), 2, ((RULE, 2),))
    month = NOW + timedelta(days=30)
    assert impacts([last], month + timedelta(microseconds=1))[last.pk].by_rule == ((RULE, 0),)


def test_drills_are_counted_among_drills(acme: Cast, ask: Ask) -> None:
    ask(gate="practice", environment="production", ttl="20s")
    real = ask()
    assert impacts([real], LATER)[real.pk].by_requester == 0


def test_the_queue_and_the_review_say_it(acme: Cast, ask: Ask, approve: Approve, get: Get) -> None:
    opened = approve(ask(branch="one"))
    waiting = ask(branch="two")
    for page in (get("pete", path("queue/")), get("pete", of(waiting))):
        assert "was asked to be skipped here 1 time in the last 30 days" in page.text
        assert "Rosa asked 1 time before in the last 30 days" in page.text
        assert of(opened) in page.answer.content.decode()
