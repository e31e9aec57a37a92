"""Legs of ships against lines: how near each came to each, and where it crossed.

A leg is walked in pieces no longer than `piece` (radians), so that the cube in a piece's middle
lists every segment that any of its points is in reach of: the lists allow for half a piece. What a
ship sails in one cube is laid beside one segment after the other, all its points at once.

Each end of a segment, the normal of its plane and what is square to both are three axes. So a
point's products with the last two, squared and added, are the square of the sine of its angle to
that end; this takes neither root nor division, and up to a right angle what is nearer has less.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inlined, inner, int64
from noroshi.desks.sea.kernels.lines import SEGMENT, dot, found, off2, sine2
from noroshi.desks.sea.kernels.points import cube

Floats = Singles = Longs = Ints = Cells = Any

POINTS = 64
"""Most points of a way in one cube that are looked at together."""

STRIDE = POINTS + 8
"""Loops go on to a multiple of eight points, so that none is left over to be done by itself: what
stands there is of a way before, and not used."""

WORK = 13
"""Rows of STRIDE in the room to work in: the points (x, y, z), the pieces that lead on from them
(where on its leg one begins and ends), of each point the products with a segment's vectors and the
sine's square to the line, of each piece the least of that between its ends and where it is, and
the least of all and where on the leg that is."""

X, Y, Z, FROM, TO, SIDE, PAST, SHORT, POINT, BEST, SHARE, LEAST, AT = range(
    0, WORK * STRIDE, STRIDE
)

LEFT, BEFORE, AFTER, VOID = 1, 2, 4, 8
"""Flags of a point: left of a segment, before its beginning, past its end; no point."""

CLOSE = 1e-12
"""Radians, 6 micrometres: more than rounding does to a side."""

CUT = 1
"""Mark of a piece that a segment may cut. BEFORE and AFTER mark one that may be nearest to the
segment's beginning, or end, between its own ends."""

CROSSING = 3
"""Numbers of a crossing: the fraction of the leg, the angle between leg and line (radians, at most
a right one) by its cosine, and 1 for from the left of the line, else -1."""


@inlined
def eights(many: int) -> int:
    """The next multiple of eight."""
    return (many + 7) & ~7


@inlined
def beside(o: int, many: int, segments: Floats, work: Floats, flags: Cells) -> int:
    """Takes the segment at `o` into what each of the points has to its line, and flags each; gives
    all flags that were given."""
    nx, ny, nz = segments[o + 6], segments[o + 7], segments[o + 8]
    tx, ty, tz = segments[o + 9], segments[o + 10], segments[o + 11]
    ux, uy, uz = segments[o + 12], segments[o + 13], segments[o + 14]
    given = int64(0)
    for j in range(eights(many)):
        x, y, z = work[X + j], work[Y + j], work[Z + j]
        side = x * nx + y * ny + z * nz
        past, short = x * tx + y * ty + z * tz, x * ux + y * uy + z * uz
        work[SIDE + j], work[PAST + j], work[SHORT + j] = side, past, short
        off = min(0.0, min(past, short))
        work[POINT + j] = min(work[POINT + j], side * side + off * off)
        flag = LEFT * (side >= 0.0) | BEFORE * (past < -CLOSE) | AFTER * (short < -CLOSE)
        flags[j] = flag
        given |= flag
    return given


@inlined
def cut(many: int, flags: Cells) -> int:
    """Marks the pieces that a segment may cut: their ends are on either side, and not both before
    it or past it. Gives the mark if any has it."""
    some = int64(0)
    for j in range(eights(many)):
        p, q = flags[j], flags[j + 1]
        mark = (p ^ q) & ~((p & q) // BEFORE) & ~((p & q) // AFTER) & ~(q // VOID) & CUT
        flags[STRIDE + j] = mark
        some |= mark
    return some


@inlined
def ends(many: int, work: Floats, flags: Cells) -> int:
    """Marks too the pieces that between their ends may come nearer to one of a segment's than to
    anything so far, by the points' places about it: as if in a plane, with room for what the Earth
    is not. Gives all marks that any has."""
    some = int64(0)
    for j in range(eights(many)):
        u, v, w = work[PAST + j], work[SIDE + j], work[SHORT + j]
        du, dv, dw = work[PAST + j + 1] - u, work[SIDE + j + 1] - v, work[SHORT + j + 1] - w
        best = min(work[BEST + j], min(work[POINT + j], work[POINT + j + 1])) * (1.0 + 1e-3)
        a2, a_on, a_off = du * du + dv * dv, -(u * du + v * dv), u * dv - v * du
        b2, b_on, b_off = dw * dw + dv * dv, -(w * dw + v * dv), w * dv - v * dw
        mark = BEFORE * ((a_on > 0.0) & (a_on < a2) & (a_off * a_off < best * a2))
        mark |= AFTER * ((b_on > 0.0) & (b_on < b2) & (b_off * b_off < best * b2))
        flags[STRIDE + j] |= mark
        some |= mark
    return some


@inner
def end_near(j: int, e: int, segments: Floats, work: Floats) -> None:
    """Takes the segment's end at `e` into the least of piece `j`, if it is nearest between the
    piece's own."""
    px, py, pz = work[X + j], work[Y + j], work[Z + j]
    qx, qy, qz = work[X + j + 1], work[Y + j + 1], work[Z + j + 1]
    dx, dy, dz = qx - px, qy - py, qz - pz
    mx, my, mz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    long2 = dx * dx + dy * dy + dz * dz
    along = (segments[e] - px) * dx + (segments[e + 1] - py) * dy + (segments[e + 2] - pz) * dz
    if 0.0 < along < long2:
        sine = dot(mx, my, mz, e, segments)
        away = sine * sine / (mx * mx + my * my + mz * mz)
        if away < work[BEST + j]:
            work[BEST + j], work[SHARE + j] = away, along / long2


@inner
def crosses(j: int, o: int, segments: Floats, work: Floats, cross: Floats, crossed: int) -> int:
    """Writes where piece `j` crosses the segment at `o`, if it does; how many crossings there are
    then."""
    px, py, pz = work[X + j], work[Y + j], work[Z + j]
    qx, qy, qz = work[X + j + 1], work[Y + j + 1], work[Z + j + 1]
    mx, my, mz = py * qz - pz * qy, pz * qx - px * qz, px * qy - py * qx
    # Who stands on a line stands on its left: what shares an end crosses once.
    a_side, b_side = dot(mx, my, mz, o, segments), dot(mx, my, mz, o + 3, segments)
    if (a_side >= 0.0) == (b_side >= 0.0):
        return crossed
    p_side, q_side = work[SIDE + j], work[SIDE + j + 1]
    share = p_side / (p_side - q_side)
    if work[BEST + j] > 0.0 or share < work[SHARE + j]:
        work[BEST + j], work[SHARE + j] = 0.0, share
    c = CROSSING * crossed
    cross[c] = work[FROM + j] + (work[TO + j] - work[FROM + j]) * share
    turn = abs(dot(mx, my, mz, o + 6, segments)) / math.sqrt(mx * mx + my * my + mz * mz)
    cross[c + 1] = turn
    cross[c + 2] = 1.0 if p_side >= 0.0 else -1.0
    return crossed + 1


@inlined
def written(
    many: int, line: int, reach2: float, legs_of: Ints, work: Floats, latest: Longs, count: int,
    out_leg: Ints, out_line: Ints, out_at: Singles, out_sine2: Singles,
) -> int:  # fmt: skip
    """Writes the pieces in reach of a line, those of one leg as one; gives the number of rows.
    `legs_of` has the legs of the pieces, and STRIDE later is given their rows."""
    for j in range(eights(many)):
        p, q, best = work[POINT + j], work[POINT + j + 1], work[BEST + j]
        share, f, g = work[SHARE + j], work[FROM + j], work[TO + j]
        end = min(p, q)
        share = share if best < end else (1.0 if q < p else 0.0)
        work[LEAST + j] = min(best, end)
        work[AT + j] = f + (g - f) * share
    row = latest[line]
    for j in range(many):
        away = work[LEAST + j]
        if away > reach2:
            continue
        if row < 0 or out_leg[row] != legs_of[j]:
            row, count = count, count + 1
            out_leg[row], out_line[row] = legs_of[j], line
            out_at[row], out_sine2[row] = work[AT + j], away
        elif away < out_sine2[row]:
            out_at[row], out_sine2[row] = work[AT + j], away
        legs_of[STRIDE + j] = row
    latest[line] = row
    return count


@inlined
def extent(middle: int, many: int, work: Floats, flags: Cells) -> float:
    """The chord within which all of the points are of one of them. What loops look at beyond them
    is made such that it is not marked."""
    x, y, z, whole = work[X + many - 1], work[Y + many - 1], work[Z + many - 1], eights(many)
    for j in range(many, whole):
        work[X + j], work[Y + j], work[Z + j] = x, y, z
    work[SIDE + whole] = work[PAST + whole] = work[SHORT + whole] = math.nan
    flags[whole] = VOID
    wide2 = 0.0
    for j in range(many):
        x, y, z = (
            work[X + j] - work[X + middle],
            work[Y + j] - work[Y + middle],
            work[Z + j] - work[Z + middle],
        )
        wide2 = max(wide2, x * x + y * y + z * z)
    return math.sqrt(wide2)


@compiled
def legs(
    first: int, last: int, xyz: Floats, scale: float, leg: Longs, piece: float, segments: Floats,
    line: Longs, edge: float, bits: int, table: Longs, lists: Longs, members: Ints, work: Floats,
    flags: Cells, legs_of: Ints, latest: Longs, out_leg: Ints, out_line: Ints, out_at: Singles,
    out_sine2: Singles, cross_row: Ints, cross: Floats, counts: Longs,
) -> bool:  # fmt: skip
    """Walks legs `leg[first:last]`, each from the point before row `leg[i]` of `xyz` (unit vectors
    once multiplied by `scale`) to that row.

    Writes a row per (leg, line in reach), of each line in the order of legs, to `out_...` (the leg
    as counted from `first`, where on it the ship was nearest, and the square of the angle's sine
    there: in single precision, right to a millimetre in 10 km), and one per crossing, with that
    row, to `cross...`; `counts` has how many of both. False: there was not room enough, all is to
    be done again with more. Room to work in: `work` (WORK * STRIDE), `flags` and `legs_of`
    (2 * STRIDE), `latest` (-1, for each line).
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
                    room = min(len(out_leg) - count, len(cross_row) - crossed - 1)
                    if (until - since) * many > room:
                        return False
                    middle, k = many // 2, since
                    wide = extent(middle, many + 1, work, flags)
                    cx, cy, cz = work[X + middle], work[Y + middle], work[Z + middle]
                    while k < until:
                        current = line[members[k]]
                        rim = segments[SEGMENT * int64(members[k]) + 15]
                        some, begun = False, crossed
                        reach2, limit2 = sine2(rim * rim), sine2((rim + wide) * (rim + wide))
                        while k < until and line[members[k]] == current:
                            o = SEGMENT * int64(members[k])
                            k += 1
                            if off2(cx, cy, cz, o, segments) > limit2:
                                continue
                            if not some:
                                some = True
                                for j in range(eights(many + 1)):
                                    work[POINT + j] = work[BEST + j] = math.inf
                            given = beside(o, many + 1, segments, work, flags)
                            marked = cut(many, flags)
                            if given & (BEFORE | AFTER):
                                marked |= ends(many, work, flags)
                            if marked == 0:
                                continue
                            for j in range(many):
                                mark = flags[STRIDE + j]
                                if mark & BEFORE:
                                    end_near(j, o, segments, work)
                                if mark & AFTER:
                                    end_near(j, o + 3, segments, work)
                                if mark & CUT:
                                    cross_row[crossed] = j
                                    crossed = crosses(j, o, segments, work, cross, crossed)
                        if some:
                            count = written(
                                many, current, reach2, legs_of, work, latest, count, out_leg,
                                out_line, out_at, out_sine2,
                            )  # fmt: skip
                        for n in range(begun, crossed):
                            cross_row[n] = legs_of[STRIDE + cross_row[n]]
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
                work[FROM + many], work[TO + many], legs_of[many] = f, g, i - first
                many += 1
                work[X + many], work[Y + many], work[Z + many] = qx, qy, qz
            px, py, pz = qx, qy, qz
    counts[0], counts[1] = count, crossed
    return True
