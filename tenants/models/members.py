"""A person in a tenant, and since when they hold which role."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tenants.owned import TenantOwned
from tenants.roles import Role


class Human(TenantOwned):
    """One person, however many accounts they have: four eyes means two of these."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return str(self.id)


class Member(TenantOwned):
    """An account's place in a tenant. While `away_until` lies ahead, a deputy named by the policy may stand in."""

    user = models.ForeignKey("tenants.User", on_delete=models.PROTECT, related_name="+")
    human = models.ForeignKey(Human, on_delete=models.PROTECT, related_name="members")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], condition=Q(left_at=None), name="member_once"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("joined_at")), name="member_left"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} <{self.user.email}>"

    @property
    def is_here(self) -> bool:
        """Whether they are a member still, with an account that is open."""
        return self.left_at is None and self.user.is_active


class RoleGrant(TenantOwned):
    """A member held this role from `since` until `until` (none: still)."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["member", "role"], condition=Q(until=None), name="role_once"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} since {self.since:%Y-%m-%d}"
