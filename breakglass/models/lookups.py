"""Which rows somebody means, as conditions for a queryset: by the clock (which is handed in), by rule, by reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, Value
from django.db.models.sql.compiler import SQLCompiler

from breakglass.models.reviews import Review
from breakglass.states import Status


class Names(Func):
    """Whether a list of texts that is kept as JSON has this one in it."""

    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """SQLite has no operator for it, but can lay the list out as rows."""
        template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") WHERE json_each.value = ", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """The operator of jsonb for a text that is an element."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" ? ", **context)


def in_status(status: Status, now: datetime) -> Q:
    """Bypasses that are in this state at `now`, whatever the column says: as `Bypass.status_at`."""
    match status:
        case Status.ACTIVE:
            return Q(status=status, expires_at__gt=now)
        case Status.REQUESTED:
            return Q(status=status, lapses_at__gt=now)
        case Status.EXPIRED:
            return Q(status=status) | Q(status=Status.ACTIVE, expires_at__lte=now)
        case Status.LAPSED:
            return Q(status=status) | Q(status=Status.REQUESTED, lapses_at__lte=now)
    return Q(status=status)


def names_rule(rule: str, rules: str = "rules") -> Q:
    """Rows whose list of rules, at this path, names the rule."""
    return Q(Names(rules, Value(rule)))


def reviewed_by(members: Sequence[int]) -> Q:
    """Bypasses that one of these members, by id, approved or denied."""
    return Q(Exists(Review.objects.filter(bypass=OuterRef("pk"), member_id__in=members)))
