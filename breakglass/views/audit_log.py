"""The tenant's log for its auditors and admins: what it says, and the files that a stock verifier takes."""

from __future__ import annotations

import json
import shlex

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import bundle, log
from audit.dsse import PREDICATE_TYPE
from audit.models import Entry, Log
from audit.trust import trust_config
from breakglass import sentences
from breakglass.views import log_list
from breakglass.views.edge import page
from breakglass.views.lists import answer
from tenants.access import TenantRequest
from tenants.roles import Role

JSON = "application/json"

auditors = page(Role.AUDITOR, Role.ADMIN)


@auditors
@require_safe
def audit(request: TenantRequest) -> HttpResponse:
    """The logs, and the entries that the address asks for, the newest first."""
    logs = log.logs_of(str(request.tenant.pk)).select_related("head")
    return answer(request, log_list.LISTING, logs=logs)


@auditors
@require_safe
def entry(request: TenantRequest, number: int, index: int) -> HttpResponse:
    """One entry: what it says, who signed it, and the commands that check it."""
    found = _entry(request, number, index)
    document = json.loads(bytes(found.document))
    words = {
        "line": sentences.line(found),
        "document": json.dumps(document, indent=2, ensure_ascii=False),
        "actor": document["actor"],
        "predicate_type": PREDICATE_TYPE,
        "identity_quoted": shlex.quote(document["actor"]["identity"]),
        "issuer_quoted": shlex.quote(document["actor"]["issuer"]),
    }
    return render(request, "audit/entry.html", words)


@auditors
@require_safe
def entry_json(request: TenantRequest, number: int, index: int) -> HttpResponse:
    """Its canonical bytes, the artifact that is signed."""
    found = _entry(request, number, index)
    return _file(bytes(found.document), f"{found.id}.entry.json", JSON)


@auditors
@require_safe
def entry_bundle(request: TenantRequest, number: int, index: int) -> HttpResponse:
    """Its Sigstore bundle, proved against the newest checkpoint."""
    found = _entry(request, number, index)
    return _file(bundle.assemble(found), f"{found.id}.bundle.sigstore.json", JSON)


@auditors
@require_safe
def trusted_root(request: TenantRequest, number: int) -> HttpResponse:
    """The log's keys and certificates, as they were at its birth."""
    return _file(bytes(_log(request, number).trusted_root), "trusted_root.json", JSON)


@auditors
@require_safe
def trust_configuration(request: TenantRequest, number: int) -> HttpResponse:
    """The same, wrapped as `sigstore --trust-config` takes it."""
    return _file(trust_config(_log(request, number).trusted_root), "trust_config.json", JSON)


@auditors
@require_safe
def checkpoint(request: TenantRequest, number: int) -> HttpResponse:
    """The newest signed checkpoint."""
    note = bundle.latest_checkpoint(_log(request, number)).note
    return _file(note.encode(), "checkpoint", "text/plain; charset=utf-8")


def _entry(request: TenantRequest, number: int, index: int) -> Entry:
    return _found(log.find_entry(str(request.tenant.pk), f"{number}-{index}"))


def _log(request: TenantRequest, number: int) -> Log:
    return _found(log.logs_of(str(request.tenant.pk)).filter(number=number).first())


def _found[T](row: T | None) -> T:
    if row is None:
        raise Http404
    return row


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
