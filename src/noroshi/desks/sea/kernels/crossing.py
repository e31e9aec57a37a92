"""Legs of ships against lines: how near each came to each, and where it crossed.

A leg is walked in pieces no longer than `piece` (radians), so that the cell in a piece's middle
lists every segment that any of its points is in reach of: the grid allows for half a piece.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inner, int64
from noroshi.desks.sea.kernels.lines import apart, column_of, row_of, to_segment

Floats = Longs = Ints = Any

FIELDS = 6
"""Numbers for each (leg piece, line) in reach: the fraction of the leg at the nearest point, the
angle there, how many times it crosses, and of the first crossing: the fraction, the angle between
leg and line (radians, at most a right one), and 1 for from the left of the line, else -1."""


@inner
def meeting(
    px: float, py: float, pz: float, qx: float, qy: float, qz: float, mx: float, my: float,
    mz: float, s: int, ends: Floats, normals: Floats,
) -> float:  # fmt: skip
    """The fraction of the piece p to q (normal m) at which it crosses segment `s`; -1 where not.

    Who stands on a line stands on its left: pieces and segments that share an end cross once.
    """
    e, n = 6 * s, 3 * s
    from_p = normals[n] * px + normals[n + 1] * py + normals[n + 2] * pz
    from_q = normals[n] * qx + normals[n + 1] * qy + normals[n + 2] * qz
    if (from_p >= 0.0) == (from_q >= 0.0):
        return -1.0
    from_a = mx * ends[e] + my * ends[e + 1] + mz * ends[e + 2]
    from_b = mx * ends[e + 3] + my * ends[e + 4] + mz * ends[e + 5]
    if (from_a >= 0.0) == (from_b >= 0.0):
        return -1.0
    return from_p / (from_p - from_q)


@compiled
def legs(
    first: int, xyz: Floats, leg: Longs, piece: float, ends: Floats, normals: Floats,
    line: Longs, reach: Floats, widths: Longs, firsts: Longs, starts: Ints, members: Ints,
    out_leg: Longs, out_line: Longs, out: Floats, done: Longs,
) -> int:  # fmt: skip
    """Walks legs `leg[first:]`, each from the point before row `leg[i]` of `xyz` to that row.

    Writes a row per (piece, line in reach) to `out_leg`, `out_line` and `out` (FIELDS each) while
    there is room for all of a leg's; `done[0]` is where to go on, the result the number of rows.
    """
    rows, count, room = len(widths), int64(0), len(out_leg)
    for i in range(first, len(leg)):
        b, begun = 3 * leg[i], count
        a = b - 3
        dx, dy, dz = xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]
        pieces = int64(math.ceil(math.sqrt(dx * dx + dy * dy + dz * dz) / piece))
        pieces = max(pieces, int64(1))
        px, py, pz = xyz[a], xyz[a + 1], xyz[a + 2]
        for part in range(pieces):
            f, g, h = part / pieces, (part + 1.0) / pieces, (part + 0.5) / pieces
            cx, cy, cz = xyz[a] + h * dx, xyz[a + 1] + h * dy, xyz[a + 2] + h * dz
            qx, qy, qz = xyz[a] + g * dx, xyz[a + 1] + g * dy, xyz[a + 2] + g * dz
            size = math.sqrt(qx * qx + qy * qy + qz * qz)
            qx, qy, qz = qx / size, qy / size, qz / size
            if part == pieces - 1:
                qx, qy, qz = xyz[b], xyz[b + 1], xyz[b + 2]
            lat = math.degrees(math.atan2(cz, math.sqrt(cx * cx + cy * cy)))
            row = row_of(lat, rows)
            cell = firsts[row] + column_of(math.degrees(math.atan2(cy, cx)), widths[row])
            low, high = starts[cell], starts[cell + 1]
            if high - low > room - count:
                done[0] = i
                return begun
            mx, my, mz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
            long = math.sqrt(mx * mx + my * my + mz * mz)
            open_line = int64(-1)
            for k in range(low, high):
                s = int64(members[k])
                angle, at = to_segment(px, py, pz, s, ends, normals), f
                there = to_segment(qx, qy, qz, s, ends, normals)
                if there < angle:
                    angle, at = there, g
                cross = -1.0
                if long > 0.0:
                    cross = meeting(px, py, pz, qx, qy, qz, mx, my, mz, s, ends, normals)
                    for side in range(2):
                        e = 6 * s + 3 * side
                        x, y, z = ends[e], ends[e + 1], ends[e + 2]
                        there = apart(
                            x, y, z, px, py, pz, qx, qy, qz, mx / long, my / long, mz / long
                        )
                        if there < angle:
                            along = (
                                (x - px) * (qx - px) + (y - py) * (qy - py) + (z - pz) * (qz - pz)
                            )
                            angle, at = (
                                there,
                                f + (g - f) * min(1.0, max(0.0, along / (long * long))),
                            )
                if cross >= 0.0:
                    angle, at = 0.0, f + (g - f) * cross
                if angle > reach[s]:
                    continue
                if line[s] != open_line:
                    open_line = line[s]
                    out_leg[count], out_line[count] = leg[i], open_line
                    o = FIELDS * count
                    out[o], out[o + 1], out[o + 2], out[o + 3] = at, angle, 0.0, math.inf
                    out[o + 4], out[o + 5] = 0.0, 0.0
                    count += 1
                o = FIELDS * (count - 1)
                if angle < out[o + 1] or (angle == out[o + 1] and at < out[o]):
                    out[o], out[o + 1] = at, angle
                if cross >= 0.0:
                    out[o + 2] += 1.0
                    if at < out[o + 3]:
                        n = 3 * s
                        turn = mx * normals[n] + my * normals[n + 1] + mz * normals[n + 2]
                        out[o + 3] = at
                        out[o + 4] = math.acos(min(1.0, abs(turn) / long))
                        left = normals[n] * px + normals[n + 1] * py + normals[n + 2] * pz >= 0.0
                        out[o + 5] = 1.0 if left else -1.0
            px, py, pz = qx, qy, qz
    done[0] = len(leg)
    return count
