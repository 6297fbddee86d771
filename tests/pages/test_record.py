"""The record: everything that is known, to every member, and what each of them can do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from breakglass.actions.deciding import decide
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.ending import note_the_clock, withdraw
from breakglass.actions.reviewing import deny
from breakglass.models import Bypass
from breakglass.scopes import Scope
from breakglass.statements import statement
from breakglass.views.acts import LABELS
from tenants.actions import remove_member
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, of
from tests.pages.reading import Page

OWN = "You asked for this bypass yourself: somebody else has to {} it."
NO_RIGHT = "You can't {} this: its policy asks one peer, with the right held since before the request."
ONLY_ROSA = "Only Rosa, who asked for this bypass, can {} it."
NO_REVOKE = "Only an admin or somebody who could approve this bypass can revoke it."


def refusals(page: Page) -> dict[str, str]:
    """Each button of the record with the sentence that refuses it ("" for none)."""
    return {button.label: page.refusal(button.label) for button in page.buttons if button.label in LABELS.values()}


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("rosa", (OWN.format("approve"), OWN.format("deny"), "")),
        ("pete", ("", "", ONLY_ROSA.format("withdraw"))),
        ("ada", (NO_RIGHT.format("approve"), NO_RIGHT.format("deny"), ONLY_ROSA.format("withdraw"))),
        ("alex", (NO_RIGHT.format("approve"), NO_RIGHT.format("deny"), ONLY_ROSA.format("withdraw"))),
    ],
)
def test_buttons_of_a_request(ask: Ask, get: Get, who: str, refused: tuple[str, str, str]) -> None:
    buttons = ("Approve", "Deny", "Withdraw the request")
    assert refusals(get(who, of(ask()))) == dict(zip(buttons, refused, strict=True))


def test_buttons_after_my_approval(ask: Ask, approve: Approve, get: Get) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    approve(bypass, by="ada")
    assert refusals(get("ada", of(bypass))) == {
        "Approve": "The approval that you could give has been given. What is missing now: one of security-duty.",
        "Deny": "You have approved this: ask another approver to deny it, or its requester to withdraw it.",
        "Withdraw the request": ONLY_ROSA.format("withdraw"),
    }


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("rosa", ("", NO_REVOKE, "")),
        ("pete", (ONLY_ROSA.format("return"), "", ONLY_ROSA.format("extend"))),
        ("ada", (ONLY_ROSA.format("return"), NO_REVOKE, ONLY_ROSA.format("extend"))),
        ("alex", (ONLY_ROSA.format("return"), "", ONLY_ROSA.format("extend"))),
    ],
)
def test_buttons_while_active(ask: Ask, approve: Approve, get: Get, who: str, refused: tuple[str, str, str]) -> None:
    buttons = ("Done: shut the gate", "Revoke: shut the gate", "Ask for more time")
    assert refusals(get(who, of(approve(ask())))) == dict(zip(buttons, refused, strict=True))


def test_no_buttons_after_the_end_and_the_clock_says_when_that_is(
    ask: Ask, approve: Approve, get: Get, clock: Clock
) -> None:
    bypass = approve(ask())
    assert bypass.expires_at is not None
    clock.now = bypass.expires_at - timedelta(microseconds=1)
    page = get("rosa", of(bypass))
    assert (len(refusals(page)), "Active" in page.text) == (3, True)
    clock.now = bypass.expires_at
    page = get("rosa", of(bypass))
    assert (refusals(page), "Expired" in page.text) == ({"Ask for more time": ""}, True)
    assert "Ended 2 Mar 2026 02:23:11 UTC. Unless another bypass covers this, the gate enforces." in page.text


def test_everything_that_is_signed_is_shown(ask: Ask, get: Get) -> None:
    bypass = ask(environment="staging", rules=("rule-b", "rule-a"), ttl="4h")
    text = get("pete", of(bypass)).text
    document = statement(bypass, bypass.frozen_tier)
    assert document.keys() == {
        *("v", "bypass", "requester", "requested_at", "scope", "whole_gate", "rules", "reason_kind"),
        *("justification", "incident_url", "proposed_ttl", "ttl_choices", "tier", "policy", "drill", "extends"),
    }
    said = [
        *(bypass.pk, "Rosa rosa@acme.example", "2 Mar 2026 02:07:11 UTC", "ci-checks", "payments in staging"),
        *("branch hotfix/null-currency", "any artifact", "rule-a rule-b at", "Incident", bypass.justification),
        *(bypass.incident_url, "at most 4h", "Open for 15m 1h 4h", "tier low", "version 1"),
        bypass.policy_version.digest,
    ]
    assert [words for words in said if words not in text] == []


def test_a_whole_gate_and_a_drill_are_said(ask: Ask, get: Get) -> None:
    bypass = ask(gate="practice", environment="production", rules=(), whole_gate=True, ttl="20s", branch="")
    text = get("pete", of(bypass)).text
    assert ("the whole gate at practice" in text, "Drill" in text, "any branch, any artifact" in text) == (True,) * 3


def test_the_proposed_time_is_chosen(ask: Ask, get: Get) -> None:
    assert get("pete", of(ask(ttl="1h"))).value("ttl") == "1h"


def test_hostile_markup_is_text(ask: Ask, acme: Cast, get: Get, clock: Clock) -> None:
    hostile = "<script>alert(1)</script><img src=x>\n{% url 'home' %}"
    bypass = ask(justification=hostile, branch="<b>main</b>", incident_url="https://x.example/<script>")
    deny(bypass_id=bypass.pk, by=acme.pete, comment=hostile, now=clock.now)
    page = get("olga", of(bypass))
    assert (page.tags.count("script"), page.tags.count("img"), page.tags.count("b")) == (3, 0, 0)
    assert page.text.count("<script>alert(1)</script><img src=x> {% url 'home' %}") == 3


def test_a_pending_incident_is_no_link(ask: Ask, get: Get) -> None:
    page = get("pete", of(ask(incident_url="pending")))
    assert ("pending: there was no link yet" in page.text, "pending" in page.links) == (True, False)


def test_what_is_missing_and_who_could_give_it(ask: Ask, approve: Approve, get: Get) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    assert "Missing: one of sre-leads Ada Missing: one of security-duty Sam" in get("rosa", of(bypass)).text
    approve(bypass, by="ada")
    text = get("rosa", of(bypass)).text
    assert "Ada approved one of sre-leads; for 15m; 2 Mar 2026 02:08:11 UTC Seen. Missing: one of security-duty" in text
    assert "Missing: one of sre-leads" not in text


def test_an_approval_of_somebody_who_left_does_not_count(ask: Ask, approve: Approve, acme: Cast, get: Get) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    approve(bypass, by="ada")
    remove_member(member=acme.ada, by=None, now=NOW + timedelta(minutes=2))
    text = get("rosa", of(bypass)).text
    assert "No longer a member, so it does not count." in text
    assert "Missing: one of sre-leads nobody has that right any more" in text


def test_the_timeline_is_the_log_in_sentences(ask: Ask, approve: Approve, acme: Cast, get: Get) -> None:
    bypass = approve(ask())
    credential, at = acme.credential("ci-checks"), NOW + timedelta(minutes=2)
    scope = Scope("payments", "ci", "hotfix/null-currency")
    decide(credential=credential, scope=scope, rules=frozenset({"no-known-exploited-critical"}), now=at)
    report = read_report(id="d-1", scope=scope, status="started", url="", provenance_url="")
    record_deploy(credential=credential, report=report, now=at)
    page = get("rosa", of(bypass))
    said = page.by_id["main"]
    sentences = [
        (
            "Rosa asked to skip no-known-exploited-critical at ci-checks, payments in ci, branch hotfix/null-currency, "
            "any artifact, for 15m."
        ),
        "Pete approved it for 15m: active for 15m, until 2 Mar 2026 02:23:11 UTC.",
        (
            "ci-checks pipeline asked for the first time and was answered bypass at ci-checks, payments in ci, branch "
            "hotfix/null-currency (no-known-exploited-critical)."
        ),
        (
            f"ci-checks pipeline reported deploy d-1 as started, under bypass {bypass.pk}, at ci-checks, payments in "
            "ci, branch hotfix/null-currency."
        ),
    ]
    places = [said.find(sentence) for sentence in sentences]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(("who", "linked"), [("rosa", False), ("ada", False), ("olga", True), ("alex", True)])
def test_entries_are_linked_for_those_who_may_read_the_log(ask: Ask, get: Get, who: str, linked: bool) -> None:
    page = get(who, of(ask()))
    assert (any("/audit/1/" in link for link in page.links), "Entry 1-" in page.text) == (linked, True)


def test_ends_are_told(ask: Ask, acme: Cast, get: Get, clock: Clock) -> None:
    lapsed: Bypass = ask(now=NOW - timedelta(hours=2))
    note_the_clock(bypass_id=lapsed.pk, now=clock.now)
    assert "The portal wrote down that nobody approved it by 2 Mar 2026 01:07:11 UTC." in get("rosa", of(lapsed)).text
    withdrawn = ask()
    withdraw(bypass_id=withdrawn.pk, by=acme.rosa, now=clock.now)
    page = get("pete", of(withdrawn))
    assert "Withdrawn 2 Mar 2026 02:12:11 UTC: it never opened." in page.text


def test_an_invented_record_is_not_there(get: Get) -> None:
    assert get("rosa", "/t/acme/bypasses/bg_00000000000000000000/").answer.status_code == 404
