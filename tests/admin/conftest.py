"""Both tenants with rows in every table while a bypass is active, a browser of an admin, and the operator's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit import log
from tenants.models import User
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.pages.reading import Page
from tests.tenancy.planted import Planted, plant
from tests.tenancy.visitors import outside

DURING = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped five minutes after rosa asked."""
    return stop(monkeypatch, DURING)


@pytest.fixture
def house(db: None) -> Cast:
    """Acme's cast, not entered: whatever comes in over HTTP has to enter by itself."""
    return Cast("acme")


@pytest.fixture
def planted(db: None) -> Planted:
    """What acme has."""
    return plant(Cast("acme"))


@pytest.fixture
def theirs(db: None) -> Planted:
    """The same in globex."""
    return plant(Cast("globex"))


@pytest.fixture
def operator(db: None) -> Client:
    """A browser in which the operator is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.org", "a password of theirs", name="Opal"))
    return client


class Browser:
    """Somebody of acme at the tenant's admin."""

    def __init__(self, cast: Cast, who: str = "alex") -> None:
        self.cast, self.client, self.base = cast, cast.client(who), f"/t/{cast.tenant.slug}/admin/"

    def get(self, address: str, **query: Any) -> Page:
        """A page of the admin."""
        return Page(outside(self.client, "get", self.base + address, query))

    def post(self, address: str, **sent: Any) -> Any:
        """A form of the admin; the answer as it is."""
        return outside(self.client, "post", self.base + address, sent)

    def written(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """In whose name each entry of this kind was written, and what it says."""
        found = (json.loads(bytes(one.document)) for one in log.entries_of(str(self.cast.tenant.pk), kind=kind))
        return [(one["actor"]["identity"], one["data"]) for one in found]

    def size(self) -> int:
        """How many entries there are."""
        return log.entries_of(str(self.cast.tenant.pk)).count()


@pytest.fixture
def alex(house: Cast) -> Browser:
    """An admin."""
    return Browser(house)
