"""Encounters: two vessels close together and slow, for hours, away from any port.

After GFW's pipe-encounters: within 0.5 km for at least 2 h at a median speed under 2 kn, at least
10 km from every anchorage, on a grid of ten minutes without interpolation across an hour. The
short form is within 250 m for 30 min (Skylight, standard rendezvous), else the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.sphere import arc_m, chord_m, pairs
from noroshi.words.time import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.grid import Grid
    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.ports import Harbours
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure


def encounters(
    track: Tracks, grid: Grid, harbours: Harbours, parameters: Parameters
) -> Iterator[Seen]:
    """Every encounter, one sighting per pair and time: the long ones, and short ones that lie in no
    long one. Of one pair and hour, by which findings are known apart, only the longest is told."""
    a, b = meetings(grid, parameters.encounter_m)
    chosen: dict[tuple[int, int, int], tuple[int, Seen]] = {}
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for form in ("long", "short"):
        short = form == "short"
        within = parameters.encounter_short_m if short else parameters.encounter_m
        least = parameters.encounter_short_min_s if short else parameters.encounter_min_s
        if short:
            near = chord_m(grid.xyz[a], grid.xyz[b]) <= within
            a, b = a[near], b[near]
        for first, last in spells(grid, a, b, least):
            ours, theirs = a[first : last + 1], b[first : last + 1]
            pair = int(grid.vessel[ours[0]]), int(grid.vessel[theirs[0]])
            begin, end = int(grid.slot[ours[0]]), int(grid.slot[ours[-1]])
            if any(low <= begin and end <= high for low, high in spans.get(pair, ())):
                continue
            seen = _encounter(grid, ours, theirs, harbours, form, within, parameters)
            if seen is None:
                continue
            if not short:
                spans.setdefault(pair, []).append((begin, end))
            t0 = min(int(track.t[rows[0]]) for rows in seen.rows)
            known = chosen.get((*pair, t0 // HOUR))
            if known is None or (known[0] < end - begin and short):
                chosen[(*pair, t0 // HOUR)] = end - begin, seen
    yield from (seen for _, seen in chosen.values())


def _encounter(
    grid: Grid, ours: Array, theirs: Array, harbours: Harbours, form: str, within: float,
    parameters: Parameters,
) -> Seen | None:  # fmt: skip
    """The meeting of two vessels at these rows of the grid, if it was slow and far from ports."""
    kn = np.concatenate([grid.kn[ours[:-1]], grid.kn[theirs[:-1]]])
    median = float(np.median(kn))
    if median >= parameters.encounter_kn:
        return None
    middle = np.concatenate([grid.xyz[ours], grid.xyz[theirs]]).mean(axis=0)
    if harbours.within(middle[np.newaxis], parameters.encounter_port_m)[0] is not None:
        return None
    apart = arc_m(chord_m(grid.xyz[ours], grid.xyz[theirs]))
    measures: dict[str, Measure] = {
        "form": form,
        "duration_h": round((len(ours) - 1) * grid.step / HOUR, 2),
        "median_kn": round(median, 2),
        "mean_m": round(float(apart.mean())),
        "closest_m": round(float(apart.min())),
        "within_m": within,
        "below_kn": parameters.encounter_kn,
        "offshore_km": parameters.encounter_port_m / 1000,
    }
    return Seen("encounter", (rows(grid, ours), rows(grid, theirs)), rows(grid, ours)[0], measures)


def meetings(grid: Grid, metres: float) -> tuple[Array, Array]:
    """Rows (a, b) of the grid at one instant within `metres`, sorted by (pair, slot); the vessel
    of a comes before that of b. Tracks of one identity do not meet."""
    one, other = pairs(grid.xyz, metres, grid.slot)
    apart = grid.identity[one] != grid.identity[other]
    one, other = one[apart], other[apart]
    swap = grid.vessel[one] > grid.vessel[other]
    a, b = np.where(swap, other, one), np.where(swap, one, other)
    order = np.lexsort((grid.slot[a], grid.vessel[b], grid.vessel[a]))
    return a[order], b[order]


def spells(grid: Grid, a: Array, b: Array, seconds: float) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of consecutive slots in which one pair met, lasting `seconds`."""
    if not len(a):
        return
    vessel_a, vessel_b, slot = grid.vessel[a], grid.vessel[b], grid.slot[a]
    cut = np.ones(len(a), dtype=bool)
    cut[1:] = (
        (vessel_a[1:] != vessel_a[:-1])
        | (vessel_b[1:] != vessel_b[:-1])
        | (slot[1:] != slot[:-1] + 1)
    )
    first = np.flatnonzero(cut)
    last = np.append(first[1:], len(a)) - 1
    long = (slot[last] - slot[first]) * grid.step >= seconds * 1e6
    yield from zip(first[long].tolist(), last[long].tolist(), strict=True)


def rows(grid: Grid, slots: Array) -> tuple[int, int]:
    """The track rows that one vessel's first and last of these grid rows were read from."""
    return int(grid.before[slots[0]]), int(grid.after[slots[-1]])
