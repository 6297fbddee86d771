"""A change that takes two: its page, and the three forms on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from breakglass import consents, permissions
from breakglass.actions import proposing, records
from breakglass.actions.proposals import check_still_good, find_proposal, open_proposals
from breakglass.changes import PublishPolicy
from breakglass.errors import BypassError
from breakglass.models import PolicyVersion, Proposal, ProposalState
from breakglass.views.clock import moment
from breakglass.views.diffs import Line, difference
from breakglass.views.edge import page
from tenants.access import TenantRequest

MOST_SHOWN = 50

type Act = Callable[[TenantRequest, int], object]


@page()
@require_safe
def index(request: TenantRequest) -> HttpResponse:
    """What waits, and what became of the last ones."""
    decided = Proposal.objects.select_related("proposed_by__user", "decided_by__user")
    decided = decided.exclude(state=ProposalState.OPEN).order_by("-decided_at", "-pk")
    return render(request, "settings/proposals.html", {"waiting": open_proposals(), "decided": decided[:MOST_SHOWN]})


@page()
@require_safe
def proposal(request: TenantRequest, proposal_id: int) -> HttpResponse:
    """What it would do, who proposed it, and what can be done with it."""
    return _answer(request, proposal_id)


def _form(act: Act) -> Callable[..., HttpResponse]:
    """A POST that ends at the proposal; a refused one shows it with the sentence."""

    @page()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def inside(request: TenantRequest, proposal_id: int) -> HttpResponse:
        if request.method == "POST":
            try:
                act(request, proposal_id)
            except BypassError as error:
                return _answer(request, proposal_id, refused=error)
        return redirect("proposal", request.tenant.slug, proposal_id)

    return inside


@_form
def consent(request: TenantRequest, proposal_id: int) -> None:
    """The change is made."""
    proposing.consent(proposal_id=proposal_id, by=request.member, now=moment(request))


@_form
def refuse(request: TenantRequest, proposal_id: int) -> None:
    """It is not."""
    comment = request.POST.get("comment", "")
    proposing.refuse(proposal_id=proposal_id, by=request.member, comment=comment, now=moment(request))


@_form
def withdraw(request: TenantRequest, proposal_id: int) -> None:
    """Its proposer thought better of it."""
    proposing.withdraw(proposal_id=proposal_id, by=request.member, now=moment(request))


def _answer(request: TenantRequest, proposal_id: int, *, refused: BypassError | None = None) -> HttpResponse:
    found, person = find_proposal(proposal_id), records.person_of(request.member)
    words = {
        "proposal": found,
        "is_open": found.state == ProposalState.OPEN,
        "lines": _difference(found),
        "source": found.change.source if isinstance(found.change, PublishPolicy) else "",
        "may_not_consent": permissions.why_not(lambda: consents.check_can_consent(person, found))
        or permissions.why_not(lambda: check_still_good(found)),
        "may_not_refuse": permissions.why_not(lambda: consents.check_can_refuse(person, found)),
        "may_not_withdraw": permissions.why_not(lambda: consents.check_can_withdraw(person, found)),
        "typed": request.POST.get("comment", ""),
        "refused": refused,
    }
    return render(request, "settings/proposal.html", words, status=200 if refused is None else refused.status)


def _difference(found: Proposal) -> list[Line]:
    """Against the version that it was made from."""
    if not isinstance(found.change, PublishPolicy):
        return []
    before = PolicyVersion.objects.filter(number=found.basis.get("number", 0)).first()
    return difference("" if before is None else before.source, found.change.source)
