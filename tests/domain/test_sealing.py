"""Checks without an entry of their own are sealed once, by the Merkle root of their rows, and then never change."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from audit.canonical import canonical, timestamp
from audit.merkle import root_of
from breakglass.actions import sealing
from breakglass.actions.deciding import Told, decide
from breakglass.models import Check, ChecksBatch
from breakglass.scopes import Scope
from tenants import context
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, document, entries, snapshot

SCOPE = Scope("payments", "ci", "hotfix/null-currency")
RULES = frozenset(["no-known-exploited-critical"])
LATER = NOW + 5 * MINUTE


def checks(cast: Cast, count: int, gate: str = "ci-checks") -> None:
    """So many questions, a second apart."""
    for number in range(count):
        decide(credential=cast.credential(gate), scope=SCOPE, rules=RULES, now=NOW + MINUTE + timedelta(seconds=number))


def recomputed(batch: ChecksBatch) -> str:
    """The root as an auditor computes it from the rows, read without the code that wrote them."""
    columns = ("evaluation", "at", "gate__slug", "service", "environment", "branch", "artifact", "rules", "bypass_id")
    leaves = []
    for row in Check.objects.filter(batch=batch).order_by("pk").values(*columns):
        row["gate"] = row.pop("gate__slug")
        row["bypass"] = row.pop("bypass_id")
        leaves.append(
            canonical(row | {"at": timestamp(row["at"]), "decision": "bypass" if row["bypass"] else "enforce"})
        )
    return root_of(leaves).hex()


def test_nothing_to_seal_writes_nothing(acme: Cast) -> None:
    before = snapshot()
    assert sealing.seal_checks(now=LATER) == 0
    assert snapshot() == before


def test_a_batch_is_one_entry_with_the_root_of_its_rows(acme: Cast) -> None:
    checks(acme, 3)
    assert sealing.seal_checks(now=LATER) == 3
    batch = ChecksBatch.objects.get()
    assert (batch.count, batch.root, batch.at) == (3, recomputed(batch), LATER)
    assert entries()[-1].kind == "checks.sealed"
    assert document(entries()[-1])["data"] == {
        "batch": batch.pk,
        "count": 3,
        "root": batch.root,
        "first_at": "2026-03-02T02:08:11Z",
        "last_at": "2026-03-02T02:08:13Z",
    }


def test_a_row_says_what_was_asked_and_answered(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    checks(acme, 2)
    check = Check.objects.select_related("gate").get(first=False)
    assert json.loads(sealing.row(check)) == {
        "evaluation": check.evaluation,
        "at": "2026-03-02T02:08:12Z",
        "gate": "ci-checks",
        "service": "payments",
        "environment": "ci",
        "branch": "hotfix/null-currency",
        "artifact": "",
        "rules": ["no-known-exploited-critical"],
        "decision": "bypass",
        "bypass": bypass.pk,
    }


def test_what_the_caller_said_of_itself_is_in_the_row_and_what_it_did_not_is_left_out(acme: Cast) -> None:
    told = Told(subject="pipeline", evidence_url="https://ci.example/7")
    decide(credential=acme.credential("ci-checks"), scope=SCOPE, rules=RULES, now=NOW, told=told)
    row = json.loads(sealing.row(Check.objects.select_related("gate").get()))
    assert {name: row.get(name) for name in ("subject", "verdict", "evidence_url")} == {
        "subject": "pipeline",
        "verdict": None,
        "evidence_url": "https://ci.example/7",
    }


def test_nothing_is_sealed_twice(acme: Cast) -> None:
    checks(acme, 2)
    assert [sealing.seal_checks(now=LATER), sealing.seal_checks(now=LATER)] == [2, 0]
    checks(acme, 1)
    assert sealing.seal_checks(now=LATER + MINUTE) == 1
    assert [(batch.count, batch.root == recomputed(batch)) for batch in ChecksBatch.objects.order_by("pk")] == [
        *((2, True), (1, True)),
    ]


def test_what_has_an_entry_of_its_own_is_not_sealed(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    checks(acme, 3)
    assert sealing.seal_checks(now=LATER) == 2
    assert list(Check.objects.filter(batch=None).values_list("first", flat=True)) == [True]


def test_the_times_are_those_of_the_earliest_and_the_latest(acme: Cast) -> None:
    for minutes in (2, 1, 3, 2):
        decide(credential=acme.credential("ci-checks"), scope=SCOPE, rules=RULES, now=NOW + minutes * MINUTE)
    sealing.seal_checks(now=LATER)
    data = document(entries()[-1])["data"]
    assert (data["first_at"], data["last_at"]) == ("2026-03-02T02:08:11Z", "2026-03-02T02:10:11Z")


def test_each_tenant_seals_its_own(acme: Cast, globex: Cast) -> None:
    checks(acme, 1)
    with context.entered(globex.tenant):
        checks(globex, 2)
        assert sealing.seal_checks(now=LATER) == 2
    assert sealing.seal_checks(now=LATER) == 1


def test_a_batch_has_a_size(acme: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    checks(acme, 3)
    assert [sealing.seal_checks(now=LATER) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE breakglass_check SET branch = 'main'",
        "UPDATE breakglass_check SET rules = '[]'",
        "UPDATE breakglass_check SET batch_id = NULL",
        "DELETE FROM breakglass_check",
        "UPDATE breakglass_checksbatch SET root = ''",
        "DELETE FROM breakglass_checksbatch",
    ],
)
def test_sealed_rows_never_change(acme: Cast, statement: str) -> None:
    checks(acme, 1)
    sealing.seal_checks(now=LATER)
    before = snapshot()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert snapshot() == before
