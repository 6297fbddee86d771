"""How a trigger is written, taken away and recognised in each database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

ALWAYS = "1 = 1"
NEVER = ""


@dataclass(frozen=True)
class Trigger:
    """Refuses an event on a table with `message` where the SQL condition over OLD and NEW holds.

    `sqlite` and `postgresql` are that condition for each database; NEVER means no trigger there.
    """

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
    message: str
    sqlite: str = ALWAYS
    postgresql: str = ALWAYS

    def __post_init__(self) -> None:
        if len(self.name) > 63:
            raise ImproperlyConfigured(f"The trigger name {self.name} is longer than PostgreSQL's 63 characters.")


class Dialect(Protocol):
    """What triggers.py asks of a database."""

    def condition(self, trigger: Trigger) -> str: ...
    def create(self, trigger: Trigger) -> list[str]: ...
    def drop(self, trigger: Trigger) -> list[str]: ...
    def present(self, connection: BaseDatabaseWrapper) -> Callable[[Trigger], bool]: ...


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    dialects: dict[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgresql()}
    try:
        return dialects[connection.vendor]
    except KeyError:
        raise ImproperlyConfigured(f"{connection.vendor} is not supported: use PostgreSQL or SQLite.") from None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Sqlite:
    """SQLite keeps the text of a trigger, so that text is what gets compared."""

    def condition(self, trigger: Trigger) -> str:
        return trigger.sqlite

    def create(self, trigger: Trigger) -> list[str]:
        head = f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" FOR EACH ROW'
        refuse = f"SELECT RAISE(ABORT, {_quoted(trigger.message)});"
        return [f"{head} WHEN {trigger.sqlite} BEGIN {refuse} END"]

    def drop(self, trigger: Trigger) -> list[str]:
        return [f'DROP TRIGGER IF EXISTS "{trigger.name}"']

    def present(self, connection: BaseDatabaseWrapper) -> Callable[[Trigger], bool]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
        return lambda trigger: found.get(trigger.name) == self.create(trigger)[0]


# pg_trigger.tgtype, from PostgreSQL's catalog/pg_trigger.h
_ROW, _BEFORE = 1, 2
_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}

_PRESENT = """
    SELECT t.tgname, c.relname, t.tgenabled::text, t.tgtype::int, p.prosrc, t.tgqual IS NULL, t.tgattr::text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)
"""


class Postgresql:
    """PostgreSQL keeps a function per trigger; ENABLE ALWAYS, so that a replica role does not lift it either."""

    def condition(self, trigger: Trigger) -> str:
        return trigger.postgresql

    def create(self, trigger: Trigger) -> list[str]:
        name, table = f'"{trigger.name}"', f'"{trigger.table}"'
        each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
        function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        return [
            f"{function} AS $trigger${self._body(trigger)}$trigger$",
            f"CREATE TRIGGER {name} BEFORE {trigger.event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ]

    def _body(self, trigger: Trigger) -> str:
        allowed = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
        return (
            f"BEGIN IF {trigger.postgresql} THEN "
            f"RAISE EXCEPTION USING MESSAGE = {_quoted(trigger.message)}, ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {allowed}; END"
        )

    def drop(self, trigger: Trigger) -> list[str]:
        return [
            f'DROP TRIGGER IF EXISTS "{trigger.name}" ON "{trigger.table}"',
            f'DROP FUNCTION IF EXISTS "{trigger.name}"()',
        ]

    def present(self, connection: BaseDatabaseWrapper) -> Callable[[Trigger], bool]:
        with connection.cursor() as cursor:
            cursor.execute(_PRESENT)
            found = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
        return lambda trigger: found.get(trigger.name) == self._expected(trigger)

    def _expected(self, trigger: Trigger) -> tuple[object, ...]:
        kind = _BEFORE | _EVENTS[trigger.event] | (0 if trigger.event == "TRUNCATE" else _ROW)
        return (trigger.table, "A", kind, self._body(trigger), True, "")
