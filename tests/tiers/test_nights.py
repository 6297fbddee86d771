"""Whole nights of the stricter tiers, through the pages and the gate: who it takes, how long, who never counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from breakglass.times import whole_second
from tenants import context
from tenants.actions import join_group, leave_group
from tenants.models import Group
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.tiers.conftest import Night, entries

HIGH, PROD_DB = "deploy-gate", "db-change"
HOUR = timedelta(hours=1)


def away(night: Night, who: str = "dana", until: str = "2026-03-03T09:00") -> int:
    """Somebody says on the settings page that they are away."""
    return int(night.post(who, "settings/", away_until=until).status_code)


def test_a_high_night_takes_both_groups_and_the_least_time(night: Night, clock: Clock) -> None:
    bypass = night.asked(HIGH, ttl="1h")
    assert (night.state(bypass).tier, night.check(HIGH)) == ("high", 403)
    clock.forward(minutes=1)
    assert night.approve("ada", bypass, ttl="15m") == 302
    assert (night.state(bypass).status, night.check(HIGH)) == ("requested", 403)
    clock.forward(minutes=9)
    last = clock.now
    assert (night.approve("sam", bypass, ttl="1h"), night.check(HIGH)) == (302, 200)
    opened = night.state(bypass)
    assert (opened.starts_at, opened.expires_at) == (whole_second(last), whole_second(last) + HOUR / 4)
    clock.now = whole_second(last) + HOUR / 4 - timedelta(microseconds=1)
    assert night.check(HIGH) == 200
    clock.now = whole_second(last) + HOUR / 4
    assert night.check(HIGH) == 403


@pytest.mark.parametrize("order", [("ada", "sam"), ("sam", "ada")])
def test_either_group_may_come_first(night: Night, order: tuple[str, str]) -> None:
    bypass = night.asked(HIGH, ttl="15m")
    assert [night.approve(who, bypass, ttl="15m") for who in order] == [302, 302]
    assert night.state(bypass).status == "active"


@pytest.mark.parametrize("who", ["rosa", "pete", "dana", "olga", "alex"])
def test_nobody_else_counts_in_a_high_night(night: Night, who: str) -> None:
    bypass = night.asked(HIGH, ttl="15m")
    assert (night.approve(who, bypass, ttl="15m"), night.approve("ada", bypass, ttl="15m")) == (403, 302)
    assert night.state(bypass).status == "requested"


def test_one_person_in_both_groups_fills_one_clause(night: Night) -> None:
    acme = night.cast
    with context.entered(acme.tenant):
        duty = Group.objects.get(slug="security-duty")
        join_group(group=duty, member=acme.ada, by=acme.alex, now=NOW - HOUR)
    bypass = night.asked(HIGH, ttl="15m")
    assert [night.approve("ada", bypass, ttl="15m") for _ in range(2)] == [302, 302]
    assert night.state(bypass).status == "requested"
    assert (night.approve("sam", bypass, ttl="15m"), night.state(bypass).status) == (302, "active")


def test_what_nobody_could_approve_is_refused_with_the_repair(night: Night) -> None:
    acme = night.cast
    with context.entered(acme.tenant):
        leave_group(group=Group.objects.get(slug="security-duty"), member=acme.sam, by=acme.alex, now=NOW - HOUR)
    answer = night.ask(HIGH, ttl="15m")
    assert answer.status_code == 409
    sentence = (
        "Nobody could approve this: tier high asks one of security-duty, and too few people other than you have that "
        "right. Ask an admin to add approvers, then send it again."
    )
    assert sentence in answer.content.decode()
    assert entries(acme, "bypass.requested") == []


@pytest.mark.parametrize("order", [("pete", "dana"), ("dana", "pete")])
def test_a_database_night_takes_a_peer_and_the_named_senior(night: Night, order: tuple[str, str]) -> None:
    bypass = night.asked(PROD_DB, ttl="15m")
    assert night.state(bypass).tier == "prod-db"
    assert [night.approve(who, bypass, ttl="15m") for who in order] == [302, 302]
    assert (night.state(bypass).status, night.check(PROD_DB)) == ("active", 200)


def test_the_deputy_is_refused_while_the_senior_is_here(night: Night) -> None:
    bypass = night.asked(PROD_DB, ttl="15m")
    assert (night.approve("pete", bypass, ttl="15m"), night.approve("lee", bypass, ttl="15m")) == (302, 403)
    assert night.state(bypass).status == "requested"
    assert bypass not in night.get("lee", "queue/").content.decode()


def test_the_deputy_stands_in_while_the_senior_is_away(night: Night) -> None:
    assert away(night) == 302
    bypass = night.asked(PROD_DB, ttl="15m")
    assert bypass in night.get("lee", "queue/").content.decode()
    assert [night.approve(who, bypass, ttl="15m") for who in ("pete", "lee")] == [302, 302]
    assert (night.state(bypass).status, night.check(PROD_DB)) == ("active", 200)


def test_the_senior_counts_though_away(night: Night) -> None:
    away(night)
    bypass = night.asked(PROD_DB, ttl="15m")
    assert [night.approve(who, bypass, ttl="15m") for who in ("pete", "dana")] == [302, 302]
    assert night.state(bypass).status == "active"


def test_senior_and_deputy_fill_one_clause(night: Night) -> None:
    away(night)
    bypass = night.asked(PROD_DB, ttl="15m")
    assert [night.approve(who, bypass, ttl="15m") for who in ("dana", "lee")] == [302, 403]
    assert night.state(bypass).status == "requested"


def test_the_entry_names_the_deputy_only_while_the_senior_is_away(night: Night) -> None:
    night.asked(PROD_DB, ttl="15m")
    away(night)
    night.asked(PROD_DB, ttl="15m", who="pete")
    seniors = [one["data"]["approvals"][1]["people"] for one in entries(night.cast, "bypass.requested")]
    assert [[person["name"] for person in people] for people in seniors] == [["Dana"], ["Dana", "Lee"]]


def test_who_goes_away_after_the_request_is_stood_in_for(night: Night, clock: Clock) -> None:
    bypass = night.asked(PROD_DB, ttl="15m")
    clock.forward(minutes=5)
    away(night)
    assert [night.approve(who, bypass, ttl="15m") for who in ("pete", "lee")] == [302, 302]


def test_the_deputy_counts_until_the_moment_that_the_senior_named(night: Night, clock: Clock) -> None:
    away(night, until="2026-03-02T02:30")
    first, second = night.asked(PROD_DB, ttl="15m"), night.asked(PROD_DB, ttl="15m", who="pete")
    end = NOW.replace(minute=30, second=0, microsecond=0)
    clock.now = end - timedelta(microseconds=1)
    assert night.approve("lee", first, ttl="15m") == 302
    clock.now = end
    assert night.approve("lee", second, ttl="15m") == 403


def test_an_approval_given_in_time_counts_though_the_senior_is_back(night: Night, clock: Clock) -> None:
    away(night)
    bypass = night.asked(PROD_DB, ttl="15m")
    assert night.approve("lee", bypass, ttl="15m") == 302
    assert night.post("dana", "settings/", back="1").status_code == 302
    assert (night.approve("pete", bypass, ttl="15m"), night.state(bypass).status) == (302, "active")


def test_a_strangers_absence_changes_nothing(night: Night) -> None:
    night_there = Night(Cast("globex"))
    assert away(night_there, who="gwen") == 302
    bypass = night.asked(PROD_DB, ttl="15m")
    assert night.approve("lee", bypass, ttl="15m") == 403
