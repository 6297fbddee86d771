"""A clock that stands still while the cast meets what others learned the hard way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.clock import Clock, stop


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped five minutes after rosa asks."""
    return stop(monkeypatch, NOW + timedelta(minutes=5))
