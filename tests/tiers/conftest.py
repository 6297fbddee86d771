"""Acme's people in their browsers and its gates at their pipelines, at a clock that a test moves."""

from __future__ import annotations

import contextvars
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import log
from breakglass.models import Bypass
from breakglass.statements import digest, statement
from tenants import context
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock, stop

RULE = "no-known-exploited-critical"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The edge's clock."""
    return stop(monkeypatch, NOW)


class Night:
    """One tenant over HTTP; every request begins in an empty context, as in a server's process."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.base = cast, f"/t/{cast.tenant.slug}"

    def get(self, who: str, path: str) -> Any:
        """A page, as this person sees it."""
        return _outside(lambda: self.cast.client(who).get(f"{self.base}/{path}"))

    def post(self, who: str, path: str, **sent: object) -> Any:
        """A form, sent by this person."""
        return _outside(lambda: self.cast.client(who).post(f"{self.base}/{path}", sent))

    def ask(self, gate: str, *, ttl: str, who: str = "rosa") -> Any:
        """Ask for the gate in production."""
        asked = self.scope(gate) | {"rule": RULE, "reason_kind": "incident", "incident_url": ASK.incident_url}
        return self.post(who, "bypasses/new", **asked, justification=ASK.justification, ttl=ttl)

    def asked(self, gate: str, *, ttl: str, who: str = "rosa") -> str:
        """The same, sent once its page has shown whose approval it needs: the id of the bypass."""
        answer = self.ask(gate, ttl=ttl, who=who)
        found = re.search(r"bg_[0-9a-z]{20}", answer.headers.get("Location", ""))
        assert found is not None, answer.content.decode()
        return found[0]

    def approve(self, who: str, bypass: str, *, ttl: str) -> int:
        """Approve what the record shows; the status of the answer."""
        with context.entered(self.cast.tenant):
            seen = Bypass.objects.select_related("gate", "requester__user", "policy_version").get(pk=bypass)
            shown = digest(statement(seen, seen.frozen_tier))
        answer = self.post(who, f"bypasses/{bypass}/approve/", ttl=ttl, comment="Seen.", statement=shown)
        return int(answer.status_code)

    def check(self, gate: str) -> int:
        """What the gate's pipeline is answered: 200 with an active bypass, 403 without."""
        pipeline = Client(headers={"Authorization": f"Bearer {self.cast.secret(gate)}"})
        sent = self.scope(gate) | {"rule": RULE}
        return int(_outside(lambda: pipeline.get(f"{self.base}/api/v1/check", sent)).status_code)

    def scope(self, gate: str) -> dict[str, str]:
        """Payments in production."""
        return {"gate": gate, "service": "payments", "environment": "production", "branch": ASK.branch}

    def state(self, bypass: str) -> Bypass:
        """The row."""
        with context.entered(self.cast.tenant):
            return Bypass.objects.get(pk=bypass)


@pytest.fixture
def night(db: None, clock: Clock) -> Night:
    """Acme, at 02:07:11, with no tenant entered."""
    return Night(Cast("acme"))


def _outside(send: Callable[[], Any]) -> Any:
    return contextvars.Context().run(send)


def entries(cast: Cast, kind: str) -> list[dict[str, Any]]:
    """The documents of a tenant's entries of a kind, oldest first."""
    found = log.entries_of(str(cast.tenant.pk), kind=kind)
    return [json.loads(bytes(entry.document)) for entry in found]
