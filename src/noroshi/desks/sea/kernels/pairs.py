"""Points that are close together at one instant: cubes of space in a small table, one instant after
the other, so that the table stays in the nearest cache."""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inlined, int64, uint64
from noroshi.desks.sea.kernels.layout import Key

Floats = Longs = Ints = Any

SIDE = 21
"""Bits of a cube's place along each axis."""

MIDDLE = 1 << 20
ODD = uint64(0x9E3779B97F4A7C15)


@inlined
def side(place: float) -> int:
    """The step to the neighbour that is nearer to a place given in edges of a cube."""
    return int64(1) if place - math.floor(place) >= 0.5 else int64(-1)


@inlined
def cube(a: int, b: int, c: int) -> Key:
    """The key of a cube by its place along each axis."""
    return (
        (uint64(a + MIDDLE) << uint64(2 * SIDE))
        | (uint64(b + MIDDLE) << uint64(SIDE))
        | uint64(c + MIDDLE)
    )


@inlined
def slot(key: Key, bits: int) -> int:
    """Where a cube's chain begins in a table of 2 to the `bits`."""
    return int64((key * ODD) >> uint64(64 - bits))


@compiled
def close(
    first: int, xyz: Floats, order: Longs, begins: Longs, metres: float, edge: float, bits: int,
    heads: Ints, chain: Ints, keys: Longs, out_a: Longs, out_b: Longs, done: Longs,
) -> int:  # fmt: skip
    """Pairs of points within `metres` of one another and of one instant: rows of `xyz` (three
    numbers each) to `out_a` and `out_b`.

    Instant `n` has the rows `order[begins[n] : begins[n + 1]]`, at most as many as `chain` has
    room for. `heads` has 2 to the `bits`, all -1. `edge` is a little over twice `metres`, so that
    what is within that of a point is in the point's cube or in one of the seven on the nearer
    sides. Instants from `first` on are done while there is room for all pairs of one; `done[0]` is
    where to go on, the result how many pairs there are.
    """
    count, room = int64(0), len(out_a)
    for n in range(first, len(begins) - 1):
        low, high, begun = begins[n], begins[n + 1], count
        for k in range(high - low):
            p = 3 * order[low + k]
            x, y, z = xyz[p], xyz[p + 1], xyz[p + 2]
            a, b, c = x / edge, y / edge, z / edge
            i, j, m = int64(math.floor(a)), int64(math.floor(b)), int64(math.floor(c))
            di, dj, dm = side(a), side(b), side(c)
            for each in range(8):
                beside = cube(i + di * (each & 1), j + dj * (each >> 1 & 1), m + dm * (each >> 2))
                other = int64(heads[slot(beside, bits)])
                while other >= 0:
                    if keys[other] == int64(beside):
                        q = 3 * order[low + other]
                        dx, dy, dz = x - xyz[q], y - xyz[q + 1], z - xyz[q + 2]
                        if math.sqrt(dx * dx + dy * dy + dz * dz) <= metres:
                            if count < room:
                                out_a[count], out_b[count] = order[low + other], order[low + k]
                            count += 1
                    other = int64(chain[other])
            key = cube(i, j, m)
            at = slot(key, bits)
            keys[k], chain[k] = int64(key), heads[at]
            heads[at] = k
        for k in range(high - low):
            heads[slot(uint64(keys[k]), bits)] = -1
        if count > room:
            done[0] = n
            return begun
    done[0] = len(begins) - 1
    return count
