"""kill -9 of the worker at every step of the end leaves one post-mortem, one entry of each kind and no lost message."""

from __future__ import annotations

import itertools
import signal
from datetime import datetime, timedelta

import pytest

from audit.models import Log
from audit.stored import stored_log
from audit.verify_tree import check_log
from breakglass.models import Attempt, Bypass, Message, PostMortem
from breakglass.notify import delivery
from tenants import context
from tests.cast import NOW, Cast
from tests.domain.support import entries, kinds
from tests.killing.conftest import Ends, Worker

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
MORNING = NOW + timedelta(hours=7)
NIGHT = ["bypass.requested", "bypass.approved", "deploy.recorded", "bypass.expired"]
EVENTS = ["asked", "expired", "in_flight", "opened"]
MAILS = ["expired", "expired", "opened", "owed"]


def moment(round_: int) -> datetime:
    """Of a round: what a dead worker had claimed in the one before is anybody's again."""
    return MORNING + round_ * (delivery.LEASE + timedelta(seconds=1))


def check_the_end(acme: Cast, night: list[Bypass], ends: Ends) -> None:
    """Everything happened, and nothing twice but the sending."""
    with context.entered(acme.tenant):
        for bypass in night:
            bypass.refresh_from_db()
            assert (bypass.status, kinds(bypass)) == ("expired", NIGHT)
            assert [entry.kind for entry in entries(f"pm-{bypass.pk}")] == ["post-mortem.opened"]
        owed = PostMortem.objects.order_by("bypass__requested_at", "bypass__branch")
        assert sorted((one.bypass_id, one.version) for one in owed) == sorted((bypass.pk, 1) for bypass in night)
        assert [one for one in Message.objects.filter(state__in=["pending", "failed"]) if one.kind not in LATER] == []
        sent = Message.objects.filter(state="sent")
        mails, events = (sorted(sent.filter(channel=channel).values_list("key", flat=True)) for channel in CHANNELS)
        taken = ends.keys()
        assert (sorted(set(taken[0])), sorted(set(taken[1]))) == (mails, events)
        for bypass in night:
            assert (told(bypass, "webhook"), told(bypass, "email")) == (EVENTS, MAILS)
        assert Attempt.objects.filter(outcome="unknown").exists()
    for log in Log.objects.all():
        check_log(stored_log(log))


def told(bypass: Bypass, channel: str) -> list[str]:
    """What was sent about it, in alphabetical order."""
    sent = Message.objects.filter(bypass=bypass, channel=channel, state="sent")
    return sorted(sent.values_list("kind", flat=True))


LATER = {"due_soon", "late"}  # due days later
CHANNELS = ("email", "webhook")


def test_killed_before_every_statement(acme: Cast, night: list[Bypass], ends: Ends, worker: Worker) -> None:
    died = 0
    for died in itertools.count(1):
        if worker.round(moment(died), died) != KILLED:
            break
    assert died > 40
    worker.rest()
    check_the_end(acme, night, ends)


def test_killed_while_a_server_takes_the_message(acme: Cast, night: list[Bypass], ends: Ends, worker: Worker) -> None:
    ends.deadly = {"mail": 3, "event": 3}
    died = [worker.round(moment(number)) for number in range(8)]
    assert died.count(KILLED) == 6
    mails, events = ends.keys()
    assert len(mails) > len(set(mails))
    assert len(events) > len(set(events))
    worker.rest()
    check_the_end(acme, night, ends)
