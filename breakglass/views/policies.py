"""The tenant's policy: each version with its difference to another, and the form that proposes the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from breakglass.actions import proposing
from breakglass.actions.setting_up import directory
from breakglass.changes import PublishPolicy
from breakglass.errors import BypassError, PolicyError
from breakglass.models import PolicyVersion, Proposal, ProposalState
from breakglass.policy.load import load
from breakglass.policy.values import Policy
from breakglass.policy.yamldoc import LARGEST
from breakglass.views.clock import moment
from breakglass.views.diffs import difference
from breakglass.views.edge import page
from tenants import drafts
from tenants.access import TenantRequest
from tenants.roles import Role

MOST_VERSIONS = 100


@dataclass(frozen=True)
class Published:
    """A version, and who consented to it, where it took two."""

    version: PolicyVersion
    consented_by: str


@page()
@require_safe
def version(request: TenantRequest, number: int) -> HttpResponse:
    """One version, and what it changed: since the one before, or since `against`."""
    found, before = _version(number), _against(request, number)
    words = {
        "one": published([found])[0],
        "before": before,
        "others": PolicyVersion.objects.exclude(pk=found.pk).order_by("-number")[:MOST_VERSIONS],
        "lines": difference("" if before is None else before.source, found.source),
        "policy": readable(found),
    }
    return render(request, "settings/version.html", words)


@page(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TenantRequest) -> HttpResponse:
    """YAML from the field or a file: `check` shows what is wrong or would change, `propose` proposes it."""
    if request.method != "POST":
        draft, latest = drafts.take(request, request.path) or QueryDict(), in_force()
        return _form(request, draft.get("source") or (latest.source if latest else ""))
    given = _given(request)
    try:
        load(given, directory())
        source = given.decode("utf-8-sig")
        if "propose" not in request.POST:
            return _form(request, source, checked=True)
        proposal = proposing.propose(change=PublishPolicy(source=source), by=request.member, now=moment(request))
    except BypassError as error:
        return _form(request, given.decode(errors="replace"), refused=error)
    return _proposed(request, proposal)


def published(versions: Iterable[PolicyVersion]) -> list[Published]:
    """The versions, each with whoever consented to it."""
    made = Proposal.objects.select_related("decided_by__user").filter(
        kind=PublishPolicy.kind, state=ProposalState.DONE, decided_by__isnull=False
    )
    names = {one.decided_at: one.decided_by.user.name for one in made if one.decided_by is not None}
    return [Published(version, names.get(version.published_at, "")) for version in versions]


def in_force() -> PolicyVersion | None:
    """The newest version."""
    return PolicyVersion.objects.select_related("published_by__user").order_by("-number").first()


def readable(version: PolicyVersion) -> Policy | None:
    """The policy as a value; None for a stored one that can't be read any more."""
    try:
        return version.policy
    except PolicyError:
        return None


def _version(number: int) -> PolicyVersion:
    found = PolicyVersion.objects.select_related("published_by__user").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _against(request: TenantRequest, number: int) -> PolicyVersion | None:
    asked = request.GET.get("against", "")
    if not asked:
        return PolicyVersion.objects.filter(number=number - 1).first()
    return _version(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else _version(0)


def _given(request: TenantRequest) -> bytes:
    """The file's bytes, if one was chosen, else the field's, with a browser's line ends made plain."""
    file = request.FILES.get("file")
    if file is not None and file.size:
        return bytes(file.read(LARGEST + 1))
    return request.POST.get("source", "").replace("\r\n", "\n").encode(errors="replace")


def _form(
    request: TenantRequest, source: str, *, checked: bool = False, refused: BypassError | None = None
) -> HttpResponse:
    latest, now = in_force(), moment(request)
    due_at = proposing.when_due(PublishPolicy(source=source), request.member, now)
    words = {
        "source": source,
        "latest": latest,
        "checked": checked,
        "lines": difference(latest.source if latest else "", source) if checked else [],
        "refused": refused,
        "problems": refused.problems if isinstance(refused, PolicyError) else [],
        "at_once": due_at == now,
        "due_at": due_at,
        "groups": sorted(directory().groups),
    }
    return render(request, "settings/new_policy.html", words, status=200 if refused is None else refused.status)


def _proposed(request: TenantRequest, proposal: Proposal) -> HttpResponse:
    """To what waits; what is done already leads back to where it was begun."""
    if proposal.state != ProposalState.DONE:
        return redirect("proposal", request.tenant.slug, proposal.pk)
    latest = in_force()
    messages.success(request, f"Policy version {latest.number if latest else 1} is in force.")
    return redirect("now", request.tenant.slug)
