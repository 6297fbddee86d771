"""What a pack holds of the log, as plain values: the one thing that CSVs and counts are computed from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from audit.evidence.period import Period

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class PackEntry:
    """One entry: where it stands and what it says (the parsed document)."""

    log: int
    index: int
    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """`<log>-<index>`."""
        return f"{self.log}-{self.index}"

    @property
    def kind(self) -> str:
        """Its kind, as in bypass.requested."""
        return str(self.document["kind"])

    @property
    def data(self) -> Mapping[str, Any]:
        """What an entry of its kind says."""
        data: Mapping[str, Any] = self.document["data"]
        return data

    @property
    def actor(self) -> Mapping[str, str]:
        """Who it is signed as."""
        actor: Mapping[str, str] = self.document["actor"]
        return actor

    @cached_property
    def time(self) -> datetime:
        """When, aware, in whole seconds."""
        return datetime.fromisoformat(self.document["time"])

    @property
    def bypass(self) -> str:
        """The id of the bypass that it is about; empty for any other entry."""
        named = self.data.get("bypass") or self.document.get("about", "")
        return named if isinstance(named, str) and named.startswith("bg_") else ""


@dataclass(frozen=True)
class Held:
    """Entries of all logs in order, and the rows that sealing entries seal, by the entry's id.

    `as_of` is the moment that states are told for: the period's end, or when the pack was made if that is earlier.
    """

    period: Period
    as_of: datetime
    entries: Sequence[PackEntry]
    batches: Mapping[str, Sequence[Row]]

    @cached_property
    def within(self) -> list[PackEntry]:
        """The entries of the period."""
        return [entry for entry in self.entries if self.period.holds(entry.time)]

    @cached_property
    def until_end(self) -> list[PackEntry]:
        """The entries of the period, and what there is of those before it."""
        return [entry for entry in self.entries if entry.time < self.period.end_at]


def seals(document: Mapping[str, Any]) -> bool:
    """Whether the entry seals a batch of rows by their root."""
    return str(document.get("kind", "")).endswith(".sealed")


def refers_back(document: Mapping[str, Any]) -> bool:
    """Whether an entry is taken along from before the period, whatever it holds: rights, policies and who agreed.

    The first entry of a log is, too, and every entry about a bypass that the period has an entry about.
    """
    return str(document["kind"]).partition(".")[0] in BACK


ACCESS = frozenset({"member", "role", "group", "token", "credential", "provider", "identity"})
BACK = ACCESS | {"policy", "change"}
