"""The append: the last step of an act, in the act's own transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from audit.errors import NotInTransaction
from audit.identity import Actor, LogWords, Tenant
from audit.keys import signing_keys
from audit.kinds import Kind
from audit.models import Entry, Log
from audit.reading import current_log
from audit.signing import SignedEntry, entry_document, sign_entry
from audit.tree import integrate
from audit.trust import read_trusted_root

_TAKE_INDEX = "UPDATE audit_head SET size = size + 1 WHERE log_id = %s AND NOT closed RETURNING size - 1"


def append(
    *,
    tenant_id: str,
    actor: Actor,
    data: Kind,
    now: datetime,
    about: str = "",
    refers_to: Sequence[str] = (),
    attests: Mapping[str, str] | None = None,
) -> Entry:
    """Append one entry, signed in the actor's name, as the last step of an act.

    `now` is an aware datetime, recorded in whole seconds; `about` is the id of the record that the entry is about, to
    find it by; `refers_to` holds ids of earlier entries; `attests` names files that are signed with it, each with its
    hex SHA-256. Raises NotInTransaction outside transaction.atomic(), NoLog, KeysLocked, and NotCanonical for text that
    can't be signed.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(
            "An entry is written in its act's own transaction: wrap the act in transaction.atomic()."
        )
    while True:
        log = current_log(tenant_id)
        document = entry_document(log_words(log), actor, data, now, about=about, refers_to=refers_to, attests=attests)
        signed = _sign(log, document, actor, now)
        index = _take_index(log)
        if index is not None:  # else the log was closed in between: sign for the next one
            break
    entry = _insert(log, index, signed, kind=data.kind, now=now, about=about)
    transaction.on_commit(partial(integrate, log.pk), robust=True)
    return entry


def _sign(log: Log, document: bytes, actor: Actor, now: datetime) -> SignedEntry:
    trust = read_trusted_root(log.trusted_root)
    return sign_entry(document, actor=actor, keys=signing_keys(log), trust=trust, now=now)


def log_words(log: Log) -> LogWords:
    """What every entry of this log says about it."""
    return LogWords(Tenant(log.tenant_id, log.tenant_slug, log.tenant_name), log.number, log.host)


def _take_index(log: Log) -> int | None:
    """The next index, kept from every other writer until this transaction ends; None when the log is closed."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_INDEX, [log.pk])
        rows = cursor.fetchall()
    return int(rows[0][0]) if rows else None


def _insert(log: Log, index: int, signed: SignedEntry, *, kind: str, now: datetime, about: str) -> Entry:
    time = now.replace(microsecond=0)
    return Entry.objects.create(
        log=log,
        index=index,
        kind=kind,
        time=time,
        about=about,
        document=signed.document,
        envelope=signed.envelope,
        certificate=signed.certificate,
        body=signed.body,
        leaf_hash=signed.leaf_hash,
        integrated_time=int(time.timestamp()),
    )
