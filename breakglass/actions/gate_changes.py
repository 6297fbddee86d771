"""Changing a gate: what it lists, what a scope must name, what becomes of work under way. Its slug stays.

One admin narrows it. What lets more be asked for at it is proposed as `WidenGate`, and carried out by `widen_gate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from django.db import transaction

from audit import kinds
from breakglass.actions.setting_up import check_gate
from breakglass.changes import WidenGate
from breakglass.errors import NotFound, WrongState
from breakglass.models import Gate
from tenants.actions import record
from tenants.models import Member

CHANGES = ("name", "services", "environments", "required", "in_flight")


@transaction.atomic
def change_gate(
    *,
    gate_id: int,
    name: str,
    services: Sequence[str],
    environments: Sequence[str],
    required: Sequence[str],
    in_flight: str,
    by: Member,
    now: datetime,
) -> Gate:
    """The gate as it is from now on; the same again is nothing. What is active stays active until its end.

    Raises BadInput for a name in the lists that no scope could say, WrongState for what widens it, NotFound.
    """
    gate = _lock(pk=gate_id)
    if gate is None:
        raise NotFound("There is no such gate here: look at the list again.")
    after = copy(gate)
    after.name, after.services, after.environments = name, list(services), list(environments)
    after.required, after.in_flight = list(required), in_flight
    check_gate(after)
    if _is_wider(_widening(gate, services, environments, required)):
        raise WrongState("This would let more be asked for at the gate: propose it, so that another admin consents.")
    return _save(gate, after, by, now)


def split(
    gate: Gate, services: Sequence[str], environments: Sequence[str], required: Sequence[str]
) -> tuple[dict[str, list[str]], WidenGate | None]:
    """What of it one admin does, as arguments of `change_gate`, and what another has to consent to, if anything.

    A list of which nothing is left stays until there is something else in it.
    """
    more = _widening(gate, services, environments, required)
    narrow = {
        "services": [name for name in services if name in gate.services] or gate.services,
        "environments": [name for name in environments if name in gate.environments] or gate.environments,
        "required": [*required, *more.unnamed],
    }
    return narrow, more if _is_wider(more) else None


@transaction.atomic
def widen_gate(*, change: WidenGate, by: Member | None, now: datetime) -> Gate:
    """The gate with what the change adds. Raises WrongState if there is no such gate, BadInput."""
    gate = _found(change)
    after = _widened(gate, change)
    check_gate(after)
    return _save(gate, after, by, now)


def is_wide(change: WidenGate) -> bool:
    """Whether the gate is so already. Raises WrongState if there is no such gate, BadInput."""
    gate = _found(change)
    after = _widened(gate, change)
    check_gate(after)
    return not _is_wider(_widening(gate, after.services, after.environments, after.required))


def _found(change: WidenGate) -> Gate:
    gate = _lock(slug=change.gate)
    if gate is None:
        raise WrongState(f"There is no gate {change.gate} here: look at the list again.")
    return gate


def _widened(gate: Gate, change: WidenGate) -> Gate:
    after = copy(gate)
    after.services = [*gate.services, *_beyond(change.services, gate.services)]
    after.environments = [*gate.environments, *_beyond(change.environments, gate.environments)]
    after.required = list(_beyond(gate.required, change.unnamed))
    return after


def _widening(gate: Gate, services: Sequence[str], environments: Sequence[str], required: Sequence[str]) -> WidenGate:
    return WidenGate(
        gate=gate.slug,
        services=_beyond(services, gate.services),
        environments=_beyond(environments, gate.environments),
        unnamed=_beyond(gate.required, required),
    )


def _is_wider(more: WidenGate) -> bool:
    return bool(more.services or more.environments or more.unnamed)


def _beyond(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in known)


def _lock(**which: object) -> Gate | None:
    return Gate.objects.select_for_update(no_key=True).filter(**which).first()


def _save(before: Gate, after: Gate, by: Member | None, now: datetime) -> Gate:
    if all(getattr(before, field) == getattr(after, field) for field in CHANGES):
        return before
    after.save(update_fields=CHANGES)
    data = kinds.GateChanged(
        gate=after.slug,
        name=after.name,
        services=tuple(after.services),
        environments=tuple(after.environments),
        required=tuple(after.required),
        in_flight=after.in_flight,
    )
    record(data, by=by, now=now)
    return after
