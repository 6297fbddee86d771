"""Expiry is honoured on every path: whoever asks what is active, and when, hears the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import RequestFactory

from breakglass.actions import deciding
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.ending import return_bypass
from breakglass.actions.records import find, person_of
from breakglass.models import Bypass
from breakglass.states import Status
from breakglass.views.banner import active_bypasses
from breakglass.views.waiting import waiting_for
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, TICK

START = NOW.replace(microsecond=0) + MINUTE
END = START + 15 * MINUTE
MOMENTS = [
    (START - TICK, False),
    (START, True),
    (START + TICK, True),
    (END - TICK, True),
    (END, False),
    (END + TICK, False),
]


type Consumer = Callable[[Cast, Bypass, datetime], bool]


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Active from START to END."""
    return approve(ask())


def by_decide(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    answer = deciding.decide(
        credential=cast.credential("ci-checks"), scope=bypass.scope, rules=frozenset(bypass.rules), now=now
    )
    return answer.bypass == bypass


def by_a_repeated_decide(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    by_decide(cast, bypass, START)
    return by_decide(cast, bypass, now)


def by_the_list(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    return deciding.active(now=now) == [bypass]


def by_the_row(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    return find(bypass.pk).holds_at(now)


def by_the_lock(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    return deciding.still_holds(bypass, now)


def by_a_deploy(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    report = read_report(id="build-1", scope=bypass.scope, status="started", url="", provenance_url="")
    return record_deploy(credential=cast.credential("ci-checks"), report=report, now=now).deploy.bypass_id == bypass.pk


def by_the_banner(cast: Cast, bypass: Bypass, now: datetime) -> bool:
    request = RequestFactory().get("/t/acme/")
    vars(request).update(tenant=cast.tenant, member=cast.olga, moment=now)
    return bool(active_bypasses(request)["here"].active == [bypass])


CONSUMERS = [by_decide, by_a_repeated_decide, by_the_list, by_the_row, by_the_lock, by_a_deploy, by_the_banner]


@pytest.mark.parametrize(("now", "active"), MOMENTS)
@pytest.mark.parametrize("consumer", CONSUMERS)
def test_expiry_honoured_on_every_path(
    acme: Cast, opened: Bypass, consumer: Consumer, now: datetime, active: bool
) -> None:
    assert consumer(acme, opened, now) == active


@pytest.mark.parametrize(("now", "active"), MOMENTS[1:])
def test_the_state_says_so_too(opened: Bypass, now: datetime, active: bool) -> None:
    assert opened.status_at(now) == (Status.ACTIVE if active else Status.EXPIRED)


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_what_was_written_down_early_stays_shut(acme: Cast, opened: Bypass, consumer: Consumer) -> None:
    bypass = return_bypass(bypass_id=opened.pk, by=acme.rosa, now=START + MINUTE)
    assert not consumer(acme, bypass, START + 2 * MINUTE)


def test_the_queue_ends_at_the_lapse(acme: Cast, ask: Ask) -> None:
    bypass, pete = ask(), person_of(acme.pete)
    moments = (NOW, bypass.lapses_at - TICK, bypass.lapses_at)
    assert [waiting_for(pete, now) for now in moments] == [[bypass], [bypass], []]


def queued(acme: Cast, bypass: Bypass) -> list[str]:
    """Whose queue it is in."""
    everybody = ("rosa", "pete", "ada", "sam", "dana", "lee", "olga", "alex", "ben")
    return [name for name in everybody if bypass in waiting_for(person_of(getattr(acme, name)), NOW + MINUTE)]


@pytest.mark.parametrize(
    ("gate", "environment", "names"),
    [
        ("ci-checks", "ci", ["pete"]),
        ("deploy-gate", "production", ["ada", "sam"]),
        ("db-change", "production", ["pete", "dana"]),
    ],
)
def test_the_queue_is_of_exactly_those_who_may_approve(
    acme: Cast, ask: Ask, gate: str, environment: str, names: list[str]
) -> None:
    assert queued(acme, ask(gate=gate, environment=environment)) == names


def test_whoever_has_approved_has_it_in_the_queue_no_longer(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(gate="deploy-gate", environment="production"), by="ada")
    assert queued(acme, bypass) == ["sam"]
    assert queued(acme, approve(bypass, by="sam")) == []
