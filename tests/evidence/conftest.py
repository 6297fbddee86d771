"""A quarter of acme's: requests of every outcome, a carried-over one, sealed checks and deploys, by real actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.evidence.period import Period, parse_period
from audit.verify.archive import read_members
from breakglass.actions import ending, exporting, reviewing
from breakglass.actions.deciding import decide
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.sealing import seal_checks
from breakglass.models import Bypass, Pack, PackFile
from breakglass.scopes import Scope
from tests.cast import NOW, Cast

PERIOD = parse_period("2026-03-01", "2026-04-01")
MADE = NOW + timedelta(days=35)
SCOPE = Scope("payments", "ci", "hotfix/null-currency")
RULE = "no-known-exploited-critical"

type Make = Callable[..., Pack]


@pytest.fixture
def quarter(acme: Cast, ask: Callable[..., Bypass], approve: Callable[..., Bypass]) -> dict[str, Bypass]:
    """One bypass of each outcome in the period, by its status, and `before`, which was asked for before it."""
    before = ask(now=PERIOD.start_at - timedelta(minutes=5), ttl="1h", justification="Before the month began.")
    approve(before, ttl=3600, now=PERIOD.start_at - timedelta(minutes=4))
    ending.return_bypass(bypass_id=before.pk, by=acme.rosa, now=PERIOD.start_at + timedelta(minutes=6))
    made = {"before": before}
    names = ("expired", "returned", "revoked", "denied", "withdrawn", "lapsed", "active")
    for number, name in enumerate(names):
        made[name] = ask(now=NOW + timedelta(hours=number), branch=f"fix/{name}", justification=f'=HYPERLINK("{name}")')
    for number, name in enumerate(names[:3]):
        approve(made[name], now=NOW + timedelta(hours=number, minutes=1))
    _gate_asks(acme, made["expired"])
    ends = {name: NOW + timedelta(hours=number, minutes=5) for number, name in enumerate(names)}
    ending.note_the_clock(bypass_id=made["expired"].pk, now=NOW + timedelta(hours=1))
    ending.return_bypass(bypass_id=made["returned"].pk, by=acme.rosa, now=ends["returned"])
    ending.revoke(bypass_id=made["revoked"].pk, by=acme.pete, comment="Done otherwise.", now=ends["revoked"])
    reviewing.deny(bypass_id=made["denied"].pk, by=acme.pete, comment="+1 no", now=ends["denied"])
    ending.withdraw(bypass_id=made["withdrawn"].pk, by=acme.rosa, now=ends["withdrawn"])
    ending.note_the_clock(bypass_id=made["lapsed"].pk, now=ends["lapsed"] + timedelta(hours=2))
    late = ask(now=PERIOD.end_at - timedelta(minutes=3), ttl="1h", branch="fix/late")
    approve(late, ttl=3600, now=PERIOD.end_at - timedelta(minutes=2))
    ending.note_the_clock(bypass_id=made.pop("active").pk, now=PERIOD.end_at - timedelta(seconds=1))
    ending.note_the_clock(bypass_id=late.pk, now=PERIOD.end_at + timedelta(hours=1))
    return made | {"active": late}


def _gate_asks(acme: Cast, bypass: Bypass) -> None:
    credential, now = acme.credential("ci-checks"), NOW + timedelta(minutes=2)
    scope = replace(SCOPE, branch=bypass.branch)
    decide(credential=credential, scope=scope, rules=frozenset({RULE}), now=now)
    decide(credential=credential, scope=scope, rules=frozenset({RULE}), now=now)
    decide(credential=credential, scope=SCOPE, rules=frozenset({"another"}), now=now)
    seal_checks(now=now)
    for status in ("started", "succeeded"):
        report = read_report(id="deploy-1", scope=scope, status=status, url="https://ci.example/1", provenance_url="")
        record_deploy(credential=credential, report=report, now=now)


@pytest.fixture
def make(acme: Cast) -> Make:
    """Make a pack of a period (March), as olga, without its PDF unless `render` is given."""

    def _make(period: Period = PERIOD, **given: object) -> Pack:
        render = given.pop("render", lambda contents: None)
        pack = exporting.request_pack(period=period, by=acme.olga, now=MADE)
        return exporting.make_pack(pack_id=pack.pk, render=render, now=MADE)  # type: ignore[arg-type]

    return _make


def content(pack: Pack) -> bytes:
    """The pack's zip."""
    return bytes(PackFile.objects.get(pack=pack).content)


@pytest.fixture
def files(quarter: dict[str, Bypass], make: Make) -> Mapping[str, bytes]:
    """The members of the pack of March."""
    return read_members(content(make()))
