"""What became of each bypass, folded from its entries. Pure: the clock is `as_of`, never read here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.evidence.values import Held, PackEntry

_CLOSES = {
    "bypass.denied": "denied",
    "bypass.withdrawn": "withdrawn",
    "bypass.lapsed": "lapsed",
    "bypass.expired": "expired",
    "bypass.returned": "returned",
    "bypass.revoked": "revoked",
}


@dataclass
class History:
    """One bypass: the entry that asked for it, and what followed up to the end of the period."""

    asked: PackEntry
    as_of: datetime
    in_period: bool
    entries: list[PackEntry] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.asked.data["bypass"])

    @property
    def request(self) -> Mapping[str, Any]:
        return self.asked.data

    def of_kind(self, kind: str) -> list[PackEntry]:
        return [entry for entry in self.entries if entry.kind == kind]

    @property
    def opened(self) -> PackEntry | None:
        """The approval that opened it."""
        return next((entry for entry in self.of_kind("bypass.approved") if entry.data["active"]), None)

    @property
    def closed(self) -> PackEntry | None:
        """The entry that ended it, if one was written by then."""
        return next((entry for entry in self.entries if entry.kind in _CLOSES), None)

    @property
    def status(self) -> str:
        """What it was at `as_of`, by the entries and, where none was written yet, by the clock."""
        if self.closed is not None:
            return _CLOSES[self.closed.kind]
        if self.opened is not None:
            return "expired" if self._clock_end <= self.as_of else "active"
        return "lapsed" if self._clock_end <= self.as_of else "requested"

    @property
    def closed_at(self) -> datetime | None:
        """When it ended; None while it had not."""
        if self.closed is None:
            return None if self.status in {"requested", "active"} else self._clock_end
        effective_at = self.closed.data.get("effective_at")
        return datetime.fromisoformat(effective_at) if effective_at else self.closed.time

    @property
    def closed_by(self) -> str:
        """Who ended it: a person's name, or the clock."""
        if self.closed_at is None:
            return ""
        by_clock = self.closed is None or self.closed.kind in {"bypass.lapsed", "bypass.expired"}
        return "the clock" if by_clock or self.closed is None else self.closed.actor["name"]

    @property
    def held_seconds(self) -> int | None:
        """How long the gate was open; None if it never was."""
        if self.opened is None:
            return None
        start = datetime.fromisoformat(self.opened.data["starts_at"])
        return int(((self.closed_at or self.as_of) - start).total_seconds())

    @property
    def _clock_end(self) -> datetime:
        end = self.opened.data["expires_at"] if self.opened is not None else self.request["lapses_at"]
        return datetime.fromisoformat(end)


def histories(held: Held) -> list[History]:
    """Every bypass that was asked for in the period, or had an entry in it, in the order they were asked for."""
    found: dict[str, History] = {}
    for entry in held.until_end:
        if entry.kind == "bypass.requested":
            found[entry.bypass] = History(entry, held.as_of, held.period.holds(entry.time))
        if entry.bypass in found:
            found[entry.bypass].entries.append(entry)
    concerned = {entry.bypass for entry in held.within}
    return [history for history in found.values() if history.id in concerned]


def missing(held: Held) -> Iterable[str]:
    """The bypasses that the period has entries about, but whose request the pack does not hold."""
    asked = {entry.bypass for entry in held.until_end if entry.kind == "bypass.requested"}
    return sorted({entry.bypass for entry in held.within} - asked - {""})
