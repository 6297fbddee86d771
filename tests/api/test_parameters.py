"""A check that can't be understood is 400 with the field and what to do; it is never routed to anything."""

from __future__ import annotations

from typing import Any

import pytest

from breakglass.models import Check
from tests.api.pipeline import FAILED, RULE, SCOPE, Pipeline, read
from tests.cast import Cast

NAME = "starts with a letter or digit and holds only letters, digits and . _ / -, up to 100: write it so."
A_SERVICE, AN_ENVIRONMENT = f"A service {NAME}", f"An environment {NAME}"
A_BRANCH = "This can't be a git branch: write its name as `git branch` shows it, up to 250 characters."
AN_ARTIFACT = "An artifact is named by its digest: write sha256: and its 64 hexadecimal digits."
A_RULE = "A rule id starts with a letter or digit and holds only letters, digits and . _ : / -, up to 120: write it so."
NO_RULES = "Name the rules one by one; a wildcard can't be bypassed."
MANY_RULES = "A bypass names at most 50 rules: name fewer, or ask for the whole gate."
UNKNOWN = "There is no such parameter here: take it out."
ONCE = "Name this once."


def unlisted(name: str, value: str, listed: str) -> str:
    return f"The gate ci-checks does not list the {name} {value}: choose from {listed}, or ask an admin to add it."


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"gate": None}, {"gate": ["Say which gate this is about: gate=ci-checks."]}),
        ({"gate": ""}, {"gate": ["Say which gate this is about: gate=ci-checks."]}),
        ({"service": None}, {"service": ["Name the service that the bypass is for."]}),
        ({"environment": ""}, {"environment": ["Name the environment that the bypass is for."]}),
        (
            {"service": None, "environment": None, "branch": "..", "artifact": "latest"},
            {
                "service": ["Name the service that the bypass is for."],
                "environment": ["Name the environment that the bypass is for."],
                "branch": [A_BRANCH],
                "artifact": [AN_ARTIFACT],
            },
        ),
        ({"service": "billing"}, {"service": [unlisted("service", "billing", "payments, search, web")]}),
        ({"environment": "production"}, {"environment": [unlisted("environment", "production", "ci, staging")]}),
        ({"service": "Payments"}, {"service": [unlisted("service", "Payments", "payments, search, web")]}),
        ({"service": "*"}, {"service": ["Name one service; a wildcard can't be bypassed."]}),
        ({"service": "pay?"}, {"service": ["Name one service; a wildcard can't be bypassed."]}),
        ({"environment": "[c]i"}, {"environment": ["Name one environment; a wildcard can't be bypassed."]}),
        ({"branch": "hotfix/*"}, {"branch": ["Name one branch; a wildcard can't be bypassed."]}),
        ({"service": "payments\x00"}, {"service": [A_SERVICE]}),
        ({"service": " payments"}, {"service": [A_SERVICE]}),
        ({"service": "x" * 101}, {"service": [A_SERVICE]}),
        ({"service": "\u0440ayments"}, {"service": [A_SERVICE]}),
        ({"environment": "ci\n"}, {"environment": [AN_ENVIRONMENT]}),
        ({"branch": "a\x00b"}, {"branch": [A_BRANCH]}),
        ({"branch": "x" * 251}, {"branch": [A_BRANCH]}),
        ({"branch": "a\u202eb"}, {"branch": [A_BRANCH]}),
        ({"artifact": "sha256:" + "g" * 64}, {"artifact": [AN_ARTIFACT]}),
        ({"artifact": "sha512:" + "a" * 128}, {"artifact": [AN_ARTIFACT]}),
        ({"rule": "*"}, {"rule": [NO_RULES]}),
        ({"rule": ["*", "a b", "ok"]}, {"rule": [NO_RULES, A_RULE]}),
        ({"rule": "a\x00"}, {"rule": [A_RULE]}),
        ({"rule": [f"rule-{number}" for number in range(51)]}, {"rule": [MANY_RULES]}),
        ({"rules": RULE}, {"rules": [UNKNOWN]}),
        ({"Gate": "x", "": "y"}, {"": [UNKNOWN], "Gate": [UNKNOWN]}),
        ({"service": ["payments", "payments"]}, {"service": [ONCE]}),
        ({"gate": ["ci-checks", "deploy-gate"]}, {"gate": [ONCE]}),
        ({"branch": ["a", ""]}, {"branch": [ONCE]}),
    ],
    ids=repr,
)
def test_what_is_wrong_is_named(change: dict[str, Any], fields: dict[str, Any], pipeline: Pipeline) -> None:
    query = {name: value for name, value in (FAILED | change).items() if value is not None}
    answer = pipeline.check(query)
    sentence = " ".join(one for sentences in fields.values() for one in sentences)
    assert (answer.status_code, read(answer)) == (400, {"error": sentence, "fields": fields})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("gate=ci-checks&service=%00&environment=ci", "service"),
        ("gate=ci-checks&service=%ff%fe&environment=ci", "service"),
        ("gate=ci-checks&service=%ed%a0%80&environment=ci", "service"),
        ("gate=ci-checks&service=payments&environment=ci&%ff=1", "\ufffd"),
        ("gate=ci-checks&service=payments&environment=ci&%00=1", "\x00"),
        ("gate=ci-checks&service=payments&environment=ci&branch=%F0%9F%92%A9%00", "branch"),
        ("gate=ci-checks&service=payments&environment=ci&rule=%", "rule"),
        ("gate=ci-checks&service=payments&environment=ci&rule=%2525", "rule"),
        ("&".join(f"p{number}=1" for number in range(1001)), "query"),
        ("&".join(f"rule=r{number}" for number in range(10_000)), "query"),
    ],
    ids=lambda text: text[:50],
)
def test_bytes_that_are_no_text_are_named_too(query: str, field: str, pipeline: Pipeline) -> None:
    answer = pipeline.check(query)
    assert (answer.status_code, list(read(answer)["fields"])) == (400, [field])


def test_nothing_is_recorded_of_what_was_not_understood(acme: Cast, pipeline: Pipeline) -> None:
    for query in ({}, SCOPE | {"service": "billing"}, SCOPE | {"rule": "*"}, SCOPE | {"gate": "deploy-gate"}):
        pipeline.check(query)
    assert Check.objects.count() == 0


def test_fifty_rules_are_answered(acme: Cast, pipeline: Pipeline) -> None:
    rules = [f"rule-{number:02}" for number in range(50)]
    assert pipeline.check(FAILED | {"rule": rules}).status_code == 403
    assert Check.objects.get().rules == rules


@pytest.mark.parametrize("artifact", ["sha256:" + "a" * 64, "SHA256:" + "A" * 64])
def test_a_digest_is_written_in_lower_case(artifact: str, acme: Cast, pipeline: Pipeline) -> None:
    pipeline.check(FAILED | {"artifact": artifact})
    assert Check.objects.get().artifact == "sha256:" + "a" * 64
