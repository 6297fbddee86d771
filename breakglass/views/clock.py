"""The one moment that a request is answered for, and how pages write times."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from breakglass.times import in_words, seconds_until, span

__all__ = ["in_words", "moment", "seconds_until", "span"]


def moment(request: HttpRequest) -> datetime:
    """Now, aware; the clock is read once a request, so that a page agrees with itself."""
    return cast("datetime", vars(request).setdefault("moment", timezone.now()))


def at[Request: HttpRequest](request: Request, now: datetime) -> Request:
    """The request, answered for another moment: an act had to wait before it could begin."""
    vars(request)["moment"] = now
    return request
