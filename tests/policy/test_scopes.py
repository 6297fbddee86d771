"""Reading scopes and rules: every problem at once, no wildcard anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.errors import BadInput
from breakglass.scopes import Scope, in_words, parse_rules, parse_scope
from tests.policy.strategies import DIGEST_A, scopes

NAME = "starts with a letter or digit and holds only letters, digits and . _ / -, up to 100: write it so."
BRANCH = "This can't be a git branch: write its name as `git branch` shows it, up to 250 characters."
ARTIFACT = "An artifact is named by its digest: write sha256: and its 64 hexadecimal digits."
RULE = "A rule id starts with a letter or digit and holds only letters, digits and . _ : / -, up to 120: write it so."


def problems(
    service: object = "web", environment: object = "production", **others: object
) -> dict[str, tuple[str, ...]]:
    with pytest.raises(BadInput) as refused:
        parse_scope(service, environment, **others)
    return refused.value.fields


def test_reads_a_full_scope() -> None:
    scope = parse_scope("team/pay.v2", "prod_eu-1", "release/2026.11", DIGEST_A.upper().replace("SHA", "sha"))
    assert scope == Scope("team/pay.v2", "prod_eu-1", "release/2026.11", DIGEST_A)


@pytest.mark.parametrize("nothing", ["", None])
def test_an_unnamed_branch_and_artifact_are_any(nothing: object) -> None:
    assert parse_scope("web", "production", nothing, nothing) == Scope("web", "production", "", "")


def test_the_longest_of_everything() -> None:
    scope = Scope("s" * 100, "e" * 100, "b" * 250, DIGEST_A)
    assert parse_scope(scope.service, scope.environment, scope.branch, scope.artifact) == scope


@pytest.mark.parametrize("nothing", ["", None])
def test_service_and_environment_must_be_named(nothing: object) -> None:
    assert problems(nothing, nothing) == {
        "service": ("Name the service that the bypass is for.",),
        "environment": ("Name the environment that the bypass is for.",),
    }


@pytest.mark.parametrize("wild", ["*", "pay*", "?ay", "[ab]", "*\n", "a b*"])
def test_wildcards_are_refused_in_every_field_at_once(wild: str) -> None:
    fields = ("service", "environment", "branch", "artifact")
    assert problems(wild, wild, branch=wild, artifact=wild) == {
        name: (f"Name one {name}; a wildcard can't be bypassed.",) for name in fields
    }


@pytest.mark.parametrize(
    "name",
    ["-a", ".a", "/a", "_a", " a", "a ", "a\n", "a b", "é", "a\x00", "<b>", "a" * 101, "\u0430", "\ud800", "a\\"],
)
def test_odd_names_are_refused(name: str) -> None:
    assert problems(name, name) == {"service": (f"A service {NAME}",), "environment": (f"An environment {NAME}",)}


@pytest.mark.parametrize(
    "branch", ["main", "feature/ünï", "a.b", "v1@x", "a-", "HEAD~".rstrip("~"), "fix/#12", "b" * 250]
)
def test_branches_that_git_takes(branch: str) -> None:
    assert parse_scope("web", "production", branch).branch == branch


@pytest.mark.parametrize(
    "branch",
    [
        *(
            "a b",
            " main",
            "main\n",
            "a..b",
            "a\\b",
            "a~b",
            "a^b",
            "a:b",
            "@",
            "a@{b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.",
        ),
        *("-a", "a.lock", "a.lock/b", "a\x7f", "a\tb", "a\u202eb", "a\u00a0b", "b" * 251, "\ud800"),
    ],
)
def test_branches_that_git_refuses(branch: str) -> None:
    assert problems(branch=branch) == {"branch": (BRANCH,)}


@pytest.mark.parametrize(
    "artifact",
    [
        *("a" * 64, "sha256:", "sha256:" + "a" * 63, "sha256:" + "a" * 65, "sha256:" + "g" * 64, "sha512:" + "a" * 64),
        *(DIGEST_A + "\n", " " + DIGEST_A, "sha256:" + "\u0661" * 64),
    ],
)
def test_artifacts_that_are_no_digest(artifact: str) -> None:
    assert problems(artifact=artifact) == {"artifact": (ARTIFACT,)}


@pytest.mark.parametrize("value", [5, True, ["web"], {"a": 1}, 0, False, b"web"])
def test_what_is_not_text_is_refused(value: object) -> None:
    assert problems(value, value, branch=value, artifact=value) == {
        name: (f"The {name} must be text: send it as a string.",)
        for name in ("service", "environment", "branch", "artifact")
    }


@given(scopes)
def test_a_scope_reads_back_as_itself(scope: Scope) -> None:
    assert parse_scope(scope.service, scope.environment, scope.branch, scope.artifact) == scope


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_gets_a_wildcard_or_a_space_into_a_scope(service: str, branch: str) -> None:
    try:
        scope = parse_scope(service, "production", branch)
    except BadInput:
        return
    assert set("*?[\\ \n\r\t\x00") & set(scope.service + scope.branch) == set()


def test_rules_are_read_once_each() -> None:
    assert parse_rules(["no-root", "cve:2026/1", "no-root"]) == frozenset({"no-root", "cve:2026/1"})
    assert parse_rules([]) == frozenset()


@pytest.mark.parametrize("rule", ["", " a", "-a", "a b", "a\n", "é", "a" * 121, None, 5, ["a"], "<script>"])
def test_odd_rules_are_refused(rule: object) -> None:
    with pytest.raises(BadInput) as refused:
        parse_rules(["fine", rule])
    assert refused.value.fields == {"rule": (RULE,)}


def test_a_wildcard_rule_is_refused_with_every_other_problem() -> None:
    with pytest.raises(BadInput) as refused:
        parse_rules(["no-*", "no-?", "b d"])
    assert refused.value.fields == {"rule": ("Name the rules one by one; a wildcard can't be bypassed.", RULE)}


def test_fifty_rules_are_the_most() -> None:
    fifty = [f"rule-{number}" for number in range(50)]
    assert parse_rules([*fifty, "rule-0"]) == frozenset(fifty)
    with pytest.raises(BadInput) as refused:
        parse_rules([*fifty, "rule-50"])
    assert refused.value.fields == {
        "rule": ("A bypass names at most 50 rules: name fewer, or ask for the whole gate.",)
    }


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope("payments", "production", "main"), "payments in production, branch main, any artifact"),
        (Scope("payments", "production"), "payments in production, any branch, any artifact"),
        (Scope("web", "staging", "", DIGEST_A), f"web in staging, any branch, artifact {DIGEST_A}"),
    ],
)
def test_a_scope_in_words_says_what_is_open(scope: Scope, words: str) -> None:
    assert in_words(scope) == words
