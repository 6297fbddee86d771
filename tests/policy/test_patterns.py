"""Route patterns against an independent reading of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.policy.patterns import matches, matches_everything

signs = st.text(alphabet="ab*?[.", max_size=8)
texts = st.text(alphabet="ab[.A\n", max_size=8)


def as_expression(pattern: str) -> str:
    """The same pattern for `re`, as the oracle."""
    return "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)


@given(signs.filter(bool), texts)
def test_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    assert matches(pattern, text) == (re.fullmatch(as_expression(pattern), text, re.DOTALL) is not None)


@given(texts)
def test_a_text_without_wildcards_matches_itself_alone(text: str) -> None:
    assert matches(text, text)
    assert matches(text, text + "x") == (text == "")


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("", "", True),
        ("", "anything", True),
        ("*", "", True),
        ("?", "", False),
        ("db-*", "db-", True),
        ("db-*", "db", False),
        ("db-*", "DB-main", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("*-prod", "eu-prod-1", False),
        ("release/*", "release/2026/11", True),
        ("?é*", "né1", True),
    ],
)
def test_the_cases_people_write(pattern: str, text: str, answer: bool) -> None:
    assert matches(pattern, text) == answer


def test_no_pattern_explodes() -> None:
    assert not matches("*a" * 125, "a" * 249 + "b")
    assert matches("*a" * 125 + "*", "a" * 249 + "b")
    assert not matches("*?" * 20_000, "a" * 19_999)


@pytest.mark.parametrize(
    ("pattern", "everything"), [("", True), ("*", True), ("***", True), ("?*", False), ("a", False)]
)
def test_what_matches_everything(pattern: str, everything: bool) -> None:
    assert matches_everything(pattern) == everything


@given(signs, texts)
def test_what_matches_everything_does(pattern: str, text: str) -> None:
    assert matches(pattern, text) or not matches_everything(pattern)
