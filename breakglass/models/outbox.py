"""What has to be told: a row per person and channel, written with the act that causes it, and every attempt to send it.

The rows name people and records; the words are made when a message is sent.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from breakglass.models.bypasses import Bypass
from breakglass.models.deploys import Deploy
from breakglass.models.proposals import Proposal
from tenants.models import Member
from tenants.owned import TenantOwned

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def new_key() -> str:
    """The id that receivers know a message by, the same in every attempt: `msg_` and 128 random bits."""
    return "msg_" + secrets.token_hex(16)


class Channel(models.TextChoices):
    """How a message goes out."""

    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class MessageKind(models.TextChoices):
    """What a message tells; the labels finish the sentence "told that ..."."""

    ASKED = "asked", "it was asked for"
    APPROVED = "approved", "one approval is given"
    OPENED = "opened", "it is active"
    DENIED = "denied", "it was denied"
    WITHDRAWN = "withdrawn", "it was withdrawn"
    LAPSED = "lapsed", "nobody approved it in time"
    ENDS_IN_10 = "ends_in_10", "it ends in 10 minutes"
    ENDS_IN_2 = "ends_in_2", "it ends in 2 minutes"
    EXPIRED = "expired", "it expired"
    RETURNED = "returned", "it was returned"
    REVOKED = "revoked", "it was revoked"
    IN_FLIGHT = "in_flight", "a deploy was under way at the end"
    FINDING = "finding", "a deploy is a finding"
    OWED = "owed", "a post-mortem is owed"
    DUE_SOON = "due_soon", "the post-mortem is due in a day"
    LATE = "late", "the post-mortem is late"
    WELCOME = "welcome", "they are a member"
    PROPOSED = "proposed", "a change is proposed"
    CONSENTED = "consented", "their proposal has consent"
    NOT_CONSENTED = "not_consented", "their proposal was refused"
    CARRIED_OUT = "carried_out", "a change that waited is carried out"


class MessageState(models.TextChoices):
    """Pending until one of the others, which are final."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Webhook(TenantOwned):
    """An address of the tenant's that is told of every act. Its secret is encrypted, and shown once."""

    url = models.CharField(max_length=500)
    secret = models.BinaryField(editable=False)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=300, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "url"], condition=Q(disabled_at=None), name="webhook_url_once"),
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_because="")
                | Q(disabled_at__isnull=False) & ~Q(disabled_because=""),
                name="webhook_disabled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Message(TenantOwned):
    """One thing to tell one receiver. `cause` is the entry of the act; nothing is sent twice for one cause.

    `not_before` is when it is due; while somebody is sending it, and after a failed attempt, when to try again.
    `deploy` is the one that was under way, if that is what it tells.
    """

    key = models.CharField(max_length=36, unique=True, default=new_key, editable=False)
    bypass = models.ForeignKey(Bypass, null=True, on_delete=models.PROTECT, related_name="messages")
    deploy = models.ForeignKey(Deploy, null=True, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MessageKind)
    channel = models.CharField(max_length=10, choices=Channel)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    webhook = models.ForeignKey(Webhook, null=True, on_delete=models.PROTECT, related_name="messages")
    cause = models.CharField(max_length=40)
    at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True)

    tries: RelatedManager[Attempt]

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "cause", "kind", "channel", "member"],
                condition=Q(webhook=None),
                name="message_once_per_member",
            ),
            models.UniqueConstraint(
                fields=["tenant", "cause", "kind", "webhook"],
                condition=Q(member=None, deploy=None),
                name="message_once_per_webhook",
            ),
            models.UniqueConstraint(
                fields=["tenant", "cause", "webhook", "deploy"],
                condition=Q(deploy__isnull=False),
                name="message_once_per_deploy",
            ),
            models.CheckConstraint(
                condition=Q(deploy__isnull=False, kind=MessageKind.IN_FLIGHT, webhook__isnull=False)
                | Q(deploy=None) & ~Q(kind=MessageKind.IN_FLIGHT),
                name="message_in_flight_names_a_deploy",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.WEBHOOK, webhook__isnull=False, member=None)
                | Q(webhook=None, member__isnull=False) & ~Q(channel=Channel.WEBHOOK),
                name="message_has_one_receiver",
            ),
            models.CheckConstraint(condition=Q(bypass=None) | Q(proposal=None), name="message_about_one_thing"),
            models.CheckConstraint(
                condition=Q(state=MessageState.PENDING, settled_at=None)
                | Q(settled_at__isnull=False) & ~Q(state=MessageState.PENDING),
                name="message_settled_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "not_before", "id"], condition=Q(state=MessageState.PENDING), name="message_due"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def way(self) -> tuple[str, int | None]:
        """What it goes through: the one mail server, or a webhook by its id."""
        return self.channel, self.webhook_id


class Attempt(TenantOwned):
    """One try to send a message, and what the server said."""

    class Outcome(models.TextChoices):
        """What came of it; deferred is tried again, unknown is a worker that died before it heard an answer."""

        DELIVERED = "delivered"
        DEFERRED = "deferred"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    said = models.CharField(max_length=500)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} of message {self.message_id}"
