"""What to paste into a pipeline, with the tenant's own values in it. The token is named, and never shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from breakglass.models import Gate
from tenants.models import Tenant

HEADER = '-H "Authorization: Bearer $BREAKGLASS_TOKEN"'
BRANCH, ARTIFACT, RULE = "main", "sha256:" + "0" * 64, "the-rule-that-failed"


@dataclass(frozen=True)
class Snippet:
    """One way to connect a gate."""

    name: str
    title: str
    says: str
    text: str


def snippets(tenant: Tenant, gate: Gate) -> list[Snippet]:
    """A shell's one line, AuthZEN, OPA, and what to report."""
    base = f"{settings.SITE_URL}/t/{tenant.slug}"
    scope = _scope(gate)
    return [
        Snippet("shell", "Shell", "One line is the gate: without an active bypass, or without the portal, it fails.",
                _shell(base, gate, scope)),
        Snippet("authzen", "AuthZEN", "The Authorization API 1.0, for tools that speak it.",
                _authzen(base, gate, scope)),
        Snippet("opa", "OPA", "The gate decides alone, by its own clock; fetch the data every few seconds.",
                _opa(base, scope)),
        Snippet("report", "Verdicts and deploys", "What the gate itself said, and what was shipped, for the same log.",
                _report(base, gate, scope)),
    ]  # fmt: skip


def _scope(gate: Gate) -> dict[str, str]:
    """The gate's first service and environment, and the fields that it requires."""
    named = {"branch": BRANCH, "artifact": ARTIFACT}
    return {"service": gate.services[0], "environment": gate.environments[0]} | {
        field: named[field] for field in gate.required
    }


def _shell(base: str, gate: Gate, scope: dict[str, str]) -> str:
    query = urlencode({"gate": gate.slug, **scope, "rule": RULE}, safe=":/")
    return f'curl -fsS {HEADER} \\\n  "{base}/api/v1/check?{query}"'


def _authzen(base: str, gate: Gate, scope: dict[str, str]) -> str:
    question = {
        "subject": {"type": "workload", "id": "pipeline"},
        "action": {"name": "bypass", "properties": {"gate": gate.slug}},
        "resource": {
            "type": "service",
            "id": scope["service"],
            "properties": {name: value for name, value in scope.items() if name != "service"},
        },
        "context": {"gate_verdict": {"decision": False, "rules": [RULE]}},
    }
    return _post(f"{base}/access/v1/evaluation", question)


def _opa(base: str, scope: dict[str, str]) -> str:
    asked = json.dumps({**scope, "rules": [RULE]})
    return "\n".join(
        [
            f"curl -fsS {HEADER} {base}/opa/policy.rego -o breakglass.rego",
            f"curl -fsS {HEADER} {base}/opa/data.json -o data.json",
            f"echo '{asked}' |",
            "  opa eval --fail --stdin-input -d breakglass.rego -d data.json 'data.breakglass.gate.bypass_ids[id]'",
        ]
    )


def _report(base: str, gate: Gate, scope: dict[str, str]) -> str:
    verdict = {"id": "run-4711", "gate": gate.slug, **scope, "decision": "fail", "rules": [RULE]}
    deploy = {"id": "deploy-4711", "gate": gate.slug, **scope, "status": "started"}
    return "\n\n".join([_post(f"{base}/api/v1/verdicts", verdict), _post(f"{base}/api/v1/deploys", deploy)])


def _post(url: str, body: object) -> str:
    text = json.dumps(body, indent=2)
    return f"curl -fsS {HEADER} \\\n  -H \"Content-Type: application/json\" \\\n  {url} -d '{text}'"
