"""Putting a pack together: from what was collected to its files. Nothing is read or written here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audit.evidence import manifest
from audit.evidence.collect import LogPart
from audit.evidence.lines import write_batches, write_entries
from audit.evidence.manifest import LogExtent
from audit.evidence.period import Period
from audit.evidence.tables import csv_files
from audit.evidence.values import Held, PackEntry
from audit.trust import trust_config


def held(parts: Sequence[LogPart], period: Period, made_at: datetime) -> Held:
    """What these parts of the logs say, as the values that everything is computed from."""
    entries = [
        PackEntry(entry.log, entry.index, json.loads(entry.document)) for part in parts for entry in part.entries
    ]
    batches = {batch.entry: [json.loads(row) for row in batch.rows] for part in parts for batch in part.batches}
    return Held(period, manifest.as_of(period, made_at), entries, batches)


def extent(part: LogPart) -> LogExtent:
    """What the manifest says of the log."""
    return LogExtent(
        number=part.log.number,
        host=part.log.host,
        first=part.first,
        last=part.last,
        earlier=sum(entry.index < part.first for entry in part.entries),
        size=part.checkpoint.size,
        root=bytes(part.checkpoint.root),
        trusted_root=hashlib.sha256(part.log.trusted_root).hexdigest(),
    )


def described(parts: Sequence[LogPart], known: Held) -> dict[str, Any]:
    """The manifest's part that follows from the entries."""
    log = parts[-1].log
    tenant = {"id": log.tenant_id, "slug": log.tenant_slug, "name": log.tenant_name}
    return manifest.describe(known, tenant, [extent(part) for part in parts])


def log_files(part: LogPart) -> dict[str, bytes]:
    """The files of one log, by their names in the pack."""
    trusted_root = bytes(part.log.trusted_root)
    files = {
        "entries.jsonl": write_entries(part.entries),
        "batches.jsonl": write_batches(part.batches),
        "trusted_root.json": trusted_root,
        "trust_config.json": trust_config(trusted_root),
        "checkpoint": part.checkpoint.note.encode(),
    }
    return {f"log/{part.log.number}/{name}": content for name, content in files.items()}


def data_files(parts: Sequence[LogPart], known: Held) -> Mapping[str, bytes]:
    """The CSV files and those of the logs."""
    files = csv_files(known)
    for part in parts:
        files |= log_files(part)
    return files


def file_name(slug: str, period: Period) -> str:
    """What the pack is called when it is downloaded."""
    return f"evidence-{slug}-{period.start}-{period.end}.zip"
