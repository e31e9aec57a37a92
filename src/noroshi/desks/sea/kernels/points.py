"""The nearest of many fixed points, by cubes that list every point near any place in them.

A cube is as wide as the question's reach, so what is in reach of a place is in its cube or one of
the 26 beside it: each point stands in the lists of 27. Cubes lie in a table of `1 << bits` slots by
a hash of their place, the next free slot where that one is taken; -1 is free.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inlined, int64, uint64

Floats = Longs = Ints = Key = Any

SHIFT = 1 << 20
"""Added to a cube's number along each axis, which is then positive and below 2^21."""


@inlined
def cube(x: float, y: float, z: float, edge: float) -> int:
    """The number of the cube of a point in space: no two have the same."""
    i = int64(math.floor(x / edge)) + SHIFT
    j = int64(math.floor(y / edge)) + SHIFT
    k = int64(math.floor(z / edge)) + SHIFT
    return (i << 42) | (j << 21) | k


@inlined
def slot_of(number: int, bits: int) -> int:
    """Where to look for a cube first (Fibonacci hashing)."""
    return int64((uint64(number) * uint64(0x9E3779B97F4A7C15)) >> uint64(64 - bits))


@compiled
def enter(numbers: Longs, begins: Longs, bits: int, table: Longs, lists: Longs) -> None:
    """Puts each cube into `table`, and where its list begins and ends into `lists`."""
    last = (int64(1) << bits) - 1
    for n in range(len(numbers)):
        slot = slot_of(numbers[n], bits)
        while table[slot] >= 0:
            slot = (slot + 1) & last
        table[slot] = numbers[n]
        lists[2 * slot], lists[2 * slot + 1] = begins[n], begins[n + 1]


@compiled
def nearest(
    queries: Floats, edge: float, points: Floats, bits: int, table: Longs, lists: Longs,
    members: Ints, found: Longs,
) -> None:  # fmt: skip
    """For each query the nearest point of its cube's list, of those equally near the first; -1
    where the list is empty. Whether it is in reach remains to be asked."""
    last = (int64(1) << bits) - 1
    before, low, high = int64(-1), int64(0), int64(0)
    for i in range(len(found)):
        x, y, z = queries[3 * i], queries[3 * i + 1], queries[3 * i + 2]
        number = cube(x, y, z, edge)
        if number != before:
            before, low, high = number, int64(0), int64(0)
            slot = slot_of(number, bits)
            while table[slot] >= 0:
                if table[slot] == number:
                    low, high = lists[2 * slot], lists[2 * slot + 1]
                    break
                slot = (slot + 1) & last
        found[i] = -1
        best = math.inf
        for k in range(low, high):
            p = 3 * int64(members[k])
            dx, dy, dz = x - points[p], y - points[p + 1], z - points[p + 2]
            away = dx * dx + dy * dy + dz * dz
            if away < best:
                found[i], best = int64(members[k]), away
