"""Seals the checks that have no entry of their own: one entry holds the Merkle root of their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from audit import kinds, merkle
from audit.canonical import canonical, timestamp
from breakglass.models import Check, ChecksBatch
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
    return canonical(document)


@transaction.atomic
def seal_checks(*, now: datetime) -> int:
    """Seal what is there, at most 10,000 in a batch; how many were sealed."""
    unsealed = Check.objects.select_related("gate").select_for_update(of=("self",), skip_locked=True)
    checks = list(unsealed.filter(batch=None, first=False).order_by("pk")[:MOST])
    if not checks:
        return 0
    root = merkle.root_of(row(check) for check in checks).hex()
    batch = ChecksBatch.objects.create(count=len(checks), root=root, at=now)
    Check.objects.filter(pk__in=[check.pk for check in checks]).update(batch=batch)
    times = [check.at for check in checks]
    data = kinds.ChecksSealed(
        batch=batch.pk, count=len(checks), root=root, first_at=timestamp(min(times)), last_at=timestamp(max(times))
    )
    record(data, by=None, now=now)
    return len(checks)
