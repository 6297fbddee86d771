"""Finding entries by what their signed documents say. They are canonical JSON, so a key and its value are always
written as the same bytes, and what somebody typed can never look like them: its quotes are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, BooleanField, Func, Q, Value
from django.db.models.sql.compiler import SQLCompiler

from audit.canonical import canonical
from audit.errors import LogError
from audit.identity import ascii_email


class _Within(Func):
    """Whether these bytes are somewhere in those."""

    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return turned.as_sql(compiler, connection, template="(instr(%(expressions)s) > 0)", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        template = "(position(%(expressions)s) > 0)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" in ", **context)


def by_actor(who: str) -> Q:
    """Entries that are signed as whoever goes by this identity or name, in words of their time."""
    said = Q()
    for name in {who, who.lower()}:
        said |= _says(_pair("name", name) + b',"sub":')
    if "@" in who or ":" in who:
        for identity in {who, who.lower(), _as_signed(who)}:
            said |= _says(_pair("identity", identity) + b',"issuer":')
    return said


def naming(words: Mapping[str, str]) -> Q:
    """Entries that say all of this in their own document: each key with this text, wherever it stands."""
    said = Q()
    for key, text in words.items():
        said &= _says(_pair(key, text))
    return said


def _as_signed(who: str) -> str:
    try:
        return ascii_email(who.lower())
    except LogError:
        return who


def _pair(key: str, text: str) -> bytes:
    return canonical({key: text})[1:-1]


def _says(needle: bytes) -> Q:
    return Q(_Within(Value(needle, output_field=BinaryField()), "document"))
