"""The integrator: adds committed entries to the tree, in order, and signs a checkpoint over them."""

from collections.abc import Iterable
from typing import cast

from django.db import transaction

from audit import keys, merkle, tiles
from audit.checkpoint import sign_note
from audit.models import Checkpoint, Entry, Head, Log, Tile, Tree


def integrate(log_id: int) -> int:
    """Bring the tree up to the last committed entry; the tree's size afterwards.

    Idempotent, and safe from any number of callers at once. Never inside an open transaction: nothing is published
    that is not committed.
    """
    size = Tree.objects.values_list("size", flat=True).get(pk=log_id)
    if Head.objects.filter(pk=log_id, size=size).exists():
        return size
    with transaction.atomic(durable=True):
        return grow(log_id)


def integrate_all() -> int:
    """Bring every tree up to date, for the worker's sweep; how many logs there are."""
    ids = list(Log.objects.order_by("pk").values_list("pk", flat=True))
    for log_id in ids:
        integrate(log_id)
    return len(ids)


def grow(log_id: int) -> int:
    """integrate() within the caller's transaction."""
    tree = Tree.objects.select_for_update(of=("self",)).select_related("log").get(pk=log_id)
    waiting = Entry.objects.filter(log_id=log_id, index__gte=tree.size).order_by("index")
    leaves = _contiguous(tree.size, waiting.values_list("index", "leaf_hash"))
    if not leaves:
        return tree.size
    for (level, index), hashes in tiles.extend(tree.size, leaves, TileReader(log_id)).items():
        _store_tile(log_id, level, index, hashes)
    tree.size += len(leaves)
    tree.save(update_fields=["size"])
    _sign_checkpoint(tree.log, tree.size)
    return tree.size


def _contiguous(size: int, waiting: Iterable[tuple[int, bytes | memoryview]]) -> list[bytes]:
    leaves: list[bytes] = []
    for index, leaf in waiting:
        if index != size + len(leaves):
            break
        leaves.append(bytes(leaf))
    return leaves


def _store_tile(log_id: int, level: int, index: int, hashes: bytes) -> None:
    if not Tile.objects.filter(log_id=log_id, level=level, index=index).update(hashes=hashes):
        Tile.objects.create(log_id=log_id, level=level, index=index, hashes=hashes)


def _sign_checkpoint(log: Log, size: int) -> None:
    root = merkle.tree_root(size, node_reader(log.pk))
    key = keys.signing_keys(log).log
    note = sign_note(host=log.host, number=log.number, size=size, root=root, key=key)
    Checkpoint.objects.create(log=log, size=size, root=root, note=note)


class TileReader:
    """Reads a log's tiles from the database, each once; an absent one is empty."""

    def __init__(self, log_id: int) -> None:
        self._log_id = log_id
        self._held: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if (level, index) not in self._held:
            row = Tile.objects.filter(log_id=self._log_id, level=level, index=index)
            found = cast("bytes | None", row.values_list("hashes", flat=True).first())
            self._held[level, index] = bytes(found or b"")
        return self._held[level, index]


def node_reader(log_id: int) -> merkle.Node:
    """Any node of a log's tree, from its stored tiles."""
    return tiles.node_reader(TileReader(log_id))
