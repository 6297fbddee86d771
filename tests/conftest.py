"""The cast in the suite's database, and the fixtures that arrange through real actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django.plugin import DjangoDbBlocker

from breakglass.actions import reviewing
from breakglass.actions.asking import request_bypass
from breakglass.actions.records import find
from breakglass.asks import parse_ask
from breakglass.models import Bypass
from breakglass.statements import digest, statement
from tenants import context
from tests import flush
from tests.cast import ASK, NOW, Cast, play

flush.install(after=play)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The suite's database holds the cast, committed once: tests roll back to it."""
    with django_db_blocker.unblock():
        play()


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """Acme's cast, with the tenant entered."""
    cast = Cast("acme")
    with context.entered(cast.tenant):
        yield cast


@pytest.fixture
def globex(db: None) -> Cast:
    """The strangers: the same slugs in another tenant, which is not entered."""
    return Cast("globex")


type Ask = Callable[..., Bypass]
type Approve = Callable[..., Bypass]


@pytest.fixture
def ask(acme: Cast) -> Ask:
    """Have rosa ask for a bypass at ci-checks; any field, the gate, who and when can be another."""

    def _ask(*, by: str = "rosa", gate: str = "ci-checks", now: datetime = NOW, **fields: object) -> Bypass:
        wanted = replace(ASK, **fields)  # type: ignore[arg-type]
        return find(request_bypass(by=getattr(acme, by), gate=gate, ask=parse_ask(wanted), now=now).pk)

    return _ask


@pytest.fixture
def approve(acme: Cast) -> Approve:
    """Have somebody (pete) approve what the page shows, for 15 minutes, a minute after the request."""

    def _approve(
        bypass: Bypass, *, by: str = "pete", ttl: int = 15 * 60, now: datetime = NOW + timedelta(minutes=1)
    ) -> Bypass:
        shown = digest(statement(find(bypass.pk), bypass.frozen_tier))
        return reviewing.approve(
            bypass_id=bypass.pk, by=getattr(acme, by), shown=shown, ttl=ttl, comment="Seen.", now=now
        )

    return _approve
