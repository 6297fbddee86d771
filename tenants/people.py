"""Who holds which rights, and since when, as plain values: the question that approvals are computed from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tenants.models import GroupMembership, Member, RoleGrant
from tenants.roles import Role


@dataclass(frozen=True)
class Person:
    """A member of today: each role and group id with the moment since when they hold it without a break.

    `absences` is everybody's: until when each member who has said so is away, by member id; it may be over.
    """

    member_id: int
    human: UUID
    name: str
    email: str
    joined_at: datetime
    roles: Mapping[Role, datetime]
    groups: Mapping[int, datetime]
    absences: Mapping[int, datetime] = field(default_factory=dict)

    def has_held(self, role: Role, since: datetime) -> bool:
        """Whether they have held the role from `since` to now."""
        return role in self.roles and self.roles[role] <= since

    def groups_since(self, since: datetime) -> frozenset[int]:
        """The groups they have been in from `since` to now."""
        return frozenset(group for group, start in self.groups.items() if start <= since)

    def away_at(self, now: datetime) -> frozenset[int]:
        """The member ids of everybody in the tenant who is away at `now`."""
        return frozenset(member for member, until in self.absences.items() if now < until)


def people() -> list[Person]:
    """Everybody in the entered tenant now, by name."""
    return _people(Q())


def of(member: Member) -> Person | None:
    """The same for one member; None for one who has left."""
    found = _people(Q(pk=member.pk) | Q(away_until__isnull=False), only=member.pk)
    return next(iter(found), None)


def _people(which: Q, only: int | None = None) -> list[Person]:
    accounts = Member.objects.select_related("user").filter(which, left_at=None, user__is_active=True)
    here = list(accounts.order_by("user__name", "pk"))
    absences = {member.pk: member.away_until for member in here if member.away_until is not None}
    members = [member for member in here if only in (None, member.pk)]
    held = Q(until=None) & (Q() if only is None else Q(member_id=only))
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
            absences=absences,
        )
        for member in members
    ]
