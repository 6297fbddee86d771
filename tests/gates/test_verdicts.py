"""The gates' ordinary verdicts: one or many, once by their id, and sealed into the same log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from audit import log, merkle
from audit.models import Entry
from breakglass.actions import sealing
from breakglass.actions.batches import read_batch
from breakglass.models import Verdict, VerdictsBatch
from tests.cast import NOW, Cast
from tests.gates.caller import RULE, SCOPE, Caller

PATH = "api/v1/verdicts"
LATER = NOW + timedelta(minutes=10)


def verdict(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {"id": f"run-{number}", **SCOPE, "decision": "fail", "rules": [RULE]} | changes


def said(answer: HttpResponse) -> tuple[int, dict[str, Any]]:
    return answer.status_code, json.loads(answer.content)


def test_one_verdict_is_kept(caller: Caller) -> None:
    sent = verdict(evidence_url="https://ci.example/1", evaluated_at="2026-03-02T03:00:00+01:00")
    assert said(caller.post(PATH, sent)) == (201, {"new": 1, "known": 0})
    row = Verdict.objects.select_related("gate").get()
    assert json.loads(sealing.verdict_row(row)) == {
        "id": "run-1",
        "at": "2026-03-02T02:12:11Z",
        "evaluated_at": "2026-03-02T02:00:00Z",
        **SCOPE,
        "artifact": "",
        "decision": "fail",
        "rules": [RULE],
        "evidence_url": "https://ci.example/1",
    }


def test_a_batch_sent_twice_and_out_of_order_changes_nothing(caller: Caller) -> None:
    batch = [verdict(number) for number in range(5)]
    assert said(caller.post(PATH, batch)) == (201, {"new": 5, "known": 0})
    before = list(Verdict.objects.order_by("pk").values())
    assert said(caller.post(PATH, batch[::-1])) == (200, {"new": 0, "known": 5})
    assert said(caller.post(PATH, [batch[3], batch[3]])) == (200, {"new": 0, "known": 2})
    assert list(Verdict.objects.order_by("pk").values()) == before


def test_an_overlapping_batch_adds_what_is_new(caller: Caller) -> None:
    caller.post(PATH, [verdict(1), verdict(2)])
    assert said(caller.post(PATH, [verdict(3), verdict(2)])) == (201, {"new": 1, "known": 1})


@pytest.mark.parametrize("before", [[], [verdict(7)]], ids=["in one batch", "in two"])
def test_another_verdict_under_a_known_id_is_refused_with_all_that_came_with_it(
    caller: Caller, before: list[dict[str, Any]]
) -> None:
    for one in before:
        caller.post(PATH, one)
    other = verdict(7, decision="pass", rules=[])
    answer = caller.post(PATH, [verdict(8), *([] if before else [verdict(7)]), other])
    assert said(answer) == (
        409,
        {
            "error": "Verdict run-7 was sent with something else in it, and that stays: use a new id for this one.",
            "field": "id",
        },
    )
    assert Verdict.objects.count() == len(before)


def test_the_same_id_at_another_gate_is_another_verdict(acme: Cast, caller: Caller) -> None:
    other = Caller(acme.secret("deploy-gate"))
    sent = verdict(gate="deploy-gate", environment="production")
    assert [one.post(PATH, body).status_code for one, body in ((caller, verdict()), (other, sent))] == [201, 201]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ([], 400, {"body": ["Send one JSON object, or an array of 1 to 500."]}),
        ([verdict()] * 501, 400, {"body": ["Send one JSON object, or an array of 1 to 500."]}),
        ([5], 400, {"body": ["Send one JSON object, or an array of 1 to 500."]}),
        ("nonsense", 400, {"body": ["Send one JSON object, or an array of 1 to 500."]}),
        (verdict(id=""), 400, {"id": ["Send the verdict's id: your own, the same whenever you send it."]}),
        (verdict(id=5), 400, {"id": ["Send this as a string."]}),
        (verdict(rules="all"), 400, {"rules": ["Send rules as an array."]}),
        (verdict(colour="red"), 400, {"colour": ["There is no such field here: take it out."]}),
        (verdict(decision="maybe"), 400, {"decision": ["The decision is one of pass, fail."]}),
        (
            verdict(decision="pass"),
            400,
            {"rules": ["A verdict that passes names no rule that failed: leave rules out."]},
        ),
        (
            verdict(evaluated_at="yesterday"),
            400,
            {"evaluated_at": ["Send the time with its offset, as in 2026-03-02T02:07:11Z, or leave it out."]},
        ),
        (
            [verdict(1), verdict(2, gate="deploy-gate")],
            400,
            {"gate": ["Send the verdicts of one gate at a time: its token speaks for no other."]},
        ),
        (" " * (1024 * 1024 + 1), 413, None),
    ],
)
def test_bad_input_keeps_nothing(caller: Caller, body: Any, status: int, fields: Any) -> None:
    answer = caller.post(PATH, body)
    assert (answer.status_code, json.loads(answer.content).get("fields")) == (status, fields)
    assert Verdict.objects.count() == 0


def test_verdicts_are_sealed_by_the_root_of_their_rows(acme: Cast, caller: Caller) -> None:
    caller.post(PATH, [verdict(1), verdict(2, decision="pass", rules=[])])
    assert (sealing.seal_verdicts(now=LATER), sealing.seal_verdicts(now=LATER)) == (2, 0)
    entry = log.entries_of(str(acme.tenant.pk), kind="verdicts.sealed").get()
    data = json.loads(bytes(entry.document))["data"]
    rows = read_batch("verdicts.sealed", data)
    at = "2026-03-02T02:12:11Z"
    batch = VerdictsBatch.objects.get()
    assert data == {
        "batch": batch.pk,
        "count": 2,
        "root": merkle.root_of(rows).hex(),
        "first_at": at,
        "last_at": at,
    }
    assert [json.loads(row)["id"] for row in rows] == ["run-1", "run-2"]


def test_verdicts_are_volume_and_no_entries(caller: Caller) -> None:
    before = Entry.objects.count()
    caller.post(PATH, [verdict(number) for number in range(20)])
    assert Entry.objects.count() == before
