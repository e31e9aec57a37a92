"""Pairs that may come within a distance of one another during a step: a sieve that loses none.

Objects stand in every shell of radius that they pass through during the step. In a shell of many
each is compared with those that are, at the middle of the step, within the angle that two can close
in half of it: the shell is cut into bands of latitude so wide, and these into cells of longitude,
of which there are more the fewer an object has to look at.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.desks.space.kernels.drive import LANES, STATES
from noroshi.desks.space.kernels.jit import compiled, float32, inlined, inner, int32, int64, single
from noroshi.desks.space.kernels.sines import PI
from noroshi.desks.space.kernels.straight import SINGLE_KM, WIDE, ZERO, nearest, noted, passing

Floats = Singles = Longs = Ints = Any

LOWEST_KM, LOW_KM, HIGH_KM = 6378.0, 36.0, 192.0
FARTHEST_KM = 1e7
"""An orbit farther out than this has failed, whatever its status."""

LOW_SHELLS = 57
"""Shells of 36 km up to 8,430 km, of 192 km above, one for all beyond 60,000 km."""

SHELLS = LOW_SHELLS + 270
FEW = 96
"""A shell of so few is compared pair by pair."""

BANDS, CELLS = 128, 1 << 15
"""At most so many of a shell."""

TIGHT = 1.0
"""Cells for each object of a shell."""

SLACK = 2e-4
"""Radians; twice what `latitude` and `longitude` may be out by, in both of two objects."""

ROW = 6 * LANES


@inlined
def shell(r: single) -> int:
    """The shell of a radius (km)."""
    low = (r - float32(LOWEST_KM)) * float32(1.0 / LOW_KM)
    high = (r - float32(LOWEST_KM + LOW_SHELLS * LOW_KM)) * float32(1.0 / HIGH_KM)
    n = low if high < ZERO else high + float32(LOW_SHELLS)
    return int32(min(max(n, ZERO), float32(SHELLS - 1)))


@inlined
def bottom(k: int) -> float:
    """The least radius of a shell."""
    if k < LOW_SHELLS:
        return LOWEST_KM + k * LOW_KM
    return LOWEST_KM + LOW_SHELLS * LOW_KM + (k - LOW_SHELLS) * HIGH_KM


@inlined
def latitude(s: single) -> single:
    """The arc sine, radians, to 5e-5 (Abramowitz and Stegun 4.4.45)."""
    a = min(abs(s), float32(1.0))
    fit = float32(1.5707288) + a * (
        float32(-0.2121144) + a * (float32(0.0742610) + a * float32(-0.0187293))
    )
    arc = float32(0.5 * PI) - math.sqrt(float32(1.0) - a) * fit
    return -arc if s < ZERO else arc


@inlined
def longitude(y: single, x: single) -> single:
    """The angle of (x, y) in turns from 0 to 1, to 1e-5 radians (Abramowitz and Stegun 4.4.49)."""
    a, b = abs(y), abs(x)
    q = min(a, b) / max(max(a, b), float32(1e-9))
    z = q * q
    arc = q * (float32(0.9998660) + z * (float32(-0.3302995) + z * (
        float32(0.1801410) + z * (float32(-0.0851330) + z * float32(0.0208351)))))  # fmt: skip
    arc = float32(0.5 * PI) - arc if a > b else arc
    arc = float32(PI) - arc if x < ZERO else arc
    arc = -arc if y < ZERO else arc
    return arc * float32(0.5 / PI) + float32(0.5)


@inlined
def placed(
    r: Singles, half_s: float, within_km: float, lows: Ints, highs: Ints, around: Singles
) -> None:
    """The shells of 64 objects during one step, none (0 to -1) of one in error; and their latitude,
    longitude, speed squared and radius at its middle, lane after lane."""
    half, mu = float32(half_s), float32(MU)
    # The third derivative is below 3µv/r³: 8e-6 km/s³ at its largest, of which a sixth counts.
    more = float32(0.5 * within_km + 1.5e-6 * half_s * half_s * half_s + SINGLE_KM)
    for i in range(LANES):
        x, y, z = r[i], r[LANES + i], r[2 * LANES + i]
        vx, vy, vz = r[3 * LANES + i], r[4 * LANES + i], r[5 * LANES + i]
        r2 = x * x + y * y + z * z
        sound = r[6 * LANES + i] == ZERO and r2 > float32(1.0) and r2 < float32(FARTHEST_KM**2)
        far = math.sqrt(r2)
        by = float32(1.0) / far
        v2 = vx * vx + vy * vy + vz * vz
        rise = (x * vx + y * vy + z * vz) * by
        bend = (v2 - rise * rise - mu * by) * by
        wide = (abs(rise) + float32(0.5) * abs(bend) * half) * half + more
        lows[i] = shell(far - wide) if sound else int32(0)
        highs[i] = shell(far + wide) if sound else int32(-1)
        around[i] = latitude(z * by)
        around[LANES + i] = longitude(y, x)
        around[2 * LANES + i] = v2
        around[3 * LANES + i] = far


@inner
def spread(
    states: Singles, blocks: int, half_s: float, within_km: float, packed: Singles, lows: Ints,
    highs: Ints, around: Singles, ends: Singles, starts: Ints, entries: Ints,
) -> int:  # fmt: skip
    """The objects of one step by shells: from `starts` of each on the `entries` in it. How many
    entries there are; they are written if they fit. Eight numbers of each object in `packed`: its
    state, latitude and longitude. Two of each shell in `ends`: the greatest speed squared in it,
    and the least radius."""
    for k in range(SHELLS + 2):
        starts[k] = 0
    for k in range(SHELLS):
        ends[2 * k], ends[2 * k + 1] = 0.0, 1e30
    total = int64(0)
    for block in range(blocks):
        r = states[block * STATES : (block + 1) * STATES]
        low, high = block * LANES, (block + 1) * LANES
        placed(r, half_s, within_km, lows[low:high], highs[low:high], around)
        for i in range(LANES):
            slot = low + i
            for k in range(lows[slot], highs[slot] + 1):
                starts[k + 2] += 1
                ends[2 * k] = max(ends[2 * k], around[2 * LANES + i])
                ends[2 * k + 1] = min(ends[2 * k + 1], around[3 * LANES + i])
            total += highs[slot] - lows[slot] + 1
            for j in range(6):
                packed[8 * slot + j] = r[j * LANES + i]
            packed[8 * slot + 6], packed[8 * slot + 7] = around[i], around[LANES + i]
    if total > len(entries):
        return total
    for k in range(2, SHELLS + 2):
        starts[k] += starts[k - 1]
    for slot in range(blocks * LANES):
        for k in range(lows[slot], highs[slot] + 1):
            entries[starts[k + 1]] = slot
            starts[k + 1] += 1
    return total


@inlined
def put(packed: Singles, slot: int, rows: Singles, place: Ints, q: int) -> None:
    """An object's state to row `q`: 64 rows side by side, number by number."""
    at = (q // LANES) * ROW + q % LANES
    for j in range(6):
        rows[at + LANES * j] = packed[8 * slot + j]
    place[q] = slot


@inlined
def against(
    begin: int, end: int, first: int, last: int, shape: Floats, k: int, rows: Singles, place: Ints,
    lows: Ints, out: Ints, taus: Singles, count: int,
) -> int:  # fmt: skip
    """The objects in rows `begin` to `end` against those in `first` to `last`, each against what
    follows it where the ones begin as the others do, in the first shell that both are in. `shape`
    is of the step: half of it (s), reach, distance (km), tide (1/s²), its number."""
    half_s, reach_km, within_km, tide = shape[0], shape[1], shape[2], shape[3]
    half, reach2 = float32(half_s), float32(reach_km * reach_km)
    for p in range(begin, end):
        at = (p // LANES) * ROW + p % LANES
        x, y, z = rows[at], rows[at + LANES], rows[at + 2 * LANES]
        vx, vy, vz = rows[at + 3 * LANES], rows[at + 4 * LANES], rows[at + 5 * LANES]
        begins = p + 1 if first == begin else first
        if begins >= last:
            continue
        for block in range(begins // WIDE, (last + WIDE - 1) // WIDE):
            at = block // (LANES // WIDE) * ROW + block % (LANES // WIDE) * WIDE
            r = rows[at : at + 5 * LANES + WIDE]
            bits = passing(r, x, y, z, vx, vy, vz, half, reach2)
            if bits == 0:
                continue
            # Those outside the range are stale, or the object itself.
            q = block * WIDE
            bits &= (1 << min(last - q, WIDE)) - (1 << max(begins - q, 0))
            while bits != 0:
                if bits & 1:
                    a, b = int64(place[p]), int64(place[q])
                    if max(lows[a], lows[b]) == k:
                        tau = nearest(r, q % WIDE, x, y, z, vx, vy, vz, half_s, reach_km,
                                      within_km, tide)  # fmt: skip
                        if tau < 1e8:
                            count = noted(out, taus, count, int64(shape[4]), a, b, tau)
                bits, q = bits >> 1, q + 1
    return count


@inlined
def window(angle: float, high: float, many: int) -> int:
    """How many cells either way of longitude (of `many` in a turn) hold whoever is within `angle`
    of a place at a latitude of up to `high`: half of them or more where that goes round a pole."""
    x = math.sin(angle) / max(math.cos(min(high + SLACK, 0.5 * PI)), 1e-9)
    if angle >= 0.5 * PI or x >= 1.0:
        return many
    return int64((math.asin(x) + SLACK) * (0.5 / PI) * many) + 1


@inner
def bands(
    low: int, high: int, angle: float, shape: Floats, k: int, packed: Singles, rows: Singles,
    entries: Ints, cells: Ints, own: Ints, place: Ints, lows: Ints, out: Ints, taus: Singles,
    count: int,
) -> int:  # fmt: skip
    """The entries of one shell, of which two that are more than `angle` apart do not meet: each
    with those ahead of it in its own band, and with those on both sides of it in the next."""
    across = min(max(int64(PI / angle), 1), BANDS)
    many = min(max(int64(TIGHT * (high - low) / across), 1), (CELLS - 2) // across)
    for c in range(across * many + 2):
        cells[c] = 0
    tall, wide = float32(across / PI), float32(many)
    for p in range(low, high):
        at = 8 * int64(entries[p])
        band = min(max(int32((packed[at + 6] + float32(0.5 * PI)) * tall), 0), across - 1)
        c = band * many + min(int32(packed[at + 7] * wide), many - 1)
        cells[c + 2] += 1
        own[p] = c
    for c in range(2, across * many + 2):
        cells[c] += cells[c - 1]
    for p in range(low, high):
        c = int64(own[p])
        put(packed, int64(entries[p]), rows, place, int64(cells[c + 1]))
        cells[c + 1] += 1
    for band in range(across):
        begins, ends = band * many, (band + 1) * many
        edge = abs(band * PI / across - 0.5 * PI), abs((band + 1) * PI / across - 0.5 * PI)
        beyond = abs((band + 2) * PI / across - 0.5 * PI)
        same = window(angle, max(edge[0], edge[1]), many)
        # Who is within reach of one is within reach of the other: the narrower bound holds.
        next_ = min(same, window(angle, max(edge[1], beyond), many))
        for c in range(begins, ends):
            begin, end = int64(cells[c]), int64(cells[c + 1])
            if begin == end:
                continue
            for row in range(5):
                # Ahead in its own band, and what of that is past the end; the same of the next
                # band, there before the beginning as well.
                if row < 2:
                    from_, to, turn = c, c + same + 1, begins
                    whole = 2 * same + 1 >= many
                else:
                    from_, to, turn = c + many - next_, c + many + next_ + 1, ends
                    whole = 2 * next_ + 1 >= many
                    if band + 1 == across:
                        break
                if whole:
                    if row == 1 or row > 2:
                        continue
                    from_, to = c if row == 0 else turn, turn + many
                elif row == 0 or row == 2:
                    from_, to = max(from_, turn), min(to, turn + many)
                elif row == 1 or row == 3:
                    from_, to = turn, to - many
                else:
                    from_, to = from_ + many, turn + many
                if from_ < to:
                    count = against(begin, end, int64(cells[from_]), int64(cells[to]), shape, k,
                                    rows, place, lows, out, taus, count)  # fmt: skip
    return count


@compiled
def sieve(
    states: Singles, begin: int, many: int, blocks: int, half_s: float, within_km: float,
    packed: Singles, lows: Ints, highs: Ints, around: Singles, ends: Singles, starts: Ints,
    entries: Ints, cells: Ints, own: Ints, place: Ints, rows: Singles, shape: Floats, out: Ints,
    taus: Singles, done: Longs,
) -> int:  # fmt: skip
    """Candidates of the steps from `begin` on, of `many`: three numbers each to `out` (step, slot,
    slot) and when to `taus`. `done[0]` is where to go on (a step whose candidates found no room is
    not done), `done[1]` how many entries there would have to be room for. The result is how many.

    `states` are those at the middle of each step, by `drive`. `lows`, `highs` hold as many as there
    are slots, `packed` eight for each, `around` four lanes, `ends` 2 SHELLS, `starts` SHELLS + 2,
    `cells` CELLS, `shape` 5; `own` and `place` as many as `entries`, `rows` six for each and ROW
    more.
    """
    count, room = int64(0), len(taus)
    done[1] = 0
    for s in range(begin, many):
        begun = count
        total = spread(states[s * blocks * STATES : (s + 1) * blocks * STATES], blocks, half_s,
                       within_km, packed, lows, highs, around, ends, starts, entries)  # fmt: skip
        if total > len(entries):
            done[0], done[1] = s, total
            return begun
        for k in range(SHELLS):
            low, high = int64(starts[k]), int64(starts[k + 1])
            if high - low < 2:
                continue
            under = max(bottom(k) - (0.0 if k < LOW_SHELLS else 1000.0), 6400.0)
            tide = 1.05 * MU / (under * under * under)
            closing = 2.0 * math.sqrt(float(ends[2 * k])) * half_s
            reach = within_km + SINGLE_KM
            reach += tide * (reach + closing) * half_s * half_s
            shape[0], shape[1], shape[2], shape[3], shape[4] = half_s, reach, within_km, tide, s
            if high - low <= FEW:
                for p in range(low, high):
                    put(packed, int64(entries[p]), rows, place, p - low)
                count = against(0, high - low, 0, high - low, shape, k, rows, place, lows, out,
                                taus, count)  # fmt: skip
            else:
                chord = (reach + closing) / (2.0 * float(ends[2 * k + 1]))
                angle = 2.0 * math.asin(min(chord, 1.0)) + SLACK
                count = bands(low, high, angle, shape, k, packed, rows, entries, cells, own, place,
                              lows, out, taus, count)  # fmt: skip
            if count > room:
                break
        if count > room:
            done[0] = s
            return begun
    done[0] = many
    return count
