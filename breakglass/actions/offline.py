"""What a gate is given so that it can decide alone, and when it fetched it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from breakglass.actions.deciding import active, policy_in_force
from breakglass.models import Bypass, GateCredential
from breakglass.policy import never

TO_THE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Opening:
    """An active bypass, and the rules that it never covers."""

    bypass: Bypass
    never: frozenset[str]


def openings(*, credential: GateCredential, now: datetime) -> list[Opening]:
    """What holds the credential's gate open at `now`, for the services that it speaks for."""
    in_force = policy_in_force()
    found = []
    for bypass in active(now=now):
        if bypass.gate_id != credential.gate_id or not credential.may_speak_for(bypass.service):
            continue
        policies = [bypass.policy_version.policy, *([in_force] if in_force is not None else [])]
        slug, scope = bypass.gate.slug, bypass.scope
        if not any(never.is_sealed(policy, slug, scope) for policy in policies):
            kept = frozenset().union(*(never.never_rules(policy, slug, scope) for policy in policies))
            found.append(Opening(bypass, kept))
    return found


def note_sync(*, credential: GateCredential, now: datetime) -> None:
    """Keep when the gate last fetched what it decides by, to the minute. No act: it is what a heartbeat is."""
    quiet = Q(synced_at=None) | Q(synced_at__lte=now - TO_THE_MINUTE)
    GateCredential.objects.filter(quiet, pk=credential.pk).update(synced_at=now)
