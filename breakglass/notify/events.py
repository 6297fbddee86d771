"""What a webhook is told: a CloudEvents 1.0 event in its structured JSON form, with the record's facts and no prose."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from audit.canonical import canonical, timestamp
from breakglass import links
from breakglass.models import Bypass, Deploy, Message, MessageKind
from breakglass.notify.letter import entry_data
from tenants import context

CONTENT_TYPE = "application/cloudevents+json"
NAMES = {
    MessageKind.ASKED: "bypass.requested",
    MessageKind.APPROVED: "bypass.approved",
    MessageKind.OPENED: "bypass.activated",
    MessageKind.DENIED: "bypass.denied",
    MessageKind.WITHDRAWN: "bypass.withdrawn",
    MessageKind.LAPSED: "bypass.lapsed",
    MessageKind.EXPIRED: "bypass.expired",
    MessageKind.RETURNED: "bypass.returned",
    MessageKind.REVOKED: "bypass.revoked",
    MessageKind.IN_FLIGHT: "deploy.in_flight",
    MessageKind.FINDING: "finding.opened",
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
        "type": f"dev.breakglass.{NAMES[MessageKind(message.kind)]}.v1",
        "subject": message.deploy.external_id if message.deploy else message.bypass.pk,
        "time": timestamp(message.at),
        "datacontenttype": "application/json",
        "data": {
            **_facts(message, message.bypass),
            "entry": message.cause,
            "url": links.record_url(tenant, message.bypass.pk),
        },
    }
    return canonical(document)


def _facts(message: Message, bypass: Bypass) -> dict[str, Any]:
    if message.deploy is not None:
        return _in_flight(bypass, message.deploy)
    if message.kind == MessageKind.FINDING:
        opened = entry_data(message.cause)
        return {**_data(bypass), "finding": {name: opened.get(name) for name in ("what", "deploy", "due_at")}}
    return _data(bypass)


def _in_flight(bypass: Bypass, deploy: Deploy) -> dict[str, Any]:
    """A deploy that was under way at the end, as it was last reported, and what its gate says becomes of it."""
    return {
        "deploy": deploy.external_id,
        "status": deploy.status,
        "in_flight": bypass.gate.in_flight,
        "bypass": bypass.pk,
        "ended": bypass.status,
        "ended_at": timestamp(bypass.closed_at) if bypass.closed_at else None,
        "gate": bypass.gate.slug,
        "service": deploy.service,
        "environment": deploy.environment,
        "branch": deploy.branch,
        "artifact": deploy.artifact,
        "drill": bypass.drill,
        "deploy_url": deploy.url,
    }


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
