"""What gates asked and were answered. Volume: stored at once, sealed into the log in batches."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from breakglass.models.bypasses import Bypass
from breakglass.models.gates import Gate, GateCredential
from breakglass.scopes import Scope
from tenants.owned import TenantOwned


def new_evaluation() -> str:
    """The id of one answer: `evl_` and 120 random bits."""
    return "evl_" + secrets.token_hex(15)


class VerdictDecision(models.TextChoices):
    """What a gate's own policy said."""

    PASS = "pass", "Pass"
    FAIL = "fail", "Fail"


class Batch(TenantOwned):
    """Rows that one entry of the log seals by their Merkle root."""

    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = True


class ChecksBatch(Batch):
    """Checks that are sealed together."""

    def __str__(self) -> str:
        return f"{self.count} checks"


class Check(TenantOwned):
    """One question of a gate and the decision it got.

    `first` marks the first `bypass` for a caller, scope and set of rules, which has an entry of its own.
    `subject` is what the caller called itself, `verdict` what its own policy said, and `milliseconds` how long the
    decision took.
    """

    evaluation = models.CharField(max_length=40, unique=True, default=new_evaluation)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="checks")
    credential = models.ForeignKey(GateCredential, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=100)
    environment = models.CharField(max_length=100)
    branch = models.CharField(max_length=250, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    rules = models.JSONField(default=list)
    subject = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=4, blank=True, choices=VerdictDecision)
    evidence_url = models.CharField(max_length=500, blank=True)
    bypass = models.ForeignKey(Bypass, null=True, on_delete=models.PROTECT, related_name="checks")
    key = models.CharField(max_length=64)
    first = models.BooleanField(default=False)
    batch = models.ForeignKey(ChecksBatch, null=True, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bypass", "key"], condition=Q(first=True), name="check_first_once"),
            models.CheckConstraint(
                condition=Q(first=False) | Q(bypass__isnull=False, batch=None), name="check_first_has_its_own_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["gate", "service", "environment", "-at"], name="check_by_scope"),
            models.Index(fields=["tenant", "id"], condition=Q(batch=None, first=False), name="check_unsealed"),
            models.Index(fields=["tenant", "at", "id"], name="check_in_order"),
            models.Index(fields=["gate", "at", "id"], name="check_in_order_at_gate"),
            models.Index(fields=["tenant", "at", "id"], condition=Q(bypass__isnull=False), name="check_let_through"),
        ]

    def __str__(self) -> str:
        return self.evaluation

    @property
    def scope(self) -> Scope:
        """What it was about."""
        return Scope(service=self.service, environment=self.environment, branch=self.branch, artifact=self.artifact)

    @property
    def decision(self) -> str:
        """`bypass` or `enforce`."""
        return "enforce" if self.bypass_id is None else "bypass"
