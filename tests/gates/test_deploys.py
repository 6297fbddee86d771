"""Deploys past the end of a bypass: what covers them, what becomes of them, and which are findings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit import log
from breakglass.actions import ending
from breakglass.actions.setting_up import create_gate, issue_credential
from breakglass.models import Bypass, Finding, FindingKind
from tests.cast import NOW, SET_UP, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.gates.caller import RULE, SCOPE, Caller, read

STARTED = {"id": "deploy-1", **SCOPE, "status": "started"}
AFTER_END, OUT_OF_SCOPE = FindingKind.DEPLOY_AFTER_END, FindingKind.DEPLOY_OUT_OF_SCOPE


def report(caller: Caller, **changes: Any) -> dict[str, Any]:
    return read(caller.post("api/v1/deploys", STARTED | changes))


def found() -> list[tuple[str, str | None, str, int]]:
    rows = Finding.objects.select_related("deploy").order_by("pk")
    return [(one.kind, one.bypass_id, one.subject, one.owner_id) for one in rows]


@pytest.fixture
def bypass(ask: Ask, approve: Approve) -> Bypass:
    """Active until 02:23:11."""
    return approve(ask())


def end_of(bypass: Bypass) -> Any:
    assert bypass.expires_at is not None
    return bypass.expires_at


def test_an_answer_covers_a_deploy_first_reported_up_to_15_minutes_after_it(
    caller: Caller, clock: Clock, bypass: Bypass
) -> None:
    clock.now = end_of(bypass) - timedelta(seconds=1)
    assert caller.evaluate()["decision"] is True
    answered = clock.now
    clock.now = answered + timedelta(minutes=15, microseconds=-1)
    assert report(caller)["bypass"] == bypass.pk
    clock.now = answered + timedelta(minutes=15)
    assert report(caller, id="deploy-2")["bypass"] is None


def test_without_an_answer_nothing_covers_after_the_end(caller: Caller, clock: Clock, bypass: Bypass) -> None:
    clock.now = end_of(bypass)
    assert report(caller)["bypass"] is None


def test_an_answer_about_another_branch_covers_nothing(
    caller: Caller, clock: Clock, ask: Ask, approve: Approve
) -> None:
    bypass = approve(ask(branch=""))
    assert caller.evaluate()["decision"] is True
    clock.now = end_of(bypass)
    covered = [report(caller, id=branch, branch=branch)["bypass"] for branch in (SCOPE["branch"], "main")]
    assert covered == [bypass.pk, None]


@pytest.mark.parametrize("in_flight", ["enforce", "pause", "finish"])
def test_the_answer_says_what_becomes_of_it_once_the_bypass_has_ended(
    acme: Cast, clock: Clock, ask: Ask, approve: Approve, in_flight: str
) -> None:
    gate = create_gate(
        slug="slow", name="Slow", services=["payments"], environments=["ci"], in_flight=in_flight, by=None, now=SET_UP
    )
    _, secret = issue_credential(gate=gate, name="slow", by=None, now=SET_UP)
    bypass, caller = approve(ask(gate="slow")), Caller(secret)
    seen = [report(caller, gate="slow")["in_flight"]]
    clock.now = end_of(bypass)
    seen += [
        report(caller, gate="slow", status=status)["in_flight"] for status in ("started", "succeeded", "succeeded")
    ]
    assert seen == [None, in_flight, in_flight, in_flight]


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_deploy_finished_after_the_end_is_a_finding(
    acme: Cast, caller: Caller, clock: Clock, bypass: Bypass, status: str
) -> None:
    report(caller)
    clock.now = end_of(bypass)
    for _ in range(2):
        report(caller, status=status)
    assert found() == [(AFTER_END, bypass.pk, "Deploy deploy-1 through ci-checks", acme.rosa.pk)]
    kinds = [entry.kind for entry in log.entries_of(str(acme.tenant.pk), about=bypass.pk)][-2:]
    assert kinds == ["deploy.recorded", "finding.opened"]


def test_a_deploy_finished_in_time_or_cancelled_is_none(caller: Caller, clock: Clock, bypass: Bypass) -> None:
    report(caller)
    report(caller, id="deploy-2")
    clock.now = end_of(bypass) - timedelta(microseconds=1)
    report(caller, status="succeeded")
    clock.now = end_of(bypass)
    report(caller, id="deploy-2", status="cancelled")
    assert found() == []


def test_a_deploy_that_ended_in_time_is_no_finding_for_what_is_told_of_it_later(
    caller: Caller, clock: Clock, bypass: Bypass
) -> None:
    report(caller, status="succeeded")
    clock.now = end_of(bypass)
    report(caller, status="succeeded", provenance_url="https://ci.example/p")
    report(caller, status="failed")
    assert found() == []


def test_a_cancelled_deploy_that_succeeds_after_all_past_the_end_is_a_finding(
    caller: Caller, clock: Clock, bypass: Bypass
) -> None:
    report(caller, status="cancelled")
    clock.now = end_of(bypass)
    report(caller, status="succeeded")
    assert [kind for kind, *_ in found()] == [AFTER_END]


def test_a_deploy_after_a_check_that_was_refused_is_a_finding(
    acme: Cast, caller: Caller, clock: Clock, bypass: Bypass
) -> None:
    clock.now = end_of(bypass)
    assert caller.evaluate()["decision"] is False
    assert report(caller, status="succeeded")["bypass"] is None
    assert found() == [(AFTER_END, bypass.pk, "Deploy deploy-1 through ci-checks", acme.rosa.pk)]


def test_a_deploy_outside_the_scope_is_a_finding(acme: Cast, caller: Caller, bypass: Bypass) -> None:
    report(caller, branch="main")
    assert found() == [(OUT_OF_SCOPE, bypass.pk, "Deploy deploy-1 through ci-checks", acme.rosa.pk)]


def test_a_deploy_past_the_gate_after_the_end_is_a_finding_for_an_hour(
    acme: Cast, caller: Caller, clock: Clock, bypass: Bypass
) -> None:
    clock.now = end_of(bypass) + timedelta(hours=1, microseconds=-1)
    report(caller)
    clock.now = end_of(bypass) + timedelta(hours=1)
    report(caller, id="deploy-2")
    assert found() == [(AFTER_END, bypass.pk, "Deploy deploy-1 through ci-checks", acme.rosa.pk)]


def test_the_hour_begins_when_the_gate_was_shut(acme: Cast, caller: Caller, clock: Clock, bypass: Bypass) -> None:
    ending.revoke(bypass_id=bypass.pk, by=acme.pete, comment="", now=NOW + timedelta(minutes=6))
    clock.now = NOW + timedelta(hours=1, minutes=6)
    report(caller)
    assert found() == []


def test_a_pass_of_the_gate_explains_it(caller: Caller, bypass: Bypass) -> None:
    verdict = {"id": "run-1", **SCOPE, "branch": "main"}
    caller.post("api/v1/verdicts", verdict | {"decision": "fail", "rules": [RULE]})
    report(caller, branch="main")
    caller.post("api/v1/verdicts", verdict | {"id": "run-2", "decision": "pass"})
    report(caller, id="deploy-2", branch="main")
    assert [subject for _, _, subject, _ in found()] == ["Deploy deploy-1 through ci-checks"]


def test_without_a_bypass_nothing_is_found(caller: Caller) -> None:
    report(caller)
    report(caller, id="deploy-2", service="web", status="succeeded")
    assert found() == []


def test_the_record_shows_its_findings(acme: Cast, caller: Caller, bypass: Bypass) -> None:
    report(caller, branch="main")
    page = acme.client("pete").get(f"/t/acme/bypasses/{bypass.pk}/").content.decode()
    assert "Deploy out of scope" in page
    assert "Deploy deploy-1 through ci-checks" in page
