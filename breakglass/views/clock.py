"""The one moment that a request is answered for, and how pages write times."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import cast

from django.http import HttpRequest
from django.utils import timezone


def moment(request: HttpRequest) -> datetime:
    """Now, aware; the clock is read once a request, so that a page agrees with itself."""
    return cast("datetime", vars(request).setdefault("moment", timezone.now()))


def at[Request: HttpRequest](request: Request, now: datetime) -> Request:
    """The request, answered for another moment: an act had to wait before it could begin."""
    vars(request)["moment"] = now
    return request


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
