"""A clock that stands still, for tests that come in over HTTP: the edge reads the time, a test sets it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class Clock:
    """What `timezone.now()` says; it moves only when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, **by: float) -> None:
        """Let this much time pass (the arguments of timedelta)."""
        self.now += timedelta(**by)


def stop(monkeypatch: pytest.MonkeyPatch, at: datetime) -> Clock:
    """Stop Django's clock until the test ends."""
    clock = Clock(at)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock
