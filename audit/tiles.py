"""Hash tiles, 256 wide, as in C2SP tlog-tiles: how the tree is kept, and how any node is read back from it."""

from collections.abc import Callable, Sequence

from audit.merkle import HASH_SIZE, Node, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
FULL = WIDTH * HASH_SIZE

# The hashes of the tile at (tile level, tile index), one after the other.
ReadTile = Callable[[int, int], bytes]


def _perfect_root(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def _split_hashes(data: bytes) -> list[bytes]:
    return [data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]


def node_reader(read: ReadTile) -> Node:
    """A reader of perfect subtrees over stored tiles; LookupError where the tile does not reach that far."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile_index, offset = divmod(index << height, WIDTH)
        start, length = offset * HASH_SIZE, HASH_SIZE << height
        data = read(tile_level, tile_index)[start : start + length]
        if len(data) != length:
            raise LookupError(f"The tree has no node {index} at level {level}.")
        return _perfect_root(_split_hashes(data))

    return node


def extend(size: int, leaves: Sequence[bytes], read: ReadTile) -> dict[tuple[int, int], bytes]:
    """The tiles, by (level, index), that change when leaf hashes join a tree of `size` leaves."""
    changed: dict[tuple[int, int], bytes] = {}
    level, position, hashes = 0, size, list(leaves)
    while hashes:
        index, held = divmod(position, WIDTH)
        data = (read(level, index)[: held * HASH_SIZE] if held else b"") + b"".join(hashes)
        tiles = [data[i : i + FULL] for i in range(0, len(data), FULL)]
        changed.update({(level, index + i): tile for i, tile in enumerate(tiles)})
        hashes = [_perfect_root(_split_hashes(tile)) for tile in tiles if len(tile) == FULL]
        level, position = level + 1, index
    return changed
