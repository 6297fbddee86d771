"""What the entry says that a message is sent for."""

from __future__ import annotations

import json
from typing import Any

from audit import log
from tenants import context


def said(cause: str) -> dict[str, Any]:
    """The data of the entered tenant's entry with this id, and its actor; nothing if there is no such entry."""
    entry = log.find_entry(str(context.current_id()), cause)
    if entry is None:
        return {}
    document: dict[str, Any] = json.loads(bytes(entry.document))
    return {**document["data"], "actor": document["actor"]}
