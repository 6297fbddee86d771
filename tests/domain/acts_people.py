"""The acts on tenants, their people, groups and tokens."""

from __future__ import annotations

from typing import Any

from breakglass.actions import absence, founding
from tenants import actions as tenancy
from tenants.models import Group, User
from tenants.roles import Role
from tests.cast import NOW
from tests.domain.acting import LATER, MUCH_LATER, Act, Action, Ready, World


def _say_away(world: World) -> Ready:
    dana = world.acme.dana
    return lambda: absence.say_away(member_id=dana.pk, until=MUCH_LATER, by=dana, now=LATER)


def _say_back(world: World) -> Ready:
    dana = world.acme.dana
    absence.say_away(member_id=dana.pk, until=MUCH_LATER, by=dana, now=NOW)
    return lambda: absence.say_back(member_id=dana.pk, by=dana, now=LATER)


def _found(world: World) -> Ready:
    words: dict[str, Any] = {"slug": "initech", "name": "Initech", "admin_name": "Milena", "now": LATER}
    return lambda: founding.found_tenant(admin_email="milena@initech.example", **words)


def _create_tenant(world: World) -> Ready:
    return lambda: tenancy.create_tenant(slug="initech", name="Initech", now=LATER)


def _add_member(world: World) -> Ready:
    def act() -> None:
        user = User.objects.get(email="rosa@globex.example")
        tenancy.add_member(user=user, roles=[Role.REQUESTER, Role.AUDITOR], by=None, now=LATER)

    return act


def _remove_member(world: World) -> Ready:
    ada = world.acme.ada
    return lambda: tenancy.remove_member(member=ada, by=None, now=LATER)


def _grant_role(world: World) -> Ready:
    ada = world.acme.ada
    return lambda: tenancy.grant_role(member=ada, role=Role.AUDITOR, by=None, now=LATER)


def _revoke_role(world: World) -> Ready:
    ada = world.acme.ada
    return lambda: tenancy.revoke_role(member=ada, role=Role.APPROVER, by=None, now=LATER)


def _create_group(world: World) -> Ready:
    members = [world.acme.ada, world.acme.sam]
    return lambda: tenancy.create_group(slug="cto", name="CTO", members=members, by=None, now=LATER)


def _join_group(world: World) -> Ready:
    group, sam = Group.objects.get(slug="sre-leads"), world.acme.sam
    return lambda: tenancy.join_group(group=group, member=sam, by=None, now=LATER)


def _leave_group(world: World) -> Ready:
    group, ada = Group.objects.get(slug="sre-leads"), world.acme.ada
    return lambda: tenancy.leave_group(group=group, member=ada, by=None, now=LATER)


def _issue_token(world: World) -> Ready:
    return lambda: tenancy.issue_token(name="another", by=None, now=LATER)


def _revoke_token(world: World) -> Ready:
    token = world.acme.token("ci-checks")
    return lambda: tenancy.revoke_token(token=token, by=None, now=LATER)


PEOPLE: dict[Action, Act] = {
    absence.say_away: Act(_say_away, ("member.away",)),
    absence.say_back: Act(_say_back, ("member.back",)),
    founding.found_tenant: Act(_found, ("log.opened", "tenant.created", "member.added", "policy.published")),
    tenancy.create_tenant: Act(_create_tenant, ("log.opened", "tenant.created")),
    tenancy.add_member: Act(_add_member, ("member.added",)),
    tenancy.remove_member: Act(_remove_member, ("member.removed",)),
    tenancy.grant_role: Act(_grant_role, ("role.granted",)),
    tenancy.revoke_role: Act(_revoke_role, ("role.revoked",)),
    tenancy.create_group: Act(_create_group, ("group.created", "group.joined", "group.joined")),
    tenancy.join_group: Act(_join_group, ("group.joined",)),
    tenancy.leave_group: Act(_leave_group, ("group.left",)),
    tenancy.issue_token: Act(_issue_token, ("token.issued",)),
    tenancy.revoke_token: Act(_revoke_token, ("token.revoked",)),
}
