"""Checking a whole log: no gap, every entry sound, one tree under all of its checkpoints. Pure over plain values."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit import merkle, tiles
from audit.certificates import key_id
from audit.checkpoint import open_note
from audit.kinds import GenesisRecorded
from audit.verify_certificate import check_authority
from audit.verify_entry import EntryParts, LogFacts, check_entry
from audit.verify_errors import Broken


@dataclass(frozen=True)
class SignedRoot:
    """A stored checkpoint; `root` is what the row says, `note` what was signed."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class StoredLog:
    """A log as a store gives it: the sizes, read first, then the rest in order. `previous` closed the log before it."""

    facts: LogFacts
    head_size: int
    tree_size: int
    entries: Iterable[EntryParts]
    checkpoints: Iterable[SignedRoot]
    read_tile: tiles.ReadTile
    previous: SignedRoot | None = None


def check_log(log: StoredLog) -> bytes:
    """The root over every entry, when the whole log holds; Broken naming the first entry that does not."""
    check_authority(log.facts.trust)
    if log.tree_size > log.head_size:
        raise Broken(f"its tree has {log.tree_size} entries, but the log only {log.head_size}")
    walk = _Walk(log)
    for parts in log.entries:
        walk.step(parts)
    return walk.finish()


class _Walk:
    """The state of one pass over a log: the tree so far, and the checkpoint that comes next."""

    def __init__(self, log: StoredLog) -> None:
        self._log = log
        self._frontier = merkle.Frontier()
        self._leaves: list[bytes] = []
        self._checkpoints = iter(log.checkpoints)
        self._next = next(self._checkpoints, None)
        self._signed = 0

    def step(self, parts: EntryParts) -> None:
        _check_next(self._log, parts, self._frontier.size)
        self._leaves.append(merkle.leaf_hash(parts.body))
        self._frontier.add(self._leaves[-1])
        if self._next and self._next.size == self._frontier.size:
            _check_checkpoint(self._log.facts, self._next, self._frontier.root())
            self._signed = self._next.size
            self._next = next(self._checkpoints, None)

    def finish(self) -> bytes:
        log, size = self._log, self._frontier.size
        if size != log.head_size:
            raise Broken(f"it is missing, though the log has {log.head_size} entries", _id(log.facts, size))
        if self._next:
            raise Broken(f"its checkpoint of {self._next.size} entries can't be recomputed")
        if self._signed != log.tree_size:
            raise Broken(f"its tree of {log.tree_size} entries has no checkpoint")
        _check_tiles(log, self._leaves[: log.tree_size])
        return self._frontier.root()


def _id(facts: LogFacts, index: int) -> str:
    return f"{facts.number}-{index}"


def _check_next(log: StoredLog, parts: EntryParts, expected: int) -> None:
    entry_id = _id(log.facts, expected)
    if parts.index != expected:
        raise Broken(f"it is missing; the next entry there is {_id(log.facts, parts.index)}", entry_id)
    if expected < log.tree_size and _stored_leaf(log, expected) != merkle.leaf_hash(parts.body):
        raise Broken("the tree holds another entry in its place", entry_id)
    try:
        document = check_entry(parts, log.facts)
        if expected == 0:
            _check_genesis(log, document)
    except Broken as broken:
        raise Broken(broken.reason, entry_id) from broken


def _stored_leaf(log: StoredLog, index: int) -> bytes:
    tile, place = divmod(index, tiles.WIDTH)
    return log.read_tile(0, tile)[place * merkle.HASH_SIZE :][: merkle.HASH_SIZE]


def _check_genesis(log: StoredLog, document: Mapping[str, Any]) -> None:
    facts, previous = log.facts, log.previous
    genesis = GenesisRecorded(
        tenant=facts.tenant_id,
        host=facts.host,
        log_key=key_id(facts.trust.log_key).hex(),
        ct_key=key_id(facts.trust.ct_key).hex(),
        trusted_root=hashlib.sha256(facts.trusted_root).hexdigest(),
        previous_size=previous.size if previous else None,
        previous_root=previous.root.hex() if previous else None,
    )
    if document["kind"] != genesis.kind or document["data"] != genesis.as_data():
        raise Broken("it opens the log with other keys, another trust root or another log before it")


def _check_checkpoint(facts: LogFacts, checkpoint: SignedRoot, root: bytes) -> None:
    last = _id(facts, checkpoint.size - 1)
    try:
        note = open_note(checkpoint.note, host=facts.host, number=facts.number, key=facts.trust.log_key)
    except ValueError as error:
        raise Broken(f"after it, {error}", last) from error
    if (note.size, note.root) != (checkpoint.size, checkpoint.root):
        raise Broken("the checkpoint after it is stored with another size or root than it was signed with", last)
    if note.root != root:
        raise Broken("the checkpoint after it is over other entries than those before it", last)


def _check_tiles(log: StoredLog, leaves: Sequence[bytes]) -> None:
    for (level, index), hashes in tiles.extend(0, leaves, lambda *_: b"").items():
        if log.read_tile(level, index)[: len(hashes)] != hashes:
            raise Broken(f"its tree is not the one over its entries (tile {index} of level {level})")
