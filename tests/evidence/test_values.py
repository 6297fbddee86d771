"""The small parts: periods, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.csv_file import cell, neutral, write_csv
from audit.evidence.period import BadPeriod, parse_period
from breakglass.views.evidence import last_quarter

LATER = "The period ends on {}, which is not after its start: choose a later end."
MICROSECOND = timedelta(microseconds=1)


def test_a_period_begins_with_its_start_and_ends_before_its_end() -> None:
    period = parse_period("2026-01-01", " 2026-04-01 ")
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    moments = [start - MICROSECOND, start, end - MICROSECOND, end]
    assert [period.holds(moment) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("start", "end", "field", "sentence"),
    [
        ("2026-04-01", "2026-01-01", "period_end", LATER.format("2026-01-01")),
        ("2026-04-01", "2026-04-01", "period_end", LATER.format("2026-04-01")),
        ("", "2026-04-01", "period_start", "'' is not a date: write it as in 2026-01-31."),
        ("20260101", "2026-04-01", "period_start", "'20260101' is not a date: write it as in 2026-01-31."),
        ("2026-02-30", "2026-04-01", "period_start", "There is no 2026-02-30: choose a day of the calendar."),
        ("2026-01-01", "0000-01-01", "period_end", "There is no 0000-01-01: choose a day of the calendar."),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_refused(start: str, end: str, field: str, sentence: str) -> None:
    with pytest.raises(BadPeriod) as refused:
        parse_period(start, end)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM",
        "|cmd",
        "%0",
        "\t=1",
        "\r\n=1",
        " =1",
        "\u3000=1",
        "\uff1d1",
        "\uff0b",
        "\uff0d",
        "\uff20",
    ],
)
def test_what_a_spreadsheet_would_run_gets_a_quote(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "payments", "'=1", "https://x.example/?a=1"])
def test_what_it_would_not_run_is_left_alone(text: str) -> None:
    assert neutral(text) == text


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1))
def test_every_cell_comes_back(cells: list[str]) -> None:
    content = write_csv(["first"], [cells]).decode()
    _, row = csv.reader(io.StringIO(content, newline=""))
    assert row == [neutral(text) for text in cells]


def test_every_cell_is_quoted_and_every_line_ends_as_in_the_rfc() -> None:
    assert write_csv(["a", "b"], [[1, 'say "x"'], [None, True]]) == b'"a","b"\r\n"1","say ""x"""\r\n"","yes"\r\n'


def test_values_as_text() -> None:
    at = datetime(2026, 3, 2, 2, 7, tzinfo=UTC)
    values = [None, False, at, ["a", "b"], (), {"b": 1, "a": [None]}, [{"a": 1}], 7]
    assert [cell(value) for value in values] == [
        "", "no", "2026-03-02T02:07:00Z", "a; b", "", '{"a":[null],"b":1}', '[{"a":1}]', "7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("today", "quarter"),
    [
        (date(2026, 1, 1), (date(2025, 10, 1), date(2026, 1, 1))),
        (date(2026, 3, 31), (date(2025, 10, 1), date(2026, 1, 1))),
        (date(2026, 4, 1), (date(2026, 1, 1), date(2026, 4, 1))),
        (date(2026, 12, 31), (date(2026, 7, 1), date(2026, 10, 1))),
    ],
)
def test_the_form_offers_the_quarter_that_ended_last(today: date, quarter: tuple[date, date]) -> None:
    assert last_quarter(today) == quarter
