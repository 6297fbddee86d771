"""`GET /api/v1/bypasses?status=active`: what is open now."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from audit.canonical import timestamp
from breakglass import links
from breakglass.actions.deciding import active
from breakglass.api.answers import endpoint
from breakglass.errors import BadInput
from breakglass.models import Bypass
from tenants.access import MachineRequest
from tenants.models import Tenant


@endpoint("GET")
def bypasses(request: MachineRequest) -> HttpResponse:
    """`{"bypasses": [...]}`, the one that ends last first."""
    if request.GET.get("status") != "active":
        raise BadInput({"status": ["Ask for status=active: the others are on the record pages and in the log."]})
    return JsonResponse({"bypasses": [_words(request.tenant, one) for one in active(now=timezone.now())]})


def _words(tenant: Tenant, bypass: Bypass) -> dict[str, object]:
    assert bypass.starts_at is not None  # noqa: S101  the database holds that an active one has a window
    assert bypass.expires_at is not None  # noqa: S101
    return {
        "id": bypass.pk,
        "gate": bypass.gate.slug,
        "service": bypass.service,
        "environment": bypass.environment,
        "branch": bypass.branch,
        "artifact": bypass.artifact,
        "whole_gate": bypass.whole_gate,
        "rules": bypass.rules,
        "starts_at": timestamp(bypass.starts_at),
        "expires_at": timestamp(bypass.expires_at),
        "expires_unix": int(bypass.expires_at.timestamp()),
        "drill": bypass.drill,
        "url": links.record_url(tenant, bypass.pk),
    }
