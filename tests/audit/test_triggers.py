"""Triggers as such: registered, installed, recognised, put back."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit import triggers
from audit.models import Checkpoint
from audit.triggers import Trigger, append_only, check_row, frozen_columns, kept

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only")


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refusal(statement: str) -> str:
    with pytest.raises(IntegrityError) as refused:
        execute(statement)
    return str(refused.value).splitlines()[0]


@pytest.fixture
def sample(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table of our own in the test's transaction, and a registry that holds nothing else."""
    monkeypatch.setattr(triggers, "_registered", {})
    execute("CREATE TABLE sample (id integer PRIMARY KEY, name varchar(9), said varchar(9))")
    execute("INSERT INTO sample VALUES (1, 'a', 'x')")
    yield
    triggers.drop(connection)


def install(*wanted: Trigger) -> None:
    triggers.register(*wanted)
    triggers.install(connection)


@pytest.mark.django_db
def test_the_databases_of_the_suite_have_them_all() -> None:
    assert triggers.missing(connection) == []


@pytest.mark.usefixtures("sample")
def test_rows_of_an_append_only_table_are_only_added() -> None:
    install(*append_only("sample"))
    execute("INSERT INTO sample VALUES (2, 'b', 'y')")
    assert refusal("UPDATE sample SET said = 'z'") == "Rows of sample are never changed; a correction is a new row."
    assert refusal("DELETE FROM sample WHERE id = 2") == "Rows of sample are never removed."


@sqlite_only
@pytest.mark.usefixtures("sample")
def test_any_unique_key_keeps_a_row_from_being_replaced() -> None:
    execute("CREATE UNIQUE INDEX names ON sample (name)")
    install(*kept("sample", [["id"], ["name"]]))
    execute("UPDATE sample SET said = 'z'")
    assert refusal("REPLACE INTO sample VALUES (1, 'b', '')") == "Rows of sample are never replaced."
    assert refusal("REPLACE INTO sample VALUES (2, 'a', '')") == "Rows of sample are never replaced."


@postgresql_only
@pytest.mark.usefixtures("sample")
def test_a_kept_table_is_not_truncated() -> None:
    install(*kept("sample"))
    assert refusal("TRUNCATE sample") == "Rows of sample are never removed."


@pytest.mark.usefixtures("sample")
def test_frozen_columns_keep_their_value_and_the_others_change() -> None:
    install(*frozen_columns("sample", ["id", "name"]))
    execute("UPDATE sample SET said = 'z', name = 'a'")
    assert refusal("UPDATE sample SET name = 'b'") == "id, name of sample never change."
    assert refusal("UPDATE sample SET name = NULL") == "id, name of sample never change."


@pytest.mark.usefixtures("sample")
def test_a_checked_row_is_refused_when_new_and_when_changed() -> None:
    install(*check_row("sample_differ", "sample", "NEW.name IS NEW.said", "NEW.name = NEW.said", "It isn't so."))
    assert refusal("INSERT INTO sample VALUES (2, 'b', 'b')") == "It isn't so."
    assert refusal("UPDATE sample SET said = 'a'") == "It isn't so."
    execute("INSERT INTO sample VALUES (2, 'b', 'c')")


@pytest.mark.usefixtures("sample")
def test_installing_twice_changes_nothing() -> None:
    install(*append_only("sample"))
    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.usefixtures("sample")
def test_a_table_that_is_not_there_yet_is_left_for_later() -> None:
    install(*frozen_columns("sample_to_come", ["id"]))
    assert triggers.missing(connection) == ["sample_to_come_frozen"]
    execute("CREATE TABLE sample_to_come (id integer)")
    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.usefixtures("sample")
def test_dropped_ones_are_missing_until_put_back() -> None:
    install(*append_only("sample"))
    names = [trigger.name for trigger in triggers.registered(connection)]
    triggers.drop(connection)
    assert triggers.missing(connection) == names
    execute("UPDATE sample SET said = 'z'")
    triggers.install(connection)
    assert triggers.missing(connection) == []


@sqlite_only
@pytest.mark.usefixtures("sample")
def test_one_of_the_same_name_that_does_nothing_is_missing_on_sqlite() -> None:
    install(*frozen_columns("sample", ["name"]))
    execute("DROP TRIGGER sample_frozen")
    execute("CREATE TRIGGER sample_frozen BEFORE UPDATE ON sample BEGIN SELECT 1; END")
    assert triggers.missing(connection) == ["sample_frozen"]
    triggers.install(connection)
    assert refusal("UPDATE sample SET name = 'b'") == "name of sample never change."


_REMADE = "CREATE OR REPLACE TRIGGER sample_frozen BEFORE {} EXECUTE FUNCTION sample_frozen()"


@postgresql_only
@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE sample DISABLE TRIGGER sample_frozen",
        "ALTER TABLE sample DISABLE TRIGGER ALL",
        "ALTER TABLE sample ENABLE TRIGGER sample_frozen",
        "CREATE OR REPLACE FUNCTION sample_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        _REMADE.format("UPDATE OF said ON sample FOR EACH ROW"),
        _REMADE.format("UPDATE ON sample FOR EACH ROW WHEN (false)"),
        _REMADE.format("INSERT ON sample FOR EACH ROW"),
    ],
)
@pytest.mark.usefixtures("sample")
def test_one_that_was_tampered_with_is_missing_on_postgresql(harm: str) -> None:
    install(*frozen_columns("sample", ["name"]))
    execute(harm)
    assert triggers.missing(connection) == ["sample_frozen"]
    triggers.install(connection)
    assert triggers.missing(connection) == []
    assert refusal("UPDATE sample SET name = 'b'") == "name of sample never change."


@pytest.mark.django_db
def test_every_migrate_puts_them_back() -> None:
    triggers.drop(connection)
    assert triggers.missing(connection) == [trigger.name for trigger in triggers.registered(connection)]
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


@sqlite_only
@pytest.mark.django_db(transaction=True)
def test_a_remade_table_gets_them_back_with_the_next_migrate() -> None:
    with connection.schema_editor() as editor:
        editor._remake_table(Checkpoint)  # type: ignore[attr-defined]
    assert triggers.missing(connection) == [
        "audit_checkpoint_no_delete",
        "audit_checkpoint_no_replace",
        "audit_checkpoint_no_update",
    ]
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


def test_two_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "_registered", {})
    triggers.register(*frozen_columns("sample", ["id"]))
    triggers.register(*frozen_columns("sample", ["id"]))
    with pytest.raises(ImproperlyConfigured, match=r"^Two different triggers are called sample_frozen: rename one\.$"):
        triggers.register(*frozen_columns("sample", ["name"]))


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="is longer than PostgreSQL's 63 characters"):
        frozen_columns("s" * 60, ["id"])
