"""Whatever is wrong with a request: a sentence beside the field, the right status, and nothing typed is lost."""

from __future__ import annotations

import pytest

from breakglass.models import Bypass
from tests.pages.conftest import Fields, Post, fields, path
from tests.pages.reading import Page

FORM = path("bypasses/new")
TYPED = (
    *("gate", "service", "environment", "branch", "artifact", "rule"),
    *("reason_kind", "justification", "incident_url", "ttl"),
)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}"

BAD = [
    ("gate", "", "Choose the gate that has to open."),
    (
        "gate",
        "ci-check",
        "There is no gate of that name: choose from ci-checks, db-change, deploy-gate, practice.",
    ),
    ("service", "", "Name the service that the bypass is for."),
    ("service", "*", "Name one service; a wildcard can't be bypassed."),
    (
        "service",
        "billing",
        (
            "The gate ci-checks does not list the service billing: choose from payments, search, web, or ask an "
            "admin to add it."
        ),
    ),
    ("environment", "", "Name the environment that the bypass is for."),
    (
        "environment",
        "production",
        (
            "The gate ci-checks does not list the environment production: choose from ci, staging, or ask an admin to "
            "add it."
        ),
    ),
    ("branch", "release/*", "Name one branch; a wildcard can't be bypassed."),
    (
        "branch",
        "two words",
        "This can't be a git branch: write its name as `git branch` shows it, up to 250 characters.",
    ),
    (
        "artifact",
        "sha256:abc",
        "An artifact is named by its digest: write sha256: and its 64 hexadecimal digits.",
    ),
    ("rule", "", "Name at least one rule to skip, or choose the whole gate."),
    ("rule", "no-*", "Name the rules one by one; a wildcard can't be bypassed."),
    ("reason_kind", "boredom", "Choose what kind of reason this is."),
    (
        "justification",
        " \r\n ",
        "Say why the gate has to be opened, in a sentence the approver can judge.",
    ),
    (
        "justification",
        "x" * 65_536,
        "This is 65,536 characters long: keep it to 4,000 and link to the rest.",
    ),
    (
        "justification",
        "a\x00b",
        "This has a control character in it: remove it, or type the text again.",
    ),
    ("incident_url", "", "Link the incident, or write 'pending' while there is none yet."),
    (
        "incident_url",
        "javascript:alert(1)",
        "This is not a web address: it has to begin with https:// or http://.",
    ),
    ("ttl", "7d", "The tier low does not offer that time: choose 15m, 1h, 4h."),
    ("ttl", "0m", "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."),
    ("ttl", "", "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."),
]
# A choice that the page does not offer has no button; a time that was not chosen is the shortest.
NOT_TYPED: dict[tuple[str, str], Fields] = {
    ("reason_kind", "boredom"): {"reason_kind": ""},
    ("ttl", ""): {"ttl": "15m"},
}


def as_typed(page: Page, sent: Fields) -> Fields:
    """What the form would send again, in the shape of what was sent."""
    again: Fields = {name: page.value(name) for name in TYPED}
    again["rule"] = page.value("rule").split("\n") if isinstance(sent["rule"], list) else page.value("rule")
    return again


@pytest.mark.parametrize(("field", "value", "sentence"), BAD, ids=lambda part: str(part)[:24])
def test_one_bad_field_is_explained_and_all_is_kept(post: Post, field: str, value: str, sentence: str) -> None:
    sent = fields(**{field: value})
    page = post("rosa", FORM, **sent)
    assert (page.answer.status_code, page.wrong) == (400, {field})
    assert page.by_id[f"{field}-problem"] == sentence
    kept = sent | NOT_TYPED.get((field, value), {})
    assert as_typed(page, kept) == kept
    assert Bypass.objects.count() == 0


def test_everything_wrong_is_said_at_once(post: Post) -> None:
    page = post("rosa", FORM, **fields(gate="", branch="a b", justification="", incident_url="x", reason_kind="y"))
    assert page.wrong == {"gate", "branch", "justification", "incident_url", "reason_kind"}


def test_the_summary_leads_to_each_wrong_field(post: Post) -> None:
    page = post("rosa", FORM, **fields(branch="a b", incident_url="x"))
    assert [link for link in page.links if link.startswith("#") and link != "#main"] == ["#branch", "#incident_url"]


def test_rules_and_the_whole_gate_are_not_both_sent(post: Post) -> None:
    page = post("rosa", FORM, **fields(whole_gate="1"))
    assert page.by_id["rule-problem"] == "Name the rules to skip, or choose the whole gate: not both."
    assert (page.value("rule"), page.value("whole_gate")) == ("no-known-exploited-critical", "1")


@pytest.mark.parametrize("field", [name for name in TYPED if name not in {"justification", "reason_kind"}])
def test_hostile_markup_is_text(post: Post, field: str) -> None:
    page = post("rosa", FORM, **fields(**{field: HOSTILE}))
    assert (page.answer.status_code, page.value(field)) == (400, HOSTILE)
    assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)


def test_a_leading_line_of_the_justification_survives(post: Post) -> None:
    assert post("rosa", FORM, **fields(justification="\n\nText", ttl="7d")).value("justification") == "\n\nText"


def test_the_last_of_a_field_sent_twice_counts(post: Post) -> None:
    assert post("rosa", FORM, **fields(service=["a", "payments"], ttl="7d")).value("service") == "payments"
