"""The rule is frozen at the request, the person is checked again: who joins, leaves or changes in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from breakglass.actions import ending, reviewing
from breakglass.errors import Forbidden
from breakglass.models import Bypass
from breakglass.permissions import NoRight
from breakglass.states import Status
from tenants.actions import add_member, grant_role, join_group, leave_group, remove_member, revoke_role
from tenants.models import Group, Member, User
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, QUARTER, TICK, refused, shown


@pytest.fixture
def high(ask: Ask) -> Callable[..., Bypass]:
    """A request that needs one of sre-leads and one of security-duty."""
    return lambda **fields: ask(gate="deploy-gate", environment="production", **fields)


def group(slug: str) -> Group:
    return Group.objects.get(slug=slug)


@pytest.mark.parametrize(("since", "counts"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_approver_added_mid_request(acme: Cast, ask: Ask, approve: Approve, since: timedelta, counts: bool) -> None:
    bypass = ask()
    grant_role(member=acme.olga, role=Role.REQUESTER, by=acme.alex, now=NOW + since)
    if counts:
        assert approve(bypass, by="olga").status == Status.ACTIVE
    else:
        refused(NoRight, lambda: approve(bypass, by="olga"))


@pytest.mark.parametrize(("since", "counts"), [(0 * TICK, True), (TICK, False)])
def test_a_group_joined_after_the_request_does_not_count(
    acme: Cast, high: Callable[..., Bypass], approve: Approve, since: timedelta, counts: bool
) -> None:
    bypass = high()
    join_group(group=group("sre-leads"), member=acme.lee, by=acme.alex, now=NOW + since)
    if counts:
        assert approve(bypass, by="lee").status == Status.REQUESTED
    else:
        refused(NoRight, lambda: approve(bypass, by="lee"))


def test_a_right_lost_and_regained_does_not_count_for_an_earlier_request(
    acme: Cast, ask: Ask, approve: Approve
) -> None:
    bypass = ask()
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=acme.alex, now=NOW + TICK)
    grant_role(member=acme.pete, role=Role.REQUESTER, by=acme.alex, now=NOW + 2 * TICK)
    refused(NoRight, lambda: approve(bypass))


def test_somebody_who_joined_after_the_request_does_not_count(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    user = User.objects.create(email="nils@acme.example", name="Nils")
    nils = add_member(user=user, roles=[Role.REQUESTER], by=acme.alex, now=NOW + TICK)
    statement = shown(bypass)
    refused(
        NoRight,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=nils, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )


def test_a_member_who_rejoins_does_not_count_for_an_earlier_request(acme: Cast, ask: Ask) -> None:
    bypass, pete, statement = ask(), acme.pete, shown(ask())
    remove_member(member=pete, by=acme.alex, now=NOW + TICK)
    again = add_member(user=pete.user, roles=[Role.REQUESTER], by=acme.alex, now=NOW + 2 * TICK)
    refused(
        NoRight,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=again, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )


def test_approver_removed_mid_request(acme: Cast, ask: Ask) -> None:
    bypass, pete, statement = ask(), acme.pete, shown(ask())
    remove_member(member=pete, by=acme.alex, now=NOW + TICK)
    error = refused(
        Forbidden,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=pete, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )
    assert error.sentence == "You are no longer a member here: ask an admin to let you in again."


def test_a_role_taken_mid_request_is_gone(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=acme.alex, now=NOW + TICK)
    refused(NoRight, lambda: approve(bypass))


def test_a_group_left_mid_request_is_gone(acme: Cast, high: Callable[..., Bypass], approve: Approve) -> None:
    bypass = high()
    leave_group(group=group("sre-leads"), member=acme.ada, by=acme.alex, now=NOW + TICK)
    refused(NoRight, lambda: approve(bypass, by="ada"))


def test_approvers_role_changes_after_approving(acme: Cast, high: Callable[..., Bypass], approve: Approve) -> None:
    bypass = approve(high(), by="ada")
    leave_group(group=group("sre-leads"), member=acme.ada, by=acme.alex, now=NOW + MINUTE)
    assert approve(bypass, by="sam").status == Status.ACTIVE


def test_an_approver_who_left_before_activation_no_longer_counts(
    acme: Cast, high: Callable[..., Bypass], approve: Approve
) -> None:
    bypass = approve(high(), by="ada")
    remove_member(member=acme.ada, by=acme.alex, now=NOW + MINUTE)
    assert approve(bypass, by="sam").status == Status.REQUESTED


def test_another_fills_the_place_of_one_who_left(acme: Cast, high: Callable[..., Bypass], approve: Approve) -> None:
    join_group(group=group("sre-leads"), member=acme.lee, by=acme.alex, now=SET_UP)
    bypass = approve(high(ttl="1h"), by="ada", ttl=QUARTER)
    remove_member(member=acme.ada, by=acme.alex, now=NOW + MINUTE)
    approve(bypass, by="sam", ttl=3600)
    opened = approve(bypass, by="lee", ttl=3600)
    assert opened.starts_at is not None
    assert (opened.status, opened.expires_at) == (Status.ACTIVE, opened.starts_at + timedelta(hours=1))


def test_an_approver_who_leaves_after_activation_closes_nothing(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    remove_member(member=acme.pete, by=acme.alex, now=NOW + 2 * MINUTE)
    bypass.refresh_from_db()
    assert bypass.status_at(NOW + 2 * MINUTE) == Status.ACTIVE


def test_a_denial_needs_the_right_of_before_the_request(acme: Cast, ask: Ask) -> None:
    bypass, olga = ask(), acme.olga
    grant_role(member=olga, role=Role.REQUESTER, by=acme.alex, now=NOW + TICK)
    refused(NoRight, lambda: reviewing.deny(bypass_id=bypass.pk, by=olga, comment="", now=NOW + MINUTE))


def test_a_revocation_needs_the_right_of_before_the_request(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass, olga = approve(ask()), acme.olga
    grant_role(member=olga, role=Role.REQUESTER, by=acme.alex, now=NOW + TICK)
    refused(Forbidden, lambda: ending.revoke(bypass_id=bypass.pk, by=olga, comment="", now=NOW + 2 * MINUTE))


def test_the_requester_s_own_rights_do_not_matter_once_it_was_sent(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass, rosa = ask(), acme.rosa
    revoke_role(member=rosa, role=Role.REQUESTER, by=acme.alex, now=NOW + TICK)
    assert approve(bypass).status == Status.ACTIVE


def test_a_member_is_read_again_however_old_the_object(acme: Cast, ask: Ask) -> None:
    bypass, statement = ask(), shown(ask())
    stale = Member.objects.select_related("user").get(pk=acme.pete.pk)
    remove_member(member=acme.pete, by=acme.alex, now=NOW + TICK)
    assert stale.left_at is None
    refused(
        Forbidden,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=stale, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )
