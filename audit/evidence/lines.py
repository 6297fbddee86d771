"""entries.jsonl and batches.jsonl: how a pack writes entries and sealed rows, one a line. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.canonical import canonical


@dataclass(frozen=True)
class BundledEntry:
    """An entry's canonical bytes and its Sigstore bundle, proved under the pack's checkpoint of its log."""

    log: int
    index: int
    document: bytes
    bundle: bytes


@dataclass(frozen=True)
class Batch:
    """The rows that one entry seals, in order, each in canonical JSON."""

    entry: str
    rows: Sequence[bytes]


def write_entries(entries: Iterable[BundledEntry]) -> bytes:
    """A line each: id, index, entry and bundle."""
    return b"".join(_line(entry) for entry in entries)


def _line(entry: BundledEntry) -> bytes:
    # Entry and bundle are canonical already, and so is this: the keys are in order.
    identity = canonical(f"{entry.log}-{entry.index}")
    return b'{"bundle":%b,"entry":%b,"id":%b,"index":%d}\n' % (entry.bundle, entry.document, identity, entry.index)


def write_batches(batches: Iterable[Batch]) -> bytes:
    """A line for each sealed row: the sealing entry's id, and the row."""
    return b"".join(
        b'{"entry":%b,"row":%b}\n' % (canonical(batch.entry), row) for batch in batches for row in batch.rows
    )


def read_lines(content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each line's number, from 1, and its object. Raises ValueError naming the line that is none."""
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number} is not JSON") from error
        if not isinstance(value, dict):
            raise ValueError(f"line {number} is not an object")
        yield number, value
