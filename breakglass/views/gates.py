"""The gates: what each stands before, how to connect one, and what it asked last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breakglass.actions.covering import GRACE
from breakglass.actions.deciding import policy_in_force
from breakglass.models import Check, Finding, Gate, GateCredential, Verdict
from breakglass.policy.patterns import matches
from breakglass.policy.values import Never
from breakglass.views import snippets
from breakglass.views.edge import page
from tenants.access import TenantRequest

MOST_CALLS = 50
MOST_FINDINGS = 20


@page()
@require_safe
def index(request: TenantRequest) -> HttpResponse:
    """Every gate, and when it last asked."""
    heard = _last_heard()
    gates = [(gate, heard.get(gate.pk)) for gate in Gate.objects.order_by("name", "pk")]
    return render(request, "gates/index.html", {"gates": gates})


@page()
@require_safe
def gate(request: TenantRequest, slug: str) -> HttpResponse:
    """One gate: its lists, how to connect it, its last calls. A secret is shown nowhere."""
    found = Gate.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    checks = Check.objects.select_related("credential__token").filter(gate=found).order_by("-at", "-pk")
    findings = Finding.objects.select_related("owner__user").filter(gate=found, closed_at=None).order_by("due_at", "pk")
    words: dict[str, Any] = {
        "gate": found,
        "heard": _last_heard().get(found.pk),
        "synced": GateCredential.objects.filter(gate=found).aggregate(at=Max("synced_at"))["at"],
        "judged": Verdict.objects.filter(gate=found).aggregate(at=Max("at"))["at"],
        "never": _never(found),
        "grace": int(GRACE.total_seconds()),
        "findings": findings[:MOST_FINDINGS],
        "checks": checks[:MOST_CALLS],
        "snippets": snippets.snippets(request.tenant, found),
    }
    return render(request, "gates/gate.html", words)


def _last_heard() -> dict[int, datetime]:
    """When each gate was last answered, by its id."""
    return dict(Check.objects.order_by().values_list("gate_id").annotate(at=Max("at")))


def _never(gate: Gate) -> list[Never]:
    """The lines of the policy in force that keep something shut at this gate."""
    policy = policy_in_force()
    return [] if policy is None else [one for one in policy.never if matches(one.gate, gate.slug)]
