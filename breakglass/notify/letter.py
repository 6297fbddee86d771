"""One message in words, whatever it is about, and the entry that it tells of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from audit import log
from tenants import context


@dataclass(frozen=True)
class Letter:
    """One message in words. `quote` is what somebody typed, `why` says why the reader gets it."""

    subject: str
    heading: str
    says: str
    quote: str
    quoted: str
    facts: tuple[tuple[str, str], ...]
    button: str
    link: str
    why: str


def entry_data(cause: str) -> dict[str, Any]:
    """The entry's data and its actor; nothing if there is no such entry."""
    entry = log.find_entry(str(context.current_id()), cause)
    if entry is None:
        return {}
    document: dict[str, Any] = json.loads(bytes(entry.document))
    return {**document["data"], "actor": document["actor"]}
