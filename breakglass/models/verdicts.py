"""What the gates' own policies said, bypass or not. Volume: stored at once, sealed into the log in batches."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from breakglass.models.checks import Batch, VerdictDecision
from breakglass.models.gates import Gate, GateCredential
from breakglass.scopes import Scope
from tenants.owned import TenantOwned


class VerdictsBatch(Batch):
    """Verdicts that are sealed together."""

    def __str__(self) -> str:
        return f"{self.count} verdicts"


class Verdict(TenantOwned):
    """Pass or fail by the gate's own id for it; `rules` failed. `evaluated_at` is the sender's word, `at` ours."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="verdicts")
    credential = models.ForeignKey(GateCredential, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    service = models.CharField(max_length=100)
    environment = models.CharField(max_length=100)
    branch = models.CharField(max_length=250, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    decision = models.CharField(max_length=4, choices=VerdictDecision)
    rules = models.JSONField(default=list)
    evidence_url = models.CharField(max_length=500, blank=True)
    evaluated_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(VerdictsBatch, null=True, on_delete=models.PROTECT, related_name="verdicts")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["gate", "external_id"], name="verdict_id_once"),
            models.CheckConstraint(
                condition=Q(decision=VerdictDecision.FAIL) | Q(rules=[]), name="verdict_pass_fails_no_rule"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"], condition=Q(batch=None), name="verdict_unsealed"),
            models.Index(fields=["gate", "service", "environment", "at"], name="verdict_by_scope"),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def scope(self) -> Scope:
        """What it is about."""
        return Scope(service=self.service, environment=self.environment, branch=self.branch, artifact=self.artifact)
