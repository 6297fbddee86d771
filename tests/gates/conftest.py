"""A gate that talks to the portal over HTTP, at a moment that stands still, and a tenant with a stricter policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from breakglass import demo
from breakglass.actions.setting_up import publish_policy
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.gates.caller import Caller

type Publish = Callable[[str], None]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped five minutes after rosa asks."""
    return stop(monkeypatch, NOW + timedelta(minutes=5))


@pytest.fixture
def caller(acme: Cast) -> Caller:
    """The pipeline behind acme's gate ci-checks."""
    return Caller(acme.secret("ci-checks"))


@pytest.fixture
def publish(acme: Cast) -> Publish:
    """Publish the demo's policy with these lines that are never bypassed."""

    def _publish(never: str) -> None:
        source = demo.POLICY.replace("SENIOR", demo.ACME.senior) + never
        publish_policy(source=source, by=acme.alex, now=NOW - timedelta(days=1))

    return _publish
