"""AuthZEN at the portal itself: what a yes and a no carry, whom it answers, and where it is."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from audit import log
from breakglass.models import Check
from tests.cast import Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.gates.caller import RULE, Caller, question, read
from tests.gates.conftest import Publish

BRANCH = "hotfix%2Fnull-currency"


def test_a_no_says_why_and_where_to_ask(caller: Caller) -> None:
    answer = caller.evaluate()
    check = Check.objects.get()
    form = (
        f"http://localhost:8000/t/acme/bypasses/new?gate=ci-checks&service=payments&environment=ci&branch={BRANCH}"
        f"&rule={RULE}&evaluation={check.evaluation}"
    )
    assert answer == {
        "decision": False,
        "context": {
            "evaluation_id": check.evaluation,
            "evaluated_at": "2026-03-02T02:12:11Z",
            "reason": "no_active_bypass",
            "message": "No active bypass covers payments in ci, branch hotfix/null-currency, any artifact.",
            "access_request": {"form_url": form, "expires_at": "2026-03-02T03:12:11Z"},
        },
    }


def test_a_yes_names_the_bypass(acme: Cast, caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = caller.evaluate()
    entry = log.entries_of(str(acme.tenant.pk), about=bypass.pk, kind="bypass.approved").last()
    check = Check.objects.get()
    assert entry is not None
    assert answer == {
        "decision": True,
        "context": {
            "evaluation_id": check.evaluation,
            "evaluated_at": "2026-03-02T02:12:11Z",
            "bypass": {
                "id": bypass.pk,
                "entry": entry.id,
                "expires_at": "2026-03-02T02:23:11Z",
                "expires_unix": 1772418191,
                "url": f"http://localhost:8000/t/acme/bypasses/{bypass.pk}/",
            },
        },
    }
    assert (check.subject, check.verdict, check.rules, check.bypass_id, check.first) == (
        "workload:github:acme/payments", "fail", [RULE], bypass.pk, True,
    )  # fmt: skip
    assert check.milliseconds is not None


def test_the_yes_ends_with_the_bypass(caller: Caller, clock: Clock, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    clock.now = bypass.expires_at.replace(microsecond=0)
    assert caller.evaluate()["decision"] is False


def test_another_rule_is_a_no_that_says_so(caller: Caller, ask: Ask, approve: Approve) -> None:
    approve(ask())
    context = caller.evaluate(context={"gate_verdict": {"decision": False, "rules": ["another"]}})["context"]
    assert context["reason"] == "rules_not_named"


def test_what_is_never_bypassed_offers_no_request(caller: Caller, publish: Publish) -> None:
    publish(f"never:\n  - {{gate: ci-checks, rules: [{RULE}]}}\n")
    context = caller.evaluate()["context"]
    assert (context["reason"], "access_request" in context) == ("never_bypassed", False)


@pytest.mark.parametrize(
    "changes",
    [{"action": {"name": "read"}}, {"resource": {"type": "record", "id": "record-1"}}],
    ids=["action", "resource"],
)
def test_every_other_question_is_a_no_and_no_check(caller: Caller, changes: dict[str, object]) -> None:
    message = "Only the action bypass on a service is decided here."
    assert caller.evaluate(**changes) == {
        "decision": False,
        "context": {"reason": "not_decided_here", "message": message},
    }
    assert Check.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"action": {"name": "bypass"}}, 400, "Say which gate this is about: gate=ci-checks."),
        ({"action": {"name": "bypass", "properties": {"gate": 5}}}, 400, "Send action.properties.gate as a string."),
        (
            {"action": {"name": "bypass", "properties": {"gate": "deploy-gate"}}},
            403,
            "This token speaks for the gate ci-checks alone: use a token of the gate you mean.",
        ),
        ({"resource": {"type": "service", "id": "payments"}}, 400, "Name the environment that the bypass is for."),
        ({"context": {"gate_verdict": {"decision": "no"}}}, 400, "Send the gate's own decision as true or false."),
        ({"context": {"gate_verdict": {"rules": "all"}}}, 400, "Send the rules that failed as an array of ids."),
        (
            {"context": {"gate_verdict": {"evidence_url": "javascript:alert(1)"}}},
            400,
            "This is not a web address: it has to begin with https:// or http://.",
        ),
        (
            {"subject": {"type": "user", "id": "a\x00b"}},
            400,
            "This has a control character in it: remove it, or type the text again.",
        ),
    ],
)
def test_bad_members_are_refused(caller: Caller, changes: dict[str, object], status: int, message: str) -> None:
    answer = caller.post("access/v1/evaluation", question(**changes))
    assert (answer.status_code, answer.content.decode()) == (status, message)
    assert Check.objects.count() == 0


@pytest.mark.parametrize("which", ["evaluation", "evaluations"])
def test_without_a_token_of_the_tenant_it_is_401(globex: Cast, acme: Cast, which: str) -> None:
    for caller in (Caller(None), Caller("bgt_nonsense"), Caller(globex.secret("ci-checks")), Caller(None, "asme")):
        answer = caller.post(f"access/v1/{which}", question())
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="breakglass"')
        assert answer.content == (
            b"No valid machine token. Send Authorization: Bearer <token>, with a token of this tenant."
        )


def test_a_batch_is_a_check_each(caller: Caller) -> None:
    answer = caller.post("access/v1/evaluations", {"evaluations": [question(), question(action={"name": "bypass"})]})
    first, second = read(answer)["evaluations"]
    assert (first["context"]["evaluation_id"], second["context"]["error"]["status"]) == (
        Check.objects.get().evaluation,
        400,
    )


@pytest.mark.parametrize("tenant", ["acme", "asme"])
def test_discovery_says_where_everything_is(db: None, tenant: str) -> None:
    answer = Client().get(f"/.well-known/authzen-configuration/t/{tenant}")
    base = f"http://localhost:8000/t/{tenant}"
    assert (answer.status_code, answer.headers["Content-Type"], json.loads(answer.content)) == (
        200,
        "application/json",
        {
            "policy_decision_point": base,
            "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
            "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
        },
    )
