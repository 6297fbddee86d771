"""A tenant that only these tests know, its people, and entries appended for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from audit import triggers
from audit.canonical import parse_canonical
from audit.kinds import ChecksSealed
from audit.log import Actor, Tenant, append, open_log
from audit.models import Entry, Log

NOW = datetime(2026, 3, 2, 2, 7, 11, 250_000, tzinfo=UTC)
OPENED = NOW - timedelta(days=1)

TENANT = Tenant("3f0c7e0e-6f43-4a58-9d0a-2f6f2f1d9c01", "initech", "Initech GmbH")
STRANGERS = Tenant("3f0c7e0e-6f43-4a58-9d0a-2f6f2f1d9c02", "initrode", "Initrode")
PORTAL = Actor("portal", "portal", "Breakglass", "http://localhost:8000", "http://localhost:8000")
PERSON = Actor("person", "member-7", "Milena", "milena@initech.example", "https://idp.initech.example", "sub-7")
MACHINE = Actor("machine", "token-3", "deployer", "https://ci.example/initech/deploy", "https://ci.example")

type Write = Callable[..., list[Entry]]


def sealed(batch: int) -> ChecksSealed:
    """Some data, different for every number."""
    return ChecksSealed(
        batch=batch, count=1, root=f"{batch:064x}", first_at="2026-03-02T02:00:00Z", last_at="2026-03-02T02:07:00Z"
    )


def document_of(entry: Entry) -> dict[str, Any]:
    """What the entry says."""
    return parse_canonical(bytes(entry.document))


@contextmanager
def settled() -> Iterator[None]:
    """PostgreSQL alters no table whose foreign keys wait for the end of the transaction: check them now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def lifted() -> Iterator[None]:
    """For whoever owns the database and means harm: the triggers are gone, and put back afterwards."""
    with settled():
        triggers.drop(connection)
    try:
        yield
    finally:
        with settled():
            triggers.install(connection)


@pytest.fixture
def log(db: None) -> Log:
    """The tenant's log, holding its genesis."""
    return open_log(tenant=TENANT, portal=PORTAL, now=OPENED)


@pytest.fixture
def write(log: Log) -> Write:
    """Append this many entries, each in an act of its own."""

    def _write(count: int, actor: Actor = PERSON) -> list[Entry]:
        entries = []
        for batch in range(count):
            with transaction.atomic():
                entries.append(append(tenant_id=log.tenant_id, actor=actor, data=sealed(batch), now=NOW))
        return entries

    return _write


@pytest.fixture
def entry(write: Write) -> Entry:
    """One entry of a person, at index 1."""
    return write(1)[0]
