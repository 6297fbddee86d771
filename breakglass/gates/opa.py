"""What lets OPA decide alone: the gate's active bypasses, each with its end, and the policy that reads them.

The data is not signed: fetch it over TLS from this portal alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from breakglass.actions.offline import Opening, note_sync, openings
from breakglass.api.answers import credential_of, endpoint
from tenants.access import MachineRequest

VALID = timedelta(minutes=10)  # how long a revoked bypass can stay open at a gate that hears nothing more
POLICY = (Path(__file__).parent / "breakglass.rego").read_text()


@endpoint("GET")
def data(request: MachineRequest) -> HttpResponse:
    """`{"breakglass": {...}}` for the gate and the services that the token speaks for; every time in Unix seconds."""
    speaks, now = credential_of(request), timezone.now()
    note_sync(credential=speaks, now=now)
    found = {opening.bypass.pk: _words(opening) for opening in openings(credential=speaks, now=now)}
    return JsonResponse({"breakglass": document(found, now)})


def document(bypasses: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The data with the time until which it may be relied on."""
    generated = int(now.timestamp())
    return {
        "v": 1,
        "generated_at": generated,
        "valid_until": generated + int(VALID.total_seconds()),
        "bypasses": bypasses,
    }


@endpoint("GET")
def policy(request: MachineRequest) -> HttpResponse:
    """The Rego module, the same for everybody."""
    return HttpResponse(POLICY, content_type="text/plain; charset=utf-8")


def _words(opening: Opening) -> dict[str, Any]:
    """Ids, scopes and times, and no word that somebody typed."""
    bypass = opening.bypass
    assert bypass.starts_at is not None  # noqa: S101  the database holds that an active one has a window
    assert bypass.expires_at is not None  # noqa: S101
    return {
        "gate": bypass.gate.slug,
        "service": bypass.service,
        "environment": bypass.environment,
        "branch": bypass.branch,
        "artifact": bypass.artifact,
        "whole_gate": bypass.whole_gate,
        "rules": bypass.rules,
        "never": sorted(opening.never),
        "starts_at": int(bypass.starts_at.timestamp()),
        "expires_at": int(bypass.expires_at.timestamp()),
    }
