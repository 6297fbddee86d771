"""Approvers who are gone, deleted, or not what they were: refused at save and at submit, and shown on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from breakglass import demo
from breakglass.actions import ending, extending, post_mortems, writing
from breakglass.actions.setting_up import publish_policy
from breakglass.errors import BadInput, PolicyError, WrongState
from breakglass.models import Bypass, PolicyVersion
from breakglass.states import Status
from tenants.actions import join_group, leave_group, revoke_role
from tenants.models import Group, Member, User
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, refused, second_account
from tests.lists.conftest import outside
from tests.pages.reading import Page

HIGH = {"gate": "deploy-gate", "environment": "production"}
LOST = "Does not hold that right any more; it counts, as it was held when it was given."
AGAIN = demo.POLICY.replace("SENIOR", "sre-leads")  # another policy than the one in force


def of(slug: str) -> Group:
    return Group.objects.get(slug=slug)


def close_account(member: Member) -> None:
    """As the operator does, for every tenant."""
    User.objects.filter(pk=member.user_id).update(is_active=False)


def record(acme: Cast, bypass: Bypass) -> str:
    return Page(outside(acme.client("rosa"), f"/t/acme/bypasses/{bypass.pk}/", {})).text


def not_published(acme: Cast, source: str = AGAIN) -> str:
    alex = acme.alex
    return str(refused(PolicyError, lambda: publish_policy(source=source, by=alex, now=NOW)).sentence)


@transaction.atomic
def delete_by_hand(slug: str) -> None:
    """What somebody with the database's password tries."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_group WHERE slug = %s", [slug])
    connection.check_constraints()


def test_approver_group_deleted_or_empty(acme: Cast, ask: Ask) -> None:
    leave_group(group=of("security-duty"), member=acme.sam, by=acme.alex, now=SET_UP)
    assert "the group 'security-duty', which has no members; nobody could approve" in not_published(acme)
    assert "tier high asks one of security-duty" in refused(WrongState, lambda: ask(**HIGH)).sentence


def first_page(acme: Cast, who: str = "alex") -> str:
    return Page(outside(acme.client(who), "/t/acme/", {})).by_id["main"]


def test_approver_group_empty_is_told_to_admins_before_it_is_needed(acme: Cast, ask: Ask) -> None:
    ask()  # the first set-up is over
    assert "Nobody could approve" not in first_page(acme)
    leave_group(group=of("security-duty"), member=acme.sam, by=acme.alex, now=NOW)
    said = "Nobody could approveTier high asks one of sre-leads and one of security-duty. Too few people"
    assert (said in first_page(acme), "Nobody could approve" in first_page(acme, "pete")) == (True, False)


def test_approvers_that_only_ask_themselves_are_told_too(acme: Cast, ask: Ask) -> None:
    ask()
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=acme.alex, now=NOW)
    page = first_page(acme)
    assert [f"Tier {tier} asks" in page for tier in ("practice", "low", "high", "prod-db")] == [True, True, False, True]


def test_a_policy_that_cannot_be_read_is_told_to_admins(acme: Cast, ask: Ask) -> None:
    ask()
    PolicyVersion.objects.create(number=2, source="", document={"tiers": []}, digest="sha256:0", published_at=NOW)
    assert "the stored policy is not one that this version wrote" in first_page(acme)


def test_approver_group_with_nobody_but_a_closed_account(acme: Cast, ask: Ask) -> None:
    close_account(acme.sam)
    assert "the group 'security-duty', which has no members; nobody could approve" in not_published(acme)
    assert "tier high asks one of security-duty" in refused(WrongState, lambda: ask(**HIGH)).sentence


def test_approver_group_with_one_person_twice(acme: Cast) -> None:
    join_group(group=of("sre-leads"), member=second_account(acme.ada), by=acme.alex, now=SET_UP)
    two = AGAIN.replace("from: sre-leads, count: 1", "from: sre-leads, count: 2")
    assert "asks for 2 of the group 'sre-leads', which has 1 member" in not_published(acme, two)


def test_approver_group_is_never_deleted(acme: Cast) -> None:
    leave_group(group=of("security-duty"), member=acme.sam, by=acme.alex, now=SET_UP)
    with pytest.raises(ProtectedError):
        of("security-duty").delete()
    with pytest.raises(IntegrityError):
        delete_by_hand("security-duty")


def test_approver_removed_mid_request_by_closing_the_account(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(**HIGH), by="ada")
    close_account(acme.ada)
    assert approve(bypass, by="sam").status == Status.REQUESTED
    page = record(acme, bypass)
    assert "Their account is closed, so it does not count." in page
    assert "Missing: one of sre-leads nobody has that right any more" in page


def test_a_closed_account_is_assigned_nothing(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    close_account(acme.rosa)
    close_account(acme.alex)
    ending.note_the_clock(bypass_id=bypass.pk, now=NOW + timedelta(hours=1))
    assert post_mortems.find(bypass.pk).assignee == acme.ben
    with pytest.raises(BadInput) as by_hand:
        writing.assign(bypass_id=bypass.pk, by=acme.ben, to=acme.rosa.pk, now=NOW + timedelta(hours=2))
    assert by_hand.value.fields == {"assignee": ("Choose a member of this tenant.",)}


def test_approvers_role_changes_after_approving(acme: Cast, ask: Ask, approve: Approve, clock: Clock) -> None:
    bypass = approve(ask(**HIGH), by="ada")
    assert LOST not in record(acme, bypass)
    leave_group(group=of("sre-leads"), member=acme.ada, by=acme.alex, now=NOW + MINUTE)
    assert LOST in record(acme, bypass)
    opened = approve(bypass, by="sam")
    assert (opened.status, record(acme, bypass).count(LOST)) == (Status.ACTIVE, 1)
    clock.forward(hours=1)
    assert LOST not in record(acme, bypass)  # what became of people later is nothing to the record


def test_cli_says_submitted_nobody_can_approve(acme: Cast, ask: Ask, approve: Approve) -> None:
    opened, rosa = approve(ask()), acme.rosa
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=acme.alex, now=NOW + MINUTE)
    more = {"bypass_id": opened.pk, "by": rosa, "ttl": None, "justification": "", "now": NOW + 2 * MINUTE}
    error = refused(WrongState, lambda: extending.extend(**more))  # type: ignore[arg-type]
    assert error.sentence == refused(WrongState, lambda: ask(now=NOW + 2 * MINUTE, branch="other")).sentence
    assert error.sentence.startswith("Nobody could approve this: tier low asks one peer")
