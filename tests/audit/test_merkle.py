"""RFC 6962: the reference vectors of Certificate Transparency, an independent implementation, and properties."""

from functools import cache
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from audit.tiles import extend, node_reader

# The eight leaves that the Certificate Transparency reference code tests with, and what it says of them.
LEAVES = [bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

LARGEST = 65_537
AWKWARD = [1, 2, 3, 5, 255, 256, 257, 511, 512, 513, 65_279, 65_535, 65_536, LARGEST]
SIZES = st.sampled_from(AWKWARD) | st.integers(1, 1_100)


def _node(leaves: list[bytes]) -> Node:
    held = extend(0, [leaf_hash(leaf) for leaf in leaves], lambda level, index: b"")
    return node_reader(lambda level, index: held.get((level, index), b""))


@cache
def big() -> tuple[Node, InmemoryTree]:
    """The same leaves in our tiles and in the other implementation's tree."""
    leaves = [number.to_bytes(4) for number in range(LARGEST)]
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(leaves)
    return _node(leaves), tree


def big_root(size: int) -> bytes:
    return bytes(big()[1].get_root(size))


def big_leaf(index: int) -> bytes:
    return leaf_hash(index.to_bytes(4))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert tree_root(size, _node(LEAVES)).hex() == ROOTS[size]
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("case", "path"), INCLUSION.items())
def test_inclusion_paths_are_those_of_the_reference(case: tuple[int, int], path: list[str]) -> None:
    assert [sibling.hex() for sibling in inclusion_path(*case, _node(LEAVES))] == path


@pytest.mark.parametrize(("case", "path"), CONSISTENCY.items())
def test_consistency_paths_are_those_of_the_reference(case: tuple[int, int], path: list[str]) -> None:
    assert [part.hex() for part in consistency_path(*case, _node(LEAVES))] == path


@pytest.mark.parametrize("size", AWKWARD)
def test_roots_agree_with_another_implementation(size: int) -> None:
    assert tree_root(size, big()[0]) == big_root(size)


@pytest.mark.parametrize("size", AWKWARD)
@pytest.mark.parametrize("place", [0, 1, 2, -1, -2])
def test_awkward_inclusion_paths_agree_with_another_implementation(size: int, place: int) -> None:
    node, tree = big()
    index = place % size
    path = inclusion_path(index, size, node)
    assert path == tree.prove_inclusion(index + 1, size).path[1:]
    assert verify_inclusion(big_leaf(index), index, size, path, big_root(size))


@pytest.mark.parametrize(("old", "new"), list(combinations_with_replacement(AWKWARD, 2)))
def test_awkward_consistency_paths_hold(old: int, new: int) -> None:
    path = consistency_path(old, new, big()[0])
    assert verify_consistency(old, new, big_root(old), big_root(new), path)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (2, 1), (-1, 1)])
def test_sizes_that_did_not_grow_have_no_consistency_path(old: int, new: int) -> None:
    with pytest.raises(ValueError, match=f"^There is no consistency proof from {old} to {new} leaves\\.$"):
        consistency_path(old, new, big()[0])
    assert not verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@given(st.data(), SIZES)
@settings(deadline=None)
def test_every_inclusion_path_agrees_with_another_implementation(data: st.DataObject, size: int) -> None:
    node, tree = big()
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, node)
    assert path == tree.prove_inclusion(index + 1, size).path[1:]


@given(st.data(), SIZES)
@settings(deadline=None)
def test_a_path_proves_its_own_leaf_place_size_and_root_only(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, leaf, root = inclusion_path(index, size, big()[0]), big_leaf(index), big_root(size)
    other = data.draw(st.integers(0, size).filter(lambda place: place != index))
    assert verify_inclusion(leaf, index, size, path, root)
    assert not verify_inclusion(leaf, other, size, path, root)
    assert not verify_inclusion(big_leaf(index + 1), index, size, path, root)
    assert not verify_inclusion(leaf, index, size, path, leaf_hash(root))
    assert not verify_inclusion(leaf, index, size, [*path, root], root)
    assert not verify_inclusion(leaf, index, 2 << size.bit_length(), path, root)
    assert not path or not verify_inclusion(leaf, index, size, path[:-1], root)


@given(st.data(), SIZES)
@settings(deadline=None)
def test_a_consistency_path_proves_its_own_roots_only(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    path, before, after = consistency_path(old, new, big()[0]), big_root(old), big_root(new)
    assert verify_consistency(old, new, before, after, path)
    assert not verify_consistency(old, new, leaf_hash(before), after, path)
    assert not verify_consistency(old, new, before, leaf_hash(after), path)
    assert not verify_consistency(old, new, before, after, [*path, after])
    assert not verify_consistency(old, 2 << new.bit_length(), before, after, path)
    assert not path or not verify_consistency(old, new, before, after, path[:-1])
    assert old == new or not verify_consistency(new, old, after, before, path)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 2), (9, 8)])
def test_a_leaf_outside_the_tree_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"^A tree of {size} leaves holds no leaf {index}\\.$"):
        inclusion_path(index, size, _node(LEAVES))
    assert not verify_inclusion(leaf_hash(b""), index, size, [], EMPTY_ROOT)


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_a_frontier_knows_the_root_at_every_size(leaves: list[bytes]) -> None:
    frontier, node = Frontier(), _node(leaves)
    roots = [frontier.root()]
    for leaf in leaves:
        frontier.add(leaf_hash(leaf))
        roots.append(frontier.root())
    assert roots == [tree_root(size, node) for size in range(len(leaves) + 1)]
