"""Approver groups: being in one gives the right for the clauses that name it."""

from django.db import models
from django.db.models import Q

from tenants.models.members import Member
from tenants.models.tenants import SLUG
from tenants.owned import TenantOwned

PEERS = "peers"
NOT_PEERS = "In a policy the word peers means everybody else who may request: give the group another slug."


class Group(TenantOwned):
    """People who may approve what a policy clause sends to them."""

    slug = models.CharField(max_length=40, validators=[SLUG])
    name = models.CharField(max_length=100)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="group_slug_once"),
            models.CheckConstraint(
                condition=~Q(slug=PEERS), name="group_slug_not_peers", violation_error_message=NOT_PEERS
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class GroupMembership(TenantOwned):
    """A member was in this group from `since` until `until` (none: still)."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="group_memberships")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["group", "member"], condition=Q(until=None), name="group_membership_once"),
        ]

    def __str__(self) -> str:
        return f"in the group since {self.since:%Y-%m-%d}"
