"""An act that had to wait is judged by the moment at which it could go on, not by the one at which it queued."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from django.utils import timezone

from breakglass.actions.ending import withdraw
from breakglass.actions.timely import LONGEST, TRIES, timely
from breakglass.errors import Busy
from breakglass.models import Bypass
from breakglass.states import Status
from tests.cast import Cast
from tests.conftest import Ask


def test_a_quick_act_is_done_once_with_the_moment_it_began_at(acme: Cast) -> None:
    before = timezone.now()
    moments: list[datetime] = [timely(lambda now: now)]
    assert [before <= moment <= timezone.now() for moment in moments] == [True]


def test_an_act_that_waited_is_undone_and_done_again_with_a_new_moment(acme: Cast, ask: Ask) -> None:
    bypass, moments = ask(now=timezone.now()), []

    def slow_at_first(now: datetime) -> None:
        assert Bypass.objects.get(pk=bypass.pk).status == Status.REQUESTED
        moments.append(now)
        withdraw(bypass_id=bypass.pk, by=acme.rosa, now=now)
        if len(moments) == 1:
            time.sleep(LONGEST.total_seconds() + 0.1)

    timely(slow_at_first)
    assert (len(moments), moments[1] - moments[0] > LONGEST) == (2, True)
    assert Bypass.objects.get(pk=bypass.pk).closed_at == moments[1]


@pytest.mark.usefixtures("acme")
def test_an_act_that_waits_every_time_changes_nothing() -> None:
    tries: list[datetime] = []

    def slow(now: datetime) -> None:
        tries.append(now)
        time.sleep(LONGEST.total_seconds() + 0.01)

    with pytest.raises(Busy, match="nothing was changed"):
        timely(slow)
    assert len(tries) == TRIES
