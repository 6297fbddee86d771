"""Each field of a request that can't be used is refused with its sentence, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from breakglass.errors import BadInput
from tests.conftest import Ask
from tests.domain.support import refused

NAME = "starts with a letter or digit and holds only letters, digits and . _ / -, up to 100: write it so."
URL = "This is not a web address: it has to begin with https:// or http://."
CONTROL = "This has a control character in it: remove it, or type the text again."
DURATION = "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."
LISTED = "The gate ci-checks does not list the {}: choose from {}, or ask an admin to add it."
GATES = "There is no gate of that name: choose from ci-checks, db-change, deploy-gate, practice."
BAD: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("no service", {"service": ""}, {"service": "Name the service that the bypass is for."}),
    ("service wildcard", {"service": "pay*"}, {"service": "Name one service; a wildcard can't be bypassed."}),
    ("service too long", {"service": "a" * 101}, {"service": f"A service {NAME}"}),
    ("service markup", {"service": "<b>"}, {"service": f"A service {NAME}"}),
    ("service NUL", {"service": "pay\0ments"}, {"service": f"A service {NAME}"}),
    ("service unlisted", {"service": "a"}, {"service": LISTED.format("service a", "payments, search, web")}),
    ("service case", {"service": "Web"}, {"service": LISTED.format("service Web", "payments, search, web")}),
    ("no environment", {"environment": ""}, {"environment": "Name the environment that the bypass is for."}),
    (
        "environment unlisted, never the lowest tier",
        {"environment": "production"},
        {"environment": LISTED.format("environment production", "ci, staging")},
    ),
    (
        "branch impossible",
        {"branch": "a..b"},
        {"branch": "This can't be a git branch: write its name as `git branch` shows it, up to 250 characters."},
    ),
    ("branch wildcard", {"branch": "release-?"}, {"branch": "Name one branch; a wildcard can't be bypassed."}),
    (
        "artifact no digest",
        {"artifact": "web:latest"},
        {"artifact": "An artifact is named by its digest: write sha256: and its 64 hexadecimal digits."},
    ),
    ("no rule", {"rules": ()}, {"rule": "Name at least one rule to skip, or choose the whole gate."}),
    ("blank rules", {"rules": ("", " ")}, {"rule": "Name at least one rule to skip, or choose the whole gate."}),
    ("rules and gate", {"whole_gate": True}, {"rule": "Name the rules to skip, or choose the whole gate: not both."}),
    ("rule wildcard", {"rules": ("no-*",)}, {"rule": "Name the rules one by one; a wildcard can't be bypassed."}),
    (
        "too many rules",
        {"rules": tuple(f"rule-{number}" for number in range(51))},
        {"rule": "A bypass names at most 50 rules: name fewer, or ask for the whole gate."},
    ),
    ("no reason kind", {"reason_kind": ""}, {"reason_kind": "Choose what kind of reason this is."}),
    ("other reason kind", {"reason_kind": "fun"}, {"reason_kind": "Choose what kind of reason this is."}),
    (
        "no justification",
        {"justification": " \n\t"},
        {"justification": "Say why the gate has to be opened, in a sentence the approver can judge."},
    ),
    (
        "a justification of 64 KiB",
        {"justification": "x" * 65_536},
        {"justification": "This is 65,536 characters long: keep it to 4,000 and link to the rest."},
    ),
    ("a justification with NUL", {"justification": "a\0b"}, {"justification": CONTROL}),
    ("a justification with escape", {"justification": "\x1b[2J"}, {"justification": CONTROL}),
    (
        "a justification with half a character",
        {"justification": "a\ud800"},
        {
            "justification": "The text holds U+D800 at position 1, which is not a character and can't be signed: "
            "take it out."
        },
    ),
    (
        "no incident",
        {"incident_url": ""},
        {"incident_url": "Link the incident, or write 'pending' while there is none yet."},
    ),
    ("javascript", {"incident_url": "javascript:alert(1)"}, {"incident_url": URL}),
    ("javascript after space", {"incident_url": " JavaScript:alert(1)"}, {"incident_url": URL}),
    ("data", {"incident_url": "data:text/html,<script>"}, {"incident_url": URL}),
    ("no host", {"incident_url": "https:///4711"}, {"incident_url": URL}),
    ("broken host", {"incident_url": "https://[::1"}, {"incident_url": URL}),
    ("a space inside", {"incident_url": "https://a.example/ b"}, {"incident_url": URL}),
    (
        "a long address",
        {"incident_url": "https://a.example/" + "x" * 483},
        {"incident_url": "This is 501 characters long: keep it to 500 and link to the rest."},
    ),
    ("no TTL", {"ttl": ""}, {"ttl": DURATION}),
    ("TTL no duration", {"ttl": "soon"}, {"ttl": DURATION}),
    ("TTL of nothing", {"ttl": "0m"}, {"ttl": DURATION}),
    ("TTL overflow", {"ttl": "9999999d"}, {"ttl": "9999999d is longer than 90d: write a shorter duration."}),
    ("TTL not the tier's", {"ttl": "2h"}, {"ttl": "The tier low does not offer that time: choose 15m, 1h, 4h."}),
    ("TTL of another tier", {"ttl": "20s"}, {"ttl": "The tier low does not offer that time: choose 15m, 1h, 4h."}),
    ("no gate", {"gate": ""}, {"gate": GATES}),
    ("unknown gate", {"gate": "ci-check"}, {"gate": GATES}),
    ("gate with NUL", {"gate": "ci-checks\0"}, {"gate": GATES}),
    ("gate with half a character", {"gate": "\ud800"}, {"gate": GATES}),
]


@pytest.mark.parametrize(("fields", "sentences"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_input_is_refused_with_its_sentence(ask: Ask, fields: dict[str, Any], sentences: dict[str, str]) -> None:
    error = refused(BadInput, lambda: ask(**fields))
    assert error.fields == {field: (sentence,) for field, sentence in sentences.items()}


def test_everything_that_is_wrong_is_said_at_once(ask: Ask) -> None:
    error = refused(
        BadInput,
        lambda: ask(
            service="",
            environment="*",
            branch="..",
            artifact="x",
            rules=(),
            reason_kind="",
            justification="",
            incident_url="",
            ttl="",
        ),
    )
    assert sorted(error.fields) == [
        *("artifact", "branch", "environment", "incident_url", "justification", "reason_kind", "rule", "service", "ttl")
    ]


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("justification", "x" * 4000, "x" * 4000),
        ("justification", " <script>alert(1)</script> ", "<script>alert(1)</script>"),
        ("justification", "one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        ("justification", "tab\tand \N{FIRE}", "tab\tand \N{FIRE}"),
        ("incident_url", " Pending ", "pending"),
        ("incident_url", "http://a.example/<b>", "http://a.example/<b>"),
        ("incident_url", "https://a.example/" + "x" * 482, "https://a.example/" + "x" * 482),
        ("branch", " main ", "main"),
        ("branch", "x" * 250, "x" * 250),
        ("artifact", f"sha256:{'A' * 64} ", f"sha256:{'a' * 64}"),
        ("evaluation", "evl_0123", "evl_0123"),
        ("evaluation", "<b>", ""),
    ],
)
def test_what_can_be_used_is_kept(ask: Ask, field: str, typed: str, kept: str) -> None:
    assert getattr(ask(**{field: typed}), field) == kept


def test_fifty_rules_of_the_longest_name_are_kept(ask: Ask) -> None:
    rules = tuple(f"{number:02}{'x' * 118}" for number in range(50))
    assert ask(rules=rules).rules == list(rules)
