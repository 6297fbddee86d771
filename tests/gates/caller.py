"""What a gate sends, as JSON with its token, and no tenant of the test's is seen on the other side."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.cast import ASK

SCOPE = {"gate": "ci-checks", "service": "payments", "environment": "ci", "branch": ASK.branch}
RULE = ASK.rules[0]


def question(**changes: Any) -> dict[str, Any]:
    """May ci-checks be bypassed for payments? Members can be others."""
    asked: dict[str, Any] = {
        "subject": {"type": "workload", "id": "github:acme/payments"},
        "action": {"name": "bypass", "properties": {"gate": "ci-checks"}},
        "resource": {
            "type": "service",
            "id": "payments",
            "properties": {"environment": "ci", "branch": ASK.branch},
        },
        "context": {"gate_verdict": {"decision": False, "rules": [RULE]}},
    }
    return asked | changes


class Caller:
    """One token at one tenant."""

    def __init__(self, secret: str | None, tenant: str = "acme") -> None:
        self.client = Client(headers={} if secret is None else {"Authorization": f"Bearer {secret}"})
        self.root = f"/t/{tenant}/"

    def get(self, path: str, **query: Any) -> HttpResponse:
        """GET."""
        return self._call("get", path, data=query)

    def post(self, path: str, body: Any, content_type: str = "application/json", **headers: str) -> HttpResponse:
        """POST: text and bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._call("post", path, data=raw, content_type=content_type, headers=headers)

    def evaluate(self, **changes: Any) -> dict[str, Any]:
        """The answer to one AuthZEN question."""
        return read(self.post("access/v1/evaluation", question(**changes)))

    def _call(self, method: str, path: str, **how: Any) -> HttpResponse:
        send = getattr(self.client, method)
        answer: HttpResponse = contextvars.Context().run(lambda: send(self.root + path, **how))
        return answer


def read(answer: HttpResponse) -> dict[str, Any]:
    """The JSON object of a 200 or 201."""
    assert answer.status_code in {200, 201}, answer.content
    document: dict[str, Any] = json.loads(answer.content)
    return document
