"""Who holds which rights, and since when, as plain values: the question that approvals are computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tenants.models import GroupMembership, Member, RoleGrant
from tenants.roles import Role


@dataclass(frozen=True)
class Person:
    """A member of today: each role and group id with the moment since when they hold it without a break."""

    member_id: int
    human: UUID
    name: str
    email: str
    joined_at: datetime
    roles: Mapping[Role, datetime]
    groups: Mapping[int, datetime]

    def has_held(self, role: Role, since: datetime) -> bool:
        """Whether they have held the role from `since` to now."""
        return role in self.roles and self.roles[role] <= since

    def groups_since(self, since: datetime) -> frozenset[int]:
        """The groups they have been in from `since` to now."""
        return frozenset(group for group, start in self.groups.items() if start <= since)


def people() -> list[Person]:
    """Everybody in the entered tenant now, by name."""
    return _people(Q())


def of(member: Member) -> Person | None:
    """The same for one member; None for one who has left."""
    return next(iter(_people(Q(pk=member.pk))), None)


def _people(which: Q) -> list[Person]:
    members = list(
        Member.objects.select_related("user")
        .filter(which, left_at=None, user__is_active=True)
        .order_by("user__name", "pk")
    )
    held = Q(until=None) & (Q(member_id=members[0].pk) if len(members) == 1 else Q())
    roles: dict[int, dict[Role, datetime]] = defaultdict(dict)
    for member, role, since in RoleGrant.objects.filter(held).values_list("member_id", "role", "since"):
        roles[member][Role(role)] = since
    groups: dict[int, dict[int, datetime]] = defaultdict(dict)
    for member, group, since in GroupMembership.objects.filter(held).values_list("member_id", "group_id", "since"):
        groups[member][group] = since
    return [
        Person(
            member_id=member.pk,
            human=member.human_id,
            name=member.user.name,
            email=member.user.email,
            joined_at=member.joined_at,
            roles=roles[member.pk],
            groups=groups[member.pk],
        )
        for member in members
    ]
