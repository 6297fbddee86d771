"""A tenant's settings: until when the member is away, the policy in force, its versions, and what waits for consent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breakglass.actions import absence
from breakglass.actions.proposals import open_proposals
from breakglass.errors import BadInput
from breakglass.models import PolicyVersion
from breakglass.views import policies
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants.access import TenantRequest


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: TenantRequest) -> HttpResponse:
    """The form; a POST says away until `away_until`, or `back`."""
    if request.method != "POST":
        return _answer(request)
    typed = request.POST.get("away_until", "").strip()
    try:
        _say(request, typed)
    except BadInput as error:
        return _answer(request, typed=typed, refused=error)
    return redirect("settings", request.tenant.slug)


def _say(request: TenantRequest, typed: str) -> None:
    me, now = request.member, moment(request)
    if "back" in request.POST:
        absence.say_back(member_id=me.pk, by=me, now=now)
    else:
        absence.say_away(member_id=me.pk, until=absence.parse_until(typed), by=me, now=now)


def _answer(request: TenantRequest, *, typed: str = "", refused: BadInput | None = None) -> HttpResponse:
    until, latest = request.member.away_until, policies.in_force()
    versions = PolicyVersion.objects.select_related("published_by__user").order_by("-number")
    words = {
        "away_until": until if until is not None and moment(request) < until else None,
        "typed": typed,
        "problem": refused.fields.get("away_until", ()) if refused else (),
        "waiting": open_proposals(),
        "latest": latest,
        "policy": None if latest is None else policies.readable(latest),
        "versions": policies.published(versions[: policies.MOST_VERSIONS]),
    }
    return render(request, "settings/page.html", words, status=200 if refused is None else refused.status)
