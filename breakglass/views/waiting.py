"""What waits for somebody's review: the queue page, and its part of the first page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breakglass import permissions
from breakglass.actions import records
from breakglass.models import Bypass, Review
from breakglass.states import Status
from breakglass.views.clock import moment
from breakglass.views.edge import page
from breakglass.views.impact import impacts
from tenants.access import TenantRequest
from tenants.people import Person


def waiting_for(person: Person, now: datetime) -> list[Bypass]:
    """The requests that the person could bring closer to open: the strictest tier first, in it the oldest."""
    reviews = Prefetch("reviews", Review.objects.select_related("member__user"))
    open_now = Bypass.objects.filter(status=Status.REQUESTED, lapses_at__gt=now)
    requests = open_now.select_related(*records.RELATED).prefetch_related(reviews).order_by("requested_at", "pk")
    waiting = [one for one in requests if permissions.waits_for(person, one, one.reviews.all(), now)]
    return sorted(waiting, key=_rank, reverse=True)


def _rank(bypass: Bypass) -> int:
    return bypass.policy_version.policy.rank(bypass.tier)


@page()
@require_safe
def queue(request: TenantRequest) -> HttpResponse:
    """What waits for my review."""
    person, now = records.person_of(request.member), moment(request)
    waiting = waiting_for(person, now)
    shown = [(one, found) for one, found in zip(waiting, impacts(waiting, now).values(), strict=True)]
    return render(request, "queue.html", {"waiting": shown})
