"""Sending a request: what it keeps, when it is the same one, and whom it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from breakglass.actions import ending
from breakglass.actions.asking import request_bypass
from breakglass.asks import parse_ask
from breakglass.errors import Forbidden
from breakglass.models import Bypass
from breakglass.states import Status
from tenants.actions import remove_member
from tests.cast import ASK, NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, QUARTER, TICK, kinds, last, refused, second_account

ARTIFACT = "sha256:" + "a" * 64
WHOLE_SECOND = NOW.replace(microsecond=0)


def test_a_request_keeps_what_was_asked(acme: Cast, ask: Ask) -> None:
    bypass = ask(artifact=ARTIFACT, rules=("b", "a"), ttl="1h", evaluation="evl_0123")
    kept = {name: getattr(bypass, name) for name in (*ASK_KEPT, "gate_id", "requester_id", "requested_at")}
    assert kept == {
        "service": "payments",
        "environment": "ci",
        "branch": "hotfix/null-currency",
        "artifact": ARTIFACT,
        "whole_gate": False,
        "rules": ["a", "b"],
        "reason_kind": "incident",
        "justification": ASK.justification,
        "incident_url": ASK.incident_url,
        "proposed_ttl": HOUR,
        "evaluation": "evl_0123",
        "tier": "low",
        "drill": False,
        "gate_id": acme.gate("ci-checks").pk,
        "requester_id": acme.rosa.pk,
        "requested_at": NOW,
    }


ASK_KEPT = (
    *("service", "environment", "branch", "artifact", "whole_gate", "rules", "reason_kind", "justification"),
    *("incident_url", "proposed_ttl", "evaluation", "tier", "drill"),
)


def test_a_request_waits_and_is_not_open(ask: Ask) -> None:
    bypass = ask()
    assert (bypass.status, bypass.starts_at, bypass.expires_at, bypass.closed_at) == ("requested", None, None, None)


def test_a_request_lapses_after_an_hour_on_a_whole_second(ask: Ask) -> None:
    assert ask().lapses_at == WHOLE_SECOND + timedelta(hours=1)


def test_a_request_is_an_entry_in_its_requesters_name(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    assert kinds(bypass) == ["bypass.requested"]
    entry = last(bypass)
    assert entry["actor"]["identity"] == "rosa@acme.example"
    assert entry["data"]["approvals"] == [
        {"clause": "one peer", "people": [{"id": acme.pete.pk, "name": "Pete", "email": "pete@acme.example"}]}
    ]


def test_the_practice_gate_makes_drills(ask: Ask) -> None:
    bypass = ask(gate="practice", environment="production", ttl="20s")
    assert (bypass.drill, bypass.tier, last(bypass)["data"]["drill"]) == (True, "practice", True)


@pytest.mark.parametrize(
    ("gate", "environment", "tier"),
    [
        ("ci-checks", "staging", "low"),
        ("deploy-gate", "staging", "low"),
        ("deploy-gate", "production", "high"),
        ("db-change", "production", "prod-db"),
    ],
)
def test_a_request_falls_in_the_tier_of_its_scope(ask: Ask, gate: str, environment: str, tier: str) -> None:
    assert ask(gate=gate, environment=environment).tier == tier


def test_the_same_ask_twice_is_one_request(ask: Ask) -> None:
    first, second = ask(), ask(now=NOW + TICK)
    assert (second.pk, Bypass.objects.count(), kinds(first)) == (first.pk, 1, ["bypass.requested"])


def test_the_check_that_led_to_it_does_not_make_it_another(ask: Ask) -> None:
    assert ask(evaluation="evl_1").pk == ask(evaluation="evl_2").pk


def test_the_order_of_its_rules_does_not_make_it_another(ask: Ask) -> None:
    assert ask(rules=("a", "b")).pk == ask(rules=("b", "a", "b")).pk


@pytest.mark.parametrize(
    "other",
    [
        {"service": "web"},
        {"environment": "staging"},
        {"branch": ""},
        {"artifact": ARTIFACT},
        {"rules": ("another-rule",)},
        {"rules": (), "whole_gate": True},
        {"reason_kind": "other"},
        {"justification": "Another reason."},
        {"incident_url": "pending"},
        {"ttl": "1h"},
    ],
)
def test_an_ask_that_differs_is_another_request(ask: Ask, other: dict[str, Any]) -> None:
    assert ask().pk != ask(**other).pk


def test_the_same_words_at_another_gate_are_another_request(ask: Ask) -> None:
    assert ask(environment="staging").pk != ask(environment="staging", gate="deploy-gate").pk


def test_the_same_ask_by_somebody_else_is_another_request(ask: Ask) -> None:
    assert ask().pk != ask(by="pete").pk


def test_the_same_ask_while_it_is_active_is_the_first(ask: Ask, approve: Approve) -> None:
    first = approve(ask())
    assert ask(now=NOW + 2 * MINUTE).pk == first.pk


def test_the_same_ask_after_it_was_withdrawn_is_a_new_request(acme: Cast, ask: Ask) -> None:
    first = ask()
    ending.withdraw(bypass_id=first.pk, by=acme.rosa, now=NOW)
    assert ask(now=NOW + TICK).pk != first.pk


@pytest.mark.parametrize(("late", "same"), [(-TICK, True), (0 * TICK, False), (TICK, False)])
def test_the_same_ask_after_it_lapsed_by_the_clock_is_a_new_request(ask: Ask, late: timedelta, same: bool) -> None:
    first = ask()
    assert (ask(now=first.lapses_at + late).pk == first.pk) == same


def test_a_lapse_is_written_down_before_the_same_ask_is_sent_again(ask: Ask) -> None:
    first = ask()
    second = ask(now=first.lapses_at)
    first.refresh_from_db()
    assert (first.status, first.closed_at) == (Status.LAPSED, first.lapses_at)
    assert (kinds(first), kinds(second)) == (["bypass.requested", "bypass.lapsed"], ["bypass.requested"])


@pytest.mark.parametrize(("late", "same"), [(-TICK, True), (0 * TICK, False), (TICK, False)])
def test_the_same_ask_after_it_expired_by_the_clock_is_a_new_request(
    ask: Ask, approve: Approve, late: timedelta, same: bool
) -> None:
    first = approve(ask())
    assert first.expires_at is not None
    assert (ask(now=first.expires_at + late).pk == first.pk) == same


@pytest.mark.parametrize("who", ["ada", "dana", "olga", "alex"])
def test_only_requesters_ask(ask: Ask, who: str) -> None:
    error = refused(Forbidden, lambda: ask(by=who))
    assert error.sentence == ("Only requesters ask for a bypass: ask an admin for the role, or a requester to send it.")


def test_a_member_who_left_does_not_ask(acme: Cast) -> None:
    rosa = acme.rosa
    remove_member(member=rosa, by=acme.alex, now=NOW)
    ask = parse_ask(ASK)
    error = refused(Forbidden, lambda: request_bypass(by=rosa, gate="ci-checks", ask=ask, now=NOW))
    assert error.sentence == "You are no longer a member here: ask an admin to let you in again."


def test_a_second_account_needs_the_role_itself(acme: Cast) -> None:
    other = second_account(acme.rosa)
    ask = parse_ask(replace(ASK, ttl="1h"))
    refused(Forbidden, lambda: request_bypass(by=other, gate="ci-checks", ask=ask, now=NOW))


def test_the_proposed_time_is_kept_in_seconds(ask: Ask) -> None:
    assert [ask(ttl=ttl).proposed_ttl for ttl in ("15m", "900s", "1h", "4h")] == [QUARTER, QUARTER, HOUR, 4 * HOUR]
