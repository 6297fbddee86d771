"""The review owed after every bypass: one for a chain of extensions, its text in versions, verdicts and actions."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from breakglass.models.bypasses import Bypass
from tenants.models import Member
from tenants.owned import TenantOwned


class PostMortemTemplate(TenantOwned):
    """What a post-mortem begins with: Markdown with fields. A published version never changes."""

    number = models.PositiveIntegerField()
    source = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantOwned.Meta):
        verbose_name = "post-mortem template"
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="template_number_once")]

    def __str__(self) -> str:
        return f"post-mortem template version {self.number}"


class PostMortem(TenantOwned):
    """Owed once for the chain that `bypass`, its first one, begins. `version` counts the texts; no template: ours."""

    bypass = models.OneToOneField(Bypass, on_delete=models.PROTECT, related_name="post_mortem")
    template = models.ForeignKey(PostMortemTemplate, null=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    incident_url = models.CharField(max_length=500, blank=True)
    drill = models.BooleanField()
    version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    signed_off_at = models.DateTimeField(null=True)
    signed_off_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantOwned.Meta):
        verbose_name = "post-mortem"
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="post_mortem_due_later"),
            models.CheckConstraint(
                condition=Q(signed_off_at=None, signed_off_by=None)
                | Q(signed_off_at__isnull=False, signed_off_by__isnull=False) & ~Q(incident_url=""),
                name="post_mortem_signed_off_whole",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "due_at"], condition=Q(signed_off_at=None), name="post_mortem_open")]

    def __str__(self) -> str:
        return f"post-mortem of {self.bypass_id}"

    def is_late(self, now: datetime) -> bool:
        """Whether its date has passed without a sign-off; the date itself has."""
        return self.signed_off_at is None and self.due_at <= now


class Revision(TenantOwned):
    """One version of the text, whole. No author: the portal filled it in."""

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["post_mortem", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"version {self.number} of post-mortem {self.post_mortem_id}"


class RuleVerdict(TenantOwned):
    """What the post-mortem says of a rule that was skipped; the rule "" is the whole gate."""

    class Verdict(models.TextChoices):
        """Whether the rule should have stood in the way."""

        RIGHT = "right", "Right"
        TOO_STRICT = "too_strict", "Too strict"
        WRONG_SCOPE = "wrong_scope", "Wrong scope"
        MISSING_EXCEPTION = "missing_exception", "Missing exception"

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="verdicts")
    rule = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict)
    comment = models.TextField(blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["post_mortem", "rule"], name="verdict_once_per_rule")]

    def __str__(self) -> str:
        return f"{self.rule or 'the whole gate'}: {self.verdict}"


class ActionItem(TenantOwned):
    """What has to change, who sees to it, and when it was done."""

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="actions")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500, blank=True)
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post_mortem", "text", "owner"], name="action_item_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="action_item_done_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text
