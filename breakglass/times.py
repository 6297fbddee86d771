"""Whole seconds: every window begins and ends on one. And how people read times."""

import math
from datetime import UTC, datetime, timedelta


def whole_second(moment: datetime) -> datetime:
    """The second that has begun."""
    return moment.replace(microsecond=0)


def after(moment: datetime, seconds: int) -> datetime:
    """A whole second, `seconds` after the one that has begun at `moment`."""
    return whole_second(moment) + timedelta(seconds=seconds)


def in_words(at: datetime) -> str:
    """`22 Nov 2026 02:03:10 UTC`."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y %H:%M:%S} UTC"


def seconds_until(end: datetime, now: datetime) -> int:
    """Whole seconds left at `now`, rounded up: a countdown is never through before the end."""
    return max(0, math.ceil((end - now).total_seconds()))


def span(seconds: int) -> str:
    """`1h 04m 09s`, `4m 09s`, `9s`: what is left or unused, to the second."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes:02}m {rest:02}s"
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"
