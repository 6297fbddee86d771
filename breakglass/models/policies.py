"""The tenant's policy, a version at a time. A published version never changes."""

from __future__ import annotations

from django.db import models

from breakglass.policy.documents import from_document
from breakglass.policy.values import Policy
from tenants.models import Member
from tenants.owned import TenantOwned


class PolicyVersion(TenantOwned):
    """A published policy: the YAML as it came, and the document with every person and group resolved to an id."""

    number = models.PositiveIntegerField()
    source = models.TextField()
    document = models.JSONField()
    digest = models.CharField(max_length=71)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="policy_number_once")]
        get_latest_by = "number"

    def __str__(self) -> str:
        return f"policy version {self.number}"

    @property
    def policy(self) -> Policy:
        """The policy as a value."""
        return from_document(self.document)
