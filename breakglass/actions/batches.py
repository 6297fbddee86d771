"""The rows that a sealing entry seals, read back in their order: what the log itself does not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from breakglass.actions.sealing import VOLUMES


def read_batch(kind: str, data: Mapping[str, Any]) -> Sequence[bytes]:
    """The rows of the entered tenant's batch, as they were sealed. No rows for a kind that seals nothing here."""
    volume = VOLUMES.get(kind)
    if volume is None:
        return []
    rows = volume.rows().select_related("gate").filter(batch_id=data["batch"]).order_by("pk")
    return [volume.leaf(one) for one in rows]
