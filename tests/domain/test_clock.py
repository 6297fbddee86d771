"""The clock ends a bypass by itself; what the worker writes down is when that was, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import Schedule

from audit.models import Entry, Tree
from breakglass import tasks
from breakglass.actions import ending, reviewing
from breakglass.actions.asking import request_bypass
from breakglass.actions.deciding import decide
from breakglass.asks import parse_ask
from breakglass.models import Bypass, Check, Heartbeat
from breakglass.states import Status
from tenants import context
from tests.cast import ASK, NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, TICK, entries, kinds, last, snapshot

END = NOW.replace(microsecond=0) + 16 * MINUTE
LAPSE = NOW.replace(microsecond=0) + 60 * MINUTE


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Open until END."""
    return approve(ask())


@pytest.mark.parametrize(("now", "noted"), [(END - TICK, False), (END, True), (END + TICK, True)])
def test_an_expiry_is_noted_from_the_end_on(opened: Bypass, now: datetime, noted: bool) -> None:
    assert ending.note_the_clock(bypass_id=opened.pk, now=now) == noted


@pytest.mark.parametrize(("now", "noted"), [(LAPSE - TICK, False), (LAPSE, True), (LAPSE + TICK, True)])
def test_a_lapse_is_noted_from_the_end_on(ask: Ask, now: datetime, noted: bool) -> None:
    assert ending.note_the_clock(bypass_id=ask().pk, now=now) == noted


def test_an_expiry_is_effective_when_the_time_ran_out(opened: Bypass) -> None:
    ending.note_the_clock(bypass_id=opened.pk, now=END + timedelta(days=3))
    opened.refresh_from_db()
    assert (opened.status, opened.closed_at, opened.closed_by_id) == (Status.EXPIRED, END, None)
    entry = last(opened)
    assert (entry["kind"], entry["time"], entry["actor"]["type"]) == (
        *("bypass.expired", "2026-03-05T02:23:11Z", "portal"),
    )
    assert entry["data"] == {"bypass": opened.pk, "effective_at": "2026-03-02T02:23:11Z"}


def test_a_lapse_is_effective_when_the_time_ran_out(ask: Ask) -> None:
    bypass = ask()
    ending.note_the_clock(bypass_id=bypass.pk, now=LAPSE + timedelta(days=3))
    bypass.refresh_from_db()
    assert (bypass.status, bypass.closed_at, bypass.closed_by_id) == (Status.LAPSED, LAPSE, None)
    assert (last(bypass)["kind"], last(bypass)["data"]) == (
        *("bypass.lapsed",),
        {"bypass": bypass.pk, "effective_at": "2026-03-02T03:07:11Z"},
    )


def test_an_end_is_noted_once(opened: Bypass) -> None:
    ending.note_the_clock(bypass_id=opened.pk, now=END)
    before = snapshot()
    assert not ending.note_the_clock(bypass_id=opened.pk, now=END + MINUTE)
    assert snapshot() == before


def withdraw(acme: Cast, bypass: Bypass) -> Bypass:
    return ending.withdraw(bypass_id=bypass.pk, by=acme.rosa, now=NOW)


def deny(acme: Cast, bypass: Bypass) -> Bypass:
    return reviewing.deny(bypass_id=bypass.pk, by=acme.pete, comment="", now=NOW)


@pytest.mark.parametrize("act", [withdraw, deny])
def test_expiry_job_overwrites_no_newer_state(acme: Cast, ask: Ask, act: Callable[[Cast, Bypass], Bypass]) -> None:
    bypass = act(acme, ask())
    before = snapshot()
    assert not ending.note_the_clock(bypass_id=bypass.pk, now=LAPSE + MINUTE)
    assert snapshot() == before


def test_expiry_job_overwrites_no_return(acme: Cast, opened: Bypass) -> None:
    ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=END - TICK)
    assert not ending.note_the_clock(bypass_id=opened.pk, now=END)
    assert kinds(opened)[2:] == ["bypass.returned"]


def test_the_state_needs_no_worker(opened: Bypass) -> None:
    assert [opened.status_at(now) for now in (END - TICK, END, END + TICK)] == [
        *(Status.ACTIVE, Status.EXPIRED, Status.EXPIRED),
    ]
    assert opened.status == Status.ACTIVE


def test_scheduled_but_never_activated(ask: Ask) -> None:
    bypass = ask()
    assert [bypass.status_at(now) for now in (LAPSE - TICK, LAPSE)] == [Status.REQUESTED, Status.LAPSED]


def beside(cast: Cast, gate: str) -> str:
    """The status of the tenant's only bypass."""
    with context.entered(cast.tenant):
        return Bypass.objects.get(gate__slug=gate).status


def request_in(cast: Cast) -> Bypass:
    """A request of long ago in another tenant."""
    with context.entered(cast.tenant):
        return request_bypass(by=cast.rosa, gate="ci-checks", ask=parse_ask(ASK), now=NOW)


def test_a_sweep_ends_what_the_clock_has_ended_in_every_tenant(globex: Cast, opened: Bypass, acme: Cast) -> None:
    request_in(globex)
    tasks.sweep()
    assert (beside(acme, "ci-checks"), beside(globex, "ci-checks")) == (Status.EXPIRED, Status.LAPSED)


def test_a_sweep_leaves_what_is_still_open(ask: Ask, approve: Approve) -> None:
    now = timezone.now()
    waiting, opened = ask(branch="a", now=now), approve(ask(branch="b", now=now), now=now)
    tasks.sweep()
    statuses = Bypass.objects.order_by("branch").values_list("pk", "status")
    assert list(statuses) == [(waiting.pk, Status.REQUESTED), (opened.pk, Status.ACTIVE)]


@pytest.mark.parametrize("broken", ["acme", "globex"])
def test_a_tenant_that_fails_does_not_stop_the_other(
    acme: Cast, globex: Cast, opened: Bypass, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    request_in(globex)
    failing, other = (acme, globex) if broken == "acme" else (globex, acme)
    with connection.cursor() as cursor:  # its log takes no entry any more
        cursor.execute("UPDATE audit_log SET closed_at = opened_at WHERE tenant_id = %s", [str(failing.tenant.pk)])
    tasks.sweep()
    open_still = {"acme": Status.ACTIVE, "globex": Status.REQUESTED}[broken]
    ended = {"acme": Status.LAPSED, "globex": Status.EXPIRED}[broken]
    assert (beside(failing, "ci-checks"), beside(other, "ci-checks")) == (open_still, ended)
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage().startswith(f"{broken}: the end of bg_")


def test_a_sweep_is_seen(db: None) -> None:
    before = timezone.now()
    tasks.sweep()
    tasks.sweep()
    seen = Heartbeat.objects.get()
    assert (seen.name, before <= seen.at <= timezone.now()) == ("sweep", True)


def test_a_sweep_seals_checks_and_brings_the_trees_up_to_date(acme: Cast, opened: Bypass) -> None:
    decide(credential=acme.credential("ci-checks"), scope=opened.scope, rules=frozenset(), now=NOW)
    tasks.sweep()
    assert Check.objects.filter(batch=None).count() == 0
    assert "checks.sealed" in [entry.kind for entry in entries()]
    log = entries()[0].log
    assert Tree.objects.get(pk=log.pk).size == Entry.objects.filter(log=log).count()


def test_the_sweep_is_scheduled_every_minute(db: None) -> None:
    found = Schedule.objects.values_list("name", "func", "schedule_type", "minutes", "repeats")
    assert list(found) == [
        (name, f"breakglass.tasks.{task}", Schedule.MINUTES, 1, -1)
        for name, task in (("sweep", "sweep"), ("send", "send_due"))
    ]
