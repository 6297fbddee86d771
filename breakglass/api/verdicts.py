"""`POST /api/v1/verdicts`: what the gate's own policy said, one verdict or many, so that the same log carries them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from breakglass.actions.judging import MOST, VerdictReport, read_verdict, record_verdicts
from breakglass.api.answers import check_known, credential, endpoint, json_body
from breakglass.errors import BadInput
from breakglass.scopes import parse_scope
from tenants.access import MachineRequest

TEXTS = ("id", "gate", "service", "environment", "branch", "artifact", "decision", "evidence_url", "evaluated_at")
FIELDS = frozenset({*TEXTS, "rules"})
MOST_BYTES = 1024 * 1024


@endpoint("POST")
def verdicts(request: MachineRequest) -> HttpResponse:
    """`{"new", "known"}`: how many were kept, and how many were there. 201 if any is new, else 200."""
    sent = json_body(request, MOST_BYTES)
    items = sent if isinstance(sent, list) else [sent]
    if not 1 <= len(items) <= MOST or not all(isinstance(item, dict) for item in items):
        raise BadInput({"body": [f"Send one JSON object, or an array of 1 to {MOST}."]})
    reports = [_read(item) for item in items]
    speaks = credential(request, _one_gate(items))
    kept = record_verdicts(credential=speaks, reports=reports, now=timezone.now())
    return JsonResponse({"new": kept.new, "known": kept.known}, status=201 if kept.new else 200)


def _one_gate(items: list[dict[str, Any]]) -> str:
    gates = {str(item.get("gate") or "") for item in items}
    if len(gates) > 1:
        raise BadInput({"gate": ["Send the verdicts of one gate at a time: its token speaks for no other."]})
    return gates.pop()


def _read(item: dict[str, Any]) -> VerdictReport:
    check_known(item, FIELDS)
    texts = {name: "" if item.get(name) is None else item[name] for name in TEXTS}
    rules = item.get("rules") or []
    wrong = [name for name, text in texts.items() if not isinstance(text, str)]
    if wrong or not isinstance(rules, list):
        raise BadInput({name: ["Send this as a string."] for name in wrong} or {"rules": ["Send rules as an array."]})
    return read_verdict(
        id=texts["id"],
        scope=parse_scope(texts["service"], texts["environment"], texts["branch"], texts["artifact"]),
        decision=texts["decision"],
        rules=rules,
        evidence_url=texts["evidence_url"],
        evaluated_at=texts["evaluated_at"],
    )
