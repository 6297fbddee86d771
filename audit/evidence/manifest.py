"""manifest.json: whose evidence, for when, over which entries, with how many rows, and every file's digest. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.canonical import b64, canonical, timestamp
from audit.evidence.counts import counts
from audit.evidence.period import Period
from audit.evidence.values import Held

VERSION = 1
NAME, BUNDLE = "manifest.json", "manifest.sigstore.json"
PDF, README = "evidence.pdf", "README.txt"


@dataclass(frozen=True)
class LogExtent:
    """What the pack holds of one log: an unbroken range from `first` to `last`, and `earlier` entries before it."""

    number: int
    host: str
    first: int
    last: int
    earlier: int
    size: int
    root: bytes
    trusted_root: str

    def as_data(self) -> dict[str, Any]:
        """The log's part of the manifest."""
        return {
            "log": self.number,
            "host": self.host,
            "first": f"{self.number}-{self.first}",
            "last": f"{self.number}-{self.last}",
            "entries": self.last - self.first + 1,
            "earlier": self.earlier,
            "checkpoint": {"size": self.size, "root": b64(self.root)},
            "trusted_root": self.trusted_root,
        }


@dataclass(frozen=True)
class Made:
    """When the pack was made, for whom (name, identity and how they are known), and by which portal."""

    at: datetime
    by: Mapping[str, Any]
    portal: Mapping[str, str]


def as_of(period: Period, made_at: datetime) -> datetime:
    """The moment that states are told for."""
    return min(period.end_at, made_at.replace(microsecond=0))


def describe(held: Held, tenant: Mapping[str, str], extents: Sequence[LogExtent]) -> dict[str, Any]:
    """The part of the manifest that follows from the entries alone."""
    period = held.period
    return {
        "tenant": dict(tenant),
        "period": {
            "start": timestamp(period.start_at),
            "end": timestamp(period.end_at),
            "start_is": "inclusive",
            "end_is": "exclusive",
            "zone": "UTC",
        },
        "parameters": {"period_start": f"{period.start}", "period_end": f"{period.end}"},
        "as_of": timestamp(held.as_of),
        "logs": [extent.as_data() for extent in extents],
        **counts(held),
    }


def write_manifest(described: Mapping[str, Any], made: Made, files: Mapping[str, bytes]) -> bytes:
    """The file's bytes: canonical JSON. Without a PDF among the files it says why there is none."""
    pdf = {} if PDF in files else {"pdf": "not made: the library Pango is missing where this pack was made"}
    return canonical(
        {
            "v": VERSION,
            **described,
            "generated_at": timestamp(made.at),
            "generated_by": dict(made.by),
            "portal": dict(made.portal),
            "files": digests(files),
            **pdf,
        }
    )


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Each file's hex SHA-256, by its name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
