import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical, parse_canonical, timestamp
from audit.errors import NotCanonical

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=15,
)


def test_keys_are_sorted_by_utf16_and_nothing_is_spaced() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": [True, None, "é\n"]}) == (
        '{"a":[true,null,"é\\n"],"\U0001f600":2,"\ufb33":1}'.encode()
    )


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_what_is_written_reads_back_the_same(value: dict[str, object]) -> None:
    assert parse_canonical(canonical(value)) == value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("\ud800", "The text holds U+D800 at position 0, which is not a character and can't be signed: take it out."),
        (
            {"data": {"reason": ["ok", "no\udfff"]}},
            "data.reason[1] holds U+DFFF at position 2, which is not a character and can't be signed: take it out.",
        ),
        (
            {"data": {"\ufdd0": 1}},
            "A key of data holds U+FDD0 at position 0, which is not a character and can't be signed: take it out.",
        ),
        ("\uffff", "The text holds U+FFFF at position 0, which is not a character and can't be signed: take it out."),
        (
            "\U0010fffe",
            "The text holds U+10FFFE at position 0, which is not a character and can't be signed: take it out.",
        ),
        ({"ttl": 1.5}, "ttl is a fraction; write it as text or as a whole number."),
        (
            {"n": 2**53},
            "The value has no canonical form: 9007199254740992 exceeds safe integer domain for JSON floats.",
        ),
        ({"n": {1}}, "The value has no canonical form: unsupported type: <class 'set'>."),
    ],
)
def test_what_readers_would_not_agree_on_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert str(refused.value) == sentence


def test_neighbours_of_noncharacters_are_text() -> None:
    text = "\ufdcf\ufdf0\ufffd\U00010000\U0001fffd\ud7ff\ue000\x00"
    assert json.loads(canonical(text)) == text


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"b":1,"a":1}', b'{"a":1,"a":1}', b"[]", b"", b"\xff", b'{"a":1}\n'])
def test_other_forms_of_json_are_not_read(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


def test_times_are_utc_in_whole_seconds() -> None:
    late = datetime(2026, 3, 2, 3, 7, 11, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert timestamp(late) == "2026-03-02T02:07:11Z"
    assert timestamp(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NotCanonical, match=r"^A time without a zone can't be recorded: hand in an aware datetime\.$"):
        timestamp(datetime(2026, 3, 2))  # noqa: DTZ001  the very point
