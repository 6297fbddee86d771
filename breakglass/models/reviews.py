"""One approver's approve or deny, and the refused attempts at one."""

from django.db import models
from django.db.models import F, Q

from breakglass.models.bypasses import Bypass
from tenants.models import Human, Member
from tenants.owned import TenantOwned


class Review(TenantOwned):
    """Carries its own human and the requester's: the database keeps them true and different."""

    bypass = models.ForeignKey(Bypass, on_delete=models.PROTECT, related_name="reviews")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    human = models.ForeignKey(Human, on_delete=models.PROTECT, related_name="+")
    requester_human = models.ForeignKey(Human, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    ttl = models.PositiveIntegerField(null=True)
    clauses = models.JSONField(default=list)
    comment = models.TextField(blank=True)
    statement = models.CharField(max_length=71, blank=True)
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bypass", "human"], name="review_once_per_human"),
            models.CheckConstraint(condition=~Q(human=F("requester_human")), name="review_four_eyes"),
            models.CheckConstraint(
                condition=Q(approves=True, ttl__isnull=False) & ~Q(statement="") & ~Q(clauses=[])
                | Q(approves=False, ttl=None),
                name="review_approval_has_ttl_and_statement",
            ),
        ]

    def __str__(self) -> str:
        return f"{'approval' if self.approves else 'denial'} of {self.bypass_id}"


class RefusedReview(TenantOwned):
    """A review that was refused and recorded: once per member, bypass and reason, however often they try."""

    bypass = models.ForeignKey(Bypass, on_delete=models.PROTECT, related_name="refused_reviews")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bypass", "member", "reason"], name="refused_review_recorded_once")
        ]

    def __str__(self) -> str:
        return f"refused review of {self.bypass_id}"
