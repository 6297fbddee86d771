"""The first page says when people are told late, by whose fault, and that no gate is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from breakglass.models import Heartbeat, Message
from breakglass.views.standing import standing
from tenants import context
from tests.cast import Cast
from tests.clock import Clock
from tests.conftest import Ask
from tests.pages.conftest import Get, path

TICK = timedelta(microseconds=1)
SILENT = "The worker has been silent since"


def test_a_worker_that_never_ran_is_silent(acme: Cast, get: Get) -> None:
    assert "The worker has not run yet." in get("rosa", path()).text


@pytest.mark.parametrize(("ago", "silent"), [(timedelta(minutes=3), False), (timedelta(minutes=3) + TICK, True)])
def test_it_is_silent_after_three_minutes(acme: Cast, clock: Clock, get: Get, ago: timedelta, silent: bool) -> None:
    Heartbeat.objects.create(name="sweep", at=clock.now - ago)
    page = get("rosa", path()).text
    assert ("Telling people is slow" in page, SILENT in page) == (silent, silent)


def test_what_does_not_get_through_is_counted(acme: Cast, ask: Ask, clock: Clock, get: Get) -> None:
    ask()
    Heartbeat.objects.create(name="sweep", at=clock.now)
    with context.entered(acme.tenant):
        message = Message.objects.order_by("pk")[:1].get()
        Message.objects.filter(pk=message.pk).update(attempts=1)
        assert standing(clock.now).untold == 0
        Message.objects.filter(pk=message.pk).update(attempts=2)
        assert [standing(at).untold for at in (clock.now, message.at + timedelta(days=1))] == [1, 0]
    assert "1 message of the last day did not get through" in get("rosa", path()).text
    assert "Channels" in get("alex", path()).text
