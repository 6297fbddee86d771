"""The record of a bypass: all that is known of it, and what whoever looks can do about it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import log
from audit.models import Entry
from breakglass import sentences, statements
from breakglass.actions import post_mortems, records
from breakglass.errors import BypassError
from breakglass.models import Bypass, Check, Deploy, Finding, GateCredential, PostMortem
from breakglass.states import Status
from breakglass.views import approvals
from breakglass.views.acts import LABELS, acts_on, extension
from breakglass.views.clock import moment
from breakglass.views.edge import page
from breakglass.views.impact import impacts
from breakglass.views.told import told
from tenants import drafts
from tenants.access import TenantRequest

MOST_CHECKS = 20
FIRST_ENTRIES = 20
LAST_ENTRIES = 50
MOST_DEPLOYS = 50
KEPT = "What you typed before you signed in again is here: look at the record as it is now, then send it."


@page()
@require_safe
def record(request: TenantRequest, bypass_id: str) -> HttpResponse:
    """The record, with what was typed into one of its forms before the session ended."""
    kept = (drafts.take(request, f"{request.path}{act}/") for act in LABELS)
    draft = next((fields for fields in kept if fields is not None), None)
    return answer(request, records.find(bypass_id), typed=draft, notice="" if draft is None else KEPT)


def answer(
    request: TenantRequest,
    bypass: Bypass,
    *,
    typed: QueryDict | None = None,
    notice: str = "",
    refused: BypassError | None = None,
) -> HttpResponse:
    """The page, after a refused act with its sentence, its status and what was typed."""
    words = facts(request, bypass)
    person, now = records.person_of(request.member), moment(request)
    words |= {
        "acts": acts_on(bypass, words["tier"], person, words["reviews"], now) | extension(bypass, person, now),
        "impact": impacts([bypass], now)[bypass.pk] if words["status"] == Status.REQUESTED else None,
        "ttl_choices": words["statement"]["ttl_choices"],
        "typed": {"comment": "", "ttl": ""} if typed is None else typed.dict(),
        "notice": notice,
        "refused": refused,
    }
    return render(request, "bypass/record.html", words, status=200 if refused is None else refused.status)


def facts(request: TenantRequest, bypass: Bypass) -> dict[str, Any]:
    """What the record says, on the page and in the PDF."""
    now, tier, reviews = moment(request), bypass.frozen_tier, records.reviews_of(bypass)
    status = bypass.status_at(now)
    statement = statements.statement(bypass, tier)
    entries = log.entries_of(str(request.tenant.pk), about=bypass.pk)
    return {
        "bypass": bypass,
        "tier": tier,
        "status": status,
        "statement": statement,
        "statement_digest": statements.digest(statement),
        "reviews": reviews,
        "given": approvals.given(bypass, tier, reviews, now),
        "missing": approvals.missing(bypass, tier, reviews, now) if status == Status.REQUESTED else [],
        **_timeline(entries),
        "deploys": Deploy.objects.filter(bypass=bypass).order_by("-last_seen_at", "pk")[:MOST_DEPLOYS],
        "findings": Finding.objects.select_related("owner__user").filter(bypass=bypass).order_by("opened_at", "pk"),
        "checks": _checks(bypass),
        "synced": GateCredential.objects.filter(gate_id=bypass.gate_id).aggregate(at=Max("synced_at"))["at"],
        "told": told(bypass, now),
        "chain": [one for one in post_mortems.chain_of(bypass.first_id) if one != bypass],
        "owed": PostMortem.objects.select_related("assignee__user").filter(bypass_id=bypass.first_id).first(),
    }


def _timeline(entries: QuerySet[Entry]) -> dict[str, Any]:
    """How it began and what came last; `left_out` is how many entries between them only the log shows."""
    count = entries.count()
    if count <= FIRST_ENTRIES + LAST_ENTRIES:
        return {"timeline": [sentences.line(entry) for entry in entries], "left_out": 0}
    last = list(entries.reverse()[:LAST_ENTRIES])[::-1]
    told = [*entries[:FIRST_ENTRIES], *last]
    return {"timeline": [sentences.line(entry) for entry in told], "left_out": count - len(told)}


def _checks(bypass: Bypass) -> QuerySet[Check]:
    """What the gate last asked about this service and environment since the request, and what it was answered."""
    asked = Check.objects.filter(gate=bypass.gate, service=bypass.service, environment=bypass.environment)
    return asked.filter(at__gte=bypass.requested_at).order_by("-at", "-pk")[:MOST_CHECKS]
