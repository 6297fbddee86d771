"""Every bypass of the tenant, for each of its members: what was asked for, by whom, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from breakglass.models import Bypass, Review, lookups
from breakglass.states import CHOICES, Status
from breakglass.views import filters, keyset
from breakglass.views.clock import moment
from breakglass.views.edge import page
from breakglass.views.filters import Field, Filter
from breakglass.views.lists import Listing, answer, itself, members_like
from tenants.access import TenantRequest

ID = re.compile(r"bg_[0-9a-z]{20}")
FIELDS = (
    Field("q", "Bypass or incident", "A bypass id, or part of the incident's link", most=500),
    Field("status", "State", choices=dict(CHOICES)),
    filters.GATE,
    filters.RULE,
    Field("whole_gate", "Skips", choices={"yes": "The whole gate", "no": "Named rules"}),
    *filters.SCOPE,
    Field("person", "Asked for by", "A name or an e-mail address", most=254),
    Field("reviewer", "Reviewed by", "A name or an e-mail address", most=254),
    *filters.PERIOD,
)


@page()
@require_safe
def bypasses(request: TenantRequest) -> HttpResponse:
    """Those that the address asks for, the newest request first."""
    return answer(request, LISTING)


def matching(wanted: Filter, now: datetime) -> QuerySet[Bypass]:
    """The bypasses that a filter means; the period is that of the request."""
    asked = Q(**wanted.scope(), **wanted.period("requested_at"))
    if wanted.q:
        asked &= Q(pk=wanted.q) | Q(incident_url__icontains=wanted.q)
    if wanted.gate:
        asked &= Q(gate=wanted.gate)
    if wanted.rule:
        asked &= lookups.names_rule(wanted.rule)
    if wanted.whole_gate:
        asked &= Q(whole_gate=wanted.whole_gate == "yes")
    if wanted.person:
        asked &= Q(requester__in=members_like(wanted.person))
    if wanted.reviewer:
        asked &= lookups.reviewed_by(members_like(wanted.reviewer))
    if wanted.status:
        asked &= lookups.in_status(Status(wanted.status), now)
    return Bypass.objects.filter(asked)


def _rows(request: TenantRequest, wanted: Filter) -> QuerySet[Bypass]:
    approvals = Review.objects.select_related("member__user").filter(approves=True).order_by("at", "pk")
    rows = matching(wanted, moment(request)).select_related(
        "gate", "requester__user", "closed_by__user", "policy_version"
    )
    return rows.prefetch_related(Prefetch("reviews", approvals, to_attr="approvals"))


def find(bypass_id: str) -> Bypass | None:
    """The tenant's bypass with this id."""
    return Bypass.objects.filter(pk=bypass_id).first() if ID.fullmatch(bypass_id) else None


def _approvers(bypass: Bypass) -> list[str]:
    approvals: list[Review] = getattr(bypass, "approvals")  # noqa: B009  put there by the prefetch above
    return [review.member.user.name for review in approvals]


COLUMNS: dict[str, Callable[[Bypass, datetime], object]] = {
    "bypass": lambda one, now: one.pk,
    "status": lambda one, now: one.status_at(now).value,
    "drill": lambda one, now: one.drill,
    "gate": lambda one, now: one.gate.slug,
    "service": lambda one, now: one.service,
    "environment": lambda one, now: one.environment,
    "branch": lambda one, now: one.branch,
    "artifact": lambda one, now: one.artifact,
    "whole_gate": lambda one, now: one.whole_gate,
    "rules": lambda one, now: one.rules,
    "reason_kind": lambda one, now: one.reason_kind,
    "justification": lambda one, now: one.justification,
    "incident_url": lambda one, now: one.incident_url,
    "requester": lambda one, now: one.requester.user.name,
    "requester_email": lambda one, now: one.requester.user.email,
    "requested_at": lambda one, now: one.requested_at,
    "tier": lambda one, now: one.tier,
    "policy": lambda one, now: one.policy_version.number,
    "proposed_ttl_seconds": lambda one, now: one.proposed_ttl,
    "approved_by": lambda one, now: _approvers(one),
    "opened_at": lambda one, now: one.starts_at,
    "expires_at": lambda one, now: one.expires_at,
    "closed_at": lambda one, now: one.closed_at,
    "closed_by": lambda one, now: one.closed_by and one.closed_by.user.name,
    "extends": lambda one, now: one.extends_id,
}
LISTING = Listing(
    name="bypasses",
    title="Bypasses",
    fields=FIELDS,
    rows=_rows,
    order=keyset.by_time("requested_at", str, find),
    columns=COLUMNS,
    template="lists/bypasses.html",
    shown=itself,
)
