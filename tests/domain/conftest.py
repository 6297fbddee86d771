"""Rows in every table, planted once for a module whose tests undo all they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from tenants import context
from tests.cast import Cast
from tests.domain.planted import plant


@pytest.fixture(scope="module")
def planted(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Acme's cast, in a transaction that is rolled back after the module: each act in it takes a savepoint."""
    with django_db_blocker.unblock():
        undone = transaction.atomic()
        undone._from_testcase = True  # type: ignore[attr-defined]  # as Django's own: a durable block may be inside
        with undone:
            for slug in ("acme", "globex"):
                plant(Cast(slug))
            connection.check_constraints()  # PostgreSQL changes no trigger while deferred checks wait
            acme = Cast("acme")
            with context.entered(acme.tenant):
                yield acme
            transaction.set_rollback(True)
        connection.close()
