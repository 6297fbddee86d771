"""What the worker does about evidence: a task makes the pack that it is told, as often as it is handed out."""

from __future__ import annotations

import logging

from django.utils import timezone

from audit.errors import LogError
from breakglass.actions import exporting
from breakglass.models import Pack
from breakglass.views.evidence_pdf import render
from tenants import context
from tenants.models import Tenant

logger = logging.getLogger(__name__)


def make(tenant_id: int, pack_id: int) -> None:
    """Make a pack. A log that can't be read is told on the pack's page; anything else is tried again."""
    with context.entered(Tenant.objects.get(pk=tenant_id)):
        make_now(pack_id)


def make_now(pack_id: int) -> Pack:
    """The same in the entered tenant; the pack as it is then."""
    try:
        return exporting.make_pack(pack_id=pack_id, render=render, now=timezone.now())
    except LogError as error:
        logger.exception("pack %s can't be made", pack_id)
        exporting.fail_pack(pack_id=pack_id, error=error)
        return Pack.objects.get(pk=pack_id)
