"""For how long an approval opens the gate, from when, and that it is bound to what the page showed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from breakglass import statements
from breakglass.actions import reviewing
from breakglass.actions.records import find
from breakglass.errors import WrongState
from breakglass.models import Bypass
from breakglass.states import Status
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, QUARTER, refused, shown

WHOLE_SECOND = NOW.replace(microsecond=0)
CHANGED = "This is not what the page showed when it was opened: read it again, then decide."
NOT_OFFERED = "This TTL was not among the choices on the page: choose one of them."


@pytest.mark.parametrize(
    ("proposed", "chosen", "seconds"),
    [("15m", QUARTER, QUARTER), ("1h", HOUR, HOUR), ("1h", QUARTER, QUARTER), ("4h", HOUR, HOUR)],
)
def test_the_effective_ttl_is_the_least(ask: Ask, approve: Approve, proposed: str, chosen: int, seconds: int) -> None:
    bypass = approve(ask(ttl=proposed), ttl=chosen)
    assert bypass.starts_at is not None
    assert bypass.expires_at == bypass.starts_at + timedelta(seconds=seconds)


@pytest.mark.parametrize(("first", "second"), [(QUARTER, HOUR), (HOUR, QUARTER)])
def test_the_effective_ttl_is_the_least_of_every_approvers(ask: Ask, approve: Approve, first: int, second: int) -> None:
    bypass = ask(gate="deploy-gate", environment="production", ttl="1h")
    approve(bypass, by="ada", ttl=first)
    opened = approve(bypass, by="sam", ttl=second)
    assert opened.starts_at is not None
    assert opened.expires_at == opened.starts_at + timedelta(seconds=QUARTER)


def test_clock_starts_at_request(ask: Ask, approve: Approve) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    approve(bypass, by="ada", now=NOW + MINUTE)
    opened = approve(bypass, by="sam", now=NOW + 9 * MINUTE)
    assert (opened.starts_at, opened.expires_at) == (WHOLE_SECOND + 9 * MINUTE, WHOLE_SECOND + 24 * MINUTE)


def test_a_window_is_whole_seconds(ask: Ask, approve: Approve) -> None:
    opened = approve(ask(), now=NOW.replace(microsecond=999_999))
    assert (opened.starts_at, opened.expires_at) == (WHOLE_SECOND, WHOLE_SECOND + timedelta(seconds=QUARTER))


@pytest.mark.parametrize("ttl", [0, -QUARTER, 20, QUARTER + 1, HOUR, 4 * HOUR, 2 * HOUR])
def test_a_ttl_that_the_page_did_not_offer_is_refused(ask: Ask, approve: Approve, ttl: int) -> None:
    bypass = ask(ttl="15m")
    assert refused(WrongState, lambda: approve(bypass, ttl=ttl)).sentence == NOT_OFFERED


@pytest.mark.parametrize("statement", ["", "sha256:" + "0" * 64, "SHA256"])
def test_an_approval_without_the_statement_of_the_page_is_refused(acme: Cast, ask: Ask, statement: str) -> None:
    bypass, pete = ask(), acme.pete
    error = refused(
        WrongState,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=pete, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )
    assert (error.sentence, error.field) == (CHANGED, "statement")


def test_the_statement_of_another_bypass_is_refused(acme: Cast, ask: Ask) -> None:
    bypass, pete, other = ask(), acme.pete, shown(ask(ttl="1h"))
    refused(
        WrongState,
        lambda: reviewing.approve(bypass_id=bypass.pk, by=pete, shown=other, ttl=QUARTER, comment="", now=NOW + MINUTE),
    )


def test_a_requester_who_changed_their_name_is_read_again(acme: Cast, ask: Ask) -> None:
    bypass, pete, before = ask(), acme.pete, shown(ask())
    user = acme.rosa.user
    user.name = "Somebody else"
    user.save()
    refused(
        WrongState,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=pete, shown=before, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )


def test_the_page_shows_everything_that_is_consented_to(acme: Cast, ask: Ask) -> None:
    bypass = find(ask(ttl="1h").pk)
    assert statements.statement(bypass, bypass.frozen_tier) == {
        "v": 1,
        "bypass": bypass.pk,
        "requester": {"id": acme.rosa.pk, "name": "Rosa", "email": "rosa@acme.example"},
        "requested_at": "2026-03-02T02:07:11Z",
        "scope": {
            "gate": "ci-checks",
            "service": "payments",
            "environment": "ci",
            "branch": "hotfix/null-currency",
            "artifact": "",
        },
        "whole_gate": False,
        "rules": ["no-known-exploited-critical"],
        "reason_kind": "incident",
        "justification": bypass.justification,
        "incident_url": bypass.incident_url,
        "proposed_ttl": HOUR,
        "ttl_choices": [QUARTER, HOUR],
        "tier": "low",
        "policy": {"number": 1, "digest": bypass.policy_version.digest},
        "drill": False,
        "extends": None,
    }


NOT_SHOWN = {
    *("tenant", "policy_version", "lapses_at", "evaluation", "digest", "id", "chain"),
    *("status", "starts_at", "expires_at", "closed_at", "closed_by"),
}


def test_every_column_is_shown_or_known_not_to_be(ask: Ask) -> None:
    bypass = find(ask().pk)
    document = statements.statement(bypass, bypass.frozen_tier)
    columns = {field.name for field in Bypass._meta.concrete_fields}
    assert columns - set(document) - set(document["scope"]) == NOT_SHOWN


def test_the_scope_and_rules_change_the_digest(ask: Ask) -> None:
    others: list[dict[str, Any]] = [{}, {"branch": ""}, {"rules": ("x",)}, {"ttl": "1h"}]
    assert len({shown(ask(**other)) for other in others}) == 4


def test_an_open_bypass_stays_within_its_window(ask: Ask, approve: Approve) -> None:
    opened = approve(ask(gate="practice", environment="production", ttl="20s"), ttl=20)
    assert opened.expires_at is not None
    assert opened.status_at(opened.expires_at) == Status.EXPIRED
