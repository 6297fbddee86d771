"""Each list shows exactly what its address asks for, on the page and in the file."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from breakglass.actions.ending import return_bypass, revoke, withdraw
from breakglass.actions.reviewing import deny
from breakglass.models import Bypass, Check, lookups
from breakglass.scopes import Scope
from breakglass.states import Status
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import TICK
from tests.lists.conftest import RULE, Decide, Open, Rows, Ship, listed

HOUR = timedelta(hours=1)


@pytest.fixture
def many(acme: Cast, ask: Ask, approve: Approve) -> dict[str, Bypass]:
    """A bypass in every stored state, and of every gate, person and rule."""
    digest = "sha256:" + "ab" * 32
    found = {
        "active": approve(ask(justification="Active.")),
        "returned": approve(ask(justification="Returned.", branch="hotfix/two")),
        "revoked": approve(ask(justification="Revoked.", service="search", rules=("no-root", "no-shell"))),
        "denied": ask(justification="Denied.", rules=("no-root",)),
        "withdrawn": ask(justification="Withdrawn.", rules=(), whole_gate=True),
        "requested": ask(by="pete", justification="Requested.", gate="deploy-gate", environment="production"),
        "another": ask(justification="Another.", artifact=digest, incident_url="https://incidents.acme.example/9_9"),
    }
    later = NOW + timedelta(minutes=2)
    return_bypass(bypass_id=found["returned"].pk, by=acme.rosa, now=later)
    revoke(bypass_id=found["revoked"].pk, by=acme.alex, comment="Enough.", now=later)
    deny(bypass_id=found["denied"].pk, by=acme.pete, comment="No.", now=later)
    withdraw(bypass_id=found["withdrawn"].pk, by=acme.rosa, now=later)
    return found


@pytest.fixture
def checks(ask: Ask, approve: Approve, check: Decide) -> dict[str, Check]:
    """Two that were refused, and one that a bypass of rosa's let through."""
    found = {"plain": check(), "other": check(gate="deploy-gate", scope=Scope("web", "production"), rules=("no-root",))}
    approve(ask())
    return found | {"let-through": check(minutes=3)}


@pytest.fixture
def shipped(ask: Ask, approve: Approve, ship: Ship) -> Bypass:
    """Three deploys, the second under this bypass."""
    ship("1")
    bypass = approve(ask())
    ship("2", minutes=3)
    ship("3", gate="deploy-gate", scope=Scope("web", "production"), status="succeeded")
    return bypass


@pytest.fixture
def logged(ask: Ask, approve: Approve, ship: Ship) -> Bypass:
    """A bypass whose requester tried to write like an entry, and a deploy under none."""
    bypass = approve(ask(justification='","name":"Pete","sub":"'))
    ship("1", scope=Scope("web", "ci"), minutes=80)
    return bypass


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "active returned revoked denied withdrawn requested another"),
        ({"status": "active"}, "active"),
        ({"status": "requested"}, "requested another"),
        ({"status": "returned"}, "returned"),
        ({"status": "lapsed"}, ""),
        ({"gate": "deploy-gate"}, "requested"),
        ({"gate": "practice"}, ""),
        ({"rule": "no-root"}, "revoked denied"),
        ({"rule": "no-shell"}, "revoked"),
        ({"rule": "no-"}, ""),
        ({"rule": "NO-ROOT"}, ""),
        ({"rule": '"no-root"'}, ""),
        ({"whole_gate": "yes"}, "withdrawn"),
        ({"whole_gate": "no", "gate": "deploy-gate"}, "requested"),
        ({"service": "search"}, "revoked"),
        ({"environment": "production"}, "requested"),
        ({"branch": "hotfix/two"}, "returned"),
        ({"artifact": "SHA256:" + "AB" * 32}, "another"),
        ({"person": "pete@acme.example"}, "requested"),
        ({"person": "PETE"}, "requested"),
        ({"person": "pete@globex.example"}, ""),
        ({"person": "gwen"}, ""),
        ({"person": "nobody"}, ""),
        ({"reviewer": "Pete", "status": "denied"}, "denied"),
        ({"reviewer": "pete@acme.example"}, "active returned revoked denied"),
        ({"reviewer": "rosa"}, ""),
        ({"q": "9_9"}, "another"),
        ({"q": "9%9"}, ""),
        ({"rule": "no-root", "service": "search", "person": "rosa"}, "revoked"),
        ({"from": "2026-03-02"}, "active returned revoked denied withdrawn requested another"),
        ({"from": "2026-03-03"}, ""),
        ({"to": "2026-03-02"}, ""),
        ({"from": "0001-01-01", "to": "9999-12-31", "status": "revoked"}, "revoked"),
    ],
)
def test_bypasses(
    many: dict[str, Bypass], open_list: Open, rows_of: Rows, query: dict[str, str], expected: str
) -> None:
    wanted = {many[name].pk for name in expected.split()}
    page = open_list("bypasses", "rosa", **query)
    assert (page.answer.status_code, set(listed(page)), len(listed(page))) == (200, wanted, len(wanted))
    assert {row["bypass"] for row in rows_of("bypasses", "rosa", **query)} == wanted


def test_a_bypass_is_found_by_its_id(many: dict[str, Bypass], open_list: Open) -> None:
    assert listed(open_list("bypasses", q=many["denied"].pk)) == [many["denied"].pk]


def test_the_state_is_that_of_the_clock(ask: Ask, approve: Approve, many: dict[str, Bypass]) -> None:
    edges = {moment for one in Bypass.objects.all() for moment in (one.lapses_at, one.expires_at) if moment}
    for now in sorted(edge + tick for edge in edges for tick in (-TICK, TICK * 0, TICK)):
        for status in Status:
            found = {one.pk for one in Bypass.objects.filter(lookups.in_status(status, now))}
            assert found == {one.pk for one in Bypass.objects.all() if one.status_at(now) == status}, (status, now)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (datetime.fromisoformat("2026-03-02T00:00:00+00:00") - TICK, False),
        (datetime.fromisoformat("2026-03-02T00:00:00+00:00"), True),
        (datetime.fromisoformat("2026-03-03T00:00:00+00:00") - TICK, True),
        (datetime.fromisoformat("2026-03-03T00:00:00+00:00"), False),
    ],
)
def test_a_period_begins_with_its_first_day_and_ends_before_its_last(
    ask: Ask, open_list: Open, at: datetime, found: bool
) -> None:
    bypass = ask(now=at)
    assert listed(open_list("bypasses", **{"from": "2026-03-02", "to": "2026-03-03"})) == [bypass.pk] * found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "plain let-through other"),
        ({"decision": "bypass"}, "let-through"),
        ({"decision": "enforce"}, "plain other"),
        ({"gate": "deploy-gate"}, "other"),
        ({"rule": "no-root"}, "other"),
        ({"rule": RULE}, "plain let-through"),
        ({"environment": "production", "service": "web"}, "other"),
        ({"branch": "hotfix/null-currency"}, "plain let-through"),
        ({"person": "rosa@acme.example"}, "let-through"),
        ({"person": "pete"}, ""),
        ({"from": "2026-03-02", "to": "2026-03-03"}, "plain let-through other"),
        ({"to": "2026-03-02"}, ""),
        ({"q": "bg_" + "0" * 20}, ""),
    ],
)
def test_checks(checks: dict[str, Check], open_list: Open, rows_of: Rows, query: dict[str, str], expected: str) -> None:
    wanted = {checks[name].evaluation for name in expected.split()}
    assert {row["evaluation"] for row in rows_of("checks", "rosa", **query)} == wanted
    page = open_list("checks", "rosa", **query)
    assert page.answer.content.decode().count('class="decision') == len(wanted)
    let_through = checks["let-through"]
    for known in (let_through.bypass_id, let_through.evaluation):
        assert [row["evaluation"] for row in rows_of("checks", q=known)] == [let_through.evaluation]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "1 2 3"),
        ({"covered": "yes"}, "2"),
        ({"covered": "no"}, "1 3"),
        ({"status": "succeeded"}, "3"),
        ({"gate": "deploy-gate"}, "3"),
        ({"service": "web"}, "3"),
        ({"rule": RULE}, "2"),
        ({"rule": "no-root"}, ""),
        ({"person": "Rosa"}, "2"),
        ({"q": "2"}, "2"),
        ({"from": "2026-03-03"}, ""),
    ],
)
def test_deploys(shipped: Bypass, open_list: Open, rows_of: Rows, query: dict[str, str], expected: str) -> None:
    assert sorted(row["deploy"] for row in rows_of("deploys", "rosa", **query)) == expected.split()
    page = open_list("deploys", "rosa", **query).answer.content.decode()
    assert page.count('<li class="row">') == len(expected.split())
    assert [row["deploy"] for row in rows_of("deploys", q=shipped.pk)] == ["2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"about": True}, "bypass.approved bypass.requested"),
        ({"about": True, "kind": "bypass.approved"}, "bypass.approved"),
        ({"about": True, "person": "rosa@acme.example"}, "bypass.requested"),
        ({"person": "Rosa"}, "bypass.requested"),
        ({"person": "ROSA@acme.example"}, "bypass.requested"),
        ({"person": "ci-checks pipeline"}, "deploy.recorded"),
        ({"person": "rosa@globex.example"}, ""),
        ({"person": 'Rosa","sub":'}, ""),
        ({"rule": RULE}, "bypass.approved bypass.requested"),
        ({"gate": "ci-checks"}, "deploy.recorded bypass.approved bypass.requested credential.issued gate.created"),
        ({"gate": "ci-checks", "service": "web"}, "deploy.recorded"),
        ({"service": "payments"}, "bypass.approved bypass.requested"),
        ({"from": "2026-03-02"}, "deploy.recorded bypass.approved bypass.requested"),
        ({"from": "2026-03-02", "kind": "gate.created"}, ""),
        ({"person": "the portal", "kind": "policy.published"}, "policy.published"),
    ],
)
def test_the_log(logged: Bypass, open_list: Open, rows_of: Rows, query: dict[str, str], expected: str) -> None:
    query = {name: value for name, value in query.items() if name != "about"} | (
        {"q": logged.pk} if "about" in query else {}
    )
    rows = rows_of("audit", "olga", **query)
    assert [row["kind"] for row in rows] == expected.split()
    page = open_list("audit", "olga", **query)
    links = [link.removeprefix("/t/acme/audit/").strip("/").replace("/", "-") for link in page.links]
    assert [link for link in links if link.startswith("1-")] == [row["entry"] for row in rows]


def test_an_entry_is_found_by_its_id(rows_of: Rows) -> None:
    assert [row["kind"] for row in rows_of("audit", "olga", q="1-0")] == ["log.opened"]
    assert rows_of("audit", "olga", q="2-0") == []
