"""Checking what a pack holds of one log: no gap in its range, every entry proved, every batch under its root. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit import merkle
from audit.canonical import canonical, parse_canonical
from audit.certificates import key_id
from audit.checkpoint import Note, open_note
from audit.errors import NotCanonical
from audit.evidence.lines import Batch, BundledEntry, read_lines, write_batches, write_entries
from audit.evidence.manifest import LogExtent
from audit.evidence.period import Period
from audit.evidence.values import PackEntry, Row, seals
from audit.trust import trust_config
from audit.verify.bundles import check_bundle
from audit.verify.claims import member
from audit.verify_certificate import check_authority
from audit.verify_entry import LogFacts
from audit.verify_errors import Broken


@dataclass
class CheckedLog:
    """One log of a pack that holds: its entries, the rows they seal, and each leaf with its path."""

    facts: LogFacts
    note: Note
    first: int = 0
    last: int = 0
    entries: list[PackEntry] = field(default_factory=list)
    batches: dict[str, Sequence[Row]] = field(default_factory=dict)
    proved: dict[int, tuple[bytes, Sequence[bytes]]] = field(default_factory=dict)

    @property
    def extent(self) -> LogExtent:
        """What the manifest has to say of it."""
        return LogExtent(
            number=self.facts.number,
            host=self.facts.host,
            first=self.first,
            last=self.last,
            earlier=sum(entry.index < self.first for entry in self.entries),
            size=self.note.size,
            root=self.note.root,
            trusted_root=hashlib.sha256(self.facts.trusted_root).hexdigest(),
        )


def check_log_files(files: Mapping[str, bytes], facts: LogFacts, period: Period) -> CheckedLog:
    """The log as far as the pack holds it; Broken naming the first entry or file that does not hold."""
    place = f"log/{facts.number}"
    try:
        check_authority(facts.trust)
        if member(files, f"{place}/trust_config.json") != trust_config(facts.trusted_root):
            raise Broken("it does not wrap the trust root beside it", f"{place}/trust_config.json")
    except Broken as broken:
        raise Broken(broken.reason, broken.entry_id or f"{place}/trusted_root.json") from broken
    note_text = _decode(member(files, f"{place}/checkpoint"), f"{place}/checkpoint")
    log = CheckedLog(facts, _open(note_text, facts, f"{place}/checkpoint"))
    _check_entries(log, member(files, f"{place}/entries.jsonl"), note_text, f"{place}/entries.jsonl")
    _check_range(log, period)
    _check_batches(log, member(files, f"{place}/batches.jsonl"), f"{place}/batches.jsonl")
    return log


def _decode(content: bytes, place: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Broken("it is not text", place) from error


def _open(note: str, facts: LogFacts, place: str) -> Note:
    try:
        return open_note(note, host=facts.host, number=facts.number, key=facts.trust.log_key)
    except ValueError as error:
        raise Broken(str(error), place) from error


def _lines(content: bytes, place: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        yield from read_lines(content)
    except ValueError as error:
        raise Broken(str(error), place) from error


def _check_entries(log: CheckedLog, content: bytes, note: str, place: str) -> None:
    seen: list[BundledEntry] = []
    for number, line in _lines(content, place):
        entry = _read_entry(log, line, number, place)
        if seen and entry.index <= seen[-1].index:
            raise Broken(f"line {number} is out of order", place)
        _check_entry(log, entry, line["bundle"], note)
        seen.append(entry)
    if write_entries(seen) != content:
        raise Broken("it is not written in the one form that a pack has", place)
    _check_genesis(log, place)


def _read_entry(log: CheckedLog, line: Mapping[str, Any], number: int, place: str) -> BundledEntry:
    index = line.get("index")
    if line.get("id") != f"{log.facts.number}-{index}" or isinstance(index, bool) or not isinstance(index, int):
        raise Broken(f"line {number} is not an entry of this log", place)
    if not isinstance(line.get("bundle"), dict):
        raise Broken("it has no bundle", f"{log.facts.number}-{index}")
    try:
        return BundledEntry(log.facts.number, index, canonical(line.get("entry")), canonical(line["bundle"]))
    except (NotCanonical, RecursionError) as error:
        raise Broken("it has no canonical form", f"{log.facts.number}-{index}") from error


def _check_entry(log: CheckedLog, entry: BundledEntry, bundle: Mapping[str, Any], note: str) -> None:
    packed = PackEntry(log.facts.number, entry.index, {})
    try:
        parts, proof, _ = check_bundle(entry.document, bundle, log.facts)
        if parts.index != entry.index:
            raise Broken(f"its bundle is that of index {parts.index}")
        if proof.note != note:
            raise Broken("it is proved under another checkpoint than the pack's")
        document = _shaped(entry.document)
    except Broken as broken:
        raise Broken(broken.reason, packed.id) from broken
    log.proved[entry.index] = merkle.leaf_hash(parts.body), proof.path
    log.entries.append(PackEntry(log.facts.number, entry.index, document))


def _shaped(document: bytes) -> Mapping[str, Any]:
    said = parse_canonical(document)
    if not isinstance(said.get("kind"), str) or not isinstance(said.get("data"), dict):
        raise Broken("it says nothing that an entry says")
    return said


def _check_genesis(log: CheckedLog, place: str) -> None:
    if not log.entries or log.entries[0].index != 0:
        raise Broken("the log's first entry is missing from it", place)
    facts, genesis = log.facts, log.entries[0]
    named = {name: genesis.data.get(name) for name in ("tenant", "host", "log_key", "ct_key", "trusted_root")}
    held = {
        "tenant": facts.tenant_id,
        "host": facts.host,
        "log_key": key_id(facts.trust.log_key).hex(),
        "ct_key": key_id(facts.trust.ct_key).hex(),
        "trusted_root": hashlib.sha256(facts.trusted_root).hexdigest(),
    }
    if genesis.kind != "log.opened" or named != held:
        raise Broken("it opens the log with other keys or another trust root", genesis.id)


def _check_range(log: CheckedLog, period: Period) -> None:
    """Every entry of the period is there, and one on either side that is not of it."""
    by_index = {entry.index: entry for entry in log.entries}
    within = [index for index, entry in by_index.items() if period.holds(entry.time)]
    after = [index for index, entry in by_index.items() if entry.time >= period.end_at]
    start, end = (min(within), max(within) + 1) if within else (min(after, default=log.note.size),) * 2
    log.first, log.last = max(0, start - 1), min(log.note.size - 1, end)
    for index in range(log.first, log.last + 1):
        if index not in by_index:
            raise Broken("it is missing, though it lies in the period or next to it", f"{log.facts.number}-{index}")
    if log.first > 0 and by_index[log.first].time >= period.start_at:
        raise Broken("before it there may be more of the period", by_index[log.first].id)
    if end < log.note.size and by_index[end].time < period.end_at:
        raise Broken("after it there may be more of the period", by_index[end].id)
    if (last := log.entries[-1]).index > log.last:
        raise Broken("it lies after the period and has no place in the pack", last.id)


def _check_batches(log: CheckedLog, content: bytes, place: str) -> None:
    found: dict[str, list[bytes]] = defaultdict(list)
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for number, line in _lines(content, place):
        entry, row = line.get("entry"), line.get("row")
        if set(line) != {"entry", "row"} or not isinstance(entry, str) or not isinstance(row, dict):
            raise Broken(f"line {number} is not a sealed row", place)
        try:
            found[entry].append(canonical(row))
        except (NotCanonical, RecursionError) as error:
            raise Broken(f"line {number} has no canonical form", place) from error
        rows_of[entry].append(row)
    sealing = [entry for entry in log.entries if entry.index >= log.first and seals(entry.document)]
    for entry in sealing:
        rows = found.get(entry.id, [])
        if len(rows) != entry.data.get("count") or merkle.root_of(rows).hex() != entry.data.get("root"):
            raise Broken(f"the rows of {place} are not those that it sealed", entry.id)
        log.batches[entry.id] = rows_of[entry.id]
    if write_batches(Batch(entry.id, found.get(entry.id, [])) for entry in sealing) != content:
        raise Broken("it holds rows that no entry of the period sealed, or in another order", place)
