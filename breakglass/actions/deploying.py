"""What was shipped: recorded by the caller's id, and covered by what the portal itself saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from audit import kinds
from breakglass.actions import covering, findings
from breakglass.actions.deciding import check_speaks, opened_by
from breakglass.actions.records import scope_words
from breakglass.asks import clean_text, clean_url
from breakglass.errors import BadInput, WrongState
from breakglass.models import Bypass, Deploy, FindingKind, Gate, GateCredential
from breakglass.models.deploys import DeployStatus
from breakglass.scopes import Scope
from breakglass.states import ENDED as OVER
from tenants.actions import record

ENDED = frozenset({DeployStatus.SUCCEEDED, DeployStatus.FAILED, DeployStatus.CANCELLED})
CHANGED = frozenset({DeployStatus.SUCCEEDED, DeployStatus.FAILED})  # it may have changed what it was deployed to


@dataclass(frozen=True, kw_only=True)
class DeployReport:
    """A deploy as its sender tells it; `id` is the sender's."""

    id: str
    scope: Scope
    status: str
    url: str
    provenance_url: str


@dataclass(frozen=True)
class RecordedDeploy:
    """The deploy, and the entry that opened the bypass which covered it ("" without one).

    `in_flight` says what becomes of it once that bypass has ended ("" before, and without one).
    """

    deploy: Deploy
    entry: str
    in_flight: str
    new: bool = False


def read_report(*, id: str, scope: Scope, status: str, url: str, provenance_url: str) -> DeployReport:  # noqa: A002
    """A well-formed report, or one BadInput."""
    identifier = clean_text("id", id, 200)
    if not identifier:
        raise BadInput({"id": ["Send the deploy's id: your own, the same in every report of it."]})
    if status not in DeployStatus.values:
        raise BadInput({"status": [f"The status is one of {', '.join(DeployStatus.values)}."]})
    return DeployReport(
        id=identifier,
        scope=scope,
        status=status,
        url=clean_url("url", url),
        provenance_url=clean_url("provenance_url", provenance_url),
    )


@transaction.atomic
def record_deploy(*, credential: GateCredential, report: DeployReport, now: datetime) -> RecordedDeploy:
    """Record a deploy, or what is new of it. The same report again changes nothing; an ended deploy stays ended.

    Raises BadInput for a scope the gate refuses, Forbidden for a service the token may not speak for, WrongState for
    an id that was used for another scope.
    """
    check_speaks(credential, report.scope)
    Gate.objects.select_for_update(no_key=True).get(pk=credential.gate_id)
    rows = Deploy.objects.select_related("bypass__requester__user")
    known = rows.filter(gate_id=credential.gate_id, external_id=report.id).first()
    if known is None:
        return _first_report(credential, report, now)
    return _next_report(known, credential, report, now)


def _first_report(credential: GateCredential, report: DeployReport, now: datetime) -> RecordedDeploy:
    deploy = Deploy.objects.create(
        gate_id=credential.gate_id,
        external_id=report.id,
        service=report.scope.service,
        environment=report.scope.environment,
        branch=report.scope.branch,
        artifact=report.scope.artifact,
        status=report.status,
        url=report.url,
        provenance_url=report.provenance_url,
        bypass=covering.covering(credential.gate, report.scope, now),
        first_seen_at=now,
        last_seen_at=now,
    )
    recorded = replace(_recorded(deploy, credential, now), new=True)
    _look(deploy, credential.gate, now)
    return recorded


def _next_report(deploy: Deploy, credential: GateCredential, report: DeployReport, now: datetime) -> RecordedDeploy:
    if deploy.scope != report.scope:
        raise WrongState(f"Deploy {report.id} was reported for another scope: use a new id for this one.", field="id")
    before = deploy.status
    if not _take(deploy, report):
        return _answer(deploy, credential.gate, now)
    deploy.last_seen_at = now
    deploy.save(update_fields=["status", "last_seen_at", "url", "provenance_url"])
    recorded = _recorded(deploy, credential, now)
    if deploy.status != before and before not in CHANGED:
        _look(deploy, credential.gate, now)
    return recorded


def _take(deploy: Deploy, report: DeployReport) -> bool:
    """Take over what is new; whether anything is. `started` says nothing of one that has ended: it came late."""
    late = report.status == DeployStatus.STARTED and deploy.status in ENDED
    new = (
        deploy.status if late else report.status,
        report.url or deploy.url,
        report.provenance_url or deploy.provenance_url,
    )
    changed = new != (deploy.status, deploy.url, deploy.provenance_url)
    deploy.status, deploy.url, deploy.provenance_url = new
    return changed


def _look(deploy: Deploy, gate: Gate, now: datetime) -> None:
    """Open a finding for a deploy that should not have been: its bypass had ended, or it was beside one."""
    kind, bypass = _wrong(deploy, gate, now)
    if kind is not None and bypass is not None:
        subject = f"Deploy {deploy.external_id} through {gate.slug}"
        findings.open_finding(
            kind=kind, subject=subject, gate=gate, bypass=bypass, deploy=deploy, owner=bypass.requester, now=now
        )


def _wrong(deploy: Deploy, gate: Gate, now: datetime) -> tuple[FindingKind | None, Bypass | None]:
    if deploy.bypass is not None:
        late = deploy.bypass.status_at(now) in OVER and deploy.status in CHANGED
        return (FindingKind.DEPLOY_AFTER_END, deploy.bypass) if late else (None, None)
    return covering.beside(gate, deploy.scope, now)


def _recorded(deploy: Deploy, credential: GateCredential, now: datetime) -> RecordedDeploy:
    entry = opened_by(deploy.bypass) if deploy.bypass else ""
    data = kinds.DeployRecorded(
        deploy=deploy.external_id,
        scope=scope_words(credential.gate, deploy.scope),
        status=deploy.status,
        url=deploy.url,
        provenance_url=deploy.provenance_url,
        bypass=deploy.bypass_id,
        entry=entry or None,
        drill=credential.gate.practice,
    )
    record(data, by=credential.token, now=now, about=deploy.bypass_id or "")
    return _answer(deploy, credential.gate, now)


def _answer(deploy: Deploy, gate: Gate, now: datetime) -> RecordedDeploy:
    entry = opened_by(deploy.bypass) if deploy.bypass else ""
    over = deploy.bypass is not None and deploy.bypass.status_at(now) in OVER
    return RecordedDeploy(deploy, entry, gate.in_flight if over else "")
