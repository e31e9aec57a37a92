"""Trees and proofs beside the recursive definitions of RFC 9162, and with one bit turned."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.merkle import (
    EMPTY,
    consistency,
    grew,
    included,
    inclusion,
    leaf,
    levels,
    root,
)

SIZES = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [leaf(b"%d" % n) for n in range(size)]


def defined(entries: list[bytes]) -> bytes:
    """The root as RFC 9162 §2.1.1 defines it, over the entries themselves."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + defined(entries[:split]) + defined(entries[split:])).digest()


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 64, 65])
def test_the_root_is_as_the_standard_defines_it(size: int) -> None:
    assert root(leaves(size)) == defined([b"%d" % n for n in range(size)])


def test_an_empty_list_has_a_root() -> None:
    assert root([]) == EMPTY == defined([])


@given(SIZES, st.data())
def test_an_entry_is_proved_at_its_place_alone(size: int, data: st.DataObject) -> None:
    entries = leaves(size)
    tree, index = levels(entries), data.draw(st.integers(0, size - 1))
    path, top = inclusion(tree, index), root(entries)
    assert included(entries[index], index, size, path, top)
    assert len(path) <= (size - 1).bit_length()
    for other in range(size):
        assert included(entries[index], other, size, path, top) == (other == index)
        assert included(entries[other], index, size, path, top) == (other == index)
    assert not included(entries[index], index, size, (*path, EMPTY), top)
    assert not path or not included(entries[index], index, size, path[:-1], top)
    for n in range(len(path)):
        turned = bytes([path[n][0] ^ 1]) + path[n][1:]
        assert not included(entries[index], index, size, (*path[:n], turned, *path[n + 1 :]), top)


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_no_entry_stands_outside(index: int) -> None:
    tree = levels(leaves(3))
    assert not included(leaf(b"0"), index, 3, inclusion(tree, 0), tree[-1][0])


@given(SIZES, st.data())
def test_a_list_that_grew_is_proved(size: int, data: st.DataObject) -> None:
    entries = leaves(size)
    before = data.draw(st.integers(1, size))
    path = consistency(entries, before)
    old, new = root(entries[:before]), root(entries)
    assert grew(before, old, size, new, path)
    assert not grew(before, leaf(b"x"), size, new, path)
    assert not grew(before, old, size, leaf(b"x"), path)
    assert not grew(before, old, size, new, (*path, EMPTY))
    for n in range(len(path)):
        turned = bytes([path[n][0] ^ 1]) + path[n][1:]
        assert not grew(before, old, size, new, (*path[:n], turned, *path[n + 1 :]))
        assert not grew(before, old, size, new, path[:n])


@given(st.integers(2, 40), st.data())
def test_a_list_that_was_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    entries = leaves(size)
    before = data.draw(st.integers(1, size))
    changed = list(entries)
    changed[data.draw(st.integers(0, before - 1))] = leaf(b"other")
    assert not grew(
        before, root(entries[:before]), size, root(changed), consistency(changed, before)
    )


def test_nothing_is_the_beginning_of_everything() -> None:
    assert grew(0, EMPTY, 3, root(leaves(3)), ())
    assert not grew(0, leaf(b"0"), 3, root(leaves(3)), ())
    assert not grew(4, root(leaves(4)), 3, root(leaves(3)), ())


@pytest.mark.parametrize("size", [0, 4])
def test_a_beginning_is_no_longer_than_the_whole(size: int) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        consistency(leaves(3), size)
