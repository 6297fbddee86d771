"""What a webhook is told: a CloudEvents 1.0 event in its structured JSON form, with the record's facts and no prose."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from audit.canonical import canonical, timestamp
from breakglass import links
from breakglass.models import Bypass, Message, MessageKind
from tenants import context

CONTENT_TYPE = "application/cloudevents+json"
NAMES = {
    MessageKind.ASKED: "requested",
    MessageKind.APPROVED: "approved",
    MessageKind.OPENED: "activated",
    MessageKind.DENIED: "denied",
    MessageKind.WITHDRAWN: "withdrawn",
    MessageKind.LAPSED: "lapsed",
    MessageKind.EXPIRED: "expired",
    MessageKind.RETURNED: "returned",
    MessageKind.REVOKED: "revoked",
}


def event(message: Message) -> bytes:
    """The body, under 20 kB; `id` is the message's key, `entry` the entry of the act."""
    if message.bypass is None:
        raise ValueError(f"{message.key} is about no bypass: nothing is known to tell.")
    tenant = context.current()
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": message.key,
        "source": f"{settings.SITE_URL}/t/{tenant.slug}",
        "type": f"dev.breakglass.bypass.{NAMES[MessageKind(message.kind)]}.v1",
        "subject": message.bypass.pk,
        "time": timestamp(message.at),
        "datacontenttype": "application/json",
        "data": {**_data(message.bypass), "entry": message.cause, "url": links.record_url(tenant, message.bypass.pk)},
    }
    return canonical(document)


def _data(bypass: Bypass) -> dict[str, Any]:
    return {
        "bypass": bypass.pk,
        "gate": bypass.gate.slug,
        "service": bypass.service,
        "environment": bypass.environment,
        "branch": bypass.branch,
        "artifact": bypass.artifact,
        "whole_gate": bypass.whole_gate,
        "rules": bypass.rules,
        "tier": bypass.tier,
        "drill": bypass.drill,
        "starts_at": timestamp(bypass.starts_at) if bypass.starts_at else None,
        "expires_at": timestamp(bypass.expires_at) if bypass.expires_at else None,
        "ended_at": timestamp(bypass.closed_at) if bypass.closed_at else None,
    }
