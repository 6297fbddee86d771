"""The portal's answer to a gate: what a bypass covers, which of several answers, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from breakglass.actions import ending
from breakglass.actions.deciding import Decision, decide
from breakglass.actions.setting_up import issue_credential
from breakglass.errors import BadInput, Forbidden
from breakglass.models import Bypass, Check
from breakglass.scopes import Scope
from tenants import context
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, entries, kinds, last, refused

RULE = "no-known-exploited-critical"
SCOPE = Scope("payments", "ci", "hotfix/null-currency", "sha256:" + "a" * 64)
LATER = NOW + 2 * MINUTE
NONE_COVERS = "No active bypass covers payments in ci, branch hotfix/null-currency, artifact sha256:" + "a" * 64 + "."


def check(cast: Cast, gate: str = "ci-checks", *rules: str, now: datetime = LATER, **scope: Any) -> Decision:
    """What the gate is told about rosa's scope, changed in these fields."""
    return decide(
        credential=cast.credential(gate), scope=replace(SCOPE, **scope), rules=frozenset(rules or [RULE]), now=now
    )


def test_nothing_open_is_enforce(acme: Cast) -> None:
    answer = check(acme)
    assert (answer.bypass, answer.entry, answer.sentence, answer.at) == (None, "", NONE_COVERS, LATER)


def test_a_request_that_waits_is_enforce(acme: Cast, ask: Ask) -> None:
    ask()
    assert check(acme).bypass is None


def test_an_active_bypass_is_named_with_the_entry_that_opened_it(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = check(acme)
    assert answer.bypass == bypass
    assert answer.entry == entries(bypass.pk)[1].id
    assert answer.sentence == f"Bypass {bypass.pk} is active until 2026-03-02T02:23:11Z."


def test_of_two_approvals_the_last_opened_it(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(gate="deploy-gate", environment="production"), by="ada")
    approve(bypass, by="sam")
    assert check(acme, "deploy-gate", environment="production").entry == entries(bypass.pk)[2].id


@pytest.mark.parametrize(
    "other",
    [
        {"branch": "main"},
        {"branch": ""},
        {"service": "web"},
        {"environment": "staging"},
    ],
)
def test_another_scope_is_enforce(acme: Cast, ask: Ask, approve: Approve, other: dict[str, Any]) -> None:
    approve(ask())
    assert check(acme, **other).bypass is None


@pytest.mark.parametrize("artifact", ["sha256:" + "b" * 64, ""])
def test_another_artifact_is_enforce(acme: Cast, ask: Ask, approve: Approve, artifact: str) -> None:
    bypass = approve(ask(artifact=SCOPE.artifact))
    assert [check(acme).bypass, check(acme, artifact=artifact).bypass] == [bypass, None]


def test_another_gate_is_enforce(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask(environment="staging"))
    assert check(acme, "deploy-gate", environment="staging").bypass is None


@pytest.mark.parametrize("rules", [("another-rule",), (RULE, "another-rule")])
def test_a_rule_it_does_not_name_is_enforce(acme: Cast, ask: Ask, approve: Approve, rules: tuple[str, ...]) -> None:
    bypass = approve(ask())
    answer = check(acme, "ci-checks", *rules)
    assert (answer.bypass, answer.sentence) == (
        None,
        f"{bypass.pk} does not name every rule that failed: another-rule.",
    )


def test_a_check_that_names_no_rule_needs_the_whole_gate(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    named = decide(credential=acme.credential("ci-checks"), scope=SCOPE, rules=frozenset(), now=LATER)
    assert (named.bypass, named.sentence) == (
        None,
        f"{bypass.pk} does not cover the whole gate, and this check names no rule.",
    )
    whole = approve(ask(rules=(), whole_gate=True))
    answer = decide(credential=acme.credential("ci-checks"), scope=SCOPE, rules=frozenset(), now=LATER)
    assert answer.bypass == whole


def test_two_bypasses_do_not_add_up(acme: Cast, ask: Ask, approve: Approve) -> None:
    held = [approve(ask(rules=(rule,))).pk for rule in ("a", "b")]
    answer = check(acme, "ci-checks", "a", "b")
    assert answer.bypass is None
    assert answer.sentence == (
        f"{', '.join(sorted(held))} does not name every rule that failed: no single bypass names them all."
    )


def test_overlapping_grants(acme: Cast, ask: Ask, approve: Approve) -> None:
    long = approve(ask(ttl="1h"), ttl=HOUR)
    short = approve(ask(ttl="15m"), now=NOW + 2 * MINUTE)
    assert short.expires_at is not None
    assert check(acme).bypass == long
    assert check(acme, now=short.expires_at).bypass == long


def test_the_end_of_one_does_not_revoke_the_other(acme: Cast, ask: Ask, approve: Approve) -> None:
    long, short = approve(ask(ttl="1h"), ttl=HOUR), approve(ask(ttl="15m"))
    ending.revoke(bypass_id=long.pk, by=acme.alex, comment="", now=LATER)
    assert check(acme).bypass == short


def test_a_revoked_one_is_enforce_at_once(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert check(acme).bypass == bypass
    ending.revoke(bypass_id=bypass.pk, by=acme.alex, comment="", now=LATER)
    assert check(acme).bypass is None


def test_another_tenants_bypass_opens_nothing(globex: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    with context.entered(globex.tenant):
        assert check(globex).bypass is None


def test_the_first_bypass_answer_is_an_entry_of_the_gates(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = check(acme)
    assert kinds(bypass)[2:] == ["gate.checked"]
    entry = last(bypass)
    assert entry["actor"]["type"] == "machine"
    assert entry["data"] == {
        "bypass": bypass.pk,
        "evaluation": answer.evaluation,
        "scope": {
            "gate": "ci-checks",
            "service": "payments",
            "environment": "ci",
            "branch": SCOPE.branch,
            "artifact": SCOPE.artifact,
        },
        "rules": [RULE],
        "decision": "bypass",
        "expires_at": "2026-03-02T02:23:11Z",
        "drill": False,
        "subject": "",
        "verdict": "",
        "evidence_url": "",
    }


def test_a_repeat_is_volume(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    for _ in range(3):
        check(acme)
    assert kinds(bypass)[2:] == ["gate.checked"]
    assert list(Check.objects.order_by("pk").values_list("first", flat=True)) == [True, False, False]


def test_each_caller_scope_and_set_of_rules_has_its_first(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(rules=("a", "b")))
    for rules, artifact in (("a", ""), ("b", ""), ("ab", ""), ("a", SCOPE.artifact)):
        check(acme, "ci-checks", *rules, artifact=artifact)
    other, _ = issue_credential(gate=acme.gate("ci-checks"), name="another", by=acme.alex, now=SET_UP)
    credential = type(other).objects.select_related("gate", "token").get(pk=other.pk)
    decide(credential=credential, scope=SCOPE, rules=frozenset("a"), now=LATER)
    assert kinds(bypass)[2:] == ["gate.checked"] * 5


def test_a_new_bypass_has_its_own_first(acme: Cast, ask: Ask, approve: Approve) -> None:
    first = approve(ask())
    check(acme)
    ending.return_bypass(bypass_id=first.pk, by=acme.rosa, now=LATER)
    second = approve(ask())
    check(acme)
    assert (kinds(first)[2:], kinds(second)[2:]) == (["gate.checked", "bypass.returned"], ["gate.checked"])


def test_every_check_is_kept(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass: Bypass = approve(ask())
    answers = [check(acme, "ci-checks", "z", "a"), check(acme)]
    kept = Check.objects.order_by("pk").values_list("evaluation", "rules", "bypass", "branch", "artifact", "at")
    assert list(kept) == [
        (answers[0].evaluation, ["a", "z"], None, SCOPE.branch, SCOPE.artifact, LATER),
        (answers[1].evaluation, [RULE], bypass.pk, SCOPE.branch, SCOPE.artifact, LATER),
    ]


def test_an_enforce_is_no_entry(acme: Cast) -> None:
    before = len(entries())
    check(acme)
    assert len(entries()) == before


@pytest.mark.parametrize("other", [{"service": "ledger"}, {"environment": "production"}])
def test_a_scope_that_the_gate_does_not_list_is_refused(acme: Cast, other: dict[str, Any]) -> None:
    refused(BadInput, lambda: check(acme, **other))


def test_a_token_speaks_for_its_services_alone(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    made, _ = issue_credential(gate=acme.gate("ci-checks"), name="web", services=["web"], by=acme.alex, now=SET_UP)
    credential = type(made).objects.select_related("gate", "token").get(pk=made.pk)
    error = refused(Forbidden, lambda: decide(credential=credential, scope=SCOPE, rules=frozenset("a"), now=LATER))
    assert error.sentence == "This token does not speak for payments: use one that does."
    web = replace(SCOPE, service="web")
    assert decide(credential=credential, scope=web, rules=frozenset("a"), now=LATER).bypass is None
