"""The gate's question: 403 with a sentence and a link, 200 while a bypass covers it, and nothing in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from audit import log
from breakglass.models import Check
from tenants import context
from tests.api.pipeline import FAILED, RULE, SCOPE, Pipeline, read
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask

UNTIL = "2026-03-02T02:23:11Z"
BASE = "http://localhost:8000/t/acme/bypasses/"
WORDS = "payments in ci, branch hotfix/null-currency, any artifact"


def last_check() -> Check:
    found = Check.objects.last()
    assert found is not None
    return found


def test_without_a_bypass_it_is_403_with_a_sentence_and_a_link(acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.check()
    text = answer.content.decode()
    sentence, _, link = text.partition(" Ask for one: ")
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert sentence == f"No active bypass covers {WORDS}."
    assert link.splitlines() == [link[:-1]]
    assert link.startswith(f"{BASE}new?")


def test_the_link_is_the_form_prefilled_with_what_failed(acme: Cast, pipeline: Pipeline) -> None:
    link = urlsplit(pipeline.check({**FAILED, "rule": [RULE, "no-secrets"]}).content.decode().split()[-1])
    assert QueryDict(link.query).dict() | {"rule": QueryDict(link.query).getlist("rule")} == {
        **SCOPE,
        "rule": [RULE, "no-secrets"],
        "evaluation": last_check().evaluation,
    }
    page = acme.client("rosa").get(f"{link.path}?{link.query}")
    text = page.content.decode()
    shown = {word: word in text for word in (*SCOPE.values(), RULE, "no-secrets", last_check().evaluation)}
    assert (page.status_code, shown) == (200, dict.fromkeys(shown, True))


def test_a_check_that_names_no_rule_links_to_a_request_for_the_whole_gate(acme: Cast, pipeline: Pipeline) -> None:
    link = urlsplit(pipeline.check(SCOPE).content.decode().split()[-1])
    assert QueryDict(link.query).dict() == {**SCOPE, "whole_gate": "1", "evaluation": last_check().evaluation}


def test_with_an_active_bypass_it_is_200(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = pipeline.check()
    expected = f"Bypass {bypass.pk} is active until {UNTIL}. {BASE}{bypass.pk}/\n"
    assert (answer.status_code, answer.content.decode()) == (200, expected)


def test_a_request_that_waits_opens_nothing(acme: Cast, pipeline: Pipeline, ask: Ask) -> None:
    ask()
    assert pipeline.check().status_code == 403


def test_the_answer_in_json_without_a_bypass(acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.check(Accept="application/json")
    document = read(answer)
    link = document.pop("url")
    assert (answer.status_code, document) == (
        403,
        {
            "decision": "enforce",
            "evaluation_id": last_check().evaluation,
            "reason": f"No active bypass covers {WORDS}.",
        },
    )
    assert link == (
        f"{BASE}new?gate=ci-checks&service=payments&environment=ci&branch=hotfix%2Fnull-currency&rule={RULE}"
        f"&evaluation={last_check().evaluation}"
    )


def test_the_answer_in_json_with_a_bypass(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answer = pipeline.check(Accept="application/json")
    assert (answer.status_code, read(answer)) == (
        200,
        {
            "decision": "bypass",
            "evaluation_id": last_check().evaluation,
            "reason": f"Bypass {bypass.pk} is active until {UNTIL}.",
            "url": f"{BASE}{bypass.pk}/",
            "bypass": {
                "id": bypass.pk,
                "entry": opening_entry(bypass.pk),
                "expires_at": UNTIL,
                "expires_unix": 1772418191,
            },
        },
    )


def opening_entry(bypass_id: str) -> str:
    """The id of the entry of its approval."""
    entry = log.entries_of(str(context.current_id()), about=bypass_id, kind="bypass.approved").last()
    assert entry is not None
    return entry.id


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/plain; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/html,*/*;q=0.8", "text/plain; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/json, text/plain", "application/json"),
        ("application/problem+json", "application/json"),
        ("garbage", "application/json"),
        (";;;,,,/;q=x", "application/json"),
        ("text/*;q=nonsense", "text/plain; charset=utf-8"),
    ],
)
def test_the_form_of_the_answer_is_the_callers_choice(accept: str, kind: str, pipeline: Pipeline) -> None:
    answer = pipeline.check(Accept=accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, kind)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"branch": "main"}, 403),
        ({"branch": None}, 403),
        ({"branch": "hotfix/null-currency2"}, 403),
        ({"branch": "HOTFIX/null-currency"}, 403),
        ({"service": "search"}, 403),
        ({"environment": "staging"}, 403),
        ({"artifact": "sha256:" + "a" * 64}, 200),
        ({"rule": "another-rule"}, 403),
        ({"rule": [RULE, "another-rule"]}, 403),
        ({"rule": [RULE, RULE]}, 200),
        ({"rule": None}, 403),
        ({"rule": ""}, 403),
        ({"rule": RULE.upper()}, 403),
        ({"gate": "deploy-gate"}, 403),
    ],
    ids=str,
)
def test_a_bypass_covers_its_scope_and_rules_and_no_more(
    change: dict[str, Any], status: int, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    approve(ask())
    query = {name: value for name, value in (FAILED | change).items() if value is not None}
    assert pipeline.check(query).status_code == status


def test_a_bypass_of_one_gate_does_not_open_another(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask(environment="staging"))
    deploys = Pipeline(acme.secret("deploy-gate")).ask(gate="deploy-gate", environment="staging")
    assert deploys["decision"] == "enforce"


def test_a_bypass_of_the_whole_gate_covers_every_rule_and_none(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    approve(ask(rules=(), whole_gate=True))
    assert [pipeline.check(query).status_code for query in (FAILED, SCOPE, {**SCOPE, "rule": "any"})] == [200] * 3


def test_a_bypass_of_any_branch_covers_a_check_that_names_none(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    approve(ask(branch=""))
    assert [pipeline.ask(branch=branch)["decision"] for branch in ("main", None)] == ["bypass", "bypass"]


def test_a_rule_that_it_does_not_name_is_told(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    reasons = [pipeline.ask(rule=rule)["reason"] for rule in ("another-rule", None)]
    assert reasons == [
        f"{bypass.pk} does not name every rule that failed: another-rule.",
        f"{bypass.pk} does not cover the whole gate, and this check names no rule.",
    ]


def test_of_several_the_one_that_ends_last_is_named(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    longer = approve(ask(ttl="1h"), ttl=3600)
    assert pipeline.ask()["bypass"]["id"] == longer.pk


def test_at_its_last_second_it_snaps_back_with_no_worker(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve, clock: Clock
) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    tick = timedelta(microseconds=1)
    seen = []
    for moment in (bypass.expires_at - tick, bypass.expires_at, bypass.expires_at + tick):
        clock.now = moment
        seen.append(pipeline.check().status_code)
    assert seen == [200, 403, 403]


def test_every_answer_is_recorded_with_what_was_asked(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve, clock: Clock
) -> None:
    pipeline.check()
    bypass = approve(ask())
    pipeline.check({**FAILED, "rule": ["b", "a"], "branch": "main"})
    pipeline.check()
    columns = ("service", "environment", "branch", "artifact", "rules", "bypass_id", "first", "at")
    where = ("payments", "ci", "hotfix/null-currency", "")
    assert list(Check.objects.order_by("pk").values_list(*columns)) == [
        (*where, [RULE], None, False, clock.now),
        ("payments", "ci", "main", "", ["a", "b"], None, False, clock.now),
        (*where, [RULE], bypass.pk, True, clock.now),
    ]


def test_a_bypass_of_another_tenant_opens_nothing_here(acme: Cast, globex: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    assert Pipeline(globex.secret("ci-checks"), tenant="globex").check().status_code == 403


def test_a_practice_gate_answers_like_any_other(acme: Cast, ask: Ask, approve: Approve) -> None:
    practice = Pipeline(acme.secret("practice"))
    asked = {"gate": "practice", "environment": "production"}
    before = practice.ask(**asked)["decision"]
    approve(
        ask(gate="practice", environment="production", ttl="1m", now=NOW + timedelta(minutes=4)),
        ttl=60,
        now=NOW + timedelta(minutes=4, seconds=30),
    )
    assert (before, practice.ask(**asked)["decision"]) == ("enforce", "bypass")
