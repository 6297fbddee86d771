"""Evidence for auditors and admins: asking for a pack of a period, watching it being made, taking it away."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.evidence.pack import file_name
from audit.evidence.period import BadPeriod, Period, parse_period
from breakglass.actions import exporting
from breakglass.errors import NotFound
from breakglass.models import Pack, PackFile
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest
from tenants.roles import Role

MOST = 50
AGAIN_AFTER = "2"  # seconds
GONE = "This pack has no file: it is not finished, or it was made more than 30 days ago. Ask for the evidence again."

auditors = page(Role.AUDITOR, Role.ADMIN)


@auditors
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: TenantRequest) -> HttpResponse:
    """The form (prefilled from the query) and the packs there are. A POST asks for one and leads to it."""
    typed = request.POST if request.method == "POST" else request.GET
    start, end = (typed.get(name, "") for name in ("period_start", "period_end"))
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            return _ask(request, parse_period(start, end))
        except BadPeriod as error:
            problems = {error.field: [error.sentence]}
    quarter = last_quarter(moment(request).date())
    words = {
        "start": start or quarter[0].isoformat(),
        "end": end or quarter[1].isoformat(),
        "problems": problems,
        "packs": Pack.objects.select_related("by__user").order_by("-asked_at", "-pk")[:MOST],
    }
    return render(request, "evidence/list.html", words, status=400 if problems else 200)


def _ask(request: TenantRequest, period: Period) -> HttpResponse:
    pack = exporting.request_pack(period=period, by=request.member, now=moment(request))
    return redirect("pack", request.tenant.slug, pack.pk)


@auditors
@require_safe
def pack(request: TenantRequest, number: int) -> HttpResponse:
    """One pack; while it is being made the page loads itself again."""
    found = _pack(number)
    slug = request.tenant.slug
    name = file_name(slug, Period(found.period_start, found.period_end))
    answer = render(request, "evidence/pack.html", {"pack": found, "file_name": name})
    if found.is_unfinished:
        answer["Refresh"] = AGAIN_AFTER
    return answer


@auditors
@require_safe
def download(request: TenantRequest, number: int) -> HttpResponse:
    """Its zip."""
    found = _pack(number)
    file = PackFile.objects.filter(pack=found).first()
    if file is None or found.is_unfinished:
        raise NotFound(GONE)
    answer = HttpResponse(bytes(file.content), content_type="application/zip")
    name = file_name(request.tenant.slug, Period(found.period_start, found.period_end))
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _pack(number: int) -> Pack:
    found = Pack.objects.select_related("by__user").filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such pack here: check the link.")
    return found


def last_quarter(today: date) -> tuple[date, date]:
    """The quarter that ended last: its first day, and the day after it."""
    end = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    start = date(end.year - 1, 10, 1) if end.month == 1 else date(end.year, end.month - 3, 1)
    return start, end
