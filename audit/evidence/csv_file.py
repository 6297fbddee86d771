"""CSV that no spreadsheet runs: RFC 4180, every cell quoted, and a ' before what would be a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from audit.canonical import canonical, timestamp

_FORMULA = frozenset("=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20")


def neutral(cell: str) -> str:
    """The cell, with a leading ' when its first character that is not a blank would start a formula."""
    first = cell.lstrip(" \u00a0\u3000")[:1]
    first_seen = cell.lstrip()[:1]
    return f"'{cell}" if first in _FORMULA or first_seen in _FORMULA else cell


def cell(value: object) -> str:  # noqa: PLR0911  one a shape
    """A value as text: yes and no, RFC 3339 moments, lists with semicolons, people by name, anything deeper as JSON."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return timestamp(value)
        case list() | tuple() if all(isinstance(item, str | int) for item in value):
            return "; ".join(str(item) for item in value)
        case {"id": int(), "name": str(name), "email": str(email)}:
            return f"{name} ({email})"
        case list() | tuple() | dict():
            return canonical(value).decode()
    return str(value)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The file's bytes, UTF-8 without a byte order mark."""
    return b"".join(csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same line by line, for a file that is sent while its rows are still being read."""
    yield _line(header)
    for row in rows:
        yield _line([neutral(cell(value)) for value in row])


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
