"""The Merkle tree of RFC 6962 section 2.1: hashes, roots, proofs and their verification, over plain bytes."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# The hash of the perfect subtree over leaves [index << level, (index + 1) << level).
Node = Callable[[int, int], bytes]


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _fold(peaks: Sequence[bytes]) -> bytes:
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def _perfect_parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up [start, end), the largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _range_root(start: int, end: int, node: Node) -> bytes:
    return _fold([node(level, index) for level, index in _perfect_parts(start, end)])


def _split(start: int, end: int) -> int:
    """Where RFC 6962 parts a range: the largest power of two smaller than its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def tree_root(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 section 2.1.1, leaf first; ValueError when the leaf is not in that tree."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves holds no leaf {index}.")
    siblings = []
    start, end = 0, size
    while end - start > 1:
        split = _split(start, end)
        if index < split:
            siblings.append((split, end))
            end = split
        else:
            siblings.append((start, split))
            start = split
    return [_range_root(*sibling, node) for sibling in reversed(siblings)]


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(m, D[n]) of RFC 6962 section 2.1.2 between two sizes; ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"There is no consistency proof from {old} to {new} leaves.")
    ranges = []
    start, end = 0, new
    while end != old:
        split = _split(start, end)
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    if start:
        ranges.append((start, end))
    return [_range_root(*part, node) for part in reversed(ranges)]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Does the path lead from the leaf hash to the root? (RFC 9162 section 2.1.3.2)"""
    if not 0 <= index < size:
        return False
    position, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and result == root


def prefix_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of the first `index + 1` leaves, from the last one's path in a larger tree that verify_inclusion() took.

    What lies left of a leaf is cut into the same perfect subtrees in every tree that holds it (RFC 6962 section 2.1).
    """
    position, last, result = index, size - 1, leaf
    for sibling in path:
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        position, last = position >> 1, last >> 1
    return result


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Is the tree of `old` leaves a prefix of the tree of `new` leaves? (RFC 9162 section 2.1.4.2)"""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    return bool(hashes) and _consistency_roots(old, new, hashes) == (old_root, new_root)


def _consistency_roots(old: int, new: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    return (first, second) if last == 0 else None


class Frontier:
    """A growing tree that keeps only its peaks: adds leaves one by one and knows the root at every size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        carry = self.size
        while carry & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            carry >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        return _fold(self._peaks) if self._peaks else EMPTY_ROOT


def root_of(bodies: Iterable[bytes]) -> bytes:
    """The RFC 6962 root over these leaf contents, in order."""
    frontier = Frontier()
    for body in bodies:
        frontier.add(leaf_hash(body))
    return frontier.root()
