"""A pipeline that talks to the portal over HTTP, at a moment that stands still."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.pipeline import Pipeline
from tests.cast import NOW, Cast
from tests.clock import Clock, stop


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped five minutes after rosa asks."""
    return stop(monkeypatch, NOW + timedelta(minutes=5))


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    """The one behind acme's gate ci-checks."""
    return Pipeline(Cast("acme").secret("ci-checks"))
