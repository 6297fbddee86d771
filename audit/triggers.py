"""Database triggers that refuse what must never happen, whoever asks. Any app may register its own.

They are put back after every migrate, and missing() tells which are not there, not enabled or not the same. SQLite
changes a table by making it anew, which another table's trigger on it would hinder: there they step aside first.
"""

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.trigger_sql import NEVER, Trigger, dialect_of

__all__ = [
    "NEVER",
    "Trigger",
    "append_only",
    "check_row",
    "drop",
    "frozen_columns",
    "install",
    "kept",
    "missing",
    "register",
    "registered",
    "step_aside",
]

_registered: dict[str, Trigger] = {}


def register(*triggers: Trigger) -> None:
    """Add triggers to those that every database of ours must have."""
    for trigger in triggers:
        if _registered.setdefault(trigger.name, trigger) != trigger:
            raise ImproperlyConfigured(f"Two different triggers are called {trigger.name}: rename one.")


def registered(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that this database should have."""
    dialect = dialect_of(connection)
    return [trigger for trigger in _registered.values() if dialect.condition(trigger)]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that are not there, not enabled, or not defined as registered."""
    present = dialect_of(connection).present(connection)
    return [trigger.name for trigger in registered(connection) if not present(trigger)]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put back what is missing, on the tables that exist."""
    dialect = dialect_of(connection)
    tables = set(connection.introspection.table_names())
    absent = set(missing(connection))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in registered(connection):
            if trigger.name in absent and trigger.table in tables:
                for statement in (*dialect.drop(trigger), *dialect.create(trigger)):
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take all of them away, until install() puts them back."""
    dialect = dialect_of(connection)
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in registered(connection):
            if trigger.table in tables:
                for statement in dialect.drop(trigger):
                    cursor.execute(statement)


def step_aside(*, using: str, plan: Sequence[object], **_: object) -> None:
    """The receiver of pre_migrate: on SQLite, if there is anything to migrate."""
    if plan and connections[using].vendor == "sqlite":
        drop(connections[using])


def put_back(*, using: str, **_: object) -> None:
    """The receiver of post_migrate."""
    install(connections[using])


def kept(table: str, keys: Sequence[Sequence[str]] = (("id",),)) -> list[Trigger]:
    """Rows stay: no DELETE, no TRUNCATE, and no INSERT OR REPLACE over a row with the same `keys` (each unique)."""
    gone = f"Rows of {table} are never removed."
    removed = [
        Trigger(f"{table}_no_delete", table, "DELETE", gone),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", gone, sqlite=NEVER),
    ]
    return [*removed, _not_replaced(table, keys)] if keys else removed


def _not_replaced(table: str, keys: Sequence[Sequence[str]]) -> Trigger:
    # SQLite alone: it removes the row in the way without asking its DELETE trigger.
    taken = " OR ".join(" AND ".join(f'"{column}" = NEW."{column}"' for column in key) for key in keys)
    exists = f'EXISTS (SELECT 1 FROM "{table}" WHERE {taken})'  # noqa: S608  names from our own models
    return Trigger(f"{table}_no_replace", table, "INSERT", f"Rows of {table} are never replaced.", exists, NEVER)


def append_only(table: str, keys: Sequence[Sequence[str]] = (("id",),)) -> list[Trigger]:
    """Rows are only added: kept(), and no UPDATE."""
    changed = f"Rows of {table} are never changed; a correction is a new row."
    return [*kept(table, keys), Trigger(f"{table}_no_update", table, "UPDATE", changed)]


def frozen_columns(table: str, columns: Sequence[str]) -> list[Trigger]:
    """These columns keep their first value: no UPDATE that changes one. Beside kept(), nothing gets around it."""
    sqlite = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
    postgresql = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns)
    message = f"{', '.join(columns)} of {table} never change."
    return [Trigger(f"{table}_frozen", table, "UPDATE", message, sqlite, postgresql)]


def check_row(name: str, table: str, sqlite: str, postgresql: str, message: str) -> list[Trigger]:
    """A row, new or changed, is refused with `message` where the condition over NEW holds."""
    return [
        Trigger(f"{name}_insert", table, "INSERT", message, sqlite, postgresql),
        Trigger(f"{name}_update", table, "UPDATE", message, sqlite, postgresql),
    ]
