"""Inviting somebody: an address, a name and what they may do here. They get a link for their password by e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from breakglass.actions import proposing
from breakglass.changes import AddMember
from breakglass.errors import BadInput, BypassError
from breakglass.models import ProposalState
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants import drafts
from tenants.access import TenantRequest
from tenants.roles import Role

ROLES = {
    Role.REQUESTER: "Requester: asks for bypasses, and may approve others' as a peer",
    Role.APPROVER: "Approver: is asked by name or group",
    Role.AUDITOR: "Auditor: reads the log and takes evidence away",
    Role.ADMIN: "Admin: sets up gates, people and policy, and consents to others' changes",
}


@page(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: TenantRequest) -> HttpResponse:
    """The form; a POST proposes the new member, and in the first set-up makes them one."""
    if request.method != "POST":
        return _form(request, drafts.take(request, request.path) or QueryDict())
    sent = request.POST
    change = AddMember(
        email=sent.get("email", "").strip().lower(),
        name=sent.get("name", "").strip(),
        roles=tuple(sorted(set(sent.getlist("role")))),
    )
    try:
        proposal = proposing.propose(change=change, by=request.member, now=moment(request))
    except BypassError as error:
        return _form(request, sent, error)
    if proposal.state != ProposalState.DONE:
        return redirect("proposal", request.tenant.slug, proposal.pk)
    messages.success(request, f"{change.name} is a member. How to sign in is on its way to {change.email}.")
    return redirect("now", request.tenant.slug)


def _form(request: TenantRequest, typed: QueryDict, refused: BypassError | None = None) -> HttpResponse:
    words = {
        "typed": typed.dict(),
        "chosen": typed.getlist("role"),
        "roles": [(role.value, says) for role, says in ROLES.items()],
        "problems": refused.fields if isinstance(refused, BadInput) else {},
        "refused": refused,
    }
    return render(request, "settings/invite.html", words, status=200 if refused is None else refused.status)
