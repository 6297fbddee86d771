"""What the worker does every minute: it writes down what the clock has done. Nothing is enforced here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

from audit import log
from breakglass.actions.ending import note_the_clock
from breakglass.actions.sealing import seal_checks
from breakglass.models import Bypass, Heartbeat
from breakglass.states import Status
from tenants import context
from tenants.models import Tenant

logger = logging.getLogger(__name__)
NAME = "sweep"
MOST_BATCHES = 10


def sweep() -> None:
    """One round over every tenant. A tenant or bypass that fails is logged and does not stop the others."""
    for tenant in Tenant.objects.order_by("pk"):
        with context.entered(tenant):
            _try(partial(_round, tenant), f"{tenant}: the round")
    _try(log.integrate_all, "integrating the logs")
    _try(SessionStore.clear_expired, "clearing ended sessions")
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": timezone.now()})


def _round(tenant: Tenant) -> None:
    for bypass_id in overdue():
        _try(partial(note_the_clock, bypass_id=bypass_id, now=timezone.now()), f"{tenant}: the end of {bypass_id}")
    _try(_seal, f"{tenant}: sealing checks")


def _seal() -> None:
    for _ in range(MOST_BATCHES):
        if seal_checks(now=timezone.now()) == 0:
            return


def _try(step: Callable[[], object], what: str) -> None:
    try:
        step()
    except Exception:
        logger.exception("%s failed; the next sweep tries again", what)


def overdue() -> list[str]:
    """The entered tenant's bypasses that the clock has ended and nobody has written down."""
    now = timezone.now()
    ended = Q(status=Status.ACTIVE, expires_at__lte=now) | Q(status=Status.REQUESTED, lapses_at__lte=now)
    return list(Bypass.objects.filter(ended).order_by("requested_at").values_list("pk", flat=True))


def make_cache_table(*, using: str, **_: object) -> None:
    """The cache is a table, and sign-in asks it for its limits; called after every migrate."""
    call_command("createcachetable", database=using, verbosity=0)


def schedule_sweep(**_: object) -> None:
    """Have the sweep run every minute; called after every migrate."""
    from django_q.models import Schedule  # noqa: PLC0415  its app is not loaded when this module is

    defaults = {"func": "breakglass.tasks.sweep", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
    Schedule.objects.get_or_create(name=NAME, defaults=defaults)
