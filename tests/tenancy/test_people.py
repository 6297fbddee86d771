"""Who holds which rights, and since when: a right that was lost and given again counts from its return."""

from __future__ import annotations

from datetime import timedelta

from tenants import context, people
from tenants.actions import (
    add_member,
    create_group,
    grant_role,
    join_group,
    leave_group,
    remove_member,
    revoke_role,
)
from tenants.models import Group, Member
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast

LATER = NOW + timedelta(days=1)


def names() -> list[str]:
    return [person.name for person in people.people()]


def test_people_are_the_members_of_today_by_name(acme: Cast) -> None:
    assert names() == ["Ada", "Alex", "Ben", "Dana", "Lee", "Olga", "Pete", "Rosa", "Sam"]
    remove_member(member=acme.pete, by=None, now=NOW)
    assert names() == ["Ada", "Alex", "Ben", "Dana", "Lee", "Olga", "Rosa", "Sam"]


def test_of_one_member_is_the_same_as_among_all(acme: Cast) -> None:
    alone = [people.of(acme.rosa), people.of(acme.ada), people.of(acme.alex)]
    assert alone == [one for name in ("Rosa", "Ada", "Alex") for one in people.people() if one.name == name]


def test_who_has_left_is_nobody(acme: Cast) -> None:
    pete = remove_member(member=acme.pete, by=None, now=NOW)
    assert people.of(pete) is None


def test_a_member_of_another_tenant_is_nobody_here(acme: Cast, globex: Cast) -> None:
    assert people.of(globex.rosa) is None


def test_rights_are_held_from_the_moment_they_are_given(acme: Cast) -> None:
    ada, leads = people.of(acme.ada), Group.objects.get(slug="sre-leads")
    assert ada is not None
    assert (ada.roles, ada.groups) == ({Role.APPROVER: SET_UP}, {leads.pk: SET_UP})
    before = SET_UP - timedelta(microseconds=1)
    assert (ada.has_held(Role.APPROVER, SET_UP), ada.has_held(Role.APPROVER, before)) == (True, False)
    assert (ada.has_held(Role.ADMIN, SET_UP), ada.groups_since(before)) == (False, frozenset())
    assert ada.groups_since(SET_UP) == {leads.pk}


def test_a_role_that_was_lost_counts_from_its_return(acme: Cast) -> None:
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=None, now=NOW)
    without = people.of(acme.pete)
    grant_role(member=acme.pete, role=Role.REQUESTER, by=None, now=LATER)
    again = people.of(acme.pete)
    assert without is not None
    assert again is not None
    assert (without.roles, again.roles) == ({}, {Role.REQUESTER: LATER})


def test_a_role_given_twice_counts_from_the_first_time(acme: Cast) -> None:
    grant_role(member=acme.pete, role=Role.REQUESTER, by=None, now=LATER)
    pete = people.of(acme.pete)
    assert pete is not None
    assert pete.roles == {Role.REQUESTER: SET_UP}


def test_a_group_that_was_left_counts_from_the_return(acme: Cast) -> None:
    leads = Group.objects.get(slug="sre-leads")
    leave_group(group=leads, member=acme.ada, by=None, now=NOW)
    join_group(group=leads, member=acme.ada, by=None, now=LATER)
    ada = people.of(acme.ada)
    assert ada is not None
    assert ada.groups == {leads.pk: LATER}


def test_leaving_ends_every_right(acme: Cast) -> None:
    ada = acme.ada
    remove_member(member=ada, by=None, now=NOW)
    back = add_member(user=ada.user, roles=[], by=None, now=LATER)
    person = people.of(back)
    assert person is not None
    assert (person.roles, person.groups, person.joined_at) == ({}, {}, LATER)


def test_somebody_who_comes_back_is_the_same_human(acme: Cast) -> None:
    first = remove_member(member=acme.pete, by=None, now=NOW)
    back = add_member(user=first.user, roles=[Role.REQUESTER], by=None, now=LATER)
    assert (back.pk == first.pk, back.human_id == first.human_id) == (False, True)


def test_an_account_is_another_human_in_each_tenant(acme: Cast, globex: Cast) -> None:
    user, here = acme.pete.user, acme.pete.human_id
    with context.entered(globex.tenant):
        there = add_member(user=user, roles=[], by=None, now=NOW)
    assert (there.human_id == here, there.tenant_id) == (False, globex.tenant.pk)


def test_a_member_alone_in_a_tenant_is_found_with_their_rights(acme: Cast) -> None:
    for member in Member.objects.exclude(pk=acme.ada.pk):
        remove_member(member=member, by=None, now=NOW)
    assert people.people() == [people.of(acme.ada)]
    create_group(slug="everybody", name="Everybody", members=[acme.ada], by=None, now=NOW)
    assert [sorted(one.groups.values()) for one in people.people()] == [[SET_UP, NOW]]
