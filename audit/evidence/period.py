"""The period that evidence is for: whole days in UTC, the last one exclusive. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadPeriod(ValueError):
    """A period that can't be; `field` names the date that is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True)
class Period:
    """From the start of `start` up to, but not including, the start of `end`. Raises BadPeriod unless it has a day."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadPeriod(
                "period_end", f"The period ends on {self.end}, which is not after its start: choose a later end."
            )

    @property
    def start_at(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.start, time(), UTC)

    @property
    def end_at(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.end, time(), UTC)

    def holds(self, moment: datetime) -> bool:
        """Whether this aware moment lies in it."""
        return self.start_at <= moment < self.end_at


def parse_period(start: str, end: str) -> Period:
    """The period between two dates as in 2026-01-01. Raises BadPeriod."""
    return Period(parse_day("period_start", start), parse_day("period_end", end))


def parse_day(field: str, text: str) -> date:
    """A day as in 2026-01-31, typed into this field. Raises BadPeriod."""
    if not _DATE.fullmatch(text.strip()):
        raise BadPeriod(field, f"{text[:40]!r} is not a date: write it as in 2026-01-31.")
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadPeriod(field, f"There is no {text.strip()}: choose a day of the calendar.") from None
