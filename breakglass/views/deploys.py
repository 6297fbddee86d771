"""What was shipped through the gates, for every member of the tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from breakglass.models import Deploy, lookups
from breakglass.models.deploys import DeployStatus
from breakglass.views import filters, keyset
from breakglass.views.edge import page
from breakglass.views.filters import Field, Filter
from breakglass.views.lists import Listing, answer, itself, members_like
from tenants.access import TenantRequest

_PLACE = re.compile(r"deploy-([1-9][0-9]{0,17})")
FIELDS = (
    Field("q", "Deploy or bypass", "Its id", most=200),
    Field("status", "Status", choices={value: value.capitalize() for value in DeployStatus.values}),
    Field("covered", "Shipped", choices={"yes": "Under a bypass", "no": "Under no bypass"}),
    filters.GATE,
    Field("rule", "Rule that its bypass skips", most=120),
    *filters.SCOPE,
    Field("person", "Bypass asked for by", "A name or an e-mail address", most=254),
    *filters.PERIOD,
)


@page()
@require_safe
def deploys(request: TenantRequest) -> HttpResponse:
    """Those that the address asks for, by when they were first reported, the newest first."""
    return answer(request, LISTING)


def _rows(request: TenantRequest, wanted: Filter) -> QuerySet[Deploy]:
    asked = Q(**wanted.scope(), **wanted.period("first_seen_at"))
    if wanted.q:
        asked &= Q(external_id=wanted.q) | Q(bypass=wanted.q)
    if wanted.gate:
        asked &= Q(gate=wanted.gate)
    if wanted.rule:
        asked &= lookups.names_rule(wanted.rule, "bypass__rules")
    if wanted.person:
        asked &= Q(bypass__requester__in=members_like(wanted.person))
    if wanted.status:
        asked &= Q(status=wanted.status)
    if wanted.covered:
        asked &= Q(bypass__isnull=wanted.covered == "no")
    return Deploy.objects.filter(asked).select_related("gate")


def _find(place: str) -> Deploy | None:
    found = _PLACE.fullmatch(place)
    return Deploy.objects.filter(pk=int(found[1])).first() if found else None


COLUMNS: dict[str, Callable[[Deploy, datetime], object]] = {
    "deploy": lambda one, now: one.external_id,
    "gate": lambda one, now: one.gate.slug,
    "service": lambda one, now: one.service,
    "environment": lambda one, now: one.environment,
    "branch": lambda one, now: one.branch,
    "artifact": lambda one, now: one.artifact,
    "status": lambda one, now: one.status,
    "bypass": lambda one, now: one.bypass_id,
    "first_seen_at": lambda one, now: one.first_seen_at,
    "last_seen_at": lambda one, now: one.last_seen_at,
    "url": lambda one, now: one.url,
    "provenance_url": lambda one, now: one.provenance_url,
}
LISTING = Listing(
    name="deploys",
    title="Deploys",
    fields=FIELDS,
    rows=_rows,
    order=keyset.by_time("first_seen_at", lambda one: f"deploy-{one.pk}", _find),
    columns=COLUMNS,
    template="lists/deploys.html",
    shown=itself,
)
