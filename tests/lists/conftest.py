"""Browsers of the cast at a clock that stands still, and how a list's rows and files are read."""

from __future__ import annotations

import contextvars
import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from breakglass.actions.deciding import decide
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.models import Check, Deploy
from breakglass.scopes import Scope
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.pages.reading import Page

SCOPE = Scope("payments", "ci", "hotfix/null-currency")
RULE = "no-known-exploited-critical"
LISTS = ("bypasses", "checks", "deploys", "audit")

type Open = Callable[..., Page]
type Rows = Callable[..., list[dict[str, str]]]
type Decide = Callable[..., Check]
type Ship = Callable[..., Deploy]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Five minutes after whatever fixtures ask for."""
    return stop(monkeypatch, NOW + timedelta(minutes=5))


def outside(client: Client, address: str, query: dict[str, Any]) -> Any:
    """One request as a server answers it, its stream read to the end after the view: no tenant is entered there."""

    def ask() -> Any:
        answer: Any = client.get(address, query)
        if answer.streaming:
            answer.read = b"".join(answer.streaming_content)
        return answer

    return contextvars.Context().run(ask)


@pytest.fixture
def open_list(acme: Cast) -> Open:
    """Have somebody of acme (alex, who may see all) open a list."""

    def _open(name: str, who: str = "alex", **query: Any) -> Page:
        return Page(outside(acme.client(who), f"/t/acme/{name}/", query))

    return _open


@pytest.fixture
def rows_of(acme: Cast) -> Rows:
    """The rows of a list's CSV, each by its columns."""

    def _rows(name: str, who: str = "alex", **query: Any) -> list[dict[str, str]]:
        answer = outside(acme.client(who), f"/t/acme/{name}/", query | {"format": "csv"})
        return list(csv.DictReader(io.StringIO(answer.read.decode())))

    return _rows


@pytest.fixture
def check(acme: Cast) -> Decide:
    """Have a gate ask, and return its check."""

    def _check(*, gate: str = "ci-checks", scope: Scope = SCOPE, rules: tuple[str, ...] = (RULE,), **by: Any) -> Check:
        credential = acme.credential(gate)
        answered = decide(credential=credential, scope=scope, rules=frozenset(rules), now=NOW + timedelta(**by))
        return Check.objects.get(evaluation=answered.evaluation)

    return _check


@pytest.fixture
def ship(acme: Cast) -> Ship:
    """Have a gate report a deploy."""

    def _ship(
        name: str, *, gate: str = "ci-checks", scope: Scope = SCOPE, status: str = "started", **by: Any
    ) -> Deploy:
        report = read_report(id=name, scope=scope, status=status, url="", provenance_url="")
        return record_deploy(credential=acme.credential(gate), report=report, now=NOW + timedelta(**by)).deploy

    return _ship


def listed(page: Page) -> list[str]:
    """The records that the list leads to, in order; not the banner's."""
    main = page.answer.content.decode().partition("<main")[2]
    return re.findall(r'class="row" href="/t/acme/bypasses/(bg_\w+)/"', main)
