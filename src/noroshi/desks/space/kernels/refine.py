"""The instant of closest approach: from a candidate of the sieve, by exact states.

Two objects that pass at 0.1 km/s or more within 60 km of one another have one least distance there:
the rate of their range rate, v² + r·a, is above zero, as |r·a| ≤ 2µ/R³ r² is below 0.01 (km/s)².
Newton's method finds it. Slower pairs are asked for a change of sign within the step.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.desks.space.kernels.drive import state
from noroshi.desks.space.kernels.jit import compiled, inner, int64

Floats = Singles = Longs = Ints = Any

SLOW_KMS = 0.2
"""Below this relative speed at the middle of the step the change of sign is looked for."""

EDGE_MIN = 1e-6
"""Found so far outside the step counts as well: who is found twice is one."""

ENOUGH_MIN = 1e-10
"""6 ns."""


@inner
def apart(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, a: int, b: int,
    t: float,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Distance squared, range rate times range, its rate, relative speed squared, and 1 where both
    states are sound."""
    ax, ay, az, avx, avy, avz, astatus = state(near_c, deep_c, epochs, first, back, a, t)
    bx, by, bz, bvx, bvy, bvz, bstatus = state(near_c, deep_c, epochs, first, back, b, t)
    x, y, z = ax - bx, ay - by, az - bz
    vx, vy, vz = avx - bvx, avy - bvy, avz - bvz
    ra = MU / (ax * ax + ay * ay + az * az) ** 1.5
    rb = MU / (bx * bx + by * by + bz * bz) ** 1.5
    gx, gy, gz = rb * bx - ra * ax, rb * by - ra * ay, rb * bz - ra * az
    v2 = vx * vx + vy * vy + vz * vz
    return (
        x * x + y * y + z * z,
        x * vx + y * vy + z * vz,
        v2 + x * gx + y * gy + z * gz,
        v2,
        1.0 if astatus == 0.0 and bstatus == 0.0 else 0.0,
    )


@inner
def fast(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, a: int, b: int,
    t: float, within_km: float,
) -> tuple[float, float, float]:  # fmt: skip
    """When, how far (km, -1 where not within reach), how fast."""
    for turn in range(12):
        d2, rate, slope, v2, sound = apart(near_c, deep_c, epochs, first, back, a, b, t)
        if sound == 0.0 or slope <= 0.0:
            return t, -1.0, 0.0
        step = -rate / slope / 60.0
        if turn == 0:
            # One second off, the straight line is still out by only a part in 10^5.
            least = d2 - rate * rate / v2
            if least > 1.5 * within_km * within_km + 1.0 and abs(step) < 0.1:
                return t, -1.0, 0.0
        t = t + min(max(step, -1.0), 1.0)
        if abs(step) < ENOUGH_MIN:
            break
    d2, _, _, v2, sound = apart(near_c, deep_c, epochs, first, back, a, b, t)
    if d2 > within_km * within_km or sound == 0.0:
        return t, -1.0, 0.0
    return t, math.sqrt(d2), math.sqrt(v2)


@inner
def slow(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, a: int, b: int,
    low: float, high: float, within_km: float,
) -> tuple[float, float, float]:  # fmt: skip
    """The same for a range rate that goes through zero from below between `low` and `high`."""
    _, under, _, _, sound = apart(near_c, deep_c, epochs, first, back, a, b, low)
    _, over, _, _, well = apart(near_c, deep_c, epochs, first, back, a, b, high)
    if not (under < 0.0 and over >= 0.0) or sound == 0.0 or well == 0.0:
        return low, -1.0, 0.0
    while high - low > ENOUGH_MIN * 10.0:
        middle = 0.5 * (low + high)
        _, rate, _, _, _ = apart(near_c, deep_c, epochs, first, back, a, b, middle)
        if middle in (low, high):
            break
        if rate < 0.0:
            low = middle
        else:
            high = middle
    d2, _, _, v2, _ = apart(near_c, deep_c, epochs, first, back, a, b, high)
    if d2 > within_km * within_km:
        return high, -1.0, 0.0
    return high, math.sqrt(d2), math.sqrt(v2)


@compiled
def refine(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, pairs: Ints,
    taus: Singles, many: int, middles: Floats, half_min: float, within_km: float, since: float,
    until: float, out: Floats,
) -> int:  # fmt: skip
    """Of the `many` candidates (as `sieve` gives them, in order of time) those that come within
    `within_km` at an instant in [since, until): five numbers each to `out` (slot, slot, minutes,
    km, km/s). How many."""
    count = int64(0)
    for n in range(many):
        middle = middles[pairs[3 * n]]
        a, b = int64(pairs[3 * n + 1]), int64(pairs[3 * n + 2])
        t = middle + taus[n] / 60.0
        _, _, slope, v2, sound = apart(near_c, deep_c, epochs, first, back, a, b, t)
        if sound == 0.0:
            continue
        if v2 < SLOW_KMS * SLOW_KMS or slope <= 0.0:
            t, km, kms = slow(near_c, deep_c, epochs, first, back, a, b, middle - half_min,
                              middle + half_min, within_km)  # fmt: skip
        else:
            t, km, kms = fast(near_c, deep_c, epochs, first, back, a, b, t, within_km)
        near_by = abs(t - middle) <= half_min + EDGE_MIN
        if km >= 0.0 and near_by and t >= since and t < until:
            out[5 * count], out[5 * count + 1] = a, b
            out[5 * count + 2], out[5 * count + 3], out[5 * count + 4] = t, km, kms
            count += 1
    return count
