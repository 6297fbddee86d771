"""What an answer costs: the number of queries is a literal, and does not grow with what there is."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api.pipeline import Pipeline
from tests.conftest import Approve, Ask

# A savepoint is two. What may never be bypassed is read anew each time.
ENFORCE, FIRST, REPEAT, OPEN_NOW = 10, 17, 12, 3


@pytest.mark.parametrize("others", [0, 2])
def test_enforce(
    others: int, pipeline: Pipeline, ask: Ask, approve: Approve, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(others):
        approve(ask(branch=f"other-{number}"))
    with django_assert_num_queries(ENFORCE):
        pipeline.check()


@pytest.mark.parametrize("others", [0, 2])
def test_bypass(
    others: int, pipeline: Pipeline, ask: Ask, approve: Approve, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(others):
        approve(ask(ttl="1h", rules=(f"other-{number}",)), ttl=3600)
    approve(ask())
    with django_assert_num_queries(FIRST):
        pipeline.check()
    for _ in range(2):
        with django_assert_num_queries(REPEAT):
            pipeline.check()


@pytest.mark.parametrize("rows", [1, 3])
def test_open_now(
    rows: int, pipeline: Pipeline, ask: Ask, approve: Approve, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        approve(ask(branch=f"other-{number}"))
    with django_assert_num_queries(OPEN_NOW):
        pipeline.open_now()
