"""Two objects within a step: straight lines past one another, sixteen at a time.

Seen from one another two objects move on nearly straight lines: the difference of their
accelerations is at most 2µ/r³ of their distance (the tidal tensor's largest eigenvalue), so that
the straight line is out by at most µ/r³ · distance · τ² after τ seconds. That is the margin of
every test here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.desks.space.kernels.drive import LANES, STATES
from noroshi.desks.space.kernels.jit import compiled, float32, inlined, int32, int64, single

Floats = Singles = Longs = Ints = Any

WIDE = 16
"""So many are compared at once: a loop that long is not unrolled, but vectorised. Their numbers
stand `LANES` from one another, as `drive` writes them."""

BITS = np.array([1 << j for j in range(WIDE)], np.int32)
ZERO, LOSS = float32(0.0), float32(2e-6)
SINGLE_KM = 0.02
"""What single precision may be out by at 60,000 km, twice over."""


@inlined
def passes(
    dx: single, dy: single, dz: single, dvx: single, dvy: single, dvz: single, half_s: single,
    reach2: single,
) -> int:  # fmt: skip
    """1 where two straight lines come within reach (its square, km²) within `half_s`, or nearly so,
    else 0: without a division or a branch, and never 0 where they do. `LOSS` is what single
    precision may lose of the difference of two large numbers."""
    dv2 = dvx * dvx + dvy * dvy + dvz * dvz
    b = dx * dvx + dy * dvy + dz * dvz
    dr2 = dx * dx + dy * dy + dz * dz
    over = abs(b) - dv2 * half_s
    far = dr2 * dv2
    inside = int32(far - b * b <= reach2 * dv2 + LOSS * far)
    return inside & (int32(over <= ZERO) | int32(over * over <= reach2 * dv2))


@inlined
def passing(
    r: Singles, x: single, y: single, z: single, vx: single, vy: single, vz: single,
    half_s: single, reach2: single,
) -> int:  # fmt: skip
    """Which of the sixteen objects at the head of `r` pass the one at `x`…: a bit for each."""
    found = int32(0)
    for j in range(WIDE):
        one = passes(
            r[j] - x, r[LANES + j] - y, r[2 * LANES + j] - z, r[3 * LANES + j] - vx,
            r[4 * LANES + j] - vy, r[5 * LANES + j] - vz, half_s, reach2,
        )  # fmt: skip
        found = int32(found | (BITS[j] if one else int32(0)))
    return int64(found)


@inlined
def nearest(
    r: Singles, at: int, x: single, y: single, z: single, vx: single, vy: single,
    vz: single, half_s: float, reach_km: float, within_km: float, tide: float,
) -> float:  # fmt: skip
    """When the one of these that stands at `at` is nearest to the one at `x`…, in
    seconds from the middle of the step; 1e9 where it is not within reach."""
    dx, dy, dz = float(r[at] - x), float(r[at + LANES] - y), float(r[at + 2 * LANES] - z)
    dvx, dvy = float(r[at + 3 * LANES] - vx), float(r[at + 4 * LANES] - vy)
    dvz = float(r[at + 5 * LANES] - vz)
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
def noted(
    out: Ints, taus: Singles, count: int, step: int, a: int, b: int, tau: float
) -> int:  # fmt: skip
    """One more candidate, if there is room for it: how many there are."""
    if count < len(taus):
        out[3 * count], taus[count] = step, tau
        out[3 * count + 1], out[3 * count + 2] = min(a, b), max(a, b)
    return count + 1


@compiled
def beside(
    states: Singles, begin: int, many: int, blocks: int, half_s: float, within_km: float,
    own: Longs, out: Ints, taus: Singles, done: Longs,
) -> int:  # fmt: skip
    """Candidates as `sieve` gives them of pairs of which one is in `own` slots: each of these
    against all, block by block. A pair of two of them may stand twice."""
    count = int64(0)
    tide = 1.05 * MU / (6400.0 * 6400.0 * 6400.0)
    # Nothing bound to the Earth passes another faster than 22 km/s.
    reach = within_km + SINGLE_KM
    reach += tide * (reach + 22.0 * half_s) * half_s * half_s
    half, reach2 = float32(half_s), float32(reach * reach)
    for s in range(begin, many):
        begun = count
        base = s * blocks * STATES
        for a in own:
            at = base + (a // LANES) * STATES + a % LANES
            if states[at + 6 * LANES] != 0.0:
                continue
            x, y, z = states[at], states[at + LANES], states[at + 2 * LANES]
            vx, vy, vz = states[at + 3 * LANES], states[at + 4 * LANES], states[at + 5 * LANES]
            for part in range(blocks * LANES // WIDE):
                b, i = part * WIDE, 0
                at = base + (b // LANES) * STATES + b % LANES
                r = states[at : at + 6 * LANES + WIDE]
                bits = passing(r, x, y, z, vx, vy, vz, half, reach2)
                while bits != 0:
                    if bits & 1 and b + i != a and r[6 * LANES + i] == 0.0:
                        tau = nearest(r, i, x, y, z, vx, vy, vz, half_s, reach, within_km,
                                      tide)  # fmt: skip
                        if tau < 1e8:
                            count = noted(out, taus, count, s, a, b + i, tau)
                    bits, i = bits >> 1, i + 1
        if count > len(taus):
            done[0] = s
            return begun
    done[0] = many
    return count
