"""What an AuthZEN question means here: may this gate be bypassed for this service? Every other question is a no."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from audit.canonical import timestamp
from breakglass import links
from breakglass.actions.deciding import Decision, Told, decide
from breakglass.api.answers import credential
from breakglass.asks import clean_text, clean_url
from breakglass.errors import BadInput
from breakglass.gates.entities import Document, Evaluation, inner
from breakglass.models import VerdictDecision
from breakglass.scopes import Scope, parse_rules, parse_scope
from tenants.access import MachineRequest
from tenants.models import Tenant

ACTION, RESOURCE = "bypass", "service"
ASK_WITHIN = timedelta(hours=1)  # a refusal can be answered with a request for so long
VERDICTS = {True: VerdictDecision.PASS, False: VerdictDecision.FAIL}


def decide_evaluation(request: MachineRequest, asked: Evaluation) -> dict[str, Any]:
    """`decision`, and in `context` the bypass, or why there is none and where to ask. Raises BadInput, Forbidden."""
    if (asked.action, asked.resource_type) != (ACTION, RESOURCE):
        message = f"Only the action {ACTION} on a {RESOURCE} is decided here."
        return {"decision": False, "context": {"reason": "not_decided_here", "message": message}}
    speaks = credential(request, _text(asked.action_properties, "gate", "action.properties.gate"))
    scope = _scope(asked)
    rules, told = _verdict(asked)
    decision = decide(credential=speaks, scope=scope, rules=rules, told=told, now=timezone.now())
    context = {"evaluation_id": decision.evaluation, "evaluated_at": timestamp(decision.at)}
    if decision.bypass is None:
        return {"decision": False, "context": context | _no(request.tenant, decision, speaks.gate.slug, scope, rules)}
    return {"decision": True, "context": context | {"bypass": bypass_words(request.tenant, decision)}}


def bypass_words(tenant: Tenant, decision: Decision) -> dict[str, Any]:
    """The bypass behind a yes."""
    assert decision.bypass is not None  # noqa: S101  asked of a yes alone
    expires_at = decision.bypass.expires_at or decision.at
    return {
        "id": decision.bypass.pk,
        "entry": decision.entry,
        "expires_at": timestamp(expires_at),
        "expires_unix": int(expires_at.timestamp()),
        "url": links.record_url(tenant, decision.bypass.pk),
    }


def _no(tenant: Tenant, decision: Decision, gate: str, scope: Scope, rules: frozenset[str]) -> dict[str, Any]:
    why = {"reason": decision.reason, "message": decision.sentence}
    if not decision.requestable:
        return why
    form = links.request_form_url(tenant, gate, scope, rules, decision.evaluation)
    return why | {"access_request": {"form_url": form, "expires_at": timestamp(_until(decision.at))}}


def _until(at: datetime) -> datetime:
    return at + ASK_WITHIN


def _scope(asked: Evaluation) -> Scope:
    """Raises BadInput naming the members as the request does."""
    properties = asked.resource_properties
    try:
        return parse_scope(
            asked.resource, properties.get("environment"), properties.get("branch"), properties.get("artifact")
        )
    except BadInput as error:
        raise BadInput({_path(field): sentences for field, sentences in error.fields.items()}) from error


def _path(field: str) -> str:
    return "resource.id" if field == "service" else f"resource.properties.{field}"


def _verdict(asked: Evaluation) -> tuple[frozenset[str], Told]:
    """The rules that failed, and what the caller says of itself."""
    verdict = inner(asked.context, "gate_verdict", "context.gate_verdict")
    decision = verdict.get("decision")
    if decision is not None and not isinstance(decision, bool):
        raise BadInput({"context.gate_verdict.decision": ["Send the gate's own decision as true or false."]})
    named = verdict.get("rules")
    if named is not None and not isinstance(named, list):
        raise BadInput({"context.gate_verdict.rules": ["Send the rules that failed as an array of ids."]})
    told = Told(
        subject=clean_text("subject", f"{asked.subject_type}:{asked.subject}"[:200], 200),
        verdict="" if decision is None else VERDICTS[decision],
        evidence_url=clean_url("context.gate_verdict.evidence_url", _text(verdict, "evidence_url", "evidence_url")),
    )
    return parse_rules(named or ()), told


def _text(document: Document, name: str, path: str) -> str:
    """An optional string."""
    found = document.get(name)
    if found is not None and not isinstance(found, str):
        raise BadInput({path: [f"Send {path} as a string."]})
    return found or ""
