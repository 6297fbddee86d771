"""While a bypass is active every page of its tenant says so, with the time that is left; no other page does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from breakglass.models import Bypass
from tests.cast import Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, Post, of, path
from tests.pages.reading import Page

LABEL = 'aria-label="Active bypasses"'


def banner(page: Page) -> bool:
    """Whether the page shows it."""
    return LABEL in page.answer.content.decode()


@pytest.fixture
def active(ask: Ask, approve: Approve) -> Bypass:
    """Rosa's bypass, active for another 11 minutes."""
    return approve(ask())


PAGES = [
    ("rosa", path(), 200),
    ("rosa", path("queue/"), 200),
    ("rosa", path("bypasses/new"), 200),
    ("olga", path("audit/"), 200),
    ("olga", path("audit/1/0/"), 200),
    ("rosa", path("audit/"), 403),
    ("rosa", path("audit/1/0/"), 403),
    ("rosa", path("bypasses/bg_00000000000000000000/"), 404),
    ("rosa", path("nothing/here"), 404),
    ("olga", path("audit/1/99999999999999999999/"), 404),
]


@pytest.mark.parametrize(("who", "address", "status"), PAGES)
def test_every_page_of_the_tenant_shows_it(active: Bypass, get: Get, who: str, address: str, status: int) -> None:
    page = get(who, address)
    assert (page.answer.status_code, banner(page)) == (status, True)
    said = "ci-checks is open payments in ci, branch hotfix/null-currency, any artifact, for Rosa"
    assert f"{said} 11m 00s left until 2 Mar 2026 02:23:11 UTC" in page.text
    assert of(active) in page.links


@pytest.mark.parametrize(("who", "address", "status"), PAGES)
def test_without_an_active_bypass_none_does(ask: Ask, get: Get, who: str, address: str, status: int) -> None:
    ask()
    page = get(who, address)
    assert (page.answer.status_code, banner(page)) == (status, False)


def test_the_record_itself_shows_it(active: Bypass, get: Get) -> None:
    assert banner(get("rosa", of(active)))


def test_an_answer_to_a_refused_post_shows_it(active: Bypass, post: Post) -> None:
    page = post("rosa", of(active, "approve/"), ttl="15m")
    assert (page.answer.status_code, banner(page)) == (403, True)


def test_a_form_without_its_token_is_answered_with_it(active: Bypass, acme: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(acme.rosa.user)
    page = Page(client.post(of(active, "return/")))
    assert (page.answer.status_code, banner(page)) == (403, True)


@pytest.mark.parametrize(
    "address", ["/t/globex/", "/t/globex/queue/", "/t/globex/nothing", "/accounts/password/change/"]
)
def test_no_other_page_does(active: Bypass, globex: Cast, address: str) -> None:
    assert not banner(Page(globex.client("rosa").get(address)))


@pytest.mark.parametrize("address", [path(), path("nothing"), path("audit/")])
def test_a_stranger_sees_the_page_of_an_invented_tenant(active: Bypass, globex: Cast, address: str) -> None:
    client = globex.client("rosa")
    there, invented = (client.get(place) for place in (address, address.replace("acme", "invented")))
    assert (there.status_code, invented.status_code) == (404, 404)
    strip = [Page(answer).text for answer in (there, invented)]
    assert strip[0] == strip[1]


def test_it_goes_with_the_clock(active: Bypass, get: Get, clock: Clock) -> None:
    assert active.expires_at is not None
    seen = []
    for moved in (-1, 0, 1):
        clock.now = active.expires_at + timedelta(microseconds=moved)
        seen.append(banner(get("pete", path())))
    assert seen == [True, False, False]


def test_the_icon_turns_red(active: Bypass, get: Get, clock: Clock) -> None:
    assert b"favicon-active.svg" in get("pete", path()).answer.content
    clock.forward(hours=1)
    assert b"favicon-active.svg" not in get("pete", path()).answer.content


@pytest.mark.parametrize("address", [path(), path("nothing"), path("audit/")])
def test_it_asks_the_database_once(active: Bypass, acme: Cast, address: str) -> None:
    client = acme.client("rosa")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(address)
    asked = [one["sql"] for one in queries if '"breakglass_bypass"."expires_at" >' in one["sql"]]
    assert len(asked) == 1
