"""Where somebody lands: their tenants, and a tenant as it is now."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from breakglass import consents, permissions
from breakglass.actions import records
from breakglass.actions.proposals import open_proposals
from breakglass.models import Bypass, Proposal
from breakglass.views import set_up
from breakglass.views.clock import moment
from breakglass.views.edge import NO_STORE, page
from breakglass.views.post_mortems import owed_by
from breakglass.views.standing import standing
from breakglass.views.unapprovable import unapprovable
from breakglass.views.waiting import waiting_for
from tenants.access import TenantRequest, signed_in
from tenants.memberships import tenants_of
from tenants.models import User
from tenants.people import Person
from tenants.roles import Role

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
    steps = set_up.steps(request)
    done = all(step.done for step in steps)
    words = {
        "mine": mine[:MOST_REQUESTS],
        "waiting": waiting,
        "owed": owed_by(request)[:MOST_REQUESTS],
        "steps": steps,
        "set_up": bool(steps) and done,
        "proposals": proposals_for(person),
        "standing": standing(moment(request)),
        "unapprovable": unapprovable(moment(request)) if Role.ADMIN in person.roles and done else [],
    }
    return render(request, "now.html", words)


def proposals_for(person: Person) -> list[Proposal]:
    """What waits for this admin's consent; nothing for who is none."""
    if Role.ADMIN not in person.roles:
        return []
    return [one for one in open_proposals() if permissions.can(partial(consents.check_can_consent, person, one))]
