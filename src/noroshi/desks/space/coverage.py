"""Who can see a place when, and what is left when satellites are lost.

A satellite is seen from a place at an elevation of `mask_deg` or more (geocentric zenith, sphere of
the place's radius). TEME is turned to Earth-fixed by GMST (IAU 1982): polar motion and UT1 are left
out, which is tens of metres.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.desks.space.catalogue import LANES
from noroshi.desks.space.coefficients import DAY_US, JD_1970, gmst
from noroshi.words.time import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noroshi.desks.space.catalogue import Catalogue
    from noroshi.words.desk import Array

EARTH_KM: Final = 6371.0
EXACT: Final = 2
"""Losses for which every choice is tried."""


def fixed(catalogue: Catalogue, times: Array) -> Array:
    """Earth-fixed positions in km: times × objects × 3; NaN where a state is in error."""
    found: list[Array] = []
    for begin in range(0, len(times), LANES):
        part = times[begin : begin + LANES]
        grid = catalogue.grid(catalogue.minutes(part))
        flat = grid.transpose(0, 1, 3, 2).reshape(len(part), -1, 7)[:, catalogue.slot]
        angle = gmst(part / DAY_US + JD_1970)[:, None]
        x, y, z = (flat[..., n].astype("f8") for n in range(3))
        turned = np.stack(
            [x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle), z], -1
        )
        found.append(np.where(flat[..., 6:] == 0, turned, np.nan))
    return np.concatenate(found)


def ground(position: Array) -> tuple[Array, Array]:
    """Longitude and geocentric latitude in degrees below Earth-fixed positions."""
    x, y, z = position[..., 0], position[..., 1], position[..., 2]
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def visible(position: Array, places: Sequence[tuple[float, float]], mask_deg: float) -> Array:
    """Whether each place (longitude, latitude) sees each object: places × times × objects."""
    found = np.empty((len(places), *position.shape[:2]), bool)
    for n, (lon, lat) in enumerate(places):
        lon, lat = math.radians(lon), math.radians(lat)
        up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
        ray = position - EARTH_KM * up
        with np.errstate(invalid="ignore"):
            sine = ray @ up / np.linalg.norm(ray, axis=-1)
            found[n] = sine >= math.sin(math.radians(mask_deg))
    return found


class Pass(msgspec.Struct, frozen=True):
    """While a satellite is in view of one place or more: the first and last instants at which it is
    seen, to a step, and of how many places at most."""

    satellite: str
    begin: str
    end: str
    places: int


def views(seen: Array, times: Array, names: Sequence[str]) -> list[Pass]:
    """Who is in view from when to when (places × times × objects; µs UTC), in order of time."""
    many = seen.sum(0, dtype="i4")
    edge = np.zeros((1, many.shape[1]), bool)
    change = np.diff(np.concatenate([edge, many > 0, edge]).astype("i1"), axis=0)
    who, begin = np.nonzero((change > 0).T)
    _, end = np.nonzero((change < 0).T)
    order = np.lexsort((who, begin))
    return [
        Pass(names[int(n)], format_instant(int(times[a])), format_instant(int(times[b - 1])),
             int(many[a:b, n].max()))
        for n, a, b in zip(who[order].tolist(), begin[order].tolist(), end[order].tolist(),
                           strict=True)
    ]  # fmt: skip


class Loss(msgspec.Struct, frozen=True):
    """What is left when `k` satellites are lost: the share of time and places with any in view, and
    the longest gap in minutes at any place. `how` is exact (the worst choice of all) or greedy (the
    worst one at a time: the true worst is at most as good); `random` is the mean over drawn losses.
    `lost` are places in the catalogue."""

    k: int
    how: str
    availability: float
    longest_gap_min: float
    random: float
    lost: tuple[int, ...]


def resilience(
    seen: Array, step_min: float, most: int, seed: int = 1, draws: int = 100
) -> list[Loss]:
    """Losses from none to `most`, of places × times × objects."""
    many = seen.shape[2]
    flat = seen.reshape(-1, many)
    rng = np.random.default_rng(seed)
    found: list[Loss] = []
    greedy: list[int] = []
    for k in range(min(most, many) + 1):
        if k <= EXACT:
            lost, how = _worst(flat, k), "exact"
            greedy = list(lost)
        else:
            greedy.append(_next(flat, greedy))
            lost, how = tuple(sorted(greedy)), "greedy"
        left = _left(seen, lost)
        drawn = [
            _left(flat, rng.choice(many, k, replace=False)).mean() for _ in range(draws if k else 1)
        ]
        found.append(
            Loss(k, how, float(left.mean()), _gap(left) * step_min, float(np.mean(drawn)), lost)
        )
    return found


def _left(seen: Array, lost: Sequence[int] | Array) -> Array:
    kept = np.ones(seen.shape[-1], bool)
    kept[list(lost)] = False
    return np.asarray(seen[..., kept].any(-1))


def _worst(flat: Array, k: int) -> tuple[int, ...]:
    """The `k` ≤ 2 objects whose loss leaves least: what one alone sees is lost with it, what two
    alone see with both."""
    if k == 0:
        return ()
    count = flat.sum(1)
    alone = flat[count == 1].sum(0)
    if k == 1:
        return (int(np.argmax(alone)),)
    both = flat[count == 2].astype("f4")
    pairs = both.T @ both + alone[:, None] + alone[None]
    np.fill_diagonal(pairs, -1)
    a, b = divmod(int(np.argmax(pairs)), flat.shape[1])
    return tuple(sorted((a, b)))


def _next(flat: Array, lost: list[int]) -> int:
    kept = flat.copy()
    kept[:, lost] = False
    alone = kept[kept.sum(1) == 1].sum(0)
    # Where nobody sees anything alone, the busiest: its loss brings others nearer to it.
    best = alone if alone.any() else kept.sum(0)
    return int(np.argmax(np.where(np.isin(np.arange(len(best)), lost), -1, best)))


def _gap(left: Array) -> int:
    """The longest run of steps without any, at any place."""
    runs = (sum(1 for _ in group) for row in left for seen, group in itertools.groupby(row.tolist())
            if not seen)  # fmt: skip
    return max(runs, default=0)


class Passes(msgspec.Struct, frozen=True):
    """Of one place: the share of time with any in view, how many on average, how often one comes
    into view anew, and the longest and mean gap in minutes."""

    lon: float
    lat: float
    availability: float
    mean_in_view: float
    passes: int
    longest_gap_min: float
    mean_gap_min: float


def passes(seen: Array, places: Sequence[tuple[float, float]], step_min: float) -> list[Passes]:
    """Of each place, from places × times × objects."""
    found: list[Passes] = []
    for (lon, lat), each in zip(places, seen, strict=True):
        covered = each.any(1)
        runs = itertools.groupby(covered.tolist())
        gaps = [sum(1 for _ in group) * step_min for on, group in runs if not on]
        rises = int((~each[:-1] & each[1:]).sum() + each[0].sum())
        mean = float(np.mean(gaps)) if gaps else 0.0
        share, in_view = float(covered.mean()), float(each.sum(1).mean())
        found.append(Passes(lon, lat, share, in_view, rises, max(gaps, default=0.0), mean))
    return found


def places(box: tuple[float, float, float, float], a_side: int) -> list[tuple[float, float]]:
    """A grid of places over a box (west, south, east, north), its rim included."""
    west, south, east, north = box
    return [(float(lon), float(lat)) for lat in np.linspace(south, north, a_side)
            for lon in np.linspace(west, east, a_side)]  # fmt: skip
