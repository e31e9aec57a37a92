"""Legs of ships against lines: how near each came to each, and where it crossed.

A leg is walked in pieces no longer than `piece` (radians), so that the cube in a piece's middle
lists every segment that any of its points is in reach of: the lists allow for half a piece. What a
ship sails in one cube is laid beside one segment after the other, all its points at once.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inner, int64
from noroshi.desks.sea.kernels.lines import SEGMENT, bulge, chord2, dot, found
from noroshi.desks.sea.kernels.points import cube

Floats = Longs = Ints = Cells = Any

POINTS = 64
"""Most points of a way in one cube that are looked at together."""

WORK = 9
"""Rows of POINTS in the room to work in: the points (x, y, z), the pieces that lead on from them
(where on its leg one begins and ends), the square of the chord to a segment, the side of it, and of
each piece the square of the least chord so far and where on the piece that is."""

X, Y, Z, FROM, TO, AWAY, SIDE, BEST, SHARE = range(0, WORK * POINTS, POINTS)

CROSSING = 3
"""Numbers of a crossing: the fraction of the leg, the angle between leg and line (radians, at most
a right one), and 1 for from the left of the line, else -1."""


@inner
def beside(o: int, many: int, segments: Floats, work: Floats) -> None:
    """The side of the segment at `o` that each of the points is on, and the squares of chords."""
    ax, ay, az = segments[o], segments[o + 1], segments[o + 2]
    bx, by, bz = segments[o + 3], segments[o + 4], segments[o + 5]
    nx, ny, nz = segments[o + 6], segments[o + 7], segments[o + 8]
    tx, ty, tz = segments[o + 9], segments[o + 10], segments[o + 11]
    ux, uy, uz = segments[o + 12], segments[o + 13], segments[o + 14]
    for j in range(many):
        x, y, z = work[X + j], work[Y + j], work[Z + j]
        side = x * nx + y * ny + z * nz
        past, short = x * tx + y * ty + z * tz, x * ux + y * uy + z * uz
        to_a = (x - ax) * (x - ax) + (y - ay) * (y - ay) + (z - az) * (z - az)
        to_b = (x - bx) * (x - bx) + (y - by) * (y - by) + (z - bz) * (z - bz)
        sine2 = side * side
        straight = 2.0 * sine2 / (1.0 + math.sqrt(max(0.0, 1.0 - sine2)))
        end = min(to_a, to_b)
        work[SIDE + j] = side
        work[AWAY + j] = straight if min(past, short) >= 0.0 and past + short > 0.0 else end


@inner
def ends(many: int, work: Floats) -> None:
    """Takes into the least of each piece what its two ends have."""
    for j in range(many):
        p, q, best = work[AWAY + j], work[AWAY + j + 1], work[BEST + j]
        work[SHARE + j] = (1.0 if q < p else 0.0) if min(p, q) < best else work[SHARE + j]
        work[BEST + j] = min(best, min(p, q))


@inner
def odd(o: int, many: int, segments: Floats, work: Floats, flags: Cells) -> None:
    """Flags the pieces that the plane of the segment at `o` cuts, or that come nearer to one of its
    ends than to anything so far, between their own: a millionth more, as if in a plane."""
    ax, ay, az = segments[o], segments[o + 1], segments[o + 2]
    bx, by, bz = segments[o + 3], segments[o + 4], segments[o + 5]
    for j in range(many):
        x, y, z = work[X + j], work[Y + j], work[Z + j]
        dx, dy, dz = work[X + j + 1] - x, work[Y + j + 1] - y, work[Z + j + 1] - z
        ux, uy, uz, vx, vy, vz = ax - x, ay - y, az - z, bx - x, by - y, bz - z
        long2 = dx * dx + dy * dy + dz * dz
        a, b = ux * dx + uy * dy + uz * dz, vx * dx + vy * dy + vz * dz
        best = work[BEST + j] * long2 * (1.0 + 1e-6)
        to_a = (ux * ux + uy * uy + uz * uz) * long2 - a * a < best
        to_b = (vx * vx + vy * vy + vz * vz) * long2 - b * b < best
        cut = (work[SIDE + j] >= 0.0) != (work[SIDE + j + 1] >= 0.0)
        flags[j] = cut | ((a > 0.0) & (a < long2) & to_a) | ((b > 0.0) & (b < long2) & to_b)


@inner
def within(
    j: int, o: int, leg: int, line: int, segments: Floats, work: Floats, crossed: int,
    cross_leg: Longs, cross_line: Longs, cross: Floats,
) -> int:  # fmt: skip
    """Piece `j` between its ends, against the segment at `o`: takes what is nearer there, and
    writes where it crosses; gives how many crossings there are then."""
    px, py, pz = work[X + j], work[Y + j], work[Z + j]
    qx, qy, qz = work[X + j + 1], work[Y + j + 1], work[Z + j + 1]
    dx, dy, dz = qx - px, qy - py, qz - pz
    mx, my, mz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    long2 = dx * dx + dy * dy + dz * dz
    normal2 = mx * mx + my * my + mz * mz
    for e in range(o, o + 6, 3):
        along = (segments[e] - px) * dx + (segments[e + 1] - py) * dy + (segments[e + 2] - pz) * dz
        if 0.0 < along < long2:
            sine = dot(mx, my, mz, e, segments)
            away = bulge(sine * sine / normal2)
            if away < work[BEST + j]:
                work[BEST + j], work[SHARE + j] = away, along / long2
    p_side, q_side = work[SIDE + j], work[SIDE + j + 1]
    # Who stands on a line stands on its left: what shares an end crosses once.
    if (p_side >= 0.0) == (q_side >= 0.0):
        return crossed
    a_side, b_side = dot(mx, my, mz, o, segments), dot(mx, my, mz, o + 3, segments)
    if (a_side >= 0.0) == (b_side >= 0.0):
        return crossed
    share = p_side / (p_side - q_side)
    if work[BEST + j] > 0.0 or share < work[SHARE + j]:
        work[BEST + j], work[SHARE + j] = 0.0, share
    cross_leg[crossed], cross_line[crossed] = leg, line
    c = CROSSING * crossed
    cross[c] = work[FROM + j] + (work[TO + j] - work[FROM + j]) * share
    turn = abs(dot(mx, my, mz, o + 6, segments)) / math.sqrt(normal2)
    cross[c + 1] = math.acos(min(1.0, turn))
    cross[c + 2] = 1.0 if p_side >= 0.0 else -1.0
    return crossed + 1


@inner
def written(
    many: int, line: int, reach: float, legs_of: Longs, work: Floats, latest: Longs, count: int,
    out_leg: Longs, out_line: Longs, out_at: Floats, out_angle: Floats,
) -> int:  # fmt: skip
    """Writes the pieces in reach of a line, those of one leg as one; gives the number of rows."""
    for j in range(many):
        c = work[BEST + j]  # to the last digit where it is short
        work[AWAY + j] = math.sqrt(c) * (1.0 + c * (1 / 24 + c * (3 / 640 + c * (5 / 7168))))
        work[SHARE + j] = work[FROM + j] + (work[TO + j] - work[FROM + j]) * work[SHARE + j]
    for j in range(many):
        if work[BEST + j] > reach * reach:
            continue
        at, angle = work[SHARE + j], work[AWAY + j]
        if work[BEST + j] > 1e-4:
            angle = 2.0 * math.asin(min(1.0, 0.5 * math.sqrt(work[BEST + j])))
        row = latest[line]
        if row < 0 or out_leg[row] != legs_of[j]:
            row, count = count, count + 1
            latest[line] = row
            out_leg[row], out_line[row], out_at[row], out_angle[row] = legs_of[j], line, at, angle
        elif angle < out_angle[row]:
            out_at[row], out_angle[row] = at, angle
    return count


@inner
def radius(middle: int, many: int, work: Floats) -> float:
    """The chord within which all of the points are of one of them."""
    wide2 = 0.0
    for j in range(many):
        x, y, z = (
            work[X + j] - work[X + middle],
            work[Y + j] - work[Y + middle],
            work[Z + j] - work[Z + middle],
        )
        wide2 = max(wide2, x * x + y * y + z * z)
    return math.sqrt(wide2)


@inner
def near(o: int, middle: int, wide: float, segments: Floats, work: Floats) -> bool:
    """Whether the segment at `o` may be in reach of any of the points, all of which are within the
    chord `wide` of point `middle`."""
    x, y, z = work[X + middle], work[Y + middle], work[Z + middle]
    side, past, short = (
        dot(x, y, z, o + 6, segments),
        dot(x, y, z, o + 9, segments),
        dot(x, y, z, o + 12, segments),
    )
    limit = segments[o + 15] + wide
    return chord2(x, y, z, side, past, short, o, segments) <= limit * limit


@compiled
def legs(
    first: int, last: int, xyz: Floats, scale: float, leg: Longs, piece: float, segments: Floats,
    line: Longs, edge: float, bits: int, table: Longs, lists: Longs, members: Ints, work: Floats,
    flags: Cells, legs_of: Longs, latest: Longs, out_leg: Longs, out_line: Longs, out_at: Floats,
    out_angle: Floats, cross_leg: Longs, cross_line: Longs, cross: Floats, counts: Longs,
) -> bool:  # fmt: skip
    """Walks legs `leg[first:last]`, each from the point before row `leg[i]` of `xyz` (unit vectors
    once multiplied by `scale`) to that row.

    Writes a row per (leg, line in reach), of each line in the order of legs, to `out_...` (where on
    the leg it was nearest, and the angle there), and one per crossing to `cross_...`; `counts` has
    how many of both. False: there was not room enough, all is to be done again with more. Room to
    work in: `work` (WORK * POINTS), `flags` and `legs_of` (POINTS), `latest` (-1, for each line).
    """
    count, crossed, many = int64(0), int64(0), int64(0)
    west, south, low, since, until = 0.0, 0.0, 0.0, int64(0), int64(0)
    for i in range(first, last + 1):
        b = 3 * leg[min(i, last - 1)]
        ax, ay, az = xyz[b - 3] * scale, xyz[b - 2] * scale, xyz[b - 1] * scale
        bx, by, bz = xyz[b] * scale, xyz[b + 1] * scale, xyz[b + 2] * scale
        dx, dy, dz = bx - ax, by - ay, bz - az
        long2 = dx * dx + dy * dy + dz * dz
        pieces = int64(1)
        if long2 > piece * piece:
            # Parts of a chord stand for longer arcs in its middle.
            pieces = int64(math.ceil(math.sqrt(long2 / max(0.01, 1.0 - long2 / 4.0)) / piece))
        apart = i in (first, last) or leg[i] != leg[i - 1] + 1
        px, py, pz = ax, ay, az
        for part in range(pieces):
            f, g, qx, qy, qz = 0.0, 1.0, bx, by, bz
            if pieces > 1:
                f, g = part / pieces, (part + 1.0) / pieces
            if part < pieces - 1:
                qx, qy, qz = ax + g * dx, ay + g * dy, az + g * dz
                size = 1.0 / math.sqrt(qx * qx + qy * qy + qz * qz)
                qx, qy, qz = qx * size, qy * size, qz * size
            x, y, z = 0.5 * (px + qx), 0.5 * (py + qy), 0.5 * (pz + qz)
            same = min(x - west, y - south, z - low) >= 0.0
            same = same and max(x - west, y - south, z - low) < edge
            if not same or apart or many == POINTS - 1:
                if many:
                    if (until - since) * many > min(len(out_leg) - count, len(cross_leg) - crossed):
                        return False
                    middle, k = many // 2, since
                    wide = radius(middle, many + 1, work)
                    while k < until:
                        current = line[members[k]]
                        reach, some = segments[SEGMENT * members[k] + 15], False
                        while k < until and line[members[k]] == current:
                            o = SEGMENT * int64(members[k])
                            k += 1
                            if not near(o, middle, wide, segments, work):
                                continue
                            if not some:
                                some = True
                                for j in range(many):
                                    work[BEST + j] = math.inf
                            beside(o, many + 1, segments, work)
                            ends(many, work)
                            odd(o, many, segments, work, flags)
                            for j in range(many):
                                if flags[j]:
                                    crossed = within(
                                        j, o, legs_of[j], current, segments, work, crossed,
                                        cross_leg, cross_line, cross,
                                    )  # fmt: skip
                        if some:
                            count = written(
                                many, current, reach, legs_of, work, latest, count, out_leg,
                                out_line, out_at, out_angle,
                            )  # fmt: skip
                    many = int64(0)
                if i == last:
                    break
                west, south = math.floor(x / edge) * edge, math.floor(y / edge) * edge
                low, since, until = math.floor(z / edge) * edge, int64(0), int64(0)
                slot = found(cube(x, y, z, edge), bits, table)
                if slot >= 0:
                    since, until = lists[2 * slot], lists[2 * slot + 1]
                apart = False
            if since < until:
                if many == 0:
                    work[X], work[Y], work[Z] = px, py, pz
                work[FROM + many], work[TO + many], legs_of[many] = f, g, leg[i]
                many += 1
                work[X + many], work[Y + many], work[Z + many] = qx, qy, qz
            px, py, pz = qx, qy, qz
    counts[0], counts[1] = count, crossed
    return True
