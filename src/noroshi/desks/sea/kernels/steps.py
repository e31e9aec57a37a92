"""Legs of tracks and times at rest, position by position. Mirrors `tracks` and `stop`."""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.sea.kernels.jit import compiled, inlined, int64

Floats = Singles = Longs = Any

SHORT = 1e-3
"""Of a half chord in radii: below it three terms of the arc sine are all that a float holds."""


@inlined
def arc(half: float) -> float:
    """Twice the arc sine."""
    if half < SHORT:
        square = half * half
        return 2.0 * half * (1.0 + square * (1.0 / 6.0 + square * (3.0 / 40.0)))
    return 2.0 * math.asin(min(1.0, half))


@inlined
def chord(xyz: Floats, a: int, b: int) -> float:
    """Between two rows of vectors, three numbers each."""
    p, q = 3 * a, 3 * b
    dx, dy, dz = xyz[p] - xyz[q], xyz[p + 1] - xyz[q + 1], xyz[p + 2] - xyz[q + 2]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@compiled
def legs(
    vessel: Longs, t: Longs, slack_s: Floats, xyz: Floats, radius_m: float, jump_ms: float,
    jump_m: float, metres: Floats, seconds: Floats,
) -> None:  # fmt: skip
    """Of the leg that ends at each row, inf where there is none that one ship can have made.
    `slack_s` is how far each row's clock may be out."""
    for i in range(len(t)):
        metres[i] = seconds[i] = math.inf
        if i == 0 or vessel[i] != vessel[i - 1]:
            continue
        long = radius_m * arc(chord(xyz, i, i - 1) / (2.0 * radius_m))
        took = (t[i] - t[i - 1]) / 1e6
        if long <= jump_m or long <= jump_ms * (took + slack_s[i] + slack_s[i - 1]):
            metres[i], seconds[i] = long, took


@inlined
def into(metres: Floats, seconds: Floats, i: int, gap_s: float, knot_ms: float) -> float:
    """Knots of the leg that ends at row `i`; nan where that is none, or too long ago."""
    if i >= len(metres) or not seconds[i] <= gap_s:
        return math.nan
    return metres[i] / max(seconds[i], 1.0) / knot_ms


@compiled
def rests(
    sog_kn: Singles, metres: Floats, seconds: Floats, xyz: Floats, gap_s: float, slow_kn: float,
    fast_kn: float, spread_m: float, knot_ms: float, first: Longs, last: Longs,
) -> int:  # fmt: skip
    """First and last row of every time at rest; how many there are."""
    count, inside = int64(0), False
    for i in range(len(sog_kn)):
        speed = float(sog_kn[i])
        if math.isnan(speed):
            speed, after = (
                into(metres, seconds, i, gap_s, knot_ms),
                into(metres, seconds, i + 1, gap_s, knot_ms),
            )
            if math.isnan(speed) or after < speed:
                speed = after
        silent, before = seconds[i] > gap_s, inside
        if speed < slow_kn:
            inside = True
        elif speed > fast_kn or silent:
            inside = False
        if not inside:
            continue
        if not before or silent or chord(xyz, i, first[count - 1]) > spread_m:
            first[count] = i
            count += 1
        last[count - 1] = i
    return count
