"""The one record: a bypass, from request to close."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from breakglass import states
from breakglass.models.gates import Gate
from breakglass.models.policies import PolicyVersion
from breakglass.policy.values import Tier
from breakglass.scopes import Scope
from breakglass.states import Status
from tenants.models import Member
from tenants.owned import TenantOwned

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from breakglass.models.outbox import Message
    from breakglass.models.reviews import Review

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
OPENED = [status.value for status in (Status.ACTIVE, Status.EXPIRED, Status.RETURNED, Status.REVOKED)]
CLOSED = sorted(status.value for status in states.TERMINAL)


def new_id() -> str:
    """An id that is safe to paste anywhere: `bg_` and 100 random bits."""
    return "bg_" + "".join(secrets.choice(ALPHABET) for _ in range(20))


class ReasonKind(models.TextChoices):
    """Why a gate has to be opened, for the statistics; the justification says it in words."""

    INCIDENT = "incident", "Incident"
    CUSTOMER_ESCALATION = "customer_escalation", "Customer escalation"
    REGULATORY = "regulatory", "Regulatory"
    OTHER = "other", "Other"


class Bypass(TenantOwned):
    """What was asked (never changes once sent), and what became of it."""

    id = models.CharField(primary_key=True, max_length=23, default=new_id, editable=False)
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="bypasses")
    service = models.CharField(max_length=100)
    environment = models.CharField(max_length=100)
    branch = models.CharField(max_length=250, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    whole_gate = models.BooleanField(default=False)
    rules = models.JSONField(default=list)
    reason_kind = models.CharField(max_length=20, choices=ReasonKind)
    justification = models.TextField()
    incident_url = models.CharField(max_length=500)
    proposed_ttl = models.PositiveIntegerField()
    requester = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=40)
    drill = models.BooleanField()
    evaluation = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=71)
    extends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="extensions")
    chain = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="chained")

    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Status], default=Status.REQUESTED)
    starts_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    reviews: RelatedManager[Review]
    messages: RelatedManager[Message]

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "bypasses"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "requester", "digest"],
                condition=Q(status__in=[Status.REQUESTED, Status.ACTIVE]),
                name="bypass_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(extends=None, chain=None) | Q(extends__isnull=False, chain__isnull=False),
                name="bypass_extends_a_chain",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, expires_at=None)
                | Q(starts_at__isnull=False, expires_at__isnull=False, expires_at__gt=F("starts_at")),
                name="bypass_window",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, status__in=[s.value for s in Status if s.value not in OPENED])
                | Q(starts_at__isnull=False, status__in=OPENED),
                name="bypass_opened_has_a_window",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, status__in=CLOSED)
                | Q(closed_at=None, status__in=[Status.REQUESTED.value, Status.ACTIVE.value]),
                name="bypass_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(whole_gate=True, rules=[]) | (Q(whole_gate=False) & ~Q(rules=[])),
                name="bypass_rules_or_gate",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "gate", "service", "environment"],
                condition=Q(status=Status.ACTIVE),
                name="bypass_active_scope",
            ),
            models.Index(fields=["tenant", "status", "requested_at"], name="bypass_by_status"),
            models.Index(fields=["tenant", "requested_at", "id"], name="bypass_in_order"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def scope(self) -> Scope:
        """What it covers."""
        return Scope(service=self.service, environment=self.environment, branch=self.branch, artifact=self.artifact)

    @property
    def first_id(self) -> str:
        """The id of the first of the chain that it extends; its own if it extends none."""
        return self.chain_id or self.pk

    @property
    def ended_at(self) -> datetime | None:
        """When the gate shut, or will by the clock; None if it was never open."""
        return self.closed_at or self.expires_at if self.starts_at else None

    @property
    def rules_skipped(self) -> frozenset[str] | None:
        """The rules it names, or None for the whole gate."""
        return None if self.whole_gate else frozenset(self.rules)

    def status_at(self, now: datetime) -> Status:
        """What it is at `now`, whatever the column says: the clock enforces."""
        return states.effective(Status(self.status), expires_at=self.expires_at, lapses_at=self.lapses_at, now=now)

    def holds_at(self, now: datetime) -> bool:
        """Whether it holds its gate open at `now`: from `starts_at` on, and no longer at `expires_at`."""
        return self.status_at(now) == Status.ACTIVE and self.starts_at is not None and self.starts_at <= now

    @property
    def frozen_tier(self) -> Tier:
        """The tier by the policy version that was in force when it was asked for."""
        return self.policy_version.policy.tier(self.tier)
