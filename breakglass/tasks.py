"""What the worker does: every minute it writes down what the clock has done and sends what is due.

Nothing is enforced here, and nothing is lost when it dies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

from audit import log
from breakglass.actions import findings, proposing
from breakglass.actions.ending import note_the_clock
from breakglass.actions.exporting import tidy_packs
from breakglass.actions.sealing import seal_checks, seal_verdicts
from breakglass.models import Bypass, Heartbeat, Message
from breakglass.notify import delivery
from breakglass.states import Status
from tenants import context
from tenants.models import Tenant

logger = logging.getLogger(__name__)
NAME = "sweep"
SEND_FOR = 40  # seconds of one round of sending: a task may live for 60
BATCH = 200  # messages of one tenant, before the next has its turn
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
    for proposal in proposing.due(timezone.now()):
        carry = partial(proposing.carry_out_due, proposal_id=proposal, now=timezone.now())
        _try(carry, f"{tenant}: proposal {proposal}")
    _try(partial(_seal, seal_checks), f"{tenant}: sealing checks")
    _try(partial(_seal, seal_verdicts), f"{tenant}: sealing verdicts")
    _try(partial(tidy_packs, now=timezone.now()), f"{tenant}: tidying the packs of evidence")
    _try(_look_for_findings, f"{tenant}: looking for findings")


def _look_for_findings() -> None:
    now = timezone.now()
    for late in findings.late_post_mortems(now):
        _try(partial(findings.note_late, post_mortem_id=late, now=now), f"the finding on post-mortem {late}")
    for gate, rule in findings.broken_too_often(now):
        _try(partial(findings.note_broken, gate_id=gate, rule=rule, now=now), f"the finding on {rule or 'a gate'}")


def _seal(seal: Callable[..., int]) -> None:
    for _ in range(MOST_BATCHES):
        if seal(now=timezone.now()) == 0:
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


def deliver(tenant_id: int, message_id: int) -> None:
    """Send one message, right after the act that caused it. After an outage it waits for its turn in the round."""
    with context.entered(Tenant.objects.get(pk=tenant_id)):
        if not delivery.is_for_the_round(message_id=message_id, now=timezone.now()):
            delivery.deliver(message_id=message_id, now=timezone.now())


def send_due() -> None:
    """Send what is due until there is nothing left or the time is up: first every tenant's mail, then the machines.

    A server that does not answer, or says "later", is left alone for the rest of the round: nobody waits behind it.
    Nor does one tenant's mail wait behind the webhooks of another, however slowly they answer.
    """
    end, down = time.monotonic() + SEND_FOR, set[delivery.Way]()
    for mail_only in (True, False):
        tenants = list(Tenant.objects.order_by("pk"))
        while tenants:
            tenants = [tenant for tenant in tenants if _send_batch(tenant, end, down, mail_only)]


def _send_batch(tenant: Tenant, end: float, down: set[delivery.Way], mail_only: bool) -> bool:
    """Whether the tenant may have more."""
    with context.entered(tenant):
        to_send, more = delivery.sort_out(timezone.now(), BATCH, down, mail_only=mail_only)
        for message in to_send:
            if time.monotonic() >= end:
                return False
            if message.way not in down:
                _try(partial(_send, message, down), f"{tenant}: message {message.pk}")
    return more and time.monotonic() < end


def _send(message: Message, down: set[delivery.Way]) -> None:
    outcome = delivery.deliver(message_id=message.pk, now=timezone.now())
    if outcome is not None and outcome.down:
        down.add(message.way)


def make_cache_table(*, using: str, **_: object) -> None:
    """The cache is a table, and sign-in asks it for its limits; called after every migrate."""
    call_command("createcachetable", database=using, verbosity=0)


def schedule_sweep(**_: object) -> None:
    """Have both rounds run every minute; called after every migrate."""
    from django_q.models import Schedule  # noqa: PLC0415  its app is not loaded when this module is

    for name, step in ((NAME, sweep), ("send", send_due)):
        func = f"breakglass.tasks.{step.__name__}"
        defaults = {"func": func, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        Schedule.objects.get_or_create(name=name, defaults=defaults)
