"""Pages are named by a row: they stay what they are while rows are added, and cost the same however deep they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from breakglass.models import Bypass
from breakglass.scopes import Scope
from breakglass.views import keyset
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.lists.conftest import LISTS, Decide, Open, Rows, Ship, listed, outside
from tests.pages.reading import Page

COSTS = {
    "page": {"bypasses": 10, "checks": 9, "deploys": 9, "audit": 11},
    "file": {"bypasses": 8, "checks": 7, "deploys": 7, "audit": 8},
}


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that five rows are three pages."""
    monkeypatch.setattr(keyset, "PAGE", 2)


@pytest.fixture
def five(ask: Ask, pages_of_two: None) -> list[str]:
    """Five bypasses, the newest first, of which three, on two pages, were asked for in the same moment."""
    for number in (0, 1, 1, 1, 2):
        ask(justification=f"Number {Bypass.objects.count()}.", now=NOW + timedelta(seconds=number))
    return list(Bypass.objects.order_by("-requested_at", "-pk").values_list("pk", flat=True))


def step(page: Page, word: str) -> dict[str, str]:
    """Where a link of the keyset leads ("before" or "after")."""
    found = [link for link in page.links if link.startswith(f"?{word}=")]
    return dict([found[0].removeprefix("?").split("=")]) if found else {}


def test_there_and_back(five: list[str], open_list: Open) -> None:
    pages = [open_list("bypasses")]
    while query := step(pages[-1], "before"):
        pages.append(open_list("bypasses", **query))
    assert [listed(page) for page in pages] == [five[:2], five[2:4], five[4:]]
    back = open_list("bypasses", **step(pages[-1], "after"))
    assert listed(back) == five[2:4]
    first = open_list("bypasses", **step(back, "after"))
    assert (listed(first), step(first, "after")) == (five[:2], {})
    assert [step(page, "after") == {} for page in pages] == [True, False, False]


def test_a_page_stays_while_rows_are_added(five: list[str], open_list: Open, ask: Ask) -> None:
    second = {"before": five[1]}
    assert listed(open_list("bypasses", **second)) == five[2:4]
    added = ask(justification="New.", now=NOW + timedelta(minutes=1))
    assert listed(open_list("bypasses", **second)) == five[2:4]
    assert listed(open_list("bypasses")) == [added.pk, five[0]]
    assert listed(open_list("bypasses", after=five[0])) == [added.pk]


def test_the_links_keep_the_filter(five: list[str], open_list: Open) -> None:
    page = open_list("bypasses", gate="ci-checks", rule="no-known-exploited-critical")
    asked = "?gate=ci-checks&rule=no-known-exploited-critical"
    assert [link for link in page.links if link.startswith("?")] == [
        f"{asked}&format=csv",
        f"{asked}&before={five[1]}",
    ]


def test_the_file_has_the_whole_result_and_not_the_page(five: list[str], rows_of: Rows) -> None:
    assert [row["bypass"] for row in rows_of("bypasses", before=five[1])] == five


@pytest.mark.parametrize("name", ["checks", "deploys", "audit"])
@pytest.mark.usefixtures("pages_of_two")
def test_the_other_lists_are_read_the_same_way(
    name: str, check: Decide, ship: Ship, open_list: Open, rows_of: Rows
) -> None:
    for number in range(5):
        check(minutes=number // 2)
        ship(str(number), minutes=number // 2)
    key = {"checks": "evaluation", "deploys": "deploy", "audit": "entry"}[name]
    whole = [row[key] for row in rows_of(name)]
    assert len(whole) >= 5
    query: dict[str, str] = {}
    seen = []
    while True:
        page = open_list(name, **query)
        seen.append(page.answer.context["page"].rows)
        query = step(page, "before")
        if not query:
            break
    flat = [str(row.id) if name == "audit" else str(row) for rows in seen for row in rows]
    assert (flat, [len(rows) for rows in seen[:-1]]) == (whole, [2] * (len(seen) - 1))


@pytest.fixture(params=[1, 3])
def some(request: pytest.FixtureRequest, ask: Ask, approve: Approve, check: Decide, ship: Ship) -> int:
    """So many rows in each list."""
    rows: int = request.param
    for number in range(rows):
        scope = Scope("payments", "ci", f"hotfix/{number}")
        approve(ask(branch=scope.branch))
        check(scope=scope, minutes=2)
        ship(str(number), scope=scope, minutes=2)
    return rows


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("how", COSTS)
def test_it_asks_the_database_as_often_for_one_as_for_three(
    name: str, how: str, acme: Cast, some: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = acme.client("alex")
    with django_assert_num_queries(COSTS[how][name]):
        answer = outside(client, f"/t/acme/{name}/", {"format": "csv"} if how == "file" else {})
    if how == "file" and name != "audit":
        assert answer.read.count(b"\r\n") == 1 + some
