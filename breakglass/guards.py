"""May this be done to this bypass now? No user in any signature: who may is asked in permissions."""

from __future__ import annotations

from datetime import datetime

from breakglass import states
from breakglass.errors import WrongState
from breakglass.models import Bypass
from breakglass.policy.values import Tier
from breakglass.states import Status

CHANGED = "This is not what the page showed when it was opened: read it again, then decide."


def check_can(name: str, bypass: Bypass, now: datetime) -> Status:
    """Where the transition `name` leads from the state at `now`. Raises WrongState with what happened instead."""
    return states.target(name, bypass.status_at(now))


def can(name: str, bypass: Bypass, now: datetime) -> bool:
    """The same question as a bool."""
    try:
        check_can(name, bypass, now)
    except WrongState:
        return False
    return True


def check_clock_has_ended(bypass: Bypass, now: datetime) -> Status | None:
    """EXPIRED or LAPSED if the clock has ended it and nobody has written that down yet, else None."""
    at_now = bypass.status_at(now)
    return at_now if at_now != bypass.status and at_now in {Status.EXPIRED, Status.LAPSED} else None


def check_statement(shown: str, current: str) -> None:
    """Raises WrongState unless what the approver saw is what is about to be signed."""
    if shown != current:
        raise WrongState(CHANGED, field="statement")


def check_ttl(ttl: int, bypass: Bypass, tier: Tier) -> None:
    """Raises WrongState for a TTL that the page did not offer: not the tier's, or longer than was asked for."""
    if ttl not in tier.ttl or ttl > bypass.proposed_ttl:
        raise WrongState("This TTL was not among the choices on the page: choose one of them.", field="ttl")
