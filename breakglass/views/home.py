"""Where somebody lands: their tenants, and a tenant as it is now."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from breakglass.actions import records
from breakglass.models import Bypass
from breakglass.views.clock import moment
from breakglass.views.edge import NO_STORE, page
from breakglass.views.post_mortems import owed_by
from breakglass.views.waiting import waiting_for
from tenants.access import TenantRequest, signed_in
from tenants.memberships import tenants_of
from tenants.models import User

MOST_REQUESTS = 10


@signed_in
@NO_STORE
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The tenants of whoever is signed in; with one only, that tenant."""
    tenants = tenants_of(cast("User", request.user))
    if len(tenants) == 1:
        return redirect("now", tenants[0].slug)
    return render(request, "home.html", {"tenants": tenants})


@page()
@require_safe
def now(request: TenantRequest) -> HttpResponse:
    """What is active, what I asked for, what waits for me."""
    mine = Bypass.objects.select_related("gate").filter(requester=request.member).order_by("-requested_at", "pk")
    person = records.person_of(request.member)
    waiting = waiting_for(person, moment(request))
    words = {"mine": mine[:MOST_REQUESTS], "waiting": waiting, "owed": owed_by(request)[:MOST_REQUESTS]}
    return render(request, "now.html", words)
