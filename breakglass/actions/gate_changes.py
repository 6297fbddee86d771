"""Changing a gate: what it lists, what a scope must name, what becomes of work under way. Its slug stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audit import kinds
from breakglass.actions.setting_up import check_gate
from breakglass.errors import NotFound
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

    Raises BadInput for a name in the lists that no scope could say, NotFound.
    """
    gate = Gate.objects.select_for_update(no_key=True).filter(pk=gate_id).first()
    if gate is None:
        raise NotFound("There is no such gate here: look at the list again.")
    before = [getattr(gate, field) for field in CHANGES]
    gate.name, gate.services, gate.environments = name, list(services), list(environments)
    gate.required, gate.in_flight = list(required), in_flight
    if before == [getattr(gate, field) for field in CHANGES]:
        return gate
    check_gate(gate)
    gate.save(update_fields=CHANGES)
    data = kinds.GateChanged(
        gate=gate.slug,
        name=name,
        services=tuple(services),
        environments=tuple(environments),
        required=tuple(required),
        in_flight=in_flight,
    )
    record(data, by=by, now=now)
    return gate
