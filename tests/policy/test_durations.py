"""The one parser of durations, and its way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.durations import LONGEST, SHORTEST, parse, show
from breakglass.errors import BadInput

FORM = "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("20s", 20), ("15m", 900), ("4h", 14_400), ("5d", 432_000), ("90d", LONGEST), ("7776000s", LONGEST)],
)
def test_reads_each_unit_up_to_both_bounds(text: str, seconds: int) -> None:
    assert parse(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "0s",
            "0d",
            "15",
            "m",
            "15M",
            "1w",
            "-5m",
            "+5m",
            "1.5h",
            "1h30m",
            " 15m",
            "15m ",
            "15m\n",
            "015m",
            "1_0s",
        ),
        *("\u0661\u0665m", "\uff11m", "15µ", "1e3s", "99999999s", "9" * 50 + "s", "15 m", "\x0015m"),
    ],
)
def test_refuses_every_other_form(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text)
    assert (refused.value.fields, refused.value.field) == ({"ttl": (FORM,)}, "ttl")


@pytest.mark.parametrize("text", ["91d", "7776001s", "9999999d", "2161h"])
def test_duration_parsing_does_not_overflow(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text, field="due")
    assert refused.value.fields == {"due": (f"{text} is longer than 90d: write a shorter duration.",)}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "1s"),
        (20, "20s"),
        (60, "1m"),
        (90, "90s"),
        (3600, "1h"),
        (5400, "90m"),
        (86_400, "1d"),
        (90_000, "25h"),
        (0, "0s"),
    ],
)
def test_shows_the_largest_exact_unit(seconds: int, text: str) -> None:
    assert show(seconds) == text


@given(st.integers(SHORTEST, LONGEST))
def test_what_is_shown_reads_back(seconds: int) -> None:
    assert parse(show(seconds)) == seconds


@given(st.text(alphabet="0123456789smhd -+.", max_size=9))
def test_whatever_is_read_is_within_bounds(text: str) -> None:
    try:
        seconds = parse(text)
    except BadInput:
        return
    assert SHORTEST <= seconds <= LONGEST
