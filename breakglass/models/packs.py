"""Packs of evidence that were asked for, and their files for as long as they are kept."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from tenants.models import Member
from tenants.owned import TenantOwned

KEPT = timedelta(days=30)


class PackState(models.TextChoices):
    """How far a pack has got. `signing`: its files are made and its entry is written."""

    WAITING = "waiting", "Waiting for the worker"
    MAKING = "making", "Being made"
    SIGNING = "signing", "Being signed"
    READY = "ready", "Ready"
    FAILED = "failed", "Not made"
    REMOVED = "removed", "Removed"


UNFINISHED = (PackState.WAITING, PackState.MAKING, PackState.SIGNING)


class Pack(TenantOwned):
    """Evidence for a period, end exclusive, asked for by a member or (none) by the operator."""

    period_start = models.DateField()
    period_end = models.DateField()
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_entry = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=PackState, default=PackState.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    entry = models.CharField(max_length=30, blank=True)
    has_pdf = models.BooleanField(default=False)
    made_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="pack_period"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="pack_percent"),
            models.CheckConstraint(
                condition=Q(made_at=None, entry="", state__in=["waiting", "making", "failed"])
                | Q(made_at__isnull=False, state__in=["signing", "ready", "removed", "failed"]) & ~Q(entry=""),
                name="pack_made_has_an_entry",
            ),
            models.UniqueConstraint(
                fields=["tenant", "by", "period_start", "period_end"],
                condition=Q(state__in=["waiting", "making", "signing"]),
                name="pack_asked_once",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "made_at"], name="pack_by_state")]

    def __str__(self) -> str:
        return f"evidence of {self.period_start} to {self.period_end}"

    @property
    def is_unfinished(self) -> bool:
        """Whether the worker still has to do something."""
        return self.state in UNFINISHED


class PackFile(TenantOwned):
    """A pack's zip. It is removed after 30 days: the pack can be made again from the log."""

    pack = models.OneToOneField(Pack, on_delete=models.PROTECT, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file {self.pk} of a pack"
