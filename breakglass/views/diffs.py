"""Two policies line by line, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

MOST_LINES = 4000
TOO_LONG = "One of the two is too long to be compared here: export both, and compare the files."
_KINDS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True)
class Line:
    """A line of the difference; `kind` is added, removed, place or nothing."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """What turns one into the other; nothing if no line differs."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return [Line("place", TOO_LONG)]
    return list(_lines(old, new))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    for number, line in enumerate(unified_diff(old, new, lineterm="")):
        if number > 1:  # the two names of files, which there are none of
            yield Line(_KINDS.get(line[:1], ""), line)
