"""What gates asked and were answered, for every member of the tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from breakglass.models import Check, lookups
from breakglass.views import filters, keyset
from breakglass.views.edge import page
from breakglass.views.filters import Field, Filter
from breakglass.views.lists import Listing, answer, itself, members_like
from tenants.access import TenantRequest

_ID = re.compile(r"evl_[0-9a-f]{30}")
FIELDS = (
    Field("q", "Bypass or evaluation", "Its id", most=40),
    Field("decision", "Decision", choices={"bypass": "bypass", "enforce": "enforce"}),
    filters.GATE,
    Field("rule", "Failed rule", most=120),
    *filters.SCOPE,
    Field("person", "Bypass asked for by", "A name or an e-mail address", most=254),
    *filters.PERIOD,
)


@page()
@require_safe
def checks(request: TenantRequest) -> HttpResponse:
    """Those that the address asks for, the newest first."""
    return answer(request, LISTING)


def _rows(request: TenantRequest, wanted: Filter) -> QuerySet[Check]:
    asked = Q(**wanted.scope(), **wanted.period("at"))
    if wanted.q:
        asked &= Q(evaluation=wanted.q) | Q(bypass=wanted.q)
    if wanted.gate:
        asked &= Q(gate=wanted.gate)
    if wanted.rule:
        asked &= lookups.names_rule(wanted.rule)
    if wanted.person:
        asked &= Q(bypass__requester__in=members_like(wanted.person))
    if wanted.decision:
        asked &= Q(bypass__isnull=wanted.decision == "enforce")
    return Check.objects.filter(asked).select_related("gate", "credential__token")


def _find(evaluation: str) -> Check | None:
    return Check.objects.filter(evaluation=evaluation).first() if _ID.fullmatch(evaluation) else None


COLUMNS: dict[str, Callable[[Check, datetime], object]] = {
    "at": lambda one, now: one.at,
    "evaluation": lambda one, now: one.evaluation,
    "gate": lambda one, now: one.gate.slug,
    "service": lambda one, now: one.service,
    "environment": lambda one, now: one.environment,
    "branch": lambda one, now: one.branch,
    "artifact": lambda one, now: one.artifact,
    "rules": lambda one, now: one.rules,
    "verdict": lambda one, now: one.verdict,
    "decision": lambda one, now: one.decision,
    "bypass": lambda one, now: one.bypass_id,
    "token": lambda one, now: one.credential.token.name,
    "subject": lambda one, now: one.subject,
    "evidence_url": lambda one, now: one.evidence_url,
    "milliseconds": lambda one, now: one.milliseconds,
}
LISTING = Listing(
    name="checks",
    title="Checks",
    fields=FIELDS,
    rows=_rows,
    order=keyset.by_time("at", str, _find),
    columns=COLUMNS,
    template="lists/checks.html",
    shown=itself,
)
