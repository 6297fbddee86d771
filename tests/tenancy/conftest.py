"""Both tenants with a row in every tenant-owned table, at a moment when a bypass is active."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from tenants.models import User
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.tenancy.planted import Planted, plant
from tests.tenancy.visitors import PASSWORD

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
def rosa(house: Cast, settings: Settings) -> User:
    """Rosa's account, with a password (and a hash that is quick to make)."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = house.rosa.user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def planted(db: None) -> Planted:
    """What acme has, and no stranger may see."""
    return plant(Cast("acme"))


@pytest.fixture
def theirs(db: None) -> Planted:
    """The same in globex."""
    return plant(Cast("globex"))
