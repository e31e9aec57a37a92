"""Distances to lines on the sphere, and where legs of ships cross them, by cubes of space.

Points are unit vectors, so that no seam is anywhere. A segment is an arc of a great circle, sixteen
numbers in `segments`: its ends a and b, the normal n of its plane, n x a and b x n (whose products
with a point are positive past a and before b), and the chord of its line's reach.
Segments are numbered line by line. Each cube lists those within reach of any point of the Earth in
it, and half a piece beyond, in order.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, float64, inlined, inner, int64
from noroshi.desks.sea.kernels.points import cube, slot_of

Floats = Singles = Longs = Ints = Any

SEGMENT = 16
"""Numbers of a segment."""


@inner
def off(x: float, y: float, z: float, s: int, segments: Floats) -> float:
    """How far a point in space lies from the chord of segment `s`."""
    o = SEGMENT * s
    ax, ay, az = segments[o], segments[o + 1], segments[o + 2]
    dx, dy, dz = segments[o + 3] - ax, segments[o + 4] - ay, segments[o + 5] - az
    x, y, z = x - ax, y - ay, z - az
    share = (x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz)
    share = min(1.0, max(0.0, share))
    x, y, z = x - share * dx, y - share * dy, z - share * dz
    return math.sqrt(x * x + y * y + z * z)


@compiled
def spread(
    segments: Floats, reach: Floats, edge: float, numbers: Longs, members: Ints, filling: int
) -> int:
    """How many pairs of a cube and a segment within `reach[s]` of the Earth's surface in it there
    are; with `filling` also writes them, segment by segment."""
    half = edge * math.sqrt(3.0) / 2.0
    count = 0
    for s in range(len(reach)):
        o, wide = SEGMENT * s, reach[s] + half
        x0 = int64(math.floor((min(segments[o], segments[o + 3]) - wide) / edge))
        x1 = int64(math.floor((max(segments[o], segments[o + 3]) + wide) / edge))
        y0 = int64(math.floor((min(segments[o + 1], segments[o + 4]) - wide) / edge))
        y1 = int64(math.floor((max(segments[o + 1], segments[o + 4]) + wide) / edge))
        z0 = int64(math.floor((min(segments[o + 2], segments[o + 5]) - wide) / edge))
        z1 = int64(math.floor((max(segments[o + 2], segments[o + 5]) + wide) / edge))
        for i in range(x0, x1 + 1):
            x = (i + 0.5) * edge
            for j in range(y0, y1 + 1):
                y = (j + 0.5) * edge
                for k in range(z0, z1 + 1):
                    z = (k + 0.5) * edge
                    if abs(math.sqrt(x * x + y * y + z * z) - 1.0) > half:
                        continue
                    if off(x, y, z, s, segments) > wide:
                        continue
                    if filling:
                        numbers[count] = cube(x, y, z, edge)
                        members[count] = s
                    count += 1
    return count


@inlined
def dot(x: float, y: float, z: float, o: int, segments: Floats) -> float:
    """The product of a point with the vector at `o`."""
    return x * segments[o] + y * segments[o + 1] + z * segments[o + 2]


@inlined
def sine2(chord2: float) -> float:
    """The square of an angle's sine by that of its chord."""
    return chord2 - 0.25 * chord2 * chord2


@inlined
def off2(x: float, y: float, z: float, o: int, segments: Floats) -> float:
    """The square of the sine of the angle between a unit vector and the segment at `o`. Its two
    products at an end, with the normal and what is square to both, are all that is not along it."""
    beside = dot(x, y, z, o + 6, segments)
    past, short = dot(x, y, z, o + 9, segments), dot(x, y, z, o + 12, segments)
    off = min(0.0, min(past, short))
    return beside * beside + off * off


@inlined
def found(number: int, bits: int, table: Longs) -> int:
    """The slot of a cube; -1 where nothing is near it."""
    last = (int64(1) << bits) - 1
    slot = slot_of(number, bits)
    while table[slot] >= 0:
        if table[slot] == number:
            return slot
        slot = (slot + 1) & last
    return int64(-1)


@compiled
def to_line(
    xyz: Floats, wanted: Longs, away2: Floats, segments: Floats, line: Longs, edge: float,
    bits: int, table: Longs, lists: Longs, members: Ints,
) -> None:  # fmt: skip
    """For each unit vector the square of the sine to line `wanted[i]`; inf beyond its reach and
    about a cube."""
    for i in range(len(wanted)):
        x, y, z = xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]
        away2[i] = math.inf
        slot = found(cube(x, y, z, edge), bits, table)
        if slot < 0:
            continue
        for k in range(lists[2 * slot], lists[2 * slot + 1]):
            s = int64(members[k])
            if line[s] != wanted[i]:
                continue
            away2[i] = min(away2[i], off2(x, y, z, SEGMENT * s, segments))


@compiled
def deal(
    first: int, legs: Longs, leg: Ints, line: Ints, at: Singles, sine2: Singles, radius_m: float,
    begin: Longs, to_leg: Longs, to_at: Singles, to_metres: Singles,
) -> None:  # fmt: skip
    """Puts rows of `legs`, counted from `first`, where those of their line go on, at `begin[line]`,
    which moves on; `leg` has where each went afterwards."""
    for row in range(len(leg)):
        s, to = float64(sine2[row]), begin[line[row]]
        begin[line[row]] = to + 1
        # The arc's sine, to the last digit where it is short.
        angle = math.sqrt(s) * (1.0 + s * (1 / 6 + s * (3 / 40 + s * (5 / 112))))
        if s > 1e-4:
            angle = math.asin(min(1.0, math.sqrt(s)))
        to_leg[to], to_at[to], to_metres[to] = legs[first + leg[row]], at[row], angle * radius_m
        leg[row] = to
