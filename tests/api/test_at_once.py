"""Many callers at the same instant, on a real PostgreSQL."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection
from django.http import HttpResponse

from audit import log
from breakglass.models import Check, Deploy
from tests.api.pipeline import Pipeline, read
from tests.cast import Cast
from tests.conftest import Approve, Ask

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only"),
    pytest.mark.django_db(transaction=True),
]
CALLERS = 8


@pytest.fixture
def pipeline(transactional_db: None) -> Pipeline:
    """The one behind ci-checks."""
    return Pipeline(Cast("acme").secret("ci-checks"))


def at_once(call: Callable[[int], HttpResponse]) -> list[HttpResponse]:
    """The answers to as many callers, each with a connection of its own."""

    def one(number: int) -> HttpResponse:
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


def recorded(cast: Cast, kind: str) -> int:
    return log.entries_of(str(cast.tenant.pk), kind=kind).count()


def test_one_deploy_reported_at_once_is_one_deploy(acme: Cast, pipeline: Pipeline) -> None:
    answers = at_once(lambda _: pipeline.report())
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CALLERS - 1}
    assert (Deploy.objects.count(), recorded(acme, "deploy.recorded")) == (1, 1)


def test_deploys_reported_at_once_are_all_recorded(acme: Cast, pipeline: Pipeline) -> None:
    answers = at_once(lambda number: pipeline.report(id=f"deploy-{number}"))
    assert [answer.status_code for answer in answers] == [201] * CALLERS
    assert (Deploy.objects.count(), recorded(acme, "deploy.recorded")) == (CALLERS, CALLERS)


def test_one_deploy_that_ends_two_ways_at_once_is_told_as_it_came(acme: Cast, pipeline: Pipeline) -> None:
    pipeline.report()
    ends = ["succeeded", "failed"] * (CALLERS // 2)
    answers = at_once(lambda number: pipeline.report(status=ends[number]))
    assert [read(answer)["status"] for answer in answers] == ends
    entries = log.entries_of(str(acme.tenant.pk), kind="deploy.recorded")
    told = [json.loads(bytes(entry.document))["data"]["status"] for entry in entries]
    assert (told[0], told[-1]) == ("started", Deploy.objects.get().status)
    assert all(one != following for one, following in pairwise(told))


def test_checks_at_once_open_with_one_entry(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    answers = at_once(lambda _: pipeline.check())
    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert (Check.objects.count(), Check.objects.filter(first=True).count()) == (CALLERS, 1)
    assert recorded(acme, "gate.checked") == 1
