"""Nobody opens the glass alone: the requester never reviews, whatever they hold, and one human counts once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breakglass.actions import ending, reviewing
from breakglass.errors import BypassError, Forbidden, WrongState
from breakglass.models import Bypass, RefusedReview, Review
from breakglass.permissions import Late, NoRight, OwnReview
from tenants.actions import grant_role, join_group, remove_member
from tenants.models import Group, Member
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, QUARTER, kinds, last, refused, second_account, shown, snapshot

OWN = "You asked for this bypass yourself: somebody else has to {} it."


def attempt(bypass: Bypass, by: Member, **changed: Any) -> Bypass:
    """Approve it as this account."""
    words: dict[str, Any] = {"shown": shown(bypass), "ttl": QUARTER, "comment": "", "now": NOW + MINUTE} | changed
    return reviewing.approve(bypass_id=bypass.pk, by=by, **words)


@pytest.mark.parametrize("role", list(Role))
def test_no_role_lets_the_requester_approve(acme: Cast, ask: Ask, role: Role) -> None:
    rosa = acme.rosa
    grant_role(member=rosa, role=role, by=acme.alex, now=SET_UP)
    bypass = ask()
    assert refused(OwnReview, lambda: attempt(bypass, rosa)).sentence == OWN.format("approve")


def test_admin_self_approves(acme: Cast, ask: Ask) -> None:
    alex = acme.alex
    grant_role(member=alex, role=Role.REQUESTER, by=acme.ben, now=SET_UP)
    bypass = ask(by="alex")
    refused(OwnReview, lambda: attempt(bypass, alex))


def test_no_group_lets_the_requester_approve(acme: Cast, ask: Ask) -> None:
    rosa = acme.rosa
    for group in Group.objects.all():
        join_group(group=group, member=rosa, by=acme.alex, now=SET_UP)
    bypass = ask(gate="deploy-gate", environment="production")
    refused(OwnReview, lambda: attempt(bypass, rosa))


def test_the_requester_does_not_deny_either(acme: Cast, ask: Ask) -> None:
    bypass, rosa = ask(), acme.rosa
    error = refused(OwnReview, lambda: reviewing.deny(bypass_id=bypass.pk, by=rosa, comment="", now=NOW))
    assert error.sentence == OWN.format("deny")


def test_approver_is_requester_via_alias(acme: Cast, ask: Ask) -> None:
    other = second_account(acme.rosa, *Role)
    bypass = ask()
    refused(OwnReview, lambda: attempt(bypass, other))
    refused(OwnReview, lambda: reviewing.deny(bypass_id=bypass.pk, by=other, comment="", now=NOW))


def test_a_second_account_of_the_requester_returns_what_the_first_asked(acme: Cast, ask: Ask) -> None:
    other = second_account(acme.rosa)
    assert ending.withdraw(bypass_id=ask().pk, by=other, now=NOW).status == "withdrawn"


def test_same_approver_twice(acme: Cast, ask: Ask, approve: Approve) -> None:
    join_group(group=Group.objects.get(slug="security-duty"), member=acme.ada, by=acme.alex, now=SET_UP)
    bypass = approve(ask(gate="deploy-gate", environment="production"), by="ada")
    approve(bypass, by="ada", now=NOW + 2 * MINUTE)
    bypass.refresh_from_db()
    assert (bypass.status, Review.objects.count()) == ("requested", 1)


def test_second_account_of_same_person(acme: Cast, ask: Ask, approve: Approve) -> None:
    other = second_account(acme.ada)
    join_group(group=Group.objects.get(slug="security-duty"), member=other, by=acme.alex, now=SET_UP)
    bypass = approve(ask(gate="deploy-gate", environment="production"), by="ada")
    attempt(bypass, other)
    bypass.refresh_from_db()
    assert (bypass.status, Review.objects.count(), kinds(bypass)) == (
        *("requested", 1),
        ["bypass.requested", "bypass.approved"],
    )


def test_a_second_account_does_not_approve_again_after_the_first_has_left(
    acme: Cast, ask: Ask, approve: Approve
) -> None:
    other = second_account(acme.ada)
    join_group(group=Group.objects.get(slug="sre-leads"), member=other, by=acme.alex, now=SET_UP)
    bypass = approve(ask(gate="deploy-gate", environment="production", ttl="1h"), by="ada")
    remove_member(member=acme.ada, by=acme.alex, now=NOW + MINUTE)
    error = refused(WrongState, lambda: attempt(bypass, other, ttl=3600))
    assert error.sentence == "You have approved this for 15m, and that stays: revoke it once active to end it sooner."


@pytest.mark.parametrize("own", [True, False])
def test_the_database_refuses_a_review_of_the_requester(acme: Cast, ask: Ask, own: bool) -> None:
    bypass = ask()
    by = acme.rosa if own else second_account(acme.rosa)
    words = {"approves": True, "ttl": QUARTER, "clauses": [0], "statement": shown(bypass), "at": NOW}
    with pytest.raises(IntegrityError, match="review_four_eyes"), transaction.atomic():
        Review.objects.create(bypass=bypass, member=by, human_id=by.human_id, requester_human_id=by.human_id, **words)
    assert Review.objects.count() == 0


@pytest.mark.parametrize("lie", ["human_id", "requester_human_id"])
def test_the_database_refuses_a_review_that_lies_about_its_humans(acme: Cast, ask: Ask, lie: str) -> None:
    bypass = ask()
    humans = {"human_id": acme.rosa.human_id, "requester_human_id": acme.rosa.human_id} | {lie: acme.olga.human_id}
    words = {"approves": True, "ttl": QUARTER, "clauses": [0], "statement": shown(bypass), "at": NOW}
    with pytest.raises(IntegrityError, match="carries its reviewer's human"), transaction.atomic():
        Review.objects.create(bypass=bypass, member=acme.rosa, **humans, **words)


def refuse(bypass: Bypass, by: Member, error: type[BypassError]) -> None:
    """Try to approve and be refused; the edge records it."""
    caught = refused(error, lambda: attempt(bypass, by))
    reviewing.record_refusal(bypass_id=bypass.pk, by=by, error=caught, now=NOW + MINUTE)


def test_an_attempt_to_approve_ones_own_is_an_entry_once(acme: Cast, ask: Ask) -> None:
    bypass, rosa = ask(), acme.rosa
    for _ in range(3):
        refuse(bypass, rosa, OwnReview)
    assert kinds(bypass) == ["bypass.requested", "review.refused"]
    assert last(bypass)["actor"]["identity"] == "rosa@acme.example"
    assert last(bypass)["data"] == {
        "bypass": bypass.pk,
        "member": {"id": rosa.pk, "name": "Rosa", "email": "rosa@acme.example"},
        "reason": "own",
        "sentence": OWN.format("approve"),
    }


def test_each_reason_and_each_member_is_an_entry_of_its_own(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    refuse(bypass, acme.rosa, OwnReview)
    refuse(bypass, acme.olga, NoRight)
    refuse(bypass, acme.alex, NoRight)
    grant_role(member=acme.dana, role=Role.REQUESTER, by=None, now=SET_UP)
    approve(bypass)
    refuse(bypass, acme.dana, Late)
    found = RefusedReview.objects.order_by("pk").values_list("member__user__name", "reason")
    assert list(found) == [("Rosa", "own"), ("Olga", "no_right"), ("Alex", "no_right"), ("Dana", "late")]
    assert kinds(bypass).count("review.refused") == 4


@pytest.mark.parametrize("error", [Forbidden("No."), WrongState("No.")])
def test_other_refusals_leave_no_entry(acme: Cast, ask: Ask, error: BypassError) -> None:
    bypass, pete = ask(), acme.pete
    before = snapshot()
    reviewing.record_refusal(bypass_id=bypass.pk, by=pete, error=error, now=NOW)
    assert snapshot() == before
