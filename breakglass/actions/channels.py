"""The tenant's webhooks: added, and switched off. A webhook is never changed: another address is another webhook."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from audit import kinds
from audit.keys import lock_secret
from breakglass.asks import COMMENT_MOST, URL_MOST, clean_text
from breakglass.errors import BadInput, NotFound
from breakglass.models import Webhook
from tenants import context
from tenants.actions import record
from tenants.models import Member, Tenant

MOST = 10  # webhooks that are on, in one tenant


@transaction.atomic
def add_webhook(*, url: str, secret: str, by: Member | None, now: datetime) -> Webhook:
    """Tell this address (checked by `notify.http.read_url`) of every act from now on, signed with `secret` (whsec_...).

    Raises BadInput for an address that is on already, or for one webhook too many.
    """
    Tenant.objects.select_for_update(no_key=True).get(pk=context.current_id())
    address = clean_text("url", url, URL_MOST)
    on = Webhook.objects.filter(disabled_at=None)
    if on.filter(url=address).exists():
        raise BadInput({"url": ["This address is told already: switch that webhook off first, if its secret is lost."]})
    if on.count() >= MOST:
        raise BadInput({"url": [f"{MOST} webhooks are on: switch one off first."]})
    webhook = Webhook(url=address, created_at=now)
    webhook.secret = lock_secret(secret.encode(), secret_purpose(webhook))
    webhook.save()
    record(kinds.WebhookAdded(webhook=webhook.pk, server=server(webhook)), by=by, now=now)
    return webhook


@transaction.atomic
def disable_webhook(*, webhook_id: int, why: str, by: Member | None, now: datetime) -> Webhook:
    """Send it nothing more; what waits for it is dropped. `by` None is the portal. Again changes nothing."""
    webhook = Webhook.objects.select_for_update().filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound("There is no such webhook here: look at the list again.")
    if webhook.disabled_at is not None:
        return webhook
    webhook.disabled_at, webhook.disabled_because = now, clean_text("why", why, COMMENT_MOST)[:300] or "Switched off."
    webhook.save(update_fields=["disabled_at", "disabled_because"])
    data = kinds.WebhookDisabled(webhook=webhook.pk, server=server(webhook), why=webhook.disabled_because)
    record(data, by=by, now=now)
    return webhook


def secret_purpose(webhook: Webhook) -> str:
    """What the secret is encrypted for: it opens in this tenant and for this address only."""
    return f"webhook {webhook.tenant_id} {webhook.url}"


def server(webhook: Webhook) -> str:
    """Its host and port: the rest of an address may be a secret of its receiver's."""
    return urlsplit(webhook.url).netloc
