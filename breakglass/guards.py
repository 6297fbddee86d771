"""May this be done to this bypass now? No user in any signature: who may is asked in permissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from breakglass import states
from breakglass.errors import WrongState
from breakglass.models import Bypass, PostMortem
from breakglass.policy.values import Tier
from breakglass.states import Status

TIMES = {1: "once", 2: "twice"}
EXTEND_WITHIN = timedelta(minutes=10)  # after the end
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


def check_can_extend(bypass: Bypass, chain: Sequence[Bypass], most: int, now: datetime) -> None:
    """Raises WrongState unless it is active or ended minutes ago, and is the last of a chain that may still grow."""
    if bypass.ended_at is None:
        raise WrongState("This bypass was never open, so there is nothing to extend: send a new request.")
    if now >= bypass.ended_at + EXTEND_WITHIN:
        raise WrongState("This bypass ended more than 10 minutes ago: send a new request.")
    longer = [one for one in chain if one.extends_id and (one.starts_at or one.status_at(now) == Status.REQUESTED)]
    if more := next((one for one in longer if one.extends_id == bypass.pk), None):
        raise WrongState(f"{more.pk} extends this bypass already: see to that one.")
    if len(longer) >= most:
        raise WrongState(f"In tier {bypass.tier} an incident is {_times(most)}: send a new request.")


def check_unsigned(post_mortem: PostMortem | None) -> None:
    """Raises WrongState for a post-mortem that is signed off."""
    if post_mortem is not None and post_mortem.signed_off_at is not None:
        raise WrongState("The post-mortem of this incident is signed off, and stays as it is.")


def check_complete(
    post_mortem: PostMortem, chain: Iterable[Bypass], missing: Sequence[str], version: int, now: datetime
) -> None:
    """Raises WrongState unless the page showed the newest version, nothing is missing, and the chain has ended."""
    for one in chain:
        if one.status == Status.ACTIVE or one.status_at(now) == Status.REQUESTED:
            raise WrongState(f"{one.pk} of this incident has not ended yet: sign off when its end is in the text.")
    if missing:
        raise WrongState(f"This can't be signed off yet. What is missing: {', '.join(missing)}.")
    if version != post_mortem.version:
        raise WrongState(CHANGED, field="version")


def _times(most: int) -> str:
    if most == 0:
        return "not extended"
    return f"extended at most {TIMES.get(most, f'{most} times')}"
