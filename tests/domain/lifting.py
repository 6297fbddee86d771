"""Sees what the database refuses an act with, when only some of our triggers are there. Everything is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from audit import triggers
from audit.trigger_sql import Trigger, dialect_of

OURS = [one for one in triggers.registered(connection) if not one.table.startswith("audit_")]


@contextmanager
def lifted(table: str, *, but: str = "") -> Iterator[None]:
    """Without the triggers on a table, but for the one whose name ends so, and those that TRUNCATE would meet."""
    dialect = dialect_of(connection)
    with transaction.atomic(), connection.cursor() as cursor:
        for trigger in OURS:
            if _concerns(trigger, table) and not (but and trigger.name.endswith(but)):
                for statement in dialect.drop(trigger):
                    cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def _concerns(trigger: Trigger, table: str) -> bool:
    return trigger.table == table or trigger.event == "TRUNCATE"


def message(act: Callable[[], object]) -> str:
    """What the database refuses the act with; nothing if it does not."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""
