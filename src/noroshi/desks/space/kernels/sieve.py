"""Pairs that may come within a distance of one another during a step: a sieve that loses none.

Within a step two objects move on nearly straight lines, seen from one another: the difference of
their accelerations is at most 2µ/r³ of their distance (the tidal tensor's largest eigenvalue), so
that the straight line is out by at most µ/r³ · distance · τ² after τ seconds. That is the margin of
every test here.

Objects stand in every shell of radius that they pass through during the step. A shell of many is
cut into cubes so large that whoever can meet is in the same or in a neighbouring one.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.desks.space.kernels.drive import LANES, STATES
from noroshi.desks.space.kernels.jit import compiled, float32, inlined, inner, int32, int64, single

Floats = Singles = Longs = Ints = Any

LOWEST_KM, LOW_KM, HIGH_KM = 6378.0, 36.0, 192.0
FARTHEST_KM = 1e7
"""An orbit farther out than this has failed, whatever its status."""

LOW_SHELLS = 57
"""Shells of 36 km up to 8,430 km, of 192 km above, one for all beyond 60,000 km."""

SHELLS = LOW_SHELLS + 270
FEW = 160
"""A shell of so few is compared pair by pair."""

SIDE = 24
"""Most cubes along an axis, a rim included."""

WIDE = 16
"""So many are compared at once: a loop that long is not unrolled, but vectorised."""

ROW = 6 * WIDE
ZERO = float32(0.0)
SINGLE_KM = 0.02
"""What single precision may be out by at 60,000 km, twice over."""


@inlined
def shell(r: float) -> int:
    """The shell of a radius."""
    if r < LOWEST_KM + LOW_SHELLS * LOW_KM:
        return int64(max(r - LOWEST_KM, 0.0) / LOW_KM)
    # Bounded before it becomes whole: no whole number holds where a failed orbit may be.
    beyond = (min(r, 1e6) - LOWEST_KM - LOW_SHELLS * LOW_KM) / HIGH_KM
    return min(int64(LOW_SHELLS + beyond), int64(SHELLS - 1))


@inlined
def bottom(k: int) -> float:
    """The least radius of a shell."""
    if k < LOW_SHELLS:
        return LOWEST_KM + k * LOW_KM
    return LOWEST_KM + LOW_SHELLS * LOW_KM + (k - LOW_SHELLS) * HIGH_KM


@inlined
def passes(
    dx: single, dy: single, dz: single, dvx: single, dvy: single, dvz: single, half_s: single,
    reach2: single, loss: single,
) -> int:  # fmt: skip
    """1 where two straight lines come within reach (its square, km²) within `half_s`, or nearly so,
    else 0: without a division or a branch, and never 0 where they do. `loss` is what single
    precision may lose of the difference of two large numbers."""
    dv2 = dvx * dvx + dvy * dvy + dvz * dvz
    b = dx * dvx + dy * dvy + dz * dvz
    dr2 = dx * dx + dy * dy + dz * dz
    over = abs(b) - dv2 * half_s
    far = dr2 * dv2
    inside = int32(far - b * b <= reach2 * dv2 + loss * far)
    return inside & (int32(over <= ZERO) | int32(over * over <= reach2 * dv2))


@inlined
def nearest(
    dx: float, dy: float, dz: float, dvx: float, dvy: float, dvz: float, half_s: float,
    reach_km: float, within_km: float, tide: float,
) -> float:  # fmt: skip
    """When, in seconds from the middle of the step; 1e9 where it is not within reach."""
    dv2 = dvx * dvx + dvy * dvy + dvz * dvz
    dr2 = dx * dx + dy * dy + dz * dz
    b = dx * dvx + dy * dvy + dz * dvz
    tau = -b / dv2 if dv2 > 0.0 else 0.0
    tau = min(max(tau, -half_s), half_s)
    left = dr2 + 2.0 * b * tau + dv2 * tau * tau
    late = min(half_s, abs(tau) + reach_km / math.sqrt(max(dv2, 1e-12)))
    limit = within_km + SINGLE_KM + tide * math.sqrt(dr2) * late * late
    return tau if left <= limit * limit + 2e-6 * dr2 else 1e9


@inlined
def cube(x: float, y: float, z: float, edge: float, widest: float, side: int) -> int:
    """The number of a place's cube; there is a rim of empty ones."""
    i, j = int64((x + widest) / edge) + 1, int64((y + widest) / edge) + 1
    return ((int64((z + widest) / edge) + 1) * side + j) * side + i


@inner
def spread(
    states: Singles, slots: int, half_s: float, within_km: float, packed: Singles, lows: Ints,
    starts: Ints, entries: Ints, highs: Ints,
) -> int:  # fmt: skip
    """The shells of every object during one step: `lows` to `highs`, and for each shell from
    `starts` on the `entries` in it; states object by object in `packed`. How many entries there
    are; they are written if they fit."""
    for k in range(SHELLS + 2):
        starts[k] = 0
    total = int64(0)
    for slot in range(slots):
        at = (slot // LANES) * STATES + slot % LANES
        lows[slot], highs[slot] = 0, -1
        if states[at + 6 * LANES] != 0.0:
            continue
        for j in range(6):
            packed[8 * slot + j] = states[at + j * LANES]
        x, y, z = float(packed[8 * slot]), float(packed[8 * slot + 1]), float(packed[8 * slot + 2])
        vx, vy = float(packed[8 * slot + 3]), float(packed[8 * slot + 4])
        vz = float(packed[8 * slot + 5])
        r2 = x * x + y * y + z * z
        if not 1.0 < r2 < FARTHEST_KM * FARTHEST_KM:
            continue
        r = math.sqrt(r2)
        v2 = vx * vx + vy * vy + vz * vz
        packed[8 * slot + 6] = v2
        packed[8 * slot + 7] = max(abs(x), max(abs(y), abs(z)))
        rise = (x * vx + y * vy + z * vz) / r
        bend = (v2 - rise * rise) / r - MU / r2
        # The third derivative is below 3µv/r³: 8e-6 km/s³ at its largest, of which a sixth counts.
        wide = abs(rise) * half_s + 0.5 * abs(bend) * half_s * half_s + 0.5 * within_km
        wide = wide + 1.5e-6 * half_s * half_s * half_s + SINGLE_KM
        low, high = shell(r - wide), shell(r + wide)
        lows[slot], highs[slot] = low, high
        total += high - low + 1
        for k in range(low, high + 1):
            starts[k + 2] += 1
    if total > len(entries):
        return total
    for k in range(2, SHELLS + 2):
        starts[k] += starts[k - 1]
    for slot in range(slots):
        for k in range(lows[slot], highs[slot] + 1):
            entries[starts[k + 1]] = slot
            starts[k + 1] += 1
    return total


@inlined
def put(packed: Singles, slot: int, rows: Singles, place: Ints, q: int) -> None:
    """An object's state to row `q`: sixteen rows side by side, number by number."""
    at = (q // WIDE) * ROW + q % WIDE
    for j in range(6):
        rows[at + WIDE * j] = packed[8 * slot + j]
    place[q] = slot


@inlined
def against(
    begin: int, end: int, first: int, last: int, shape: Floats, k: int, rows: Singles, place: Ints,
    lows: Ints, out: Ints, taus: Singles, count: int,
) -> int:  # fmt: skip
    """The objects in rows `begin` to `end` against those in `first` to `last`, each against what
    follows it where these are the same, in the first shell that both are in. Sixteen at a time,
    and one by one only where one of them passes. `shape` is of the step: half of it (s), reach,
    distance (km), tide (1/s²), its number."""
    half_s, reach_km, within_km, tide = shape[0], shape[1], shape[2], shape[3]
    half, reach2, loss = float32(half_s), float32(reach_km * reach_km), float32(2e-6)
    for p in range(begin, end):
        at = (p // WIDE) * ROW + p % WIDE
        x, y, z = rows[at], rows[at + WIDE], rows[at + 2 * WIDE]
        vx, vy, vz = rows[at + 3 * WIDE], rows[at + 4 * WIDE], rows[at + 5 * WIDE]
        begins = max(first, p + 1)
        if begins >= last:
            continue
        for block in range(begins // WIDE, (last + WIDE - 1) // WIDE):
            r = rows[block * ROW : (block + 1) * ROW]
            any_of = int32(0)
            for j in range(WIDE):
                any_of |= passes(
                    r[j] - x, r[WIDE + j] - y, r[2 * WIDE + j] - z, r[3 * WIDE + j] - vx,
                    r[4 * WIDE + j] - vy, r[5 * WIDE + j] - vz, half, reach2, loss,
                )  # fmt: skip
            if any_of == 0:
                continue
            for j in range(WIDE):
                q = block * WIDE + j
                if q < begins or q >= last:
                    continue
                dx, dy, dz = r[j] - x, r[WIDE + j] - y, r[2 * WIDE + j] - z
                dvx, dvy, dvz = r[3 * WIDE + j] - vx, r[4 * WIDE + j] - vy, r[5 * WIDE + j] - vz
                if passes(dx, dy, dz, dvx, dvy, dvz, half, reach2, loss) == 0:
                    continue
                a, b = int64(place[p]), int64(place[q])
                if max(lows[a], lows[b]) != k:
                    continue
                tau = nearest(float(dx), float(dy), float(dz), float(dvx), float(dvy), float(dvz),
                              half_s, reach_km, within_km, tide)  # fmt: skip
                if tau < 1e8:
                    if count < len(taus):
                        out[3 * count], taus[count] = int64(shape[4]), tau
                        out[3 * count + 1], out[3 * count + 2] = min(a, b), max(a, b)
                    count += 1
    return count


@inner
def cubes(
    low: int, high: int, edge: float, widest: float, side: int, shape: Floats, k: int,
    packed: Singles, rows: Singles, entries: Ints, cells: Ints, own: Ints, place: Ints, lows: Ints,
    out: Ints, taus: Singles, count: int,
) -> int:  # fmt: skip
    """The entries of one shell by cubes: each with what follows it in its own, and with half of the
    cubes about it. Neighbours along x lie one after the other, so that there are five ranges."""
    flat = side * side
    for c in range(flat * side + 2):
        cells[c] = 0
    for p in range(low, high):
        at = 8 * int64(entries[p])
        c = cube(
            float(packed[at]), float(packed[at + 1]), float(packed[at + 2]), edge, widest, side
        )
        cells[c + 2] += 1
        own[p] = c
    for c in range(2, flat * side + 2):
        cells[c] += cells[c - 1]
    for p in range(low, high):
        c = int64(own[p])
        put(packed, int64(entries[p]), rows, place, int64(cells[c + 1]))
        cells[c + 1] += 1
    for c in range(flat + side, flat * side - flat - side):
        begin, end = int64(cells[c]), int64(cells[c + 1])
        if begin == end:
            continue
        for row in range(5):
            # Its own row from itself on, then the four rows of neighbours ahead of it.
            n = c + side if row == 1 else c + flat + (row - 3) * side
            first = begin if row == 0 else int64(cells[n - 1])
            last = int64(cells[c + 2]) if row == 0 else int64(cells[n + 2])
            if first < last:
                count = against(begin, end, first, last, shape, k, rows, place, lows, out, taus,
                                count)  # fmt: skip
    return count


@compiled
def sieve(
    states: Singles, begin: int, many: int, blocks: int, half_s: float, within_km: float,
    packed: Singles, lows: Ints, highs: Ints, starts: Ints, entries: Ints, cells: Ints, own: Ints,
    place: Ints, rows: Singles, shape: Floats, out: Ints, taus: Singles, done: Longs,
) -> int:  # fmt: skip
    """Candidates of the steps from `begin` on, of `many`: three numbers each to `out` (step, slot,
    slot) and when to `taus`. `done[0]` is where to go on (a step whose candidates found no room is
    not done), `done[1]` how many entries there would have to be room for. The result is how many.

    `states` are those at the middle of each step, by `drive`. `lows`, `highs` hold as many as there
    are slots, `packed` eight for each, `starts` SHELLS + 2, `cells` SIDE³ + 2, `shape` 5; `own` and
    `place` as many as `entries`, `rows` six for each and ROW more.
    """
    slots = blocks * LANES
    count, room = int64(0), len(taus)
    done[1] = 0
    for s in range(begin, many):
        begun = count
        total = spread(states[s * blocks * STATES : (s + 1) * blocks * STATES], slots, half_s,
                       within_km, packed, lows, starts, entries, highs)  # fmt: skip
        if total > len(entries):
            done[0], done[1] = s, total
            return begun
        for k in range(SHELLS):
            low, high = int64(starts[k]), int64(starts[k + 1])
            if high - low < 2:
                continue
            fastest, widest = float32(0.0), float32(0.0)
            for p in range(low, high):
                fastest = max(fastest, packed[8 * entries[p] + 6])
                widest = max(widest, packed[8 * entries[p] + 7])
            under = max(bottom(k) - (0.0 if k < LOW_SHELLS else 1000.0), 6400.0)
            tide = 1.05 * MU / (under * under * under)
            closing = 2.0 * math.sqrt(float(fastest)) * half_s
            reach = within_km + SINGLE_KM
            reach += tide * (reach + closing) * half_s * half_s
            shape[0], shape[1], shape[2], shape[3], shape[4] = half_s, reach, within_km, tide, s
            if high - low <= FEW:
                for p in range(low, high):
                    put(packed, int64(entries[p]), rows, place, p - low)
                count = against(0, high - low, 0, high - low, shape, k, rows, place, lows, out,
                                taus, count)  # fmt: skip
            else:
                wide = float(widest)
                edge = reach + closing
                # About six cubes an entry: emptying more would take longer than they save.
                side = min(int64(2.0 * wide / edge), int64((6.0 * (high - low)) ** (1.0 / 3.0)))
                side = min(side + 3, int64(SIDE))
                edge = max(edge, 2.0 * wide * 1.000001 / (side - 2))
                count = cubes(low, high, edge, wide, side, shape, k, packed, rows, entries, cells,
                              own, place, lows, out, taus, count)  # fmt: skip
            if count > room:
                break
        if count > room:
            done[0] = s
            return begun
    done[0] = many
    return count


@compiled
def beside(
    states: Singles, begin: int, many: int, blocks: int, half_s: float, within_km: float,
    own: Longs, out: Ints, taus: Singles, done: Longs,
) -> int:  # fmt: skip
    """The same for pairs of which one is in `own` slots: each of these against all, block by
    block. A pair of two of them may stand twice."""
    count, room = int64(0), len(taus)
    tide = 1.05 * MU / (6400.0 * 6400.0 * 6400.0)
    # Nothing bound to the Earth passes another faster than 22 km/s.
    reach = within_km + SINGLE_KM
    reach += tide * (reach + 22.0 * half_s) * half_s * half_s
    half, reach2, loss = float32(half_s), float32(reach * reach), float32(2e-6)
    for s in range(begin, many):
        begun = count
        base = s * blocks * STATES
        for a in own:
            at = base + (a // LANES) * STATES + a % LANES
            if states[at + 6 * LANES] != 0.0:
                continue
            x, y, z = states[at], states[at + LANES], states[at + 2 * LANES]
            vx, vy, vz = states[at + 3 * LANES], states[at + 4 * LANES], states[at + 5 * LANES]
            for block in range(blocks):
                r = states[base + block * STATES : base + (block + 1) * STATES]
                any_of = int32(0)
                for j in range(LANES):
                    any_of |= passes(
                        r[j] - x, r[LANES + j] - y, r[2 * LANES + j] - z, r[3 * LANES + j] - vx,
                        r[4 * LANES + j] - vy, r[5 * LANES + j] - vz, half, reach2, loss,
                    )  # fmt: skip
                if any_of == 0:
                    continue
                for j in range(LANES):
                    b = block * LANES + j
                    if b == a or r[6 * LANES + j] != 0.0:
                        continue
                    dx, dy, dz = r[j] - x, r[LANES + j] - y, r[2 * LANES + j] - z
                    dvx, dvy = r[3 * LANES + j] - vx, r[4 * LANES + j] - vy
                    dvz = r[5 * LANES + j] - vz
                    if passes(dx, dy, dz, dvx, dvy, dvz, half, reach2, loss) == 0:
                        continue
                    tau = nearest(float(dx), float(dy), float(dz), float(dvx), float(dvy),
                                  float(dvz), half_s, reach, within_km, tide)  # fmt: skip
                    if tau < 1e8:
                        if count < room:
                            out[3 * count], taus[count] = s, tau
                            out[3 * count + 1], out[3 * count + 2] = min(a, b), max(a, b)
                        count += 1
        if count > room:
            done[0] = s
            return begun
    done[0] = many
    return count
