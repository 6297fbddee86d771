"""Approvals that open a gate, one denial that ends a request, and what each leaves in the log."""

from __future__ import annotations

import pytest

from breakglass.actions import reviewing
from breakglass.errors import Forbidden, WrongState
from breakglass.models import Bypass, Review
from breakglass.permissions import Late, NoRight
from breakglass.states import Status
from tenants.actions import join_group
from tenants.models import Group
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, QUARTER, kinds, last, refused, shown, snapshot

WHOLE_SECOND = NOW.replace(microsecond=0)


def high(ask: Ask, **fields: object) -> Bypass:
    """A request that needs one of sre-leads and one of security-duty."""
    return ask(gate="deploy-gate", environment="production", **fields)


def test_a_peer_opens_low(ask: Ask, approve: Approve) -> None:
    assert approve(ask()).status == Status.ACTIVE


def test_an_approval_keeps_what_was_consented_to(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    approve(bypass)
    review = Review.objects.get()
    kept = {name: getattr(review, name) for name in ("bypass_id", "member_id", "approves", "ttl", "clauses", "comment")}
    assert kept == {
        "bypass_id": bypass.pk,
        "member_id": acme.pete.pk,
        "approves": True,
        "ttl": QUARTER,
        "clauses": [0],
        "comment": "Seen.",
    }
    assert (review.human_id, review.requester_human_id) == (acme.pete.human_id, acme.rosa.human_id)
    assert review.statement == shown(bypass)


def test_an_approval_is_an_entry_in_the_approvers_name(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert kinds(bypass) == ["bypass.requested", "bypass.approved"]
    entry = last(bypass)
    shown_document = entry["data"].pop("shown")
    assert shown_document["justification"] == bypass.justification
    assert entry["actor"]["identity"] == "pete@acme.example"
    assert entry["data"] == {
        "bypass": bypass.pk,
        "approver": {"id": acme.pete.pk, "name": "Pete", "email": "pete@acme.example"},
        "roles": ["requester"],
        "clauses": ["one peer"],
        "missing": [],
        "ttl": QUARTER,
        "comment": "Seen.",
        "statement": shown(bypass),
        "active": True,
        "effective_ttl": QUARTER,
        "starts_at": "2026-03-02T02:08:11Z",
        "expires_at": "2026-03-02T02:23:11Z",
        "drill": False,
    }


@pytest.mark.parametrize("order", [("ada", "sam"), ("sam", "ada")])
def test_high_needs_both_groups_in_any_order(ask: Ask, approve: Approve, order: tuple[str, str]) -> None:
    bypass = high(ask)
    assert approve(bypass, by=order[0]).status == Status.REQUESTED
    assert approve(bypass, by=order[1]).status == Status.ACTIVE


def test_the_first_of_two_approvals_opens_nothing(ask: Ask, approve: Approve) -> None:
    bypass = approve(high(ask), by="sam")
    words = last(bypass)["data"]
    assert (bypass.starts_at, bypass.expires_at) == (None, None)
    assert {name: words[name] for name in ("active", "missing", "effective_ttl", "starts_at", "expires_at")} == {
        "active": False,
        "missing": ["one of sre-leads"],
        "effective_ttl": None,
        "starts_at": None,
        "expires_at": None,
    }


@pytest.mark.parametrize("order", [("pete", "dana"), ("dana", "pete")])
def test_prod_db_needs_a_peer_and_its_senior(ask: Ask, approve: Approve, order: tuple[str, str]) -> None:
    bypass = ask(gate="db-change", environment="production")
    assert [approve(bypass, by=name).status for name in order] == [Status.REQUESTED, Status.ACTIVE]


def test_the_deputy_does_not_stand_in_for_a_senior_who_is_here(ask: Ask, approve: Approve) -> None:
    bypass = ask(gate="db-change", environment="production")
    refused(NoRight, lambda: approve(bypass, by="lee"))


def test_one_person_fills_one_clause(acme: Cast, ask: Ask, approve: Approve) -> None:
    join_group(group=Group.objects.get(slug="security-duty"), member=acme.ada, by=acme.alex, now=SET_UP)
    bypass = high(ask)
    assert approve(bypass, by="ada").status == Status.REQUESTED
    assert last(bypass)["data"]["clauses"] == ["one of sre-leads", "one of security-duty"]
    assert approve(bypass, by="sam").status == Status.ACTIVE


def test_an_approval_that_adds_nothing_is_refused(acme: Cast, ask: Ask, approve: Approve) -> None:
    join_group(group=Group.objects.get(slug="sre-leads"), member=acme.ben, by=acme.alex, now=SET_UP)
    bypass = approve(high(ask), by="ada")
    error = refused(Forbidden, lambda: approve(bypass, by="ben"))
    assert error.sentence == (
        "The approval that you could give has been given. What is missing now: one of security-duty."
    )


@pytest.mark.parametrize("name", ["ada", "sam", "dana", "lee", "olga", "alex", "ben"])
def test_only_whom_the_policy_asks_reviews(acme: Cast, ask: Ask, approve: Approve, name: str) -> None:
    bypass, member = ask(), getattr(acme, name)
    assert refused(NoRight, lambda: approve(bypass, by=name)).sentence == (
        "You can't approve this: its policy asks one peer, with the right held since before the request."
    )
    refused(NoRight, lambda: reviewing.deny(bypass_id=bypass.pk, by=member, comment="", now=NOW))


def test_a_double_click_is_one_approval(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    before = snapshot()
    assert approve(bypass, now=NOW + 2 * MINUTE).expires_at == bypass.expires_at
    assert snapshot() == before


def test_an_approval_can_not_be_changed(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(ttl="1h"), ttl=HOUR)
    error = refused(WrongState, lambda: approve(bypass, ttl=QUARTER))
    assert error.sentence == "You have approved this for 1h, and that stays: revoke it once active to end it sooner."


def test_a_double_click_is_one_denial(acme: Cast, ask: Ask) -> None:
    bypass, pete = ask(), acme.pete
    reviewing.deny(bypass_id=bypass.pk, by=pete, comment="No.", now=NOW)
    before = snapshot()
    reviewing.deny(bypass_id=bypass.pk, by=pete, comment="No.", now=NOW + MINUTE)
    assert snapshot() == before


def test_one_denial_ends_a_request(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(high(ask), by="ada")
    denied = reviewing.deny(bypass_id=bypass.pk, by=acme.sam, comment=" Not tonight. ", now=NOW + 2 * MINUTE)
    assert (denied.status, denied.closed_at, denied.closed_by_id) == (Status.DENIED, NOW + 2 * MINUTE, acme.sam.pk)
    assert kinds(bypass) == ["bypass.requested", "bypass.approved", "bypass.denied"]
    assert last(bypass)["data"] == {
        "bypass": bypass.pk,
        "approver": {"id": acme.sam.pk, "name": "Sam", "email": "sam@acme.example"},
        "comment": "Not tonight.",
    }


def test_whoever_approved_does_not_deny(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass, ada = approve(high(ask), by="ada"), acme.ada
    error = refused(Forbidden, lambda: reviewing.deny(bypass_id=bypass.pk, by=ada, comment="", now=NOW + 2 * MINUTE))
    assert error.sentence == (
        "You have approved this: ask another approver to deny it, or its requester to withdraw it."
    )


def test_whoever_denied_does_not_approve(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    reviewing.deny(bypass_id=bypass.pk, by=acme.pete, comment="", now=NOW)
    refused(Late, lambda: approve(bypass))
