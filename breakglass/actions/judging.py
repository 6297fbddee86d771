"""The gates' own verdicts: kept by the sender's id, once, whenever and however often they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from breakglass.actions.deciding import check_speaks
from breakglass.asks import clean_text, clean_url
from breakglass.errors import BadInput, WrongState
from breakglass.models import Gate, GateCredential, Verdict, VerdictDecision
from breakglass.scopes import Scope, parse_rules

MOST = 500  # in one request


@dataclass(frozen=True, kw_only=True)
class VerdictReport:
    """A verdict as its sender tells it; `id` and `evaluated_at` are the sender's."""

    id: str
    scope: Scope
    decision: str
    rules: frozenset[str]
    evidence_url: str
    evaluated_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """How many are new, and how many were there."""

    new: int
    known: int


def read_verdict(
    *,
    id: str,  # noqa: A002
    scope: Scope,
    decision: str,
    rules: Sequence[object],
    evidence_url: str,
    evaluated_at: str,
) -> VerdictReport:
    """A well-formed verdict, or one BadInput."""
    identifier = clean_text("id", id, 200)
    if not identifier:
        raise BadInput({"id": ["Send the verdict's id: your own, the same whenever you send it."]})
    if decision not in VerdictDecision.values:
        raise BadInput({"decision": [f"The decision is one of {', '.join(VerdictDecision.values)}."]})
    failed = parse_rules(rules)
    if failed and decision == VerdictDecision.PASS:
        raise BadInput({"rules": ["A verdict that passes names no rule that failed: leave rules out."]})
    return VerdictReport(
        id=identifier,
        scope=scope,
        decision=decision,
        rules=failed,
        evidence_url=clean_url("evidence_url", evidence_url),
        evaluated_at=_moment(evaluated_at),
    )


def _moment(text: str) -> datetime | None:
    """RFC 3339, with its offset; nothing is unsaid."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        sound = at.tzinfo is not None and 2000 <= at.year <= 9000
    except (ValueError, OverflowError):
        sound = False
    if not sound:
        raise BadInput(
            {"evaluated_at": ["Send the time with its offset, as in 2026-03-02T02:07:11Z, or leave it out."]}
        )
    return at


@transaction.atomic
def record_verdicts(*, credential: GateCredential, reports: Sequence[VerdictReport], now: datetime) -> Kept:
    """Keep what is new, all of it or none; what was sent before changes nothing. The log has them once they are sealed.

    Raises BadInput for a scope the gate refuses, Forbidden for a service the token may not speak for, WrongState for
    an id that was used for another verdict.
    """
    for report in reports:
        check_speaks(credential, report.scope)
    Gate.objects.select_for_update(no_key=True).get(pk=credential.gate_id)
    sent: dict[str, VerdictReport] = {}
    for report in reports:
        _check_same(report.id, sent.setdefault(report.id, report), report)
    there = Verdict.objects.filter(gate_id=credential.gate_id, external_id__in=sent)
    known = {verdict.external_id: _report(verdict) for verdict in there}
    for external_id, before in known.items():
        _check_same(external_id, before, sent[external_id])
    new = [report for external_id, report in sent.items() if external_id not in known]
    Verdict.objects.bulk_create([_row(credential, report, now) for report in new])
    return Kept(new=len(new), known=len(reports) - len(new))


def _check_same(external_id: str, before: VerdictReport, report: VerdictReport) -> None:
    if before != report:
        raise WrongState(
            f"Verdict {external_id} was sent with something else in it, and that stays: use a new id for this one.",
            field="id",
        )


def _row(credential: GateCredential, report: VerdictReport, now: datetime) -> Verdict:
    return Verdict(
        gate_id=credential.gate_id,
        credential=credential,
        external_id=report.id,
        service=report.scope.service,
        environment=report.scope.environment,
        branch=report.scope.branch,
        artifact=report.scope.artifact,
        decision=report.decision,
        rules=sorted(report.rules),
        evidence_url=report.evidence_url,
        evaluated_at=report.evaluated_at,
        at=now,
    )


def _report(verdict: Verdict) -> VerdictReport:
    return VerdictReport(
        id=verdict.external_id,
        scope=verdict.scope,
        decision=verdict.decision,
        rules=frozenset(verdict.rules),
        evidence_url=verdict.evidence_url,
        evaluated_at=verdict.evaluated_at,
    )
