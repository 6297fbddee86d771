"""Pages of a list that is read from its newest row back. A page is named by a row, never by a number of rows, so that
it stays what it is while rows are added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from breakglass.errors import BadInput

PAGE = 50
BOTH = "The address says before and after: keep one of them."
NOWHERE = "There is no such row in this list: start from the newest."


@dataclass(frozen=True)
class Order[Row: Model]:
    """How a list is ordered, by columns that never change, and how an address names a row of it.

    `find` takes a name to the row if it is one of this list's and the reader's; `beside` are the rows that come before
    it ("lt") or after it ("gt").
    """

    columns: tuple[str, ...]
    name: Callable[[Row], str]
    find: Callable[[str], Row | None]
    beside: Callable[[Row, str], Q]


@dataclass(frozen=True)
class Page[Row: Model]:
    """Rows, the newest first, and what to put after `before=` and `after=` for the pages beside it ("": none)."""

    rows: list[Row]
    older: str = ""
    newer: str = ""
    first: bool = True


def by_time[Row: Model](column: str, name: Callable[[Row], str], find: Callable[[str], Row | None]) -> Order[Row]:
    """By a column of moments, and by the primary key among equal ones."""

    def beside(row: Row, side: str) -> Q:
        # The first condition says nothing new, but it is the one that an index on the column can be entered by.
        moment = getattr(row, column)
        further = Q(**{f"{column}__{side}": moment}) | Q(**{column: moment, f"pk__{side}": row.pk})
        return Q(**{f"{column}__{side}e": moment}) & further

    return Order((column, "pk"), name, find, beside)


def page[Row: Model](rows: QuerySet[Row], order: Order[Row], query: QueryDict) -> Page[Row]:
    """The page that the address asks for. Raises BadInput for a place that is not in this list."""
    before, after = query.get("before", ""), query.get("after", "")
    if before and after:
        raise BadInput({"before": [BOTH]})
    if after:
        return _newer(rows, order, _place(order, after))
    if before:
        rows = rows.filter(order.beside(_place(order, before), "lt"))
    found = list(newest_first(rows, order)[: PAGE + 1])
    shown = found[:PAGE]
    return Page(
        shown,
        older=order.name(shown[-1]) if len(found) > PAGE else "",
        newer=order.name(shown[0]) if before and shown else "",
        first=not before,
    )


def _newer[Row: Model](rows: QuerySet[Row], order: Order[Row], place: Row) -> Page[Row]:
    upwards = rows.filter(order.beside(place, "gt")).order_by(*order.columns)
    found = list(upwards[: PAGE + 1])
    shown = found[:PAGE][::-1]
    return Page(
        shown,
        older=order.name(shown[-1]) if shown else "",
        newer=order.name(shown[0]) if len(found) > PAGE else "",
        first=False,
    )


def newest_first[Row: Model](rows: QuerySet[Row], order: Order[Row]) -> QuerySet[Row]:
    """The whole list, ordered."""
    return rows.order_by(*(f"-{column}" for column in order.columns))


def _place[Row: Model](order: Order[Row], name: str) -> Row:
    row = order.find(name)
    if row is None:
        raise BadInput({"before": [NOWHERE]})
    return row
