"""Whether a proposed change can be made as things stand now, and making it. Each is made by its own action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeGuard

from django.db import transaction

from audit.kinds import PersonWords
from breakglass import changes
from breakglass.actions import gate_changes, telling
from breakglass.actions.accounts import check_all, check_email, check_name, find_account
from breakglass.actions.cleaning import full_clean
from breakglass.actions.setting_up import directory, publish_policy
from breakglass.changes import Change
from breakglass.errors import BadInput, WrongState
from breakglass.models import PolicyVersion
from breakglass.policy.documents import digest
from breakglass.policy.load import load
from tenants import actions as tenancy
from tenants import people
from tenants.models import Group, GroupMembership, Member, RoleGrant, User
from tenants.roles import Role

NO_GROUP = "There is no group {}: make it first, or choose another."
NO_MEMBER = "{} is not a member here now: look at the list of members again."
ONLY_ADMIN = "{} is the only admin: make somebody else an admin first."


class NothingToChange(WrongState):
    """It is so already."""


def check(change: Change) -> None:
    """Raises BadInput, PolicyError or WrongState for a change that can't be made, NothingToChange for one made before.

    In this order: what is written, who is named, what is so already.
    """
    match change:
        case changes.PublishPolicy(source=source):
            _check_policy(source)
        case changes.CreateGroup():
            _check_group(change)
        case changes.JoinGroup(group=slug, member=words):
            held = GroupMembership.objects.filter(group=_group(slug), member=_member(words), until=None)
            _refuse(held.exists(), f"{words.name} is in the group {slug} already.")
        case changes.AddMember():
            _check_new(change)
        case changes.GrantRole(member=words, role=role):
            _refuse(_holds(words, _role(role)), f"{words.name} has the role {role} already.")
        case changes.RevokeRole(member=words, role=role):
            _refuse(not _holds(words, _role(role)), f"{words.name} does not have the role {role}.")
            _check_not_alone(change)
        case changes.RemoveMember(member=words):
            _refuse(not Member.objects.filter(pk=words.id, left_at=None).exists(), f"{words.name} is no member here.")
            _check_not_alone(change)
        case changes.WidenGate(gate=slug):
            _refuse(gate_changes.is_wide(change), f"The gate {slug} lets a bypass name all of that already.")


@transaction.atomic
def carry_out(*, change: Change, by: Member | None, now: datetime) -> None:
    """Make the change, in the name of whoever proposed it. Raises what `check` raises."""
    check(change)
    match change:
        case changes.PublishPolicy(source=source):
            publish_policy(source=source, by=by, now=now)
        case changes.CreateGroup(slug=slug, name=name, members=members):
            first = [_member(words) for words in members]
            tenancy.create_group(slug=slug, name=name.strip(), members=first, by=by, now=now)
        case changes.JoinGroup(group=slug, member=words):
            tenancy.join_group(group=_group(slug), member=_member(words), by=by, now=now)
        case changes.AddMember():
            _add(change, by, now)
        case changes.GrantRole(member=words, role=role):
            tenancy.grant_role(member=_member(words), role=Role(role), by=by, now=now)
        case changes.RevokeRole(member=words, role=role):
            tenancy.revoke_role(member=_member(words), role=Role(role), by=by, now=now)
        case changes.RemoveMember(member=words):
            tenancy.remove_member(member=_member(words), by=by, now=now)
        case changes.WidenGate():
            gate_changes.widen_gate(change=change, by=by, now=now)


def takes_two(change: Change) -> bool:
    """Whether it widens who may approve, or takes an admin away who could object."""
    return _takes_an_admin(change) or changes.always_widens(change)


def silences(change: Change) -> bool:
    """Whether it takes an admin away who has signed in before: that takes two in the first set-up, too."""
    return _takes_an_admin(change) and _member(change.member).user.last_login is not None


def _takes_an_admin(change: Change) -> TypeGuard[changes.RevokeRole | changes.RemoveMember]:
    match change:
        case changes.RevokeRole(role=role):
            return role == Role.ADMIN
        case changes.RemoveMember(member=member):
            return _holds(member, Role.ADMIN)
    return False


def basis(change: Change) -> dict[str, object]:
    """What a change is made from: for a policy, the version in force, and what the names in it mean now."""
    if not isinstance(change, changes.PublishPolicy):
        return {}
    latest = PolicyVersion.objects.order_by("-number").first()
    return {"number": latest.number if latest else 0, "digest": digest(load(change.source, directory()))}


def check_basis(change: Change, before: dict[str, object]) -> None:
    """Raises WrongState when something else was published since, or a name means somebody else."""
    now = basis(change)
    if now.get("number") != before.get("number"):
        raise WrongState(
            f"Policy version {now['number']} was published after this was proposed: refuse it, or withdraw it, and "
            "propose it anew."
        )
    if now != before:
        raise WrongState("A name in this policy means somebody else by now: refuse it, and have it proposed anew.")


def _check_policy(source: str) -> None:
    latest = PolicyVersion.objects.order_by("-number").first()
    found = digest(load(source, directory()))
    if latest is not None and latest.digest == found:
        raise NothingToChange(
            f"It is in force already, as version {latest.number}: change a line of it, or leave it as it is."
        )


def _check_group(change: changes.CreateGroup) -> None:
    full_clean(Group(slug=change.slug, name=change.name.strip()))
    check_all(name=lambda: check_name(change.name))
    _members(change.members)


def _check_new(change: changes.AddMember) -> None:
    account = find_account(change.email)
    check_all(name=lambda: check_name(change.name), email=lambda: check_email(change.email, account))
    for role in change.roles:
        _role(role)
    here = account is not None and Member.objects.filter(user=account, left_at=None).exists()
    _refuse(here, f"{change.email} is a member already.")


def _add(change: changes.AddMember, by: Member | None, now: datetime) -> None:
    user = find_account(change.email) or User.objects.create_user(change.email, name=change.name.strip())
    with tenancy.recorded() as entries:
        member = tenancy.add_member(user=user, roles=[Role(role) for role in change.roles], by=by, now=now)
    telling.tell_welcome(member, entry=entries[-1], now=now)


def _refuse(condition: bool, sentence: str) -> None:
    if condition:
        raise NothingToChange(sentence)


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        raise BadInput({"role": [f"Choose one of {', '.join(one.value for one in Role)}."]}) from error


def _holds(words: PersonWords, role: Role) -> bool:
    return RoleGrant.objects.filter(member=_member(words), role=role, until=None).exists()


def _check_not_alone(change: changes.RevokeRole | changes.RemoveMember) -> None:
    if isinstance(change, changes.RevokeRole) and change.role != Role.ADMIN:
        return
    admins = {person.member_id for person in people.people() if Role.ADMIN in person.roles}
    if admins == {change.member.id}:
        raise WrongState(ONLY_ADMIN.format(change.member.name))


def _members(all_: Iterable[PersonWords]) -> list[Member]:
    return [_member(words) for words in all_]


def _member(words: PersonWords) -> Member:
    found = Member.objects.select_related("user").filter(pk=words.id, left_at=None).first()
    if found is None:
        raise WrongState(NO_MEMBER.format(words.name))
    return found


def _group(slug: str) -> Group:
    found = Group.objects.filter(slug=slug).first()
    if found is None:
        raise WrongState(NO_GROUP.format(slug))
    return found
