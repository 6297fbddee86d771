"""`POST /api/v1/deploys`: what was shipped, by the caller's id; the answer names the bypass that covered it."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.timely import timely
from breakglass.api.answers import body, credential, endpoint
from breakglass.scopes import parse_scope
from tenants.access import MachineRequest

FIELDS = frozenset({"id", "gate", "service", "environment", "branch", "artifact", "status", "url", "provenance_url"})


@endpoint("POST")
def deploys(request: MachineRequest) -> HttpResponse:
    """201 for a deploy reported for the first time, 200 afterwards; `bypass` and `entry` are null without a cover.

    `in_flight` says what becomes of it (enforce, pause, finish) once its bypass has ended, and is null before.
    """
    sent = dict.fromkeys(FIELDS, "") | body(request, FIELDS)
    speaks = credential(request, sent["gate"])
    report = read_report(
        id=sent["id"],
        scope=parse_scope(sent["service"], sent["environment"], sent["branch"], sent["artifact"]),
        status=sent["status"],
        url=sent["url"],
        provenance_url=sent["provenance_url"],
    )
    recorded = timely(lambda now: record_deploy(credential=speaks, report=report, now=now))
    deploy = recorded.deploy
    answer = {
        "id": deploy.external_id,
        "gate": speaks.gate.slug,
        "service": deploy.service,
        "environment": deploy.environment,
        "branch": deploy.branch,
        "artifact": deploy.artifact,
        "status": deploy.status,
        "url": deploy.url,
        "provenance_url": deploy.provenance_url,
        "bypass": deploy.bypass_id,
        "entry": recorded.entry or None,
        "in_flight": recorded.in_flight or None,
    }
    return JsonResponse(answer, status=201 if recorded.new else 200)
