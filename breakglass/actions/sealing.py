"""Seals rows that have no entry of their own, checks and verdicts: one entry holds the Merkle root of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit import kinds, merkle
from audit.canonical import canonical, timestamp
from breakglass.models import Check, ChecksBatch, Verdict, VerdictsBatch
from tenants.actions import record

MOST = 10_000


def row(check: Check) -> bytes:
    """A check as a leaf of its batch: canonical JSON (RFC 8785)."""
    document: dict[str, Any] = {
        "evaluation": check.evaluation,
        "at": timestamp(check.at),
        "gate": check.gate.slug,
        "service": check.service,
        "environment": check.environment,
        "branch": check.branch,
        "artifact": check.artifact,
        "rules": check.rules,
        "decision": check.decision,
        "bypass": check.bypass_id,
    }
    said = {"subject": check.subject, "verdict": check.verdict, "evidence_url": check.evidence_url}
    # What was not said is left out: the rows of batches from before these were kept have none of them.
    return canonical(document | {name: value for name, value in said.items() if value})


def verdict_row(verdict: Verdict) -> bytes:
    """The same for a verdict; `id` and `evaluated_at` (or null) are its sender's, `at` is when it came."""
    document: dict[str, Any] = {
        "id": verdict.external_id,
        "at": timestamp(verdict.at),
        "evaluated_at": timestamp(verdict.evaluated_at) if verdict.evaluated_at else None,
        "gate": verdict.gate.slug,
        "service": verdict.service,
        "environment": verdict.environment,
        "branch": verdict.branch,
        "artifact": verdict.artifact,
        "decision": verdict.decision,
        "rules": verdict.rules,
        "evidence_url": verdict.evidence_url,
    }
    return canonical(document)


@dataclass(frozen=True)
class Volume:
    """Rows of one sort: those that have to be sealed, how a leaf is written, and where its batches are."""

    model: type[Check | Verdict]
    which: Mapping[str, Any]
    leaf: Callable[[Any], bytes]
    batch: type[ChecksBatch | VerdictsBatch]
    kind: type[kinds.ChecksSealed | kinds.VerdictsSealed]

    def rows(self) -> QuerySet[Any]:
        """The entered tenant's, sealed or not."""
        return self.model.objects.filter(**self.which)


CHECKS = Volume(Check, {"first": False}, row, ChecksBatch, kinds.ChecksSealed)
VERDICTS = Volume(Verdict, {}, verdict_row, VerdictsBatch, kinds.VerdictsSealed)
VOLUMES = {volume.kind.kind: volume for volume in (CHECKS, VERDICTS)}


def seal_checks(*, now: datetime) -> int:
    """Seal the checks that are there, at most 10,000 in a batch; how many were sealed."""
    return _seal(CHECKS, now)


def seal_verdicts(*, now: datetime) -> int:
    """The same for the verdicts."""
    return _seal(VERDICTS, now)


@transaction.atomic
def _seal(volume: Volume, now: datetime) -> int:
    unsealed = volume.rows().select_related("gate").select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = list(unsealed.filter(batch=None).order_by("pk")[:MOST])
    if not rows:
        return 0
    root = merkle.root_of(volume.leaf(one) for one in rows).hex()
    batch = volume.batch.objects.create(count=len(rows), root=root, at=now)
    volume.rows().filter(pk__in=[one.pk for one in rows]).update(batch=batch)
    times = [one.at for one in rows]
    data = volume.kind(
        batch=batch.pk, count=len(rows), root=root, first_at=timestamp(min(times)), last_at=timestamp(max(times))
    )
    record(data, by=None, now=now)
    return len(rows)
