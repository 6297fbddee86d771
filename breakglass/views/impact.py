"""What a request means beside its own words: what else is open there, and how often this was asked for lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from breakglass.models import Bypass
from breakglass.states import Status

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Impact:
    """`open_here` are the active bypasses of the same gate, service and environment; the counts are of 30 days."""

    open_here: tuple[Bypass, ...]
    by_requester: int
    by_rule: tuple[tuple[str, int], ...]


def impacts(requests: Sequence[Bypass], now: datetime) -> dict[str, Impact]:
    """The impact of each request by its id, in one query for all of them. Drills count among drills only."""
    lately = list(_lately(requests, now)) if requests else []
    return {one.pk: _impact(one, [other for other in lately if other.pk != one.pk], now) for one in requests}


def _lately(requests: Sequence[Bypass], now: datetime) -> Iterable[Bypass]:
    gates = {one.gate_id for one in requests}
    requesters = {one.requester_id for one in requests}
    near = Bypass.objects.filter(Q(gate_id__in=gates) | Q(requester_id__in=requesters), requested_at__gt=now - LATELY)
    return near.select_related("gate").order_by("-requested_at", "pk")


def _impact(one: Bypass, others: Sequence[Bypass], now: datetime) -> Impact:
    alike = [other for other in others if other.drill == one.drill]
    there = [other for other in alike if other.gate_id == one.gate_id]
    return Impact(
        open_here=tuple(other for other in there if _same_place(other, one) and _is_open(other, now)),
        by_requester=sum(other.requester_id == one.requester_id for other in alike),
        by_rule=tuple((rule, sum(rule in other.rules for other in there)) for rule in one.rules)
        or (("", sum(other.whole_gate for other in there)),),
    )


def _same_place(other: Bypass, one: Bypass) -> bool:
    return (other.service, other.environment) == (one.service, one.environment)


def _is_open(bypass: Bypass, now: datetime) -> bool:
    return bypass.status_at(now) == Status.ACTIVE
