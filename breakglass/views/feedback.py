"""The feedback page: what is broken open, how often and for how long, what was said of it, and the findings."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from breakglass import permissions
from breakglass.actions import findings, records
from breakglass.errors import BypassError
from breakglass.feedback import charts, numbers
from breakglass.models import Finding, RuleVerdict
from breakglass.models.bypasses import ReasonKind
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest

DAYS = (7, 30, 90)
MOST = 100


@page()
@require_safe
def feedback(request: TenantRequest) -> HttpResponse:
    """The numbers of the last `days` (7, 30 or 90)."""
    return _answer(request)


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def close_finding(request: TenantRequest, finding_id: int) -> HttpResponse:
    """`comment` says what was done about it."""
    if request.method == "POST":
        comment = request.POST.get("comment", "")
        try:
            findings.close_finding(finding_id=finding_id, by=request.member, comment=comment, now=moment(request))
        except BypassError as error:
            if error.status == 404:
                raise
            return _answer(request, refused=error)
    return redirect("feedback", request.tenant.slug)


def _answer(request: TenantRequest, refused: BypassError | None = None) -> HttpResponse:
    now, person = moment(request), records.person_of(request.member)
    days = next((days for days in DAYS if str(days) == request.GET.get("days", "")), 30)
    found = numbers.gather(now=now, days=days)
    rows = Finding.objects.select_related(*findings.RELATED).filter(closed_at=None).order_by("due_at", "pk")[:MOST]
    words = {
        "days": days,
        "since": (now - timedelta(days=days)).date().isoformat(),
        "choices": DAYS,
        "found": found,
        "charts": charts.of(found.rules),
        "reasons": [(label, found.reasons.get(value, 0)) for value, label in ReasonKind.choices],
        "verdicts": RuleVerdict.Verdict.labels,
        "findings": [
            (one, permissions.why_not(lambda one=one: permissions.check_can_close_finding(person, one)))  # type: ignore[misc]
            for one in rows
        ],
        "refused": refused,
    }
    return render(request, "feedback/page.html", words, status=200 if refused is None else refused.status)
