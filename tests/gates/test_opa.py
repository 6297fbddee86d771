"""OPA's data and policy, evaluated by another Rego than OPA's own: a gate that shuts on time, alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import regopy

from breakglass.actions import ending
from breakglass.actions.records import find
from breakglass.gates import opa
from breakglass.models import GateCredential
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.gates.caller import RULE, Caller, read
from tests.gates.conftest import Publish

INPUT = {"service": "payments", "environment": "ci", "branch": ASK.branch, "rules": [RULE]}
STARTS, EXPIRES = 1772417291, 1772418191
FETCHED = 1772417531
VALID_UNTIL = FETCHED + 600
DIGEST = "sha256:" + "a" * 64


def opened(data: dict[str, Any], at: float, **changes: Any) -> list[str]:
    """The bypasses that open the gate at `at`, in seconds: the portal has no part in it."""
    rego = regopy.Interpreter()
    rego.add_module("breakglass.rego", opa.POLICY)
    rego.add_data(data)
    rego.set_input(INPUT | changes)
    found = rego.query(f"data.breakglass.gate.bypass_ids with time.now_ns as {int(at * 1_000_000_000)}")
    return sorted(found.results[0].expressions[0])


def test_the_policy_is_served(caller: Caller) -> None:
    answer = caller.get("opa/policy.rego")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.content.decode() == opa.POLICY


def fetch(caller: Caller) -> dict[str, Any]:
    return read(caller.get("opa/data.json"))


def test_the_data_holds_ids_scopes_and_unix_seconds(caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert fetch(caller) == {
        "breakglass": {
            "v": 1,
            "generated_at": FETCHED,
            "valid_until": VALID_UNTIL,
            "bypasses": {
                bypass.pk: {
                    "gate": "ci-checks",
                    "service": "payments",
                    "environment": "ci",
                    "branch": ASK.branch,
                    "artifact": "",
                    "whole_gate": False,
                    "rules": [RULE],
                    "never": [],
                    "starts_at": STARTS,
                    "expires_at": EXPIRES,
                }
            },
        }
    }


def test_the_gate_shuts_on_time_with_the_portal_gone(caller: Caller, clock: Clock, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    clock.forward(minutes=10)
    data = fetch(caller)
    assert data["breakglass"]["valid_until"] > EXPIRES
    assert [opened(data, at) for at in (STARTS - 0.001, STARTS, EXPIRES - 0.001, EXPIRES)] == [
        [], [bypass.pk], [bypass.pk], [],
    ]  # fmt: skip


def test_old_data_opens_nothing(caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    data = fetch(caller)
    assert [opened(data, at) for at in (VALID_UNTIL - 0.001, VALID_UNTIL)] == [[bypass.pk], []]


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "web"},
        {"environment": "staging"},
        {"branch": "main"},
        {"branch": ""},
        {"rules": []},
        {"rules": ["another"]},
        {"rules": [RULE, "another"]},
    ],
)
def test_another_check_stays_shut(caller: Caller, ask: Ask, approve: Approve, changes: dict[str, Any]) -> None:
    bypass = approve(ask())
    data = fetch(caller)
    assert (opened(data, FETCHED), opened(data, FETCHED, **changes)) == ([bypass.pk], [])


def test_what_it_leaves_open_covers_any(caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(branch="", rules=(), whole_gate=True))
    data = fetch(caller)
    others: list[dict[str, Any]] = [{}, {"branch": ""}, {"artifact": DIGEST}, {"rules": []}, {"rules": ["another"]}]
    for changes in others:
        assert opened(data, FETCHED, **changes) == [bypass.pk]


def test_a_named_artifact_is_that_one(caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(artifact=DIGEST))
    data = fetch(caller)
    assert (opened(data, FETCHED), opened(data, FETCHED, artifact=DIGEST)) == ([], [bypass.pk])


def test_it_answers_as_the_portal_does_about_what_is_never_bypassed(
    caller: Caller, ask: Ask, approve: Approve, publish: Publish
) -> None:
    publish("never:\n  - {rules: [no-secrets]}\n")
    approve(ask(rules=(), whole_gate=True))
    data = fetch(caller)
    for rules in ([], ["another"], ["no-secrets"], ["another", "no-secrets"]):
        answer = caller.evaluate(context={"gate_verdict": {"rules": rules}})
        assert bool(opened(data, FETCHED, rules=rules)) == answer["decision"]
    publish("never:\n  - {gate: ci-checks}\n")
    assert fetch(caller)["breakglass"]["bypasses"] == {}


def test_a_revoked_bypass_is_gone_from_the_data(acme: Cast, caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    ending.revoke(bypass_id=find(bypass.pk).pk, by=acme.pete, comment="", now=NOW.replace(minute=9))
    assert fetch(caller)["breakglass"]["bypasses"] == {}


def test_another_gates_token_sees_its_own_gate(acme: Cast, caller: Caller, ask: Ask, approve: Approve) -> None:
    approve(ask())
    assert fetch(Caller(acme.secret("deploy-gate")))["breakglass"]["bypasses"] == {}


def test_when_it_was_fetched_is_kept_to_the_minute(acme: Cast, caller: Caller, clock: Clock) -> None:
    first, seen = clock.now, []
    for _ in range(3):
        fetch(caller)
        seen.append(GateCredential.objects.get(gate__slug="ci-checks").synced_at)
        clock.forward(seconds=30)
    assert seen == [first, first, first + timedelta(minutes=1)]
