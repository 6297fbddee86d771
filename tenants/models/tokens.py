"""Machine tokens: what a gate or a deploy tool signs in with. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import models
from django.db.models import Q

from tenants.owned import TenantOwned

PREFIX = "bgt_"


def new_secret() -> str:
    """A token nobody can guess: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in hex; the secret is random, so it needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


class MachineToken(TenantOwned):
    """A bearer token; it works from its making until it expires or is revoked."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=models.F("created_at")), name="token_expires_after_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    def is_good(self, now: datetime) -> bool:
        """Neither expired nor revoked at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
