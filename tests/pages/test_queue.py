"""The queue holds exactly what its reader could bring closer to open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from breakglass.actions.reviewing import deny
from breakglass.models import Bypass
from tenants.actions import add_member, grant_role, revoke_role
from tenants.models import User
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, of, path
from tests.pages.reading import Page

QUEUE = path("queue/")


def listed(page: Page) -> list[str]:
    """The records it leads to, in order, each once; not the banner's."""
    found = re.findall(r'<h3>\s*<a href="([^"]+)"', page.answer.content.decode())
    assert len(found) == len(set(found))
    return found


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("rosa", ["by pete"]),
        ("pete", ["database", "low"]),
        ("ada", ["high"]),
        ("sam", ["high"]),
        ("dana", ["database"]),
        ("lee", []),
        ("olga", []),
        ("alex", []),
    ],
)
def test_it_is_exactly_right_and_the_strictest_come_first(ask: Ask, get: Get, who: str, sees: list[str]) -> None:
    sent = {
        "low": ask(now=NOW),
        "high": ask(gate="deploy-gate", environment="production", now=NOW + timedelta(seconds=1)),
        "database": ask(gate="db-change", environment="production", now=NOW + timedelta(seconds=2)),
        "by pete": ask(by="pete", now=NOW + timedelta(seconds=3)),
    }
    assert listed(get(who, QUEUE)) == [of(sent[name]) for name in sees]


def test_what_i_approved_or_somebody_decided_leaves_it(ask: Ask, approve: Approve, acme: Cast, get: Get) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    approve(bypass, by="ada")
    assert (listed(get("ada", QUEUE)), listed(get("sam", QUEUE))) == ([], [of(bypass)])
    deny(bypass_id=bypass.pk, by=acme.sam, comment="", now=NOW + timedelta(minutes=2))
    assert listed(get("sam", QUEUE)) == []


def test_a_lapsed_request_leaves_it_by_the_clock(ask: Ask, get: Get, clock: Clock) -> None:
    bypass = ask()
    clock.now = bypass.lapses_at - timedelta(microseconds=1)
    assert listed(get("pete", QUEUE)) == [of(bypass)]
    clock.now = bypass.lapses_at
    assert listed(get("pete", QUEUE)) == []


def test_a_right_gained_after_the_request_does_not_count(ask: Ask, acme: Cast, get: Get) -> None:
    ask()
    grant_role(member=acme.ada, role=Role.REQUESTER, by=None, now=NOW + timedelta(minutes=1))
    assert listed(get("ada", QUEUE)) == []


def test_a_right_lost_in_between_does_not_count(ask: Ask, acme: Cast, get: Get) -> None:
    ask()
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=None, now=NOW + timedelta(minutes=1))
    assert listed(get("pete", QUEUE)) == []


def test_a_newcomer_finds_it_empty(ask: Ask, acme: Cast, get: Get) -> None:
    ask()
    user = User.objects.create_user("nora@acme.example", name="Nora")
    add_member(user=user, roles=[Role.REQUESTER], by=None, now=NOW + timedelta(minutes=1))
    assert listed(get("nora", QUEUE)) == []


@pytest.mark.parametrize("address", [QUEUE, path()])
@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_the_database_as_often_for_one_as_for_three(
    ask: Ask, acme: Cast, django_assert_num_queries: DjangoAssertNumQueries, address: str, rows: int
) -> None:
    for number in range(rows):
        ask(justification=f"Reason {number}.")
    client = acme.client("pete")
    with django_assert_num_queries({QUEUE: 12, path(): 15}[address]):
        page = Page(client.get(address))
    assert len(listed(page)) == rows


def test_my_requests_and_what_is_active_are_on_the_first_page(ask: Ask, approve: Approve, get: Get) -> None:
    mine, active = ask(by="pete", justification="Mine."), approve(ask())
    page = get("pete", path())
    assert page.links.count(of(active)) == 2
    assert (page.links.count(of(mine)), "Requested ci-checks" in page.text) == (1, True)
    assert listed(page) == []
    assert Bypass.objects.count() == 2
