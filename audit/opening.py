"""Opening a tenant's log, closing it for the next one, and telling whether its keys still sign."""

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from audit.appending import append
from audit.certificates import key_id, new_authority, new_key
from audit.errors import KeysLocked
from audit.identity import Actor, Tenant
from audit.keys import lock, purpose, signing_keys
from audit.kinds import GenesisRecorded
from audit.models import Checkpoint, Head, Log, Tree
from audit.reading import current_log
from audit.tree import grow
from audit.trust import read_trusted_root, write_trusted_root


def open_log(*, tenant: Tenant, portal: Actor, now: datetime) -> Log:
    """Make the tenant's first log: keys, certificates, trust root, and the genesis entry, signed by the portal."""
    with transaction.atomic():
        return _open(tenant, 1, portal=portal, now=now, last=None)


def close_log(*, tenant_id: str, portal: Actor, now: datetime) -> Log:
    """Close the tenant's log under a last checkpoint and open the next, whose genesis names that root."""
    with transaction.atomic():
        log = current_log(tenant_id)
        Head.objects.filter(pk=log.pk).update(closed=True)
        grow(log.pk)
        last = Checkpoint.objects.filter(log=log).latest("size")
        Log.objects.filter(pk=log.pk).update(closed_at=now)
        tenant = Tenant(log.tenant_id, log.tenant_slug, log.tenant_name)
        return _open(tenant, log.number + 1, portal=portal, now=now, last=last)


def check_signer() -> str:
    """Empty when the newest log's keys open (or there is no log yet), else the sentence that says what to do."""
    log = Log.objects.filter(closed_at=None).order_by("-pk").first()
    try:
        if log is not None:
            signing_keys(log)
    except KeysLocked as error:
        return str(error)
    return ""


def _open(tenant: Tenant, number: int, *, portal: Actor, now: datetime, last: Checkpoint | None) -> Log:
    log = _new_log(tenant, number, now)
    Head.objects.create(log=log)
    Tree.objects.create(log=log)
    append(tenant_id=tenant.id, actor=portal, data=_genesis(log, last), now=now)
    return log


def _genesis(log: Log, last: Checkpoint | None) -> GenesisRecorded:
    trust = read_trusted_root(log.trusted_root)
    return GenesisRecorded(
        tenant=log.tenant_id,
        host=log.host,
        log_key=key_id(trust.log_key).hex(),
        ct_key=key_id(trust.ct_key).hex(),
        trusted_root=hashlib.sha256(log.trusted_root).hexdigest(),
        previous_size=last.size if last else None,
        previous_root=bytes(last.root).hex() if last else None,
    )


def _new_log(tenant: Tenant, number: int, now: datetime) -> Log:
    host = f"{tenant.slug}.log.{urlsplit(settings.SITE_URL).hostname}"
    log_key, ct_key = new_key(), new_key()
    authority = new_authority(slug=tenant.slug, number=number, now=now)
    trusted_root = write_trusted_root(
        host=host,
        slug=tenant.slug,
        number=number,
        log_key=log_key.public_key(),
        ct_key=ct_key.public_key(),
        authority=authority,
        now=now,
    )
    return Log.objects.create(
        tenant_id=tenant.id,
        tenant_slug=tenant.slug,
        tenant_name=tenant.name,
        number=number,
        host=host,
        trusted_root=trusted_root,
        log_key=lock(log_key, purpose(host, number, "log")),
        ct_key=lock(ct_key, purpose(host, number, "ct")),
        issuer_key=lock(authority.key, purpose(host, number, "issuer")),
        opened_at=now,
    )
