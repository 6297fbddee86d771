"""Uploads that are out to harm: each is refused with a sentence, quickly, and builds nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.errors import PolicyError
from breakglass.policy.load import load
from breakglass.policy.values import Policy
from breakglass.policy.yamldoc import DEEPEST, LARGEST, MOST_PROBLEMS
from tests.policy.examples import DIRECTORY, POLICY, problems_of

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
ALIASES = "anchors and aliases are not read here; write the value out, in quotes if it begins with * or &"
UTF8 = "the document is not UTF-8; save it as UTF-8"
CHARACTER = "the document holds a character that YAML does not allow; take it out"
CORRECT = "correct the line, or the one above"
TAGS = "tags are not read here; take out what begins with !"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, f"line 1: {ALIASES}"),
        ("version: 1\ntiers: *all", f"line 2: {ALIASES}"),
        ("gate: *-prod", f"line 1: {ALIASES}"),
        ("version: &v 1", f"line 1: {ALIASES}"),
        ("tiers: &t {}", f"line 1: {ALIASES}"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", f"line 2: {TAGS}"),
        ("a: !!str 1", f"line 1: {TAGS}"),
        ("!!map {a: 1}", f"line 1: {TAGS}"),
        ("a: ! b", f"line 1: {TAGS}"),
        ("", "the document is empty; start it with `version: 1`"),
        ("# only words\n", "the document is empty; start it with `version: 1`"),
        (
            "a: 1\n---\nb: 2\n",
            f"line 2: this is not YAML: but found another document; {CORRECT}",
        ),
        ("a: [1,\n  2\nb: 3", f"line 3: this is not YAML: expected ',' or ']', but got ':'; {CORRECT}"),
        ("a:\n\t- b", f"line 2: this is not YAML: found character '\\t' that cannot start any token; {CORRECT}"),
        (
            "{<<: {version: 1}}",
            "line 1: a key of the document is <<, which YAML does not read as text; write the text in quotes",
        ),
        ("1: 2", "line 1: a key of the document is 1, which YAML does not read as text; write the text in quotes"),
        ("? [a]\n: b", "line 1: a key of the document is not a single value; write one value there"),
        ('"a\\u202eb": 1', "line 1: a key of the document holds a character that can't be seen; take it out"),
        (b"\xff\xfea", UTF8),
        (POLICY.encode("utf-16"), UTF8),
        (b"a: \xc3(", UTF8),
        ("a: \ud800", UTF8),
        ("a: \x00", CHARACTER),
        ("a: \x1b[31m", CHARACTER),
    ],
)
def test_uploads_that_are_refused_whole(text: str | bytes, problem: str) -> None:
    assert problems_of(text) == [problem]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_stops_at_twenty(opening: str) -> None:
    assert problems_of(opening * (DEEPEST + 1)) == [
        "line 1: the document nests deeper than 20 levels; write it as the example shows"
    ]


def test_twenty_levels_are_read() -> None:
    text = "[" * (DEEPEST - 1) + "x" + "]" * (DEEPEST - 1)
    assert problems_of(text) == ["line 1: the document is not a mapping; write `key: value` lines under it"]


def test_the_size_is_counted_in_bytes() -> None:
    fits = POLICY + "#" * (LARGEST - len(POLICY))
    assert isinstance(load(fits, DIRECTORY), Policy)
    too_large = ["the document is larger than 256 KiB; shorten it"]
    assert problems_of(fits + "#") == too_large
    assert problems_of(fits.encode() + b"#") == too_large
    assert problems_of(fits[:-1] + "é") == too_large


def test_a_document_full_of_problems_is_not_answered_with_all_of_them() -> None:
    assert len(problems_of("a: 1\n" * 5000)) == MOST_PROBLEMS


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_upload_raises_anything_else(text: str | bytes) -> None:
    with pytest.raises(PolicyError) as refused:
        load(text, DIRECTORY)
    assert refused.value.sentence.encode() != b""


@given(st.integers(0, len(POLICY)), st.integers(0, 12), st.text(max_size=3))
def test_no_torn_policy_raises_anything_else(start: int, length: int, put: str) -> None:
    try:
        policy = load(POLICY[:start] + put + POLICY[start + length :], DIRECTORY)
    except PolicyError as error:
        assert error.problems != ()  # noqa: PT017  both ways are right, and nothing else is
        return
    assert (policy.version, policy.routes[-1].keys) == (1, ("", "", "", ""))
