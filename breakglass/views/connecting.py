"""Connecting gates, for admins: a new gate with its first token, more tokens, and the end of one."""

from __future__ import annotations

import re

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from breakglass.actions.setting_up import connect_gate, issue_credential
from breakglass.errors import BadInput
from breakglass.models import Gate, GateCredential, InFlight
from breakglass.views import snippets
from breakglass.views.clock import moment
from breakglass.views.edge import page
from tenants import drafts
from tenants.access import TenantRequest
from tenants.actions import revoke_token
from tenants.models import MachineToken
from tenants.roles import Role

REQUIRED = ("branch", "artifact")
FIELDS = {"service": "services", "environment": "environments"}  # what a scope calls an item of these lists


@page(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def new_gate(request: TenantRequest) -> HttpResponse:
    """The form; the answer to its POST is the only page that ever shows the token."""
    if request.method != "POST":
        return _new(request, drafts.take(request, request.path) or QueryDict())
    sent = request.POST
    try:
        gate, secret = connect_gate(
            slug=sent.get("slug", "").strip(),
            name=sent.get("name", "").strip(),
            services=_listed(sent.get("services", "")),
            environments=_listed(sent.get("environments", "")),
            required=sent.getlist("required"),
            practice=bool(sent.get("practice")),
            in_flight=sent.get("in_flight", "") or InFlight.ENFORCE,
            by=request.member,
            now=moment(request),
        )
    except BadInput as error:
        return _new(request, sent, error)
    line = snippets.snippets(request.tenant, gate)[0]
    return render(request, "gates/connected.html", {"gate": gate, "secret": secret, "line": line})


@page(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: TenantRequest, slug: str) -> HttpResponse:
    """The gate's tokens; a POST issues one, and its answer alone shows the secret."""
    gate = _gate(slug)
    if request.method != "POST":
        return _tokens(request, gate)
    sent = request.POST
    try:
        credential, secret = issue_credential(
            gate=gate,
            name=sent.get("name", "").strip(),
            services=sent.getlist("service"),
            by=request.member,
            now=moment(request),
        )
    except BadInput as error:
        return _tokens(request, gate, refused=error)
    return _tokens(request, gate, issued=credential, secret=secret)


@page(Role.ADMIN)
@require_POST
def revoke(request: TenantRequest, slug: str, token_id: int) -> HttpResponse:
    """From now on it is refused."""
    token = MachineToken.objects.filter(pk=token_id)  # finds nothing, and fails at nothing, beyond what a column holds
    found = GateCredential.objects.select_related("token").filter(gate=_gate(slug), token__in=token).first()
    if found is None:
        raise Http404
    revoke_token(token=found.token, by=request.member, now=moment(request))
    return redirect("gate-tokens", request.tenant.slug, slug)


def _gate(slug: str) -> Gate:
    found = Gate.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _listed(text: str) -> list[str]:
    """Words between commas, spaces and line ends, each once."""
    return list(dict.fromkeys(word for word in re.split(r"[\s,]+", text) if word))


def _new(request: TenantRequest, typed: QueryDict, refused: BadInput | None = None) -> HttpResponse:
    words = {
        "typed": typed.dict(),
        "chosen": typed.getlist("required"),
        "required": REQUIRED,
        "in_flight": InFlight.choices,
        "problems": {} if refused is None else {FIELDS.get(one, one): says for one, says in refused.fields.items()},
        "refused": refused,
    }
    return render(request, "gates/new.html", words, status=200 if refused is None else refused.status)


def _tokens(
    request: TenantRequest,
    gate: Gate,
    *,
    refused: BadInput | None = None,
    issued: GateCredential | None = None,
    secret: str = "",
) -> HttpResponse:
    held = GateCredential.objects.select_related("token").filter(gate=gate).order_by("-token__created_at", "-pk")
    words = {
        "gate": gate,
        "held": held,
        "issued": issued,
        "secret": secret,
        "line": snippets.snippets(request.tenant, gate)[0],
        "typed": request.POST.get("name", "") if refused is not None else "",
        "chosen": request.POST.getlist("service") if refused is not None else [],
        "problems": refused.fields if refused is not None else {},
        "refused": refused,
    }
    return render(request, "gates/tokens.html", words, status=200 if refused is None else refused.status)
