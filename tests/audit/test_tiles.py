from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import leaf_hash, tree_root
from audit.tiles import FULL, WIDTH, extend, node_reader

LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(WIDTH * WIDTH + 1)]


def grown(sizes: Sequence[int]) -> dict[tuple[int, int], bytes]:
    """The tiles after growing step by step through these sizes."""
    held: dict[tuple[int, int], bytes] = {}
    size = 0
    for larger in sizes:
        held.update(extend(size, LEAVES[size:larger], lambda level, index: held.get((level, index), b"")))
        size = larger
    return held


@given(st.lists(st.integers(0, 1_600), max_size=8).map(sorted))
def test_however_it_grows_the_tiles_are_the_same(sizes: list[int]) -> None:
    assert grown(sizes) == grown(sizes[-1:])


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        (0, {}),
        (1, {(0, 0): 1}),
        (255, {(0, 0): 255}),
        (256, {(0, 0): 256, (1, 0): 1}),
        (257, {(0, 0): 256, (0, 1): 1, (1, 0): 1}),
        (513, {(0, 0): 256, (0, 1): 256, (0, 2): 1, (1, 0): 2}),
    ],
)
def test_a_full_tile_gives_one_hash_to_the_level_above(size: int, widths: dict[tuple[int, int], int]) -> None:
    assert {place: len(hashes) // 32 for place, hashes in grown([size]).items()} == widths


def test_a_third_level_begins_with_the_65536th_leaf() -> None:
    held = grown([WIDTH * WIDTH - 1, WIDTH * WIDTH, WIDTH * WIDTH + 1])
    assert len(held[1, 0]) == FULL
    assert held[2, 0] == tree_root(WIDTH * WIDTH, node_reader(lambda level, index: held.get((level, index), b"")))
    assert held[0, WIDTH] == LEAVES[-1]


def test_only_what_changed_is_given_back() -> None:
    held = grown([513])
    changed = extend(513, LEAVES[513:514], lambda level, index: held[level, index])
    assert changed == {(0, 2): LEAVES[512] + LEAVES[513]}


def test_a_tile_that_is_ahead_of_the_tree_is_cut_back() -> None:
    ahead = grown([5])
    assert extend(3, LEAVES[3:4], lambda level, index: ahead[level, index]) == {(0, 0): b"".join(LEAVES[:4])}


def test_a_node_that_no_tile_reaches_is_an_error() -> None:
    node = node_reader(lambda level, index: grown([3]).get((level, index), b""))
    with pytest.raises(LookupError, match=r"^The tree has no node 1 at level 1\.$"):
        node(1, 1)
