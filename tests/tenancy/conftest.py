"""Both tenants with a row in every tenant-owned table, at a moment when a bypass is active."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.tenancy.planted import Planted, plant

DURING = NOW + timedelta(minutes=5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped five minutes after rosa asked."""
    return stop(monkeypatch, DURING)


@pytest.fixture
def house(db: None, clock: Clock) -> Cast:
    """Acme's cast, not entered: whatever comes in over HTTP has to enter by itself."""
    return Cast("acme")


@pytest.fixture
def planted(db: None) -> Planted:
    """What acme has, and no stranger may see."""
    return plant(Cast("acme"))


@pytest.fixture
def theirs(db: None) -> Planted:
    """The same in globex."""
    return plant(Cast("globex"))
