"""Deploys by the caller's id: covered by what the portal saw when it first heard of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breakglass.actions import ending
from breakglass.actions.deploying import RecordedDeploy, read_report, record_deploy
from breakglass.actions.setting_up import issue_credential
from breakglass.errors import BadInput, Forbidden, WrongState
from breakglass.models import Check, Deploy
from breakglass.scopes import Scope
from tenants import context
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import HOUR, MINUTE, document, entries, kinds, refused, snapshot

LATER = NOW + 2 * MINUTE
FIELDS = {"id": "build-7", "status": "started", "url": "https://ci.example/7", "provenance_url": ""}


def report(
    cast: Cast, *, gate: str = "ci-checks", environment: str = "ci", branch: str = "hotfix/null-currency",
    now: datetime = LATER, **fields: Any,
) -> RecordedDeploy:  # fmt: skip
    """What the pipeline tells."""
    scope = Scope("payments", environment, branch)
    told = read_report(scope=scope, **FIELDS | fields)
    return record_deploy(credential=cast.credential(gate), report=told, now=now)


def recorded() -> list[dict[str, Any]]:
    """What the log says of deploys."""
    return [document(entry)["data"] for entry in entries() if entry.kind == "deploy.recorded"]


def test_a_deploy_without_a_bypass_is_recorded(acme: Cast) -> None:
    found = report(acme)
    assert (found.new, found.entry, found.deploy.bypass_id, found.deploy.status) == (True, "", None, "started")
    assert recorded() == [
        {
            "deploy": "build-7",
            "scope": {
                "gate": "ci-checks",
                "service": "payments",
                "environment": "ci",
                "branch": "hotfix/null-currency",
                "artifact": "",
            },
            "status": "started",
            "url": "https://ci.example/7",
            "provenance_url": "",
            "bypass": None,
            "entry": None,
            "drill": False,
        }
    ]


def test_a_deploy_under_a_bypass_names_it_and_the_entry_that_opened_it(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    found = report(acme)
    assert (found.deploy.bypass_id, found.entry) == (bypass.pk, entries(bypass.pk)[1].id)
    assert kinds(bypass)[2:] == ["deploy.recorded"]
    assert (recorded()[0]["bypass"], recorded()[0]["entry"]) == (bypass.pk, found.entry)


def test_the_same_report_again_changes_nothing(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask())
    first = report(acme)
    before = snapshot()
    again = report(acme, now=LATER + MINUTE)
    assert (again.deploy, again.entry, again.new) == (first.deploy, first.entry, False)
    assert snapshot() == before


def test_a_new_status_is_kept_and_recorded(acme: Cast) -> None:
    report(acme)
    found = report(acme, status="succeeded", url="", provenance_url="https://ci.example/p", now=LATER + MINUTE)
    deploy = Deploy.objects.get()
    assert (found.new, deploy.status, deploy.url, deploy.provenance_url, deploy.first_seen_at, deploy.last_seen_at) == (
        *(False, "succeeded", "https://ci.example/7", "https://ci.example/p", LATER, LATER + MINUTE),
    )
    assert [words["status"] for words in recorded()] == ["started", "succeeded"]


ENDS = ["succeeded", "failed", "cancelled"]


@pytest.mark.parametrize("ended", ENDS)
def test_an_ended_deploy_stays_ended(acme: Cast, ended: str) -> None:
    report(acme, status=ended)
    before = snapshot()
    assert report(acme, status="started", now=LATER + MINUTE).deploy.status == ended
    assert snapshot() == before


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("then", ENDS)
def test_another_end_of_it_is_kept_and_recorded(acme: Cast, first: str, then: str) -> None:
    for status in (first, then, then):
        found = report(acme, status=status)
    assert (found.deploy.status, Deploy.objects.get().status) == (then, then)
    assert [words["status"] for words in recorded()] == ([first] if first == then else [first, then])


@pytest.mark.parametrize("late", ["started", "succeeded"])
def test_an_address_that_comes_after_the_end_is_kept_and_recorded(acme: Cast, late: str) -> None:
    report(acme, status="succeeded", url="")
    for _ in range(2):
        report(acme, status=late, url="https://ci.example/7", provenance_url="https://ci.example/p")
    deploy = Deploy.objects.get()
    assert (deploy.status, deploy.url, deploy.provenance_url) == (
        *("succeeded", "https://ci.example/7", "https://ci.example/p"),
    )
    assert [(words["status"], words["provenance_url"]) for words in recorded()] == [
        ("succeeded", ""),
        ("succeeded", "https://ci.example/p"),
    ]


@pytest.mark.parametrize("other", [{"environment": "staging"}, {"branch": "main"}, {"branch": ""}])
def test_an_id_of_another_scope_is_refused(acme: Cast, other: dict[str, Any]) -> None:
    report(acme)
    error = refused(WrongState, lambda: report(acme, status="failed", **other))
    assert (error.sentence, error.field) == (
        *("Deploy build-7 was reported for another scope: use a new id for this one.", "id"),
    )


def test_the_same_id_at_another_gate_and_tenant_is_another_deploy(acme: Cast, globex: Cast) -> None:
    report(acme, environment="staging")
    report(acme, environment="staging", gate="deploy-gate")
    with context.entered(globex.tenant):
        assert report(globex, environment="staging").new
        assert Deploy.objects.count() == 1
    assert Deploy.objects.count() == 2


def test_a_deploy_first_heard_of_before_is_not_covered_afterwards(acme: Cast, ask: Ask, approve: Approve) -> None:
    report(acme, now=NOW)
    approve(ask())
    found = report(acme, status="succeeded")
    assert (found.deploy.bypass_id, found.entry) == (None, "")


def test_a_deploy_first_heard_of_after_the_end_is_not_covered(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    assert report(acme, now=bypass.expires_at).deploy.bypass_id is None


def test_a_deploy_after_the_revocation_is_not_covered(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    ending.revoke(bypass_id=bypass.pk, by=acme.alex, comment="", now=LATER)
    assert report(acme).deploy.bypass_id is None


def test_a_deploy_that_ends_after_the_bypass_stays_counted_under_it(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    report(acme)
    found = report(acme, status="succeeded", now=NOW + 30 * MINUTE)
    assert (found.deploy.bypass_id, found.entry) == (bypass.pk, entries(bypass.pk)[1].id)


@pytest.mark.parametrize("other", [{"environment": "staging"}, {"branch": "main"}, {"branch": ""}])
def test_a_deploy_of_another_scope_is_not_covered(
    acme: Cast, ask: Ask, approve: Approve, other: dict[str, Any]
) -> None:
    approve(ask())
    assert report(acme, **other).deploy.bypass_id is None


def test_of_several_bypasses_the_one_that_ends_last_covers(acme: Cast, ask: Ask, approve: Approve) -> None:
    approve(ask(ttl="15m"))
    long = approve(ask(ttl="1h"), ttl=HOUR)
    approve(ask(ttl="15m", rules=("x",)))
    assert report(acme).deploy.bypass_id == long.pk


def test_a_deploy_through_the_practice_gate_is_a_drill(acme: Cast) -> None:
    report(acme, gate="practice", environment="production")
    assert recorded()[0]["drill"] is True


def test_a_scope_that_the_gate_does_not_list_is_refused(acme: Cast) -> None:
    refused(BadInput, lambda: report(acme, environment="production"))


def test_a_token_reports_for_its_services_alone(acme: Cast) -> None:
    made, _ = issue_credential(gate=acme.gate("ci-checks"), name="web", services=["web"], by=acme.alex, now=SET_UP)
    credential = type(made).objects.select_related("gate", "token").get(pk=made.pk)
    told = read_report(scope=Scope("payments", "ci"), **FIELDS)
    error = refused(Forbidden, lambda: record_deploy(credential=credential, report=told, now=LATER))
    assert error.sentence == "This token does not speak for payments: use one that does."


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("id", "  ", "Send the deploy's id: your own, the same in every report of it."),
        ("id", "x" * 201, "This is 201 characters long: keep it to 200 and link to the rest."),
        ("id", "a\0b", "This has a control character in it: remove it, or type the text again."),
        ("status", "", "The status is one of started, succeeded, failed, cancelled."),
        ("status", "Started", "The status is one of started, succeeded, failed, cancelled."),
        ("url", "javascript:alert(1)", "This is not a web address: it has to begin with https:// or http://."),
        ("provenance_url", "ftp://a.example", "This is not a web address: it has to begin with https:// or http://."),
    ],
)
def test_a_report_that_can_not_be_used_is_refused(acme: Cast, field: str, value: str, sentence: str) -> None:
    fields: dict[str, Any] = {field: value}
    error = refused(BadInput, lambda: report(acme, **fields))
    assert error.fields == {field: (sentence,)}


ARTIFACT = "sha256:" + "a" * 64
OUTSIDE: list[dict[str, Any]] = [{"branch": ""}, {"artifact": ""}, {"artifact": "sha256:" + "b" * 64}]


@pytest.mark.parametrize("other", OUTSIDE)
def test_the_database_counts_nothing_under_a_bypass_that_is_not_inside_its_scope(
    acme: Cast, ask: Ask, approve: Approve, other: dict[str, Any]
) -> None:
    bypass = approve(ask(artifact=ARTIFACT))
    words = {"service": "payments", "environment": "ci", "branch": bypass.branch, "artifact": ARTIFACT} | other
    seen = {"status": "started", "first_seen_at": LATER, "last_seen_at": LATER}
    with pytest.raises(IntegrityError, match="inside its scope"), transaction.atomic():
        Deploy.objects.create(gate_id=bypass.gate_id, external_id="7", bypass=bypass, **words, **seen)
    credential = acme.credential("ci-checks")
    with pytest.raises(IntegrityError, match="inside its scope"), transaction.atomic():
        Check.objects.create(gate_id=bypass.gate_id, credential=credential, bypass=bypass, key="k", at=LATER, **words)
