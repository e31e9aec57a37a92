"""When a break-up was: the instant at which its pieces, propagated back, are least far apart.

Pieces of one break-up were at one place once. Drag is what is known least of a piece, and the
error along its orbit grows with the square of time: the quarter that drag touches least is taken.
What is left of the distances at the instant, over what a revolution more adds to them, says how
well the instant is known, or how far it moves in air half or twice as dense, if that is more; about
it is where the orbits go through one height.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space.catalogue import LANES, Catalogue
from noroshi.desks.space.coverage import fixed, ground
from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.kernels.constants import RADIUS_KM
from noroshi.words.time import DAY, MINUTE, SECOND

if TYPE_CHECKING:
    from noroshi.words.desk import Array

BACK_DAYS: Final = 60.0
"""Longer before the pieces' first sets nothing is worked back."""

QUIET: Final = 0.25
"""Share of the pieces, by B*, that is taken; of few pieces, FEW of them."""

FEW, SOME, MOST = 8, 30, 80

COARSE: Final = 4 * MINUTE
"""Step of the first look, by SOME of them: pieces draw together for a quarter of a revolution."""

CLOSE_KM: Final = 250.0
"""Farther apart at the least, and the pieces were not seen to come together. Ours."""

FAR_KM: Final = 1000.0
"""Always farther apart than this, and they were not together. Ours."""

RATIO: Final = 5.0
"""And the least must be so many times less than they usually are."""

BELOW_KM: Final = 50.0
"""A place below is no better known: seconds along the orbit, and the Earth is no ball."""

DENSER: Final = (0.5, 2.0)
"""Air may have been so much denser on the way back than when the sets were fitted."""

MOVES: Final = 6 * 60 * MINUTE
"""How far an instant is followed in other air."""


class Origin(msgspec.Struct, frozen=True):
    """Where pieces come from: µs UTC and how well it is known (minutes either way), what is left of
    their distances (km, the median), height (km above the equator's radius), degrees of the place
    below and its radius (km)."""

    at: int
    within_min: float
    spread_km: float
    height_km: float
    lon: float
    lat: float
    radius_km: float


def worked_back(rows: Array, since: int) -> tuple[Origin | None, bool]:
    """Where the pieces of `rows` (one set each) were together, from `since` on to the first of
    their epochs, None where they were not seen to be; and whether enough pieces were followed all
    that while to say that they were not."""
    until = int(rows["epoch"].min())
    followed = len(rows) >= FEW and until - since <= round(BACK_DAYS * DAY)
    since = max(since, until - round(BACK_DAYS * DAY))
    keep = min(max(FEW, round(QUIET * len(rows))), MOST)
    quiet = rows[np.argsort(np.abs(rows["bstar"]), kind="stable")[:keep]]
    catalogue = Catalogue(sgp4(quiet))
    period = round(float(np.median(DAY / quiet["n"])))
    coarse = np.arange(since, until, COARSE)
    if len(coarse) < LANES:
        return None, False
    apart, _ = _spread(catalogue.part(np.arange(min(len(quiet), SOME))), coarse)
    usual = float(np.median(apart))
    near = int(coarse[int(np.argmin(apart))]) + np.arange(-period, period, MINUTE)
    apart, _ = _spread(catalogue, near)
    at, left = int(near[int(np.argmin(apart))]), float(apart.min())
    if not left < min(CLOSE_KM, usual / RATIO):
        return None, followed and bool(np.isfinite(usual)) and left > FAR_KM
    turns = np.array([-3, -2, -1, 1, 2, 3])
    more, _ = _spread(catalogue, at + turns * period)
    # Where a piece is no more, or not yet, nothing is known.
    more = np.where(np.isfinite(more), more, left)
    growth = float(np.median((more - left) / np.abs(turns))) / (period / MINUTE)
    sharp = max(left / growth, 1.0) if growth > 0 else np.inf
    within = max(sharp, *(_moves(quiet, at, each) for each in DENSER))
    if not within < DAY / MINUTE:
        return None, False
    reach = round(min(sharp * MINUTE, period / 4))
    fine = at + np.arange(-reach, reach + 1, 5 * SECOND)
    at = int(fine[int(np.argmin(_spread(catalogue, fine)[1]))])
    place = fixed(catalogue, np.array([at]))[0]
    place = place[np.isfinite(place).all(axis=1)]
    lon, lat = ground(np.median(place, axis=0))
    height = float(np.median(np.linalg.norm(place, axis=1))) - RADIUS_KM
    radius = left + BELOW_KM + _beside(float(lat), period / MINUTE, within)
    return Origin(at, within, left, height, float(lon), float(lat), radius), False


def _beside(lat: float, period_min: float, within_min: float) -> float:
    """Kilometres to the place below the same point of the orbit at the last revolution that may be
    meant: the Earth turns meanwhile."""
    turns = int(within_min / period_min)
    around = 2.0 * np.pi * RADIUS_KM * np.cos(np.radians(lat))
    return float(around * turns * period_min * MINUTE / DAY)


def _moves(rows: Array, at: int, denser: float) -> float:
    """Minutes from `at` to the instant that air so much denser gives."""
    other = rows.copy()
    other["bstar"] *= denser
    near = at + np.arange(-MOVES, MOVES + 1, MINUTE)
    apart, _ = _spread(Catalogue(sgp4(other)), near)
    return abs(int(near[int(np.argmin(apart))]) - at) / MINUTE


def _spread(catalogue: Catalogue, times: Array) -> tuple[Array, Array]:
    """At each instant, the objects' median distance from their middle, and of their radius from the
    median one (km); infinite where most of them are in error."""
    found: list[Any] = []
    for begin in range(0, len(times), LANES):
        part = times[begin : begin + LANES]
        grid = catalogue.grid(catalogue.minutes(part)).transpose(0, 1, 3, 2)
        flat: Any = grid.reshape(len(part), -1, 7)[:, catalogue.slot]
        sound = flat[..., 6] == 0
        place = np.where(sound[..., None], flat[..., :3], 0.0).astype("f8")
        off = place - np.median(place, axis=1, keepdims=True)
        radius = np.linalg.norm(place, axis=2)
        radius -= np.median(radius, axis=1, keepdims=True)
        both = (np.linalg.norm(off, axis=2), np.abs(radius))
        found.append(tuple(np.median(np.where(sound, x, np.inf), axis=1) for x in both))
    apart, high = map(np.concatenate, zip(*found, strict=True))
    return apart, high
