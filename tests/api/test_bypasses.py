"""What is open now, for tools: by the clock, this tenant's alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from breakglass.actions.ending import return_bypass
from tests.api.pipeline import RULE, Pipeline, read
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask

SENTENCE = "Ask for status=active: the others are on the record pages and in the log."


def ids(sender: Pipeline) -> list[str]:
    return [one["id"] for one in read(sender.open_now())["bypasses"]]


def test_nothing_is_open_at_first(pipeline: Pipeline) -> None:
    answer = pipeline.open_now()
    assert (answer.status_code, read(answer)) == (200, {"bypasses": []})


def test_an_active_bypass_in_full(pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(artifact="sha256:" + "a" * 64))
    assert read(pipeline.open_now()) == {
        "bypasses": [
            {
                "id": bypass.pk,
                "gate": "ci-checks",
                "service": "payments",
                "environment": "ci",
                "branch": "hotfix/null-currency",
                "artifact": "sha256:" + "a" * 64,
                "whole_gate": False,
                "rules": [RULE],
                "starts_at": "2026-03-02T02:08:11Z",
                "expires_at": "2026-03-02T02:23:11Z",
                "expires_unix": 1772418191,
                "drill": False,
                "url": f"http://localhost:8000/t/acme/bypasses/{bypass.pk}/",
            }
        ]
    }


def test_the_one_that_ends_last_comes_first(pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    short = approve(ask())
    long = approve(ask(ttl="1h", rules=(), whole_gate=True), ttl=3600)
    middle = approve(ask(branch="main"), now=NOW + timedelta(minutes=2))
    assert ids(pipeline) == [long.pk, middle.pk, short.pk]


def test_it_is_open_by_the_clock_with_no_worker(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve, clock: Clock
) -> None:
    bypass = approve(ask())
    assert bypass.starts_at is not None
    assert bypass.expires_at is not None
    tick = timedelta(microseconds=1)
    seen = []
    for moment in (bypass.starts_at - tick, bypass.starts_at, bypass.expires_at - tick, bypass.expires_at):
        clock.now = moment
        seen.append(ids(pipeline))
    assert seen == [[], [bypass.pk], [bypass.pk], []]


def test_what_waits_or_has_ended_is_not_open(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    ask()
    ended = approve(ask(branch="main"))
    return_bypass(bypass_id=ended.pk, by=acme.rosa, now=NOW + timedelta(minutes=3))
    assert ids(pipeline) == []


def test_another_tenants_are_never_told(
    acme: Cast, globex: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    bypass = approve(ask())
    stranger = Pipeline(globex.secret("ci-checks"), tenant="globex")
    assert (ids(pipeline), ids(stranger)) == ([bypass.pk], [])


def test_a_token_of_another_gate_reads_them_too(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert ids(Pipeline(acme.secret("deploy-gate"))) == [bypass.pk]


@pytest.mark.parametrize("query", ["", "status=", "status=expired", "status=ACTIVE", "status=active%00", "status=%ff"])
def test_only_what_is_active_can_be_asked_for(query: str, pipeline: Pipeline) -> None:
    answer = pipeline.open_now(query)
    assert (answer.status_code, read(answer)) == (400, {"error": SENTENCE, "fields": {"status": [SENTENCE]}})
