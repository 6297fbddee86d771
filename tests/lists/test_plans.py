"""On PostgreSQL a page walks an index from its place on: it sorts nothing, however deep it is."""

from __future__ import annotations

import pytest
from django.db import connection

from breakglass.models import Bypass, Check, Deploy
from breakglass.views import bypasses, checks, deploys
from breakglass.views.keyset import PAGE, newest_first
from tests.conftest import Ask
from tests.lists.conftest import Decide, Ship

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="these are PostgreSQL's plans"),
]


@pytest.fixture
def places(ask: Ask, check: Decide, ship: Ship) -> tuple[Bypass, Check, Deploy]:
    """A row of each list."""
    return ask(), check(), ship("1")


def plan(rows: object) -> str:
    """What PostgreSQL would do if it could neither read a table as it lies nor sort: both are cheap for one this small.

    Where no index has the order, it sorts all the same.
    """
    with connection.cursor() as cursor:
        for other in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            cursor.execute(f"SET LOCAL {other} = off")
    return str(rows.explain())  # type: ignore[attr-defined]


@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
@pytest.mark.parametrize(
    ("which", "index", "listing"),
    [
        (0, "bypass_in_order", bypasses.LISTING),
        (1, "check_in_order", checks.LISTING),
        (2, "deploy_in_order", deploys.LISTING),
    ],
)
def test_it_walks_the_index(
    places: tuple[Bypass, Check, Deploy], which: int, index: str, listing: object, deep: bool
) -> None:
    row, order = places[which], listing.order  # type: ignore[attr-defined]
    rows = newest_first(type(row).objects.filter(order.beside(row, "lt")) if deep else type(row).objects.all(), order)
    said = plan(rows[: PAGE + 1])
    assert (f"Index Scan Backward using {index} " in said or f"Index Only Scan Backward using {index} " in said) is True
    assert ("Sort" in said, "Index Cond: ((tenant_id" in said) == (False, deep)
