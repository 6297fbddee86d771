"""Nobody changes the log: not the ORM, not SQL, not the commands of Django. One test per way in."""

import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.log import close_log, integrate
from audit.models import Checkpoint, Entry, Head, Log, Tile, Tree
from tests.audit.conftest import NOW, PORTAL, TENANT, Write

_REST = "kind, time, about, document, envelope, certificate, body, leaf_hash, integrated_time"
TARGET = f'audit_entry (log_id, "index", {_REST})'
NEXT = "An entry takes the index after the last one."

STATEMENTS = {
    "UPDATE audit_entry SET kind = 'x' WHERE log_id = {log}": (
        "Rows of audit_entry are never changed; a correction is a new row."
    ),
    "UPDATE audit_entry SET kind = kind WHERE log_id = {log}": (
        "Rows of audit_entry are never changed; a correction is a new row."
    ),
    "DELETE FROM audit_entry WHERE log_id = {log}": "Rows of audit_entry are never removed.",
    "UPDATE audit_log SET trusted_root = log_key WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET log_key = ct_key WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET ct_key = log_key WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET issuer_key = log_key WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET host = 'elsewhere' WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET number = 7 WHERE id = {log}": "{frozen}",
    "UPDATE audit_log SET tenant_id = 'another' WHERE id = {log}": "{frozen}",
    "DELETE FROM audit_log WHERE id = {log}": "Rows of audit_log are never removed.",
    "UPDATE audit_head SET size = size - 1 WHERE log_id = {log}": "A log never shrinks, nor opens again.",
    "DELETE FROM audit_head WHERE log_id = {log}": "Rows of audit_head are never removed.",
    "UPDATE audit_tree SET size = size - 1 WHERE log_id = {log}": "A tree never shrinks.",
    "DELETE FROM audit_tree WHERE log_id = {log}": "Rows of audit_tree are never removed.",
    "UPDATE audit_tile SET hashes = substr(hashes, 1, 32) || substr(hashes, 1, 64) WHERE log_id = {log}": (
        "A tile only gains hashes."
    ),
    "UPDATE audit_tile SET hashes = substr(hashes, 1, 32) WHERE log_id = {log}": "A tile only gains hashes.",
    "UPDATE audit_tile SET level = 3 WHERE log_id = {log}": "log_id, level, index of audit_tile never change.",
    "DELETE FROM audit_tile WHERE log_id = {log}": "Rows of audit_tile are never removed.",
    "UPDATE audit_checkpoint SET note = 'x' WHERE log_id = {log}": (
        "Rows of audit_checkpoint are never changed; a correction is a new row."
    ),
    "DELETE FROM audit_checkpoint WHERE log_id = {log}": "Rows of audit_checkpoint are never removed.",
}
FROZEN = (
    "id, tenant_id, tenant_slug, tenant_name, number, host, opened_at, trusted_root, log_key, ct_key, issuer_key "
    "of audit_log never change."
)
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")


@pytest.fixture
def grown(log: Log, write: Write) -> Log:
    """A log of three entries, in the tree."""
    write(2)
    integrate(log.pk)
    return log


def refusal(statement: str) -> str:
    """What the database says to a statement, and that nothing is different afterwards."""
    before = _rows()
    with pytest.raises(IntegrityError) as refused:
        _execute(statement)
    assert _rows() == before
    return str(refused.value).splitlines()[0]


def _execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # else TRUNCATE waits for the foreign keys of this transaction
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def _rows() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Log, Head, Tree, Entry, Tile, Checkpoint)]


def copied_to(index: str, log: Log) -> str:
    """The SELECT of an existing entry's row, as if it stood at another index."""
    return f'SELECT log_id, {index}, {_REST} FROM audit_entry WHERE log_id = {log.pk} AND "index" = 1'


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_changes_what_is_there(grown: Log, statement: str) -> None:
    assert refusal(statement.format(log=grown.pk)) == STATEMENTS[statement].format(frozen=FROZEN)


@pytest.mark.parametrize("index", ["0", "1", "2", "3", "-1"])
def test_no_entry_is_inserted_but_at_the_end(grown: Log, index: str) -> None:
    assert refusal(f"INSERT INTO {TARGET} {copied_to(index, grown)}") == NEXT


def test_no_entry_is_inserted_into_a_log_that_is_not_there(grown: Log) -> None:
    select = copied_to("0", grown).replace("SELECT log_id", "SELECT -1")
    assert refusal(f"INSERT INTO {TARGET} {select}") == NEXT


@sqlite_only
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
@pytest.mark.parametrize("index", ["1", "2"])
def test_no_entry_is_replaced(grown: Log, verb: str, index: str) -> None:
    assert refusal(f"{verb} INTO {TARGET} {copied_to(index, grown)}") == NEXT


@sqlite_only
@pytest.mark.parametrize("table", ["log", "head", "tree", "tile", "checkpoint"])
@pytest.mark.usefixtures("grown")
def test_no_row_is_replaced(table: str) -> None:
    said = refusal(f"INSERT OR REPLACE INTO audit_{table} SELECT * FROM audit_{table}")
    assert said == f"Rows of audit_{table} are never replaced."


@sqlite_only
def test_no_update_replaces_another_row(grown: Log) -> None:
    said = refusal(f'UPDATE OR REPLACE audit_entry SET "index" = 1 WHERE log_id = {grown.pk} AND "index" = 2')
    assert said == "Rows of audit_entry are never changed; a correction is a new row."


def test_no_conflict_becomes_an_update(grown: Log) -> None:
    conflict = "ON CONFLICT (log_id, \"index\") DO UPDATE SET kind = 'x'"
    assert refusal(f"INSERT INTO {TARGET} {copied_to('1', grown)} {conflict}") == NEXT


@postgresql_only
@pytest.mark.parametrize("table", ["log", "head", "tree", "entry", "tile", "checkpoint"])
@pytest.mark.usefixtures("grown")
def test_no_table_is_truncated(table: str) -> None:
    # A cascade may reach another of these tables first; each refuses.
    said = refusal(f"TRUNCATE audit_{table} CASCADE")
    assert re.fullmatch(r"Rows of audit_[a-z]+ are never removed\.", said)


@postgresql_only
def test_a_replica_role_changes_nothing(grown: Log) -> None:
    said = refusal(f"SET LOCAL session_replication_role = replica; DELETE FROM audit_entry WHERE log_id = {grown.pk}")
    assert said == "Rows of audit_entry are never removed."


@pytest.mark.parametrize(
    "act",
    [
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.update(kind="x"),
        lambda: Entry.objects.latest("index").save(),
        lambda: Entry.objects.latest("index").delete(),
        lambda: Checkpoint.objects.all().delete(),
        lambda: Tile.objects.all().delete(),
        lambda: Head.objects.update(size=0),
    ],
)
@pytest.mark.usefixtures("grown")
def test_the_orm_changes_nothing(act: Callable[[], object]) -> None:
    before = _rows()
    with pytest.raises(IntegrityError), transaction.atomic():
        act()
    assert _rows() == before


@pytest.mark.usefixtures("grown")
def test_flush_changes_nothing() -> None:
    before = _rows()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(CommandError, match=r"couldn't be flushed"), transaction.atomic():
            call_command("flush", interactive=False, verbosity=0)
    assert _rows() == before


def test_a_closed_log_stays_closed(grown: Log) -> None:
    close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW)
    where = f"WHERE id = {grown.pk}"
    assert refusal(f"UPDATE audit_log SET closed_at = NULL {where}") == "A closed log stays closed."
    assert refusal(f"UPDATE audit_log SET closed_at = opened_at {where}") == "A closed log stays closed."
    head = f"UPDATE audit_head SET {{}} WHERE log_id = {grown.pk}"
    assert refusal(head.format("closed = false")) == "A log never shrinks, nor opens again."
    assert refusal(head.format("size = size + 1")) == "A log never shrinks, nor opens again."
