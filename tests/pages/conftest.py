"""Browsers of the cast, at a clock that stands five minutes after the requests that fixtures send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from breakglass.models import Bypass
from breakglass.statements import digest, statement
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock, stop
from tests.pages.reading import Page

type Fields = dict[str, str | list[str]]
type Get = Callable[..., Page]
type Post = Callable[..., Page]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The edge's clock."""
    return stop(monkeypatch, NOW + timedelta(minutes=5))


def path(rest: str = "") -> str:
    """An address in acme."""
    return f"/t/acme/{rest}"


def of(bypass: Bypass, act: str = "") -> str:
    """The record of a bypass, or one of its acts."""
    return path(f"bypasses/{bypass.pk}/{act}")


def fields(**changed: str | list[str]) -> Fields:
    """What the request form of the contract sends, for what rosa asks."""
    sent: Fields = {
        "gate": "ci-checks",
        "service": ASK.service,
        "environment": ASK.environment,
        "branch": ASK.branch,
        "artifact": "",
        "rule": list(ASK.rules),
        "reason_kind": ASK.reason_kind,
        "justification": ASK.justification,
        "incident_url": ASK.incident_url,
        "ttl": ASK.ttl,
    }
    return sent | changed


def shown(bypass: Bypass) -> str:
    """The digest of what the record shows for consent."""
    return digest(statement(bypass, bypass.frozen_tier))


@pytest.fixture
def get(acme: Cast) -> Get:
    """Have somebody of acme open a page."""

    def _get(who: str, address: str, **query: Any) -> Page:
        return Page(acme.client(who).get(address, query))

    return _get


@pytest.fixture
def post(acme: Cast) -> Post:
    """Have somebody of acme send a form, and return the answer as it is."""

    def _post(who: str, address: str, **sent: object) -> Page:
        return Page(acme.client(who).post(address, sent))

    return _post


@pytest.fixture
def rosa(acme: Cast) -> Client:
    """Rosa's browser."""
    return acme.client("rosa")
