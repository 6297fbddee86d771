"""The first set-up of a tenant as numbered steps, for its admins: what is done, and the page of each that is not."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from breakglass.actions.founding import FIRST_POLICY
from breakglass.models import Bypass, Check, Gate
from breakglass.views import policies, snippets
from breakglass.views.clock import in_words
from tenants.access import TenantRequest
from tenants.models import Member
from tenants.roles import Role


@dataclass(frozen=True)
class Step:
    """One thing to do; `line` is a command to paste."""

    title: str
    says: str
    done: bool
    link: str = ""
    button: str = ""
    line: str = ""


def steps(request: TenantRequest) -> list[Step]:
    """Nothing for those who are no admins, and nothing once a bypass was asked for: then the tenant is at work."""
    if Role.ADMIN not in request.roles or Bypass.objects.exists():
        return []
    gate = Gate.objects.order_by("created_at", "pk").first()
    return [_gate(request, gate), _people(request), _policy(request), _check(request, gate)]


def _gate(request: TenantRequest, gate: Gate | None) -> Step:
    if gate is not None:
        return Step("Connect a gate", f"{gate.name} is connected.", True)
    says = "Name a control that stands before something, and get the token with which it asks."
    return Step("Connect a gate", says, False, reverse("new-gate", args=[request.tenant.slug]), "Connect a gate")


def _people(request: TenantRequest) -> Step:
    count, link = Member.objects.filter(left_at=None).count(), reverse("invite", args=[request.tenant.slug])
    if count > 1:
        return Step("Invite people", f"{count} people are members.", True, link, "Invite another")
    says = "Nobody opens a gate alone: somebody else has to approve. They get a link for their password by e-mail."
    return Step("Invite people", says, False, link, "Invite somebody")


def _policy(request: TenantRequest) -> Step:
    latest, link = policies.in_force(), reverse("new-policy", args=[request.tenant.slug])
    if latest is not None and latest.source != FIRST_POLICY:
        return Step("Publish your policy", f"Version {latest.number} is in force.", True, link, "Change it")
    says = (
        "A first policy is in force: one peer approves, and two in production. Read it, make it yours and publish it. "
        "If it is right as it is, there is nothing to do here."
    )
    return Step("Publish your policy", says, False, link, "Read and publish")


def _check(request: TenantRequest, gate: Gate | None) -> Step:
    title, first = "See the first check", Check.objects.select_related("gate").order_by("at", "pk").first()
    if first is not None:
        return Step(title, f"{first.gate.name} checked at {in_words(first.at)} and was told to {first.decision}.", True)
    if gate is None:
        return Step(title, "Once a gate is connected, its line stands here.", False)
    line = snippets.snippets(request.tenant, gate)[0].text
    says = (
        "No check yet: run this line where the gate runs, and load this page again. It fails with 403, as it should: "
        "without a bypass the gate enforces. Do this last: once a gate was heard of, what widens the policy, groups or "
        "roles takes a second admin, or a day."
    )
    return Step(title, says, False, line=line)
