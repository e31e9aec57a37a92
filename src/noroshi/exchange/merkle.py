"""Merkle trees as certificate logs have them (RFC 9162 §2.1): a short proof that an entry is in a
list, and that a list only grew. Leaves and nodes are hashed apart, so neither passes for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf(data: bytes) -> bytes:
    """The hash (32 bytes) of an entry."""
    return sha256(_LEAF + data).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from the leaves' hashes up to its root; a node without a neighbour moves up as it
    is. Empty for no leaves."""
    made = [list(leaves)] if leaves else []
    while made and len(made[-1]) > 1:
        below = made[-1]
        above = [_node(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
        made.append(above + below[len(above) * 2 :])
    return made


def root(leaves: Sequence[bytes]) -> bytes:
    """The root (32 bytes) of the tree over the leaves' hashes."""
    made = levels(leaves)
    return made[-1][0] if made else EMPTY


def inclusion(tree: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """The proof that leaf `index` (from 0) is in the tree of `levels`: its neighbours, upwards."""
    path: list[bytes] = []
    for level in tree[:-1]:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        index >>= 1
    return tuple(path)


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the leaf's hash stands at `index` of `size` under `root`."""
    if not 0 <= index < size:
        return False
    last, made, left = size - 1, leaf, list(reversed(path))
    while last:
        if index & 1 or index < last:
            if not left:
                return False
            beside = left.pop()
            made = _node(beside, made) if index & 1 else _node(made, beside)
        index, last = index >> 1, last >> 1
    return not left and made == root


def consistency(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """The proof that the tree of the first `size` leaves is the beginning of this one."""
    if not 0 < size <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has no beginning of {size}")
    return tuple(_grown(leaves, size, whole=True))


def grew(size: int, before: bytes, grown: int, after: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `grown` leaves with root `after` begins with the
    `size` leaves that had the root `before` (RFC 9162 §2.1.4.2)."""
    if not 0 <= size <= grown:
        return False
    if size in (0, grown):
        return not path and (before == after if size else before == EMPTY)
    first, last, left = size - 1, grown - 1, list(reversed(path))
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = before
    if first:
        if not left:
            return False
        old = new = left.pop()
    while last:
        if first & 1 or first < last:
            if not left:
                return False
            beside = left.pop()
            if first & 1:
                old, new = _node(beside, old), _node(beside, new)
            else:
                new = _node(new, beside)
        first, last = first >> 1, last >> 1
    return not left and old == before and new == after


def _grown(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    count = len(leaves)
    if size == count:
        return [] if whole else [root(leaves)]
    half = 1 << (count - 1).bit_length() - 1
    if size <= half:
        return [*_grown(leaves[:half], size, whole=whole), root(leaves[half:])]
    return [*_grown(leaves[half:], size - half, whole=False), root(leaves[:half])]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()
