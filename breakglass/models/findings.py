"""Something that should not have been, with an owner and a date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from breakglass.models.bypasses import Bypass
from breakglass.models.deploys import Deploy
from breakglass.models.gates import Gate
from tenants.models import Member
from tenants.owned import TenantOwned


class FindingKind(models.TextChoices):
    """What should not have been."""

    RULE_BROKEN_OFTEN = "rule_broken_often", "Rule broken open too often"
    POST_MORTEM_LATE = "post_mortem_late", "Post-mortem late"
    DEPLOY_OUT_OF_SCOPE = "deploy_out_of_scope", "Deploy out of scope"
    DEPLOY_AFTER_END = "deploy_after_end", "Deploy after the end"


class Finding(TenantOwned):
    """Open until somebody closes it; never opened twice for one kind and subject at a time."""

    kind = models.CharField(max_length=20, choices=FindingKind)
    subject = models.CharField(max_length=300)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="findings")
    bypass = models.ForeignKey(Bypass, null=True, on_delete=models.PROTECT, related_name="findings")
    deploy = models.ForeignKey(Deploy, null=True, on_delete=models.PROTECT, related_name="findings")
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject"], condition=Q(closed_at=None), name="finding_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
