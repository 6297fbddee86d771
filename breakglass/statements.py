"""What an approver is shown, as one document with one digest: an approval is bound to it."""

from __future__ import annotations

import hashlib
from typing import Any

from audit.canonical import canonical, timestamp
from breakglass.models import Bypass
from breakglass.policy.values import Tier

VERSION = 1


def statement(bypass: Bypass, tier: Tier) -> dict[str, Any]:
    """Everything the page shows for consent: who asks, for what, why, under which policy, and the TTLs on offer."""
    return {
        "v": VERSION,
        "bypass": bypass.pk,
        "requester": {
            "id": bypass.requester_id,
            "name": bypass.requester.user.name,
            "email": bypass.requester.user.email,
        },
        "requested_at": timestamp(bypass.requested_at),
        "scope": {
            "gate": bypass.gate.slug,
            "service": bypass.service,
            "environment": bypass.environment,
            "branch": bypass.branch,
            "artifact": bypass.artifact,
        },
        "whole_gate": bypass.whole_gate,
        "rules": list(bypass.rules),
        "reason_kind": bypass.reason_kind,
        "justification": bypass.justification,
        "incident_url": bypass.incident_url,
        "proposed_ttl": bypass.proposed_ttl,
        "ttl_choices": [ttl for ttl in tier.ttl if ttl <= bypass.proposed_ttl],
        "tier": tier.name,
        "policy": {"number": bypass.policy_version.number, "digest": bypass.policy_version.digest},
        "drill": bypass.drill,
        "extends": bypass.extends_id,
    }


def digest(document: dict[str, Any]) -> str:
    """`sha256:` and the hex digest of the canonical bytes (RFC 8785)."""
    return "sha256:" + hashlib.sha256(canonical(document)).hexdigest()
