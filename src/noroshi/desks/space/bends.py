"""Where an object's way along its orbit bends: small manoeuvres near Earth, from many sets at once.

A burn of millimetres a second changes the semi-major axis by less than two sets differ by anyway.
But it goes on: the phase, which each set tells to some hundred metres, runs ahead or behind by
kilometres within days. Three measures are taken of each gap between two sets: how much better a
bent parabola fits the phases about it than a plain one; how much it bends; and how far the median
semi-major axis of the sets after it is from that of the sets before, drag taken off. The first is
in errors of the phases, the others in the object's own scatter; their geometric mean is the score,
where both changes have one sign. What drag does is a parabola, and what one bad set does is
neither a bend nor a step of medians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space.kernels.constants import J2, RADIUS_KM
from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.words.time import DAY

if TYPE_CHECKING:
    from noroshi.words.desk import Array

SETS: Final = 6
"""Sets on either side of a gap that a parabola is fitted to; within as many days."""

LEAST_SETS: Final = 3

MEDIAN: Final = 3
"""Sets on either side whose median semi-major axis is compared. The one set after the gap is left
out: it is fitted to observations of before and after."""

SIDE: Final = MEDIAN + 1
"""Nearer the ends of a history than so many sets no gap is judged."""

AROUND_DAYS: Final = 60.0
"""An object's scatter at a time is that of so many days either way."""

DRAG_DAYS: Final = 10.0
"""And its drag the median of so many."""

WITHIN: Final = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""Places in a gap at which the parabola may bend."""

HUBER: Final = 2.5
"""Residuals beyond so many errors weigh less: bad sets."""

ROUNDS: Final = 3

PHASE_KM, STEP_KM, BEND_KM = 0.03, 3e-4, 1.5e-4
"""Errors and scatters are not below what the digits of a set resolve."""

CURVE_SHARE, CURVE_KM = 0.25, 0.02
"""Drag is known to this share, and some km/day² more."""

APART_DAYS: Final = 3.0
"""Two bends are farther apart than sets are fitted over."""

ECHO: Final = 0.1
"""A step of less than this share of another one that its parabola sees is that one's echo."""

EARLY_DAYS: Final = 2.2
EARLY: Final = 0.5
"""A bend begins before its best gap as long as the score is above this share of the best: sets are
fitted to observations of days before, so that what is new comes into them by and by."""


class Bend(msgspec.Struct, frozen=True):
    """Sets that it lies between (places in the history), the step of the semi-major axis (km) and
    the score."""

    first: int
    last: int
    da_km: float
    score: float


def bends(rows: Array, least: float, least_km: float) -> list[Bend]:
    """The bends of one object's sets, in order of time, whose score and step reach the least."""
    if len(rows) < 2 * SIDE:
        return []
    days = rows["epoch"] / DAY
    axis = (MU / (rows["n"] * np.pi / 43_200.0) ** 2) ** (1.0 / 3.0)
    score, step = _scores(rows, days, axis)
    middle = (days[1:] + days[:-1]) / 2.0
    chosen: list[int] = []
    order = np.flatnonzero((score >= least) & (np.abs(step) >= least_km))
    for k in order[np.argsort(-score[order], kind="stable")].tolist():
        off = np.abs(middle[chosen] - middle[k])
        echo = (off <= SETS + 1) & (abs(step[k]) < ECHO * np.abs(step[chosen]))
        if not (echo | (off <= APART_DAYS)).any():
            chosen.append(k)
    found: list[Bend] = []
    for k in sorted(chosen):
        first = k
        while (
            first > 0
            and score[first - 1] > EARLY * score[k]
            and step[first - 1] * step[k] > 0
            and middle[k] - middle[first - 1] < EARLY_DAYS
        ):
            first -= 1
        found.append(Bend(first, k + 1, float(step[k]), float(score[k])))
    return found


def _scores(rows: Array, days: Array, axis: Array) -> tuple[Array, Array]:
    """Of each gap: the score, and the step of the semi-major axis (km)."""
    middle = (days[1:] + days[:-1]) / 2.0
    ndot = median_around(rows["ndot"], days, days, DRAG_DAYS)
    sinks = -4.0 / 3.0 * axis * ndot / rows["n"]
    drag = np.append(0.0, np.cumsum((sinks[1:] + sinks[:-1]) / 2.0 * np.diff(days)))
    step = _steps(days, axis - drag)
    phase = _phase(rows, days, axis)
    fit, bend = _fits(days, phase, axis, ndot, _error(days, phase, axis))
    bend = -bend / 1.5 / (rows["n"][:-1] * 2.0 * np.pi)
    known = bend != 0
    stepped = np.maximum(_scatter(middle, step, step != 0), STEP_KM)
    bent = np.maximum(_scatter(middle, bend, known), BEND_KM)
    score = np.cbrt(fit * np.abs(step) / stepped * np.abs(bend) / bent)
    return np.where(known & (bend * step > 0), score, 0.0), step


def _steps(days: Array, level: Array) -> Array:
    """The median of the sets after each gap but one, less that of those before."""
    median = np.median(np.lib.stride_tricks.sliding_window_view(level, MEDIAN), axis=1)
    k = np.arange(MEDIAN - 1, len(level) - MEDIAN - 1)
    found = np.zeros(len(level) - 1)
    long = days[k + MEDIAN + 1] - days[k - MEDIAN + 1] > 2 * SETS
    found[k] = np.where(long, 0.0, median[k + 2] - median[k - MEDIAN + 1])
    return found


def _phase(rows: Array, days: Array, axis: Array) -> Array:
    """Radians from the first set on, of mean anomaly and argument of perigee together."""
    dt = np.diff(days)
    motion = (rows["n"][1:] + rows["n"][:-1]) * np.pi
    incl, e = np.radians(rows["i"][:-1]), rows["e"][:-1]
    turn = 0.75 * J2 * (RADIUS_KM / (axis[:-1] * (1 - e * e))) ** 2
    told = motion * (1.0 + turn * (4.0 - 5.0 * np.sin(incl) ** 2)) * dt
    off = np.diff(np.radians(rows["m"] + rows["argp"])) - told
    return np.append(0.0, np.cumsum(told + (off + np.pi) % (2 * np.pi) - np.pi))


def _error(days: Array, phase: Array, axis: Array) -> Array:
    """Error of a phase (km) about each gap: from how far each is off the line of its neighbours."""
    dt = np.diff(days)
    rate = np.diff(phase) / dt
    size = np.sqrt(dt[1:] ** -2.0 + dt[:-1] ** -2.0 + (1 / dt[1:] + 1 / dt[:-1]) ** 2)
    off = np.abs(np.diff(rate)) * axis[1:-1] / size
    middle = (days[1:] + days[:-1]) / 2.0
    return np.maximum(1.4826 * median_around(off, days[1:-1], middle, AROUND_DAYS), PHASE_KM)


def _fits(days: Array, phase: Array, axis: Array, ndot: Array, error: Array) -> tuple[Array, Array]:
    """Of each gap: by how many errors the bent parabola fits better, and by how much the best one
    bends (km/day); zero where sets are too few."""
    gaps = np.arange(len(days) - 1)
    at = gaps[:, None] + np.arange(1 - SETS, SETS + 1)
    there = (at >= 0) & (at < len(days))
    at = np.clip(at, 0, len(days) - 1)
    middle = (days[1:] + days[:-1]) / 2.0
    x = days[at] - middle[:, None]
    there &= np.abs(x) <= SETS
    few = np.minimum((there & (x < 0)).sum(1), (there & (x > 0)).sum(1)) < LEAST_SETS
    y = phase[at] - phase[gaps][:, None]
    ends = np.argmax(there, axis=1), 2 * SETS - 1 - np.argmax(there[:, ::-1], axis=1)
    (x0, x1), (y0, y1) = ((z[gaps, ends[0]], z[gaps, ends[1]]) for z in (x, y))
    curve = 2.0 * np.pi * ndot[:-1] * axis[:-1]
    # The slope is free, but numbers ought not to be of the size of the whole way.
    y = (y - ((y1 - y0) / np.where(few, 1.0, x1 - x0))[:, None] * x) * axis[:-1, None]
    y -= curve[:, None] * x * x
    prior = (CURVE_SHARE * np.abs(curve) + CURVE_KM) ** -2.0
    plain = np.stack([np.ones_like(x), x, x * x], axis=-1)
    null, _ = _robust(plain, y, there, error, prior)
    best, bend = np.full(len(gaps), np.inf), np.zeros(len(gaps))
    for share in WITHIN:
        tau = (share - 0.5) * np.diff(days)
        bent = np.concatenate([plain, np.maximum(x - tau[:, None], 0.0)[..., None]], axis=-1)
        cost, found = _robust(bent, y, there, error, prior)
        bend = np.where(cost < best, found[:, 3], bend)
        best = np.minimum(cost, best)
    # What is left says how large errors are here, where it is more than the usual.
    free = np.maximum(there.sum(1) - 4, 1)
    gain = np.sqrt(2.0 * np.maximum(null - best, 0.0) / np.maximum(best / free, 1.0))
    return np.where(few, 0.0, gain), np.where(few, 0.0, bend)


def _robust(a: Array, y: Array, there: Array, error: Array, prior: Array) -> tuple[Array, Array]:
    """Cost and coefficients of least squares in which what is far off weighs less (Huber)."""
    scale = error[:, None]
    weight = there.astype("f8")
    extra = np.zeros((len(y), a.shape[2], a.shape[2])) + 1e-9 * np.eye(a.shape[2])
    extra[:, 2, 2] += prior
    found: Any = None
    size: Any = None
    for _ in range(ROUNDS):
        weighted = a * (weight / scale**2)[..., None]
        normal = weighted.transpose(0, 2, 1) @ a + extra
        right = weighted.transpose(0, 2, 1) @ y[..., None]
        found = np.linalg.solve(normal, right)[..., 0]
        size = np.abs(y - (a @ found[..., None])[..., 0]) / scale
        weight = there * np.minimum(1.0, HUBER / np.maximum(size, 1e-9))
    inside: Array = np.minimum(size, HUBER)
    cost: Array = inside * (size - inside / 2.0) * there
    return cost.sum(1) + 0.5 * prior * found[:, 2] ** 2, found


def _scatter(middle: Array, x: Array, known: Array) -> Array:
    """The median size about each, as a standard deviation."""
    if not known.any():
        return np.zeros(len(x))
    return 1.4826 * median_around(np.abs(x[known]), middle[known], middle, AROUND_DAYS)


def median_around(x: Array, when: Array, about: Array, around: float) -> Array:
    """The median of `x`, told at `when`, within `around` days of each of `about`; zero of none."""
    low, high = (np.searchsorted(when, about + off).tolist() for off in (-around, around))
    return np.array([_median(x[a:b]) for a, b in zip(low, high, strict=True)])


def _median(x: Array) -> float:
    """`np.median` of few, without what makes that slow."""
    half, odd = divmod(len(x), 2)
    if odd:
        return float(np.partition(x, half)[half])
    if not half:
        return 0.0
    parted = np.partition(x, (half - 1, half))
    return float(parted[half - 1] + parted[half]) / 2.0
