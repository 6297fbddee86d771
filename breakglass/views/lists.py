"""The one way in which a list is shown: the filter of its address, then a page of it, or all that it finds as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render

from audit.evidence.csv_file import csv_lines
from breakglass.errors import BadInput
from breakglass.models import Gate
from breakglass.views import filters, keyset
from breakglass.views.clock import moment
from breakglass.views.filters import Field, Filter
from tenants.access import TenantRequest
from tenants.models import Member

CHUNK = 500
MOST_SUGGESTED = 200


@dataclass(frozen=True, kw_only=True)
class Listing[Row: Model, Line]:
    """A list. `name` is that of its address and file; `shown` makes of a row what the template and the CSV read."""

    name: str
    title: str
    fields: Sequence[Field]
    rows: Callable[[TenantRequest, Filter], QuerySet[Row]]
    order: keyset.Order[Row]
    columns: Mapping[str, Callable[[Line, datetime], object]]
    template: str
    shown: Callable[[Row], Line]


@dataclass(frozen=True)
class Shown:
    """A field of the form with what was typed into it."""

    field: Field
    value: str
    problem: Sequence[str]
    suggested: Iterable[str] = ()

    @property
    def said(self) -> str:
        """The value in words."""
        choices = self.field.choices or {}
        return choices.get(self.value, self.value)


def answer[Row: Model, Line](request: TenantRequest, listing: Listing[Row, Line], **more: object) -> HttpResponse:
    """The list as the address asks for it. A form that was sent with empty fields leads to the address without them."""
    if any(not value for _, values in request.GET.lists() for value in values):
        return HttpResponseRedirect(_without_empty(request))
    gates = {gate.slug: gate for gate in Gate.objects.order_by("slug")}
    read = filters.read(request.GET, listing.fields, gates)
    if read.filter is None:
        return _page(request, listing, read, gates, None, **more)
    rows = listing.rows(request, read.filter)
    if read.as_csv:
        return _csv(request, listing, rows)
    try:
        page = keyset.page(rows, listing.order, request.GET)
    except BadInput as error:
        return _page(request, listing, replace(read, general=[error.sentence]), gates, None, **more)
    return _page(request, listing, read, gates, page, **more)


def _without_empty(request: TenantRequest) -> str:
    kept = [(name, value) for name, values in request.GET.lists() for value in values if value]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _page[Row: Model, Line](
    request: TenantRequest,
    listing: Listing[Row, Line],
    read: filters.Read,
    gates: Mapping[str, Gate],
    page: keyset.Page[Row] | None,
    **more: object,
) -> HttpResponse:
    words = {
        "listing": listing,
        "fields": _form(listing.fields, read, gates),
        "general": read.general,
        "filtered": any(read.typed.values()),
        "page": page,
        "rows": [] if page is None else [listing.shown(row) for row in page.rows],
        **more,
    }
    return render(request, listing.template, words, status=400 if page is None else 200)


def _form(fields: Iterable[Field], read: filters.Read, gates: Mapping[str, Gate]) -> list[Shown]:
    chosen = {
        "service": {service: None for gate in gates.values() for service in gate.services},
        "environment": {environment: None for gate in gates.values() for environment in gate.environments},
        "person": _names(),
    }
    chosen["reviewer"] = chosen["person"]
    known = {"gate": {slug: slug for slug in gates}}
    return [
        Shown(
            replace(one, choices=known.get(one.name, one.choices)),
            read.typed[one.name],
            read.problems.get(one.name, ()),
            chosen.get(one.name, ()),
        )
        for one in fields
    ]


def _names() -> dict[str, None]:
    """E-mail addresses to choose from: those of today's members."""
    members = Member.objects.filter(left_at=None).order_by("user__email")
    return dict.fromkeys(members.values_list("user__email", flat=True)[:MOST_SUGGESTED])


def _csv[Row: Model, Line](request: TenantRequest, listing: Listing[Row, Line], rows: QuerySet[Row]) -> HttpResponse:
    """Every row of the filter, read and sent a few hundred at a time."""
    now, cells = moment(request), listing.columns.values()
    found = keyset.newest_first(rows, listing.order).iterator(CHUNK)
    lines = csv_lines(
        tuple(listing.columns), ([cell(line, now) for cell in cells] for line in map(listing.shown, found))
    )
    answer: Any = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{request.tenant.slug}-{listing.name}.csv"'
    return answer  # type: ignore[no-any-return]  # to the framework it is a response like others


def itself[Row](row: Row) -> Row:
    """The row as it is."""
    return row


def members_like(text: str) -> list[int]:
    """The ids of the tenant's members, those who have left too, who go by this e-mail address or name."""
    who = Member.objects.filter(user__email=text.lower()) | Member.objects.filter(user__name__iexact=text)
    return list(who.order_by("pk").values_list("pk", flat=True))
