"""`GET /api/v1/check`: the gate that is one line of shell. 200 is bypass; anything else is enforce."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse, QueryDict

from audit.canonical import timestamp
from breakglass import links
from breakglass.actions.deciding import Decision, decide
from breakglass.actions.timely import timely
from breakglass.api.answers import credential, endpoint
from breakglass.errors import BadInput
from breakglass.scopes import Scope, parse_rules, parse_scope
from tenants.access import MachineRequest

SINGLE = ("gate", "service", "environment", "branch", "artifact")


@endpoint("GET")
def check(request: MachineRequest) -> HttpResponse:
    """Text for people (JSON if asked for): a sentence, and the record or the prefilled request form."""
    asked = _read(request.GET)
    speaks = credential(request, asked["gate"])
    scope = parse_scope(asked["service"], asked["environment"], asked["branch"], asked["artifact"])
    rules = parse_rules(rule for rule in request.GET.getlist("rule") if rule)
    decision = timely(lambda now: decide(credential=speaks, scope=scope, rules=rules, now=now))
    return _answer(request, decision, speaks.gate.slug, scope, rules)


def _read(query: QueryDict) -> dict[str, str]:
    if unknown := sorted(set(query) - {*SINGLE, "rule"}):
        raise BadInput({field: ["There is no such parameter here: take it out."] for field in unknown[:5]})
    if twice := [name for name in SINGLE if len(query.getlist(name)) > 1]:
        raise BadInput({name: ["Name this once."] for name in twice})
    return {name: query.get(name, "") for name in SINGLE}


def _answer(
    request: MachineRequest, decision: Decision, gate: str, scope: Scope, rules: frozenset[str]
) -> HttpResponse:
    bypass = decision.bypass
    url: str | None
    if bypass is None and not decision.requestable:
        url, text = None, f"{decision.sentence}\n"
    elif bypass is None:
        url = links.request_form_url(request.tenant, gate, scope, rules, decision.evaluation)
        text = f"{decision.sentence} Ask for one: {url}\n"
    else:
        url = links.record_url(request.tenant, bypass.pk)
        text = f"{decision.sentence} {url}\n"
    status = 403 if bypass is None else 200
    if not request.accepts("text/plain") or "application/json" in request.headers.get("Accept", ""):
        document: dict[str, object] = {
            "decision": "enforce" if bypass is None else "bypass",
            "evaluation_id": decision.evaluation,
            "reason": decision.sentence,
            "url": url,
        }
        if bypass is not None and bypass.expires_at is not None:
            document["bypass"] = {
                "id": bypass.pk,
                "entry": decision.entry,
                "expires_at": timestamp(bypass.expires_at),
                "expires_unix": int(bypass.expires_at.timestamp()),
            }
        return JsonResponse(document, status=status)
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
