"""Empties the tables after a transactional test. The triggers refuse that, so this alone lifts them, and only here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from audit import triggers


def install(after: Callable[[], None]) -> None:
    """Have every transactional test's teardown lift the triggers, flush, put them back, and then call `after`."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> Any:
        triggers.drop(connection)
        try:
            flush(self)
        finally:
            triggers.install(connection)
        after()

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
