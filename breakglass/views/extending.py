"""More time, from the record or from the warning: one POST, and on to the record of the new request."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breakglass import durations
from breakglass.actions import extending, records
from breakglass.errors import BypassError
from breakglass.models import Bypass
from breakglass.views import record
from breakglass.views.acts import extension
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: TenantRequest, bypass_id: str) -> HttpResponse:
    """`ttl` and `justification` are optional: without them they are as before. A GET is a page with the one button."""
    if request.method != "POST":
        return _page(request, records.find(bypass_id))
    try:
        ttl = request.POST.get("ttl", "").strip()
        bypass = extending.extend(
            bypass_id=bypass_id,
            by=request.member,
            ttl=durations.parse(ttl) if ttl else None,
            justification=request.POST.get("justification", ""),
            now=moment(request),
        )
    except BypassError as error:
        return record.answer(request, records.find(bypass_id), typed=request.POST, refused=error)
    return redirect("record", request.tenant.slug, bypass.pk)


def _page(request: TenantRequest, bypass: Bypass) -> HttpResponse:
    """Where the warning's link leads; when it is too late for more time, the record says what there is to do."""
    now = moment(request)
    acts = extension(bypass, records.person_of(request.member), now)
    if not acts:
        return redirect("record", request.tenant.slug, bypass.pk)
    words = {"bypass": bypass, "status": bypass.status_at(now), "tier": bypass.frozen_tier, "acts": acts, "typed": {}}
    return render(request, "bypass/more.html", words)
