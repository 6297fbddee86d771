"""What the PDF says beside the tables: exceptions, and which bypasses get a page of their own. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.evidence.history import History
from audit.evidence.values import Held, PackEntry

PAGES = 25


@dataclass(frozen=True)
class Exceptional:
    """Something that an auditor wants to see, in words, with the entry that holds it ("": none was written)."""

    entry: str
    bypass: str
    what: str


def exceptions(held: Held, histories: Sequence[History]) -> list[Exceptional]:
    """Refused reviews and findings, then bypasses that nobody answered, were revoked, or lack their post-mortem."""
    found = [one for entry in held.within if (one := _of_entry(entry)) is not None]
    found += [one for history in histories if (one := _of_history(history)) is not None]
    return found + [one for history in histories if (one := _overdue(history)) is not None]


def _of_entry(entry: PackEntry) -> Exceptional | None:
    if entry.kind == "review.refused":
        who = entry.data["member"]["name"]
        return Exceptional(entry.id, entry.bypass, f"{who} tried to review and was refused: {entry.data['sentence']}")
    if entry.kind == "finding.opened":
        return Exceptional(entry.id, entry.bypass, f"Finding: {entry.data['subject']}")
    return None


def _of_history(history: History) -> Exceptional | None:
    entry = history.closed.id if history.closed is not None else ""
    if history.status == "lapsed" and history.in_period:
        return Exceptional(entry, history.id, "Nobody answered the request in time.")
    if history.status == "revoked":
        return Exceptional(entry, history.id, f"Revoked by {history.closed_by} before its end.")
    return None


def _overdue(history: History) -> Exceptional | None:
    owed, signed = history.of_kind("post-mortem.opened"), history.of_kind("post-mortem.signed-off")
    if not owed or signed or datetime.fromisoformat(owed[0].data["due_at"]) > history.as_of:
        return None
    what = f"Its post-mortem was due at {owed[0].data['due_at']} and is not signed off."
    return Exceptional(owed[0].id, history.id, what)


def paged(histories: Sequence[History], seed: bytes) -> list[History]:
    """The bypasses with a page each: all, or 25 by SHA-256 of the seed (the log's root) and the id, so that everybody
    who draws this sample draws the same."""
    if len(histories) <= PAGES:
        return list(histories)
    drawn = sorted(histories, key=lambda history: hashlib.sha256(seed + history.id.encode()).digest())[:PAGES]
    ids = {history.id for history in drawn}
    return [history for history in histories if history.id in ids]
