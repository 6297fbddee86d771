"""The parts that pages are made of, each in its states: for whoever builds a page. Off unless STYLEGUIDE says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breakglass.scopes import Scope
from breakglass.sentences import Line
from breakglass.states import Status
from breakglass.views import filters
from breakglass.views.clock import moment
from breakglass.views.edge import NO_STORE
from breakglass.views.impact import Impact
from breakglass.views.lists import Shown
from tenants.access import public

HOUR = timedelta(hours=1)
WHY = "Payments fail for every customer; the fix waits behind the gate."


@public
@NO_STORE
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part with made-up words; no tenant's data."""
    if not settings.STYLEGUIDE:
        raise Http404
    now = moment(request)
    bypass = _bypass(now)
    words = {
        "here": SimpleNamespace(tenant=SimpleNamespace(slug="acme", name="Acme Corporation"), active=[bypass]),
        "bypass": bypass,
        "statuses": list(Status),
        "impact": Impact((), 2, (("two-reviewers", 4), ("no-deploy-in-freeze", 0))),
        "timeline": [
            _line(now, "asked to skip two-reviewers", ""),
            _line(now, "approved it for 1h", "Go.", opens=True),
        ],
        "problem": ["Write at least a sentence: what is broken, and why it can't wait."],
        "environments": ["production", "staging"],
        "fields": [
            Shown(filters.RULE, "two-reviewers", ()),
            Shown(
                replace(filters.GATE, choices={"deploy-gate": "deploy-gate"}), "deploy", ["There is none of that name."]
            ),
            Shown(filters.PERIOD[0], "2026-03-02", ()),
        ],
        "ttl_choices": [("15m", True), ("1h", False), ("4h", False)],
    }
    return render(request, "styleguide.html", words)


def _bypass(now: datetime) -> SimpleNamespace:
    scope = Scope("payments", "production", "hotfix/null-currency")
    return SimpleNamespace(
        pk="bg_00000000000000000000",
        gate=SimpleNamespace(slug="deploy-gate", name="Deploy gate"),
        requester=SimpleNamespace(user=SimpleNamespace(name="Rosa", email="rosa@acme.example")),
        scope=scope,
        service=scope.service,
        environment=scope.environment,
        rules=["two-reviewers"],
        whole_gate=False,
        drill=False,
        tier="high",
        justification=WHY,
        proposed_ttl=3600,
        requested_at=now - HOUR / 4,
        lapses_at=now + HOUR * 3 / 4,
        starts_at=now - HOUR / 4,
        expires_at=now + HOUR * 3 / 4,
    )


def _line(now: datetime, says: str, quote: str, **more: Any) -> Line:
    return Line("1-30", 1, 30, now, "bypass.approved", "", "Pete", says, quote, **more)
