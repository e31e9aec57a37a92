"""Screening: every approach of any two objects of a catalogue during a window, exactly.

The window is cut into steps of a fixed grid of time, so that the answer does not depend on where
it begins; `kernels.sieve` gives the pairs that may meet in each, `kernels.refine` the instant.
Stretches of steps are done by threads, and the answer does not depend on how many.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.space.catalogue import LANES, MINUTE_US
from noroshi.desks.space.kernels.constants import RADIUS_KM

if TYPE_CHECKING:
    from noroshi.desks.space.catalogue import Catalogue
    from noroshi.words.desk import Array

STEP_S: Final = 180.0
STRETCH: Final = 64
"""Steps that one thread does at a time."""

SAME_US: Final = 10_000
"""Two instants of one pair closer than this are one, found from two steps."""

FAST_KMS: Final = 0.1
"""Relative speed from which a least distance is an event of its own; slower pairs keep company."""


class Approaches(msgspec.Struct, frozen=True):
    """Sorted by time, then pair: places in the catalogue (`a` < `b`), µs UTC, km, km/s."""

    a: Array
    b: Array
    at: Array
    minutes: Array
    km: Array
    kms: Array

    def __len__(self) -> int:
        return len(self.a)

    def chosen(self, rows: Array) -> Approaches:
        """Those of `rows` (places or flags)."""
        return Approaches(self.a[rows], self.b[rows], self.at[rows], self.minutes[rows],
                          self.km[rows], self.kms[rows])  # fmt: skip


def screen(
    catalogue: Catalogue,
    since: int,
    until: int,
    within_km: float,
    *,
    step_s: float = STEP_S,
    threads: int | None = None,
) -> Approaches:
    """Every local minimum of distance below `within_km` at an instant in [since, until) (µs UTC):
    all of those with a relative speed of `FAST_KMS` or more; of slower pairs at least one in each
    step in which their range rate changes sign."""
    return _screened(catalogue, None, since, until, within_km, step_s, threads)


def beside(
    catalogue: Catalogue,
    own: Array,
    since: int,
    until: int,
    within_km: float,
    *,
    step_s: float = STEP_S,
    threads: int | None = None,
) -> Approaches:
    """The same of pairs of which one is among `own` (places in the catalogue): only objects whose
    heights during the window reach those of one of them are propagated."""
    if not len(own) or until <= since:
        return Approaches(*(np.empty(0, kind) for kind in ("i8", "i8", "i8", "f8", "f8", "f8")))
    kept = meeting(catalogue, own, since, until, within_km)
    part = catalogue.part(kept)
    places = np.searchsorted(kept, own)
    found = _screened(part, part.slot[places], since, until, within_km, step_s, threads)
    return Approaches(kept[found.a], kept[found.b], found.at,
                      catalogue.minutes(found.at) if len(found) else found.minutes,
                      found.km, found.kms)  # fmt: skip


MARGIN_KM: Final = 50.0
"""Heights by mean elements are out by the short-period terms (some 20 km) at most; ours."""

DEEP_MARGIN_KM: Final = 500.0
"""Sun and Moon move the perigee of a deep-space orbit by some 10 km a day; ours, for a month."""


def meeting(catalogue: Catalogue, own: Array, since: int, until: int, within_km: float) -> Array:
    """Places of the objects between whose perigee and apogee one of `own` can be (and of `own`)."""
    low, high = _heights(catalogue, catalogue.minutes(np.array([since, until])))
    margin = np.where(catalogue.deep, DEEP_MARGIN_KM, MARGIN_KM) + within_km
    kept = np.zeros(catalogue.count, bool)
    for n in own.tolist():
        kept |= (low - margin <= high[n] + margin[n]) & (high + margin >= low[n] - margin[n])
    kept[own] = True
    return np.flatnonzero(kept)


def _heights(catalogue: Catalogue, ends: Array) -> tuple[Array, Array]:
    """Least perigee and greatest apogee (km from the centre), by drag's secular terms, at the ends
    of the window; an orbit that does not hold them is taken to be everywhere."""
    c = catalogue.table
    epochs = (catalogue.elements["epoch"] - catalogue.reference) / MINUTE_US
    lows: list[Array] = []
    highs: list[Array] = []
    with np.errstate(all="ignore"):
        for end in ends:
            t = end - epochs
            drag = 1.0 - c["cc1"] * t - t**2 * (c["d2"] + t * (c["d3"] + t * c["d4"]))
            axis, e = c["ao"] * drag**2 * RADIUS_KM, c["ecco"] - c["bc4"] * t
            sound = np.isfinite(axis) & (e > -0.1) & (e < 1.0) & (drag > 0.5)
            lows.append(np.where(sound, axis * (1.0 - np.abs(e)), 0.0))
            highs.append(np.where(sound, axis * (1.0 + np.abs(e)), np.inf))
    return np.minimum(*lows), np.maximum(*highs)


def _screened(
    catalogue: Catalogue, own: Array | None, since: int, until: int, within_km: float,
    step_s: float, threads: int | None,
) -> Approaches:  # fmt: skip
    step_us = round(step_s * 1e6)
    middles = np.arange(since // step_us, -(-until // step_us)) * step_us + step_us // 2
    minutes = catalogue.minutes(middles)
    ends = catalogue.minutes(np.array([since, until]))
    stretches = [minutes[n : n + STRETCH] for n in range(0, len(minutes), STRETCH)]
    many = min(threads or os.cpu_count() or 1, max(len(stretches), 1))
    workers = [Room(catalogue, own, step_s, within_km, ends) for _ in range(many)]

    def work(n: int) -> list[Array]:
        # A stretch in every `many`, so that each thread's resonances go forward in time.
        return [workers[n].stretch(each) for each in stretches[n::many]]

    with ThreadPoolExecutor(many) as pool:
        found = [each for part in pool.map(work, range(many)) for each in part]
    return _sorted(catalogue, np.concatenate([*found, np.empty((0, 5))]))


def _sorted(catalogue: Catalogue, found: Array) -> Approaches:
    a, b = catalogue.object[found[:, 0].astype("i8")], catalogue.object[found[:, 1].astype("i8")]
    a, b = np.minimum(a, b), np.maximum(a, b)
    t = found[:, 2]
    order = np.lexsort((t, b, a))
    a, b, t, found = a[order], b[order], t[order], found[order]
    again = np.zeros(len(t), bool)
    again[1:] = (a[1:] == a[:-1]) & (b[1:] == b[:-1]) & (np.diff(t) * MINUTE_US < SAME_US)
    again |= (a < 0) | (a == b)
    a, b, t, found = a[~again], b[~again], t[~again], found[~again]
    order = np.lexsort((b, a, t))
    return Approaches(a[order], b[order], catalogue.instants(t[order]), t[order],
                      found[order, 3], found[order, 4])  # fmt: skip


class Room:
    """One thread's room: states of a stretch, shells, cubes, candidates."""

    def __init__(
        self,
        catalogue: Catalogue,
        own: Array | None = None,
        step_s: float = 0.0,
        within_km: float = 0.0,
        ends: Array | None = None,
    ) -> None:
        from noroshi.desks.space.kernels.sieve import CELLS, SHELLS

        self.own = None if own is None else np.ascontiguousarray(own)
        self.catalogue, self.half_s, self.within_km = catalogue, step_s / 2.0, within_km
        self.since, self.until = (0.0, 0.0) if ends is None else ends.tolist()
        self.back, self.again = catalogue.back(), catalogue.back()
        self.grid = np.zeros(STRETCH * catalogue.blocks * 7 * LANES, "f4")
        slots = catalogue.blocks * LANES
        self.lows, self.highs = np.zeros(slots, "i4"), np.zeros(slots, "i4")
        self.starts, self.cells = np.zeros(SHELLS + 2, "i4"), np.zeros(CELLS, "i4")
        self.packed, self.shape = np.zeros(8 * slots, "f4"), np.zeros(5)
        self.around, self.ends = np.zeros(4 * LANES, "f4"), np.zeros(2 * SHELLS, "f4")
        self._room(3 * slots)
        self.pairs, self.taus = np.zeros(3 * 65_536, "i4"), np.zeros(65_536, "f4")

    def _room(self, entries: int) -> None:
        from noroshi.desks.space.kernels.sieve import ROW

        self.entries, self.cell = np.zeros(entries, "i4"), np.zeros(entries, "i4")
        self.place, self.rows = np.zeros(entries, "i4"), np.zeros(6 * entries + ROW, "f4")

    def stretch(self, minutes: Array) -> Array:
        """Approaches in steps with these middles: slots, minutes, km, km/s."""
        from noroshi.desks.space.kernels.refine import refine

        c = self.catalogue
        flat = c.grid(minutes, self.back, self.grid).ravel()
        found: list[Array] = []
        done = np.zeros(2, "i8")
        while done[0] < len(minutes):
            many = self._some(flat, len(minutes), done)
            out = np.empty(5 * max(many, 1))
            kept = refine(c.near_c, c.deep_c, c.epochs, c.first, self.again, self.pairs, self.taus,
                          many, minutes, self.half_s / 60.0, self.within_km, self.since,
                          self.until, out)  # fmt: skip
            found.append(out[: 5 * kept].reshape(-1, 5))
        return np.concatenate(found)

    def instants(self, grid: Array, within_km: float) -> Array:
        """Pairs within `within_km` of one another at the times of a grid of the catalogue: rows of
        (time's place, slot, slot)."""
        self.half_s, self.within_km = 0.0, within_km
        flat, many = grid.ravel(), len(grid)
        found: list[Array] = []
        done = np.zeros(2, "i8")
        while done[0] < many:
            count = self._some(flat, many, done)
            found.append(self.pairs[: 3 * count].reshape(-1, 3).copy())
        return np.concatenate(found)

    def _some(self, flat: Array, many: int, done: Array) -> int:
        """Candidates from step `done[0]` on, with more room made where there was too little."""
        before = int(done[0])
        count = self._candidates(flat, before, many, done)
        if done[1]:
            self._room(int(done[1] * 1.2))
        elif count == 0 and done[0] == before:
            self.pairs = np.zeros(2 * len(self.pairs), "i4")
            self.taus = np.zeros(2 * len(self.taus), "f4")
        return count

    def _candidates(self, flat: Array, before: int, many: int, done: Array) -> int:
        from noroshi.desks.space.kernels import sieve, straight

        blocks = self.catalogue.blocks
        if self.own is not None:
            return straight.beside(flat, before, many, blocks, self.half_s, self.within_km,
                                   self.own, self.pairs, self.taus, done)  # fmt: skip
        return sieve.sieve(
            flat, before, many, blocks, self.half_s, self.within_km, self.packed, self.lows,
            self.highs, self.around, self.ends, self.starts, self.entries, self.cells, self.cell,
            self.place, self.rows, self.shape, self.pairs, self.taus, done,
        )  # fmt: skip


def brute(
    catalogue: Catalogue, since: int, until: int, within_km: float, step_s: float = 5.0
) -> Approaches:
    """The same by trying every pair at every step: the oracle, for few objects.

    Range rates at all steps in full precision; where one goes through zero from below, halving."""
    edges = np.arange(since, until + 1, round(step_s * 1e6))
    edges = np.append(edges[edges < until], until)
    minutes = catalogue.minutes(edges)
    states = catalogue.states_at(np.arange(catalogue.count)[:, None], minutes[None, :])
    found: list[tuple[int, int, float, float, float]] = []
    for a in range(catalogue.count):
        for b in range(a + 1, catalogue.count):
            d = states[a] - states[b]
            sound = (states[a, :, 6] == 0) & (states[b, :, 6] == 0)
            rate = (d[:, :3] * d[:, 3:6]).sum(1)
            km = np.sqrt((d[:, :3] ** 2).sum(1))
            near = km[:-1] < within_km + 20.0 * step_s
            for n in np.flatnonzero(
                (rate[:-1] < 0) & (rate[1:] >= 0) & near & sound[:-1] & sound[1:]
            ).tolist():
                t, gap, speed = _halve(catalogue, a, b, minutes[n], minutes[n + 1])
                if gap < within_km:
                    found.append((a, b, t, gap, speed))
    rows = np.array(found or np.empty((0, 5)))
    order = np.lexsort((rows[:, 1], rows[:, 0], rows[:, 2]))
    rows = rows[order]
    a, b, t, km, kms = rows.T
    return Approaches(a.astype("i8"), b.astype("i8"), catalogue.instants(t), t, km, kms)


def _halve(
    catalogue: Catalogue, a: int, b: int, low: float, high: float
) -> tuple[float, float, float]:
    for _ in range(45):
        middle = 0.5 * (low + high)
        one, two = catalogue.states_at(np.array([a, b]), np.array([middle, middle]))
        d = one - two
        low, high = (middle, high) if (d[:3] * d[3:6]).sum() < 0 else (low, middle)
    one, two = catalogue.states_at(np.array([a, b]), np.array([high, high]))
    d = one - two
    return high, math.sqrt((d[:3] ** 2).sum()), math.sqrt((d[3:6] ** 2).sum())
