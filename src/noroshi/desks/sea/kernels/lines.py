"""Distances to lines on the sphere, and where legs of ships cross them, by a grid of cells.

Points are unit vectors, so that no seam is anywhere; angles are radians. A segment is an arc of a
great circle between `ends[6 s : 6 s + 3]` and `ends[6 s + 3 : 6 s + 6]`, with the unit normal
`normals[3 s : 3 s + 3]`. Segments are numbered line by line, so that those of one line follow one
another in every cell. The grid's rows are equal in latitude, and each row has as many cells as keep
them about square; a cell lists all segments that come within their line's reach of any point in it.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inlined, inner, int64

Floats = Longs = Ints = Any


@inner
def row_of(lat: float, rows: int) -> int:
    """The row that holds a latitude in degrees."""
    row = int64(math.floor((lat + 90.0) / 180.0 * rows))
    return min(max(row, int64(0)), rows - 1)


@inner
def column_of(lon: float, width: int) -> int:
    """The column of a row of `width` cells that holds a longitude of -540 to 540 degrees."""
    column = int64(math.floor((lon + 180.0) / 360.0 * width))
    if column < 0:
        return column + width
    return column - width if column >= width else column


@inner
def apart(
    x: float, y: float, z: float, ax: float, ay: float, az: float, bx: float, by: float, bz: float,
    nx: float, ny: float, nz: float,
) -> float:  # fmt: skip
    """The angle between a point and the nearest point of the arc from a to b with normal n."""
    after_a = (ny * az - nz * ay) * x + (nz * ax - nx * az) * y + (nx * ay - ny * ax) * z
    before_b = (by * nz - bz * ny) * x + (bz * nx - bx * nz) * y + (bx * ny - by * nx) * z
    if after_a >= 0.0 and before_b >= 0.0 and after_a + before_b > 0.0:
        return math.asin(min(1.0, abs(nx * x + ny * y + nz * z)))
    to_a = (x - ax) * (x - ax) + (y - ay) * (y - ay) + (z - az) * (z - az)
    to_b = (x - bx) * (x - bx) + (y - by) * (y - by) + (z - bz) * (z - bz)
    return 2.0 * math.asin(min(1.0, 0.5 * math.sqrt(min(to_a, to_b))))


@inner
def to_segment(x: float, y: float, z: float, s: int, ends: Floats, normals: Floats) -> float:
    """The angle between a point and segment `s`."""
    e, n = 6 * s, 3 * s
    return apart(
        x, y, z, ends[e], ends[e + 1], ends[e + 2], ends[e + 3], ends[e + 4], ends[e + 5],
        normals[n], normals[n + 1], normals[n + 2],
    )  # fmt: skip


@compiled
def place(
    lon: Floats, lat: Floats, radius: Floats, widths: Longs, firsts: Longs, starts: Ints,
    members: Ints, filling: int,
) -> None:  # fmt: skip
    """For each circle (degrees; radius in radians): its number into every cell it may touch.

    With `filling` 0 counts into `starts[cell + 1]`; else puts numbers at `starts[cell]`, moving it
    on, in ascending order.
    """
    rows = len(widths)
    for s in range(len(lon)):
        tall = math.degrees(radius[s])
        low, high = row_of(lat[s] - tall, rows), row_of(lat[s] + tall, rows)
        for row in range(low, high + 1):
            width = widths[row]
            # The circle is widest in longitude where sin(dlon) = sin(radius) / cos(lat).
            narrow = math.cos(math.radians(min(90.0, abs(lat[s]))))
            wide = 180.0
            if math.sin(radius[s]) < narrow and abs(lat[s]) + tall < 90.0:
                wide = math.degrees(math.asin(math.sin(radius[s]) / narrow))
            left = int64(math.floor((lon[s] - wide + 180.0) / 360.0 * width))
            right = int64(math.floor((lon[s] + wide + 180.0) / 360.0 * width))
            if right - left >= width:
                left, right = int64(0), width - 1
            for column in range(left, right + 1):
                cell = firsts[row] + column % width
                if filling == 0:
                    starts[cell + 1] += 1
                else:
                    members[starts[cell]] = s
                    starts[cell] += 1


@inlined
def chord2(x: float, y: float, z: float, s: int, ends: Floats, normals: Floats) -> float:
    """The square of the chord between a point and the nearest point of segment `s`: what is nearer
    has less of it, and it needs no arc sine."""
    e, n = 6 * s, 3 * s
    ax, ay, az, bx, by, bz = (
        ends[e],
        ends[e + 1],
        ends[e + 2],
        ends[e + 3],
        ends[e + 4],
        ends[e + 5],
    )
    nx, ny, nz = normals[n], normals[n + 1], normals[n + 2]
    after_a = (ny * az - nz * ay) * x + (nz * ax - nx * az) * y + (nx * ay - ny * ax) * z
    before_b = (by * nz - bz * ny) * x + (bz * nx - bx * nz) * y + (bx * ny - by * nx) * z
    if after_a >= 0.0 and before_b >= 0.0 and after_a + before_b > 0.0:
        sine = nx * x + ny * y + nz * z
        return 2.0 * sine * sine / (1.0 + math.sqrt(max(0.0, 1.0 - sine * sine)))
    to_a = (x - ax) * (x - ax) + (y - ay) * (y - ay) + (z - az) * (z - az)
    to_b = (x - bx) * (x - bx) + (y - by) * (y - by) + (z - bz) * (z - bz)
    return min(to_a, to_b)


@compiled
def nearest(
    lon: Floats, lat: Floats, found: Longs, angle: Floats, ends: Floats, normals: Floats,
    discs: Floats, widths: Longs, firsts: Longs, starts: Ints, members: Ints,
) -> None:  # fmt: skip
    """For each point the nearest segment within that segment's reach (-1, and inf: none).

    `discs[5 s : 5 s + 5]` is segment `s` at a glance: its middle, the chord from there to its ends,
    and the chord of its reach. Whose disc is farther than the best so far is not looked at.
    """
    rows = len(widths)
    for i in range(len(lon)):
        found[i], angle[i] = -1, math.inf
        row = row_of(lat[i], rows)
        cell = firsts[row] + column_of(lon[i], widths[row])
        low, high = starts[cell], starts[cell + 1]
        if low == high:
            continue
        flat = math.cos(math.radians(lat[i]))
        x, y = flat * math.cos(math.radians(lon[i])), flat * math.sin(math.radians(lon[i]))
        z = math.sin(math.radians(lat[i]))
        best = 2.0
        for k in range(low, high):
            s = int64(members[k])
            d = 5 * s
            dx, dy, dz = x - discs[d], y - discs[d + 1], z - discs[d + 2]
            limit = discs[d + 3] + min(best, discs[d + 4])
            if dx * dx + dy * dy + dz * dz > limit * limit:
                continue
            away = math.sqrt(chord2(x, y, z, s, ends, normals))
            if away <= discs[d + 4] and away < best:
                found[i], best = s, away
        if found[i] >= 0:
            angle[i] = 2.0 * math.asin(0.5 * best)


@compiled
def to_line(
    xyz: Floats, wanted: Longs, angle: Floats, ends: Floats, normals: Floats, line: Longs,
    widths: Longs, firsts: Longs, starts: Ints, members: Ints,
) -> None:  # fmt: skip
    """For each unit vector the angle to line `wanted[i]`; inf beyond the grid's sight."""
    rows = len(widths)
    for i in range(len(wanted)):
        x, y, z = xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]
        lat = math.degrees(math.atan2(z, math.sqrt(x * x + y * y)))
        row = row_of(lat, rows)
        cell = firsts[row] + column_of(math.degrees(math.atan2(y, x)), widths[row])
        angle[i] = math.inf
        for k in range(starts[cell], starts[cell + 1]):
            s = int64(members[k])
            if line[s] == wanted[i]:
                angle[i] = min(angle[i], to_segment(x, y, z, s, ends, normals))
