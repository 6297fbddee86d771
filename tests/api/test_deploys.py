"""What was shipped: recorded once by the caller's id, and covered by what the portal itself saw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit import log
from breakglass.actions.ending import return_bypass
from breakglass.models import Deploy
from tests.api.pipeline import REPORT, SCOPE, Pipeline, read
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask

UNCOVERED = {
    **REPORT,
    **dict.fromkeys(("artifact", "url", "provenance_url"), ""),
    **dict.fromkeys(("bypass", "entry", "in_flight")),
}


def told(answer: Any) -> tuple[int, dict[str, Any]]:
    return answer.status_code, read(answer)


def entries(cast: Cast, kind: str = "deploy.recorded") -> list[str]:
    return [entry.id for entry in log.entries_of(str(cast.tenant.pk), kind=kind)]


def test_a_deploy_under_no_bypass(acme: Cast, pipeline: Pipeline) -> None:
    assert told(pipeline.report()) == (201, UNCOVERED)
    assert len(entries(acme)) == 1


def test_a_deploy_under_a_bypass_names_it_and_its_entry(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    bypass = approve(ask())
    status, answer = told(pipeline.report(url="https://ci.example/1", artifact="SHA256:" + "A" * 64))
    assert (status, answer) == (
        201,
        UNCOVERED
        | {
            "artifact": "sha256:" + "a" * 64,
            "url": "https://ci.example/1",
            "bypass": bypass.pk,
            "entry": entries(acme, "bypass.approved")[-1],
        },
    )


def test_the_same_report_again_changes_nothing(acme: Cast, pipeline: Pipeline, clock: Clock) -> None:
    first = told(pipeline.report())
    row = Deploy.objects.values().get()
    clock.forward(minutes=1)
    again = told(pipeline.report())
    assert (first, again) == ((201, UNCOVERED), (200, UNCOVERED))
    assert (Deploy.objects.values().get(), len(entries(acme))) == (row, 1)


def test_a_new_status_is_the_same_deploy_and_an_entry(acme: Cast, pipeline: Pipeline) -> None:
    pipeline.report()
    assert told(pipeline.report(status="succeeded")) == (200, UNCOVERED | {"status": "succeeded"})
    assert (Deploy.objects.count(), len(entries(acme))) == (1, 2)


@pytest.mark.parametrize(
    ("sent", "status", "recorded"),
    [
        (["succeeded"], "succeeded", 1),
        (["succeeded", "started"], "succeeded", 1),
        (["started", "failed", "succeeded"], "succeeded", 3),
        (["succeeded", "failed", "started"], "failed", 2),
        (["started", "cancelled", "started", "cancelled"], "cancelled", 2),
        (["started", "started", "succeeded", "succeeded"], "succeeded", 2),
    ],
    ids=str,
)
def test_statuses_out_of_order_do_not_reopen_it(
    sent: list[str], status: str, recorded: int, acme: Cast, pipeline: Pipeline
) -> None:
    answers = [told(pipeline.report(status=one))[1]["status"] for one in sent]
    assert (answers[-1], Deploy.objects.get().status, len(entries(acme))) == (status, status, recorded)


def test_it_keeps_its_cover_after_the_end(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve, clock: Clock
) -> None:
    bypass = approve(ask())
    started = read(pipeline.report())
    clock.forward(hours=1)
    ended = read(pipeline.report(status="succeeded"))
    assert (started["bypass"], ended["bypass"], ended["entry"]) == (bypass.pk, bypass.pk, started["entry"])


def test_one_first_heard_of_after_the_end_has_no_cover(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve, clock: Clock
) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    clock.now = bypass.expires_at - timedelta(microseconds=1)
    before = read(pipeline.report(id="before"))["bypass"]
    clock.now = bypass.expires_at
    after = read(pipeline.report(id="after"))["bypass"]
    assert (before, after) == (bypass.pk, None)


def test_one_after_the_requester_was_done_has_no_cover(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    bypass = approve(ask())
    return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=NOW + timedelta(minutes=2))
    assert read(pipeline.report())["bypass"] is None


@pytest.mark.parametrize("change", [{"branch": "main"}, {"service": "search"}, {"environment": "staging"}], ids=str)
def test_another_scope_has_no_cover(change: dict[str, str], pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    assert told(pipeline.report(**change)) == (201, UNCOVERED | change)


def test_an_id_used_for_another_scope_is_409(acme: Cast, pipeline: Pipeline) -> None:
    pipeline.report()
    sentence = "Deploy deploy-1 was reported for another scope: use a new id for this one."
    for change in ({"branch": "main"}, {"service": "search"}, {"artifact": "sha256:" + "a" * 64}):
        assert told(pipeline.report(**change)) == (409, {"error": sentence, "field": "id"})
    assert (Deploy.objects.count(), len(entries(acme))) == (1, 1)


def test_the_same_id_at_another_gate_or_tenant_is_another_deploy(
    acme: Cast, globex: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    approve(ask())
    other_gate = Pipeline(acme.secret("deploy-gate")).report(gate="deploy-gate", environment="staging")
    other_tenant = Pipeline(globex.secret("ci-checks"), tenant="globex").report()
    first = pipeline.report()
    assert [answer.status_code for answer in (other_gate, other_tenant, first)] == [201, 201, 201]
    assert [read(answer)["bypass"] is None for answer in (other_gate, other_tenant, first)] == [True, True, False]
    assert Deploy.objects.count() == 2


@pytest.mark.parametrize("gap", [None, ""])
def test_what_is_optional_may_be_null_empty_or_left_out(gap: str | None, pipeline: Pipeline) -> None:
    optional = ("branch", "artifact", "url", "provenance_url")
    sent = {name: value for name, value in REPORT.items() if name != "branch"}
    with_gaps = pipeline.post(sent | dict.fromkeys(optional, gap))
    left_out = pipeline.post(sent)
    assert [told(with_gaps), told(left_out)] == [(201, UNCOVERED | {"branch": ""}), (200, UNCOVERED | {"branch": ""})]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", ""]
)
def test_json_is_read_whatever_it_is_called(kind: str, pipeline: Pipeline) -> None:
    assert told(pipeline.post(REPORT, content_type=kind)) == (201, UNCOVERED)


def test_hostile_markup_is_kept_as_it_is_and_shown_as_text(
    acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve
) -> None:
    bypass = approve(ask())
    hostile = "<img src=x onerror=alert(1)>{{ 7|add:7 }}"
    status, answer = told(pipeline.report(id=hostile, url="https://ci.example/<b>?a='\"&b={{1}}"))
    page = acme.client("olga").get(f"/t/acme/bypasses/{bypass.pk}/").content.decode()
    assert (status, answer["id"], hostile in page, "&lt;img src=x onerror=alert(1)&gt;" in page) == (
        201,
        hostile,
        False,
        True,
    )


def test_a_status_may_come_with_a_new_address(pipeline: Pipeline) -> None:
    pipeline.report(url="https://ci.example/1")
    kept = read(pipeline.report(status="succeeded", provenance_url="https://ci.example/p"))
    assert (kept["url"], kept["provenance_url"]) == ("https://ci.example/1", "https://ci.example/p")


def test_a_report_of_another_tenants_gate_records_nothing(acme: Cast, globex: Cast) -> None:
    answer = Pipeline(acme.secret("ci-checks"), tenant="globex").report()
    assert (answer.status_code, Deploy.objects.count(), SCOPE["gate"]) == (401, 0, "ci-checks")
