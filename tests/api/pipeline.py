"""What a gate or a deploy tool sends, as curl would: the token in a header, the rest in the query or as JSON."""

from __future__ import annotations

import contextvars
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

SCOPE = {"gate": "ci-checks", "service": "payments", "environment": "ci", "branch": "hotfix/null-currency"}
RULE = "no-known-exploited-critical"
FAILED: dict[str, Any] = {**SCOPE, "rule": RULE}
REPORT = {**SCOPE, "id": "deploy-1", "status": "started"}


class Pipeline:
    """Sends one token to one tenant. No tenant that the test has entered is seen on the other side."""

    def __init__(self, secret: str | None, tenant: str = "acme", **headers: str) -> None:
        token = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        self.client = Client(headers=token | headers)
        self.root = f"/t/{tenant}/api/v1/"

    def send(self, method: str, path: str, **how: Any) -> HttpResponse:
        """One request."""
        send = getattr(self.client, method)
        answer: HttpResponse = contextvars.Context().run(lambda: send(self.root + path, **how))
        return answer

    def check(self, query: dict[str, Any] | str | None = None, **headers: str) -> HttpResponse:
        """`GET check`; a query may be given as the raw string."""
        if isinstance(query, str):
            return self.send("get", f"check?{query}", headers=headers)
        return self.send("get", "check", data=FAILED if query is None else query, headers=headers)

    def ask(self, **fields: Any) -> dict[str, Any]:
        """The same for JSON, with other fields than usual (None: left out)."""
        wanted = {name: value for name, value in (FAILED | fields).items() if value is not None}
        return read(self.check(wanted, Accept="application/json"))

    def report(self, **fields: Any) -> HttpResponse:
        """`POST deploys`, with other fields than usual (None: left out)."""
        return self.post({name: value for name, value in (REPORT | fields).items() if value is not None})

    def post(self, body: Any, content_type: str = "application/json", **headers: str) -> HttpResponse:
        """`POST deploys` with this body: text and bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.send("post", "deploys", data=raw, content_type=content_type, headers=headers)

    def open_now(self, query: str = "status=active") -> HttpResponse:
        """`GET bypasses`."""
        return self.send("get", f"bypasses?{query}")


def read(answer: HttpResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    document: dict[str, Any] = json.loads(answer.content)
    return document
