"""From rows of tracks to findings: span, place, evidence and identity, the same way for every kind.

Credibility (STANAG 2511): 2, probably true, where at least half of the positions came with the
vessel's own report of its speed, so that two fields of independent origin in the transponder
agree; 3, possibly true, where positions alone speak. Reliability is the worst of the sources'.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, cast

import msgspec
import numpy as np

from noroshi.desks.sea.sphere import arc_m, chord_m, lonlat
from noroshi.desks.sea.state import Origin, State, locator
from noroshi.desks.sea.tracks import PRECISIONS, STEPS, Tracks
from noroshi.words.evidence import Evidence
from noroshi.words.finding import Finding, Measure, finding_ids
from noroshi.words.ids import canonical
from noroshi.words.place import Place
from noroshi.words.time import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from noroshi.desks.sea.ports import Harbour
    from noroshi.words.asset import Asset
    from noroshi.words.desk import Array, Context

VERSION = "7"
"""Of the detectors: part of every finding, raised when the same input may give other findings."""

CELL_RESOLUTION = 5
"""H3 resolution of the start cell in a finding's identity: about 250 km²."""


class Seen(msgspec.Struct, frozen=True):
    """What a detector saw: `rows` are (first, last) of each subject, `start` the row that dates and
    places the beginning. Of what is read between positions, `between` is (first, end) in µs and
    `point` the vector where it was, to `within_m`. `at` are the assets it rests on, by the first of
    which, and no cell, it is known."""

    kind: str
    rows: tuple[tuple[int, int], ...]
    start: int
    measures: dict[str, Measure]
    harbours: tuple[Harbour, ...] = ()
    between: tuple[int, int] | None = None
    point: Array | None = None
    within_m: float = 0.0
    at: tuple[Asset, ...] = ()


class Builder:
    """Makes findings of what detectors saw, over one set of tracks."""

    def __init__(self, state: State, track: Tracks) -> None:
        self._context: Context = state.context
        self._track, self._table, self._names = track, state.table(), state.names
        self._tracks = Counter(track.subjects)
        self._origins = {number: origin for origin, number in state.origins.items()}

    def build(self, seen: Seen) -> Finding:
        """The finding of one sighting."""
        track = self._track
        kind = self._context.kinds[seen.kind]
        vessels = {int(track.vessel[first]) for first, _ in seen.rows}
        subjects = tuple(dict.fromkeys(track.subjects[vessel] for vessel in sorted(vessels)))
        rows = np.concatenate([np.arange(first, last + 1) for first, last in seen.rows])
        ends = np.array(sorted({row for pair in seen.rows for row in pair}))
        span = self._span(ends, seen.between)
        detector = f"sea/{seen.kind}"
        identity, observation = finding_ids(
            self._context.party,
            detector,
            kind,
            subjects,
            span.t0,
            seen.at[0].id if seen.at else self._cell(seen.start),
        )
        evidence, origins = self._evidence(ends, seen.at)
        return Finding(
            id=identity,
            observation=observation,
            version=0,
            owner=self._context.party,
            kind=seen.kind,
            span=span,
            place=self._place(rows) if seen.point is None else _spot(seen.point, seen.within_m),
            subjects=subjects,
            assets=tuple(sorted({each.id for each in (*seen.harbours, *seen.at)})),
            measures=seen.measures
            | self._named(subjects)
            | self._separated(subjects)
            | {"positions": len(rows)},
            evidence=evidence,
            detector=detector,
            detector_version=VERSION,
            params_sha256=self._context.params_sha256,
            reliability=max(origin.reliability for origin in origins),
            credibility=2 if np.isfinite(track.sog_kn[rows]).mean() >= 0.5 else 3,
        )

    def _span(self, ends: Array, between: tuple[int, int] | None) -> Span:
        """From the first position's time to the end of the last one's unit of precision; or what
        was read between positions, as finely as their times are known."""
        times, codes = self._track.t[ends], self._track.precision[ends]
        if between is not None:
            return Span(*between, PRECISIONS[int(codes.max())])
        t1 = int((times + STEPS[codes]).max())
        return Span(int(times.min()), t1, PRECISIONS[int(codes.max())])

    def _place(self, rows: Array) -> Place:
        """The middle of all positions and a radius that covers them, to the next 10 m."""
        middle = self._track.xyz[rows].mean(axis=0)
        lon, lat = lonlat(middle)
        points = self._track.xyz[rows]
        on_sphere = middle * (np.linalg.norm(points[0]) / np.linalg.norm(middle))
        reach = float(arc_m(chord_m(points, on_sphere)).max())
        lon = round(lon, 5)
        return Place(
            -180.0 if lon == 180.0 else lon, round(lat, 5), 10.0 * math.ceil(reach / 10 + 0.1)
        )

    def _cell(self, row: int) -> str:
        import h3

        to_cell = h3.latlng_to_cell  # pyright: ignore
        cell = cast("Callable[[float, float, int], str]", to_cell)
        return cell(float(self._track.lat[row]), float(self._track.lon[row]), CELL_RESOLUTION)

    def _evidence(
        self, ends: Array, assets: tuple[Asset, ...]
    ) -> tuple[tuple[Evidence, ...], list[Origin]]:
        held = self._track.held[ends]
        origins = [self._origins[number] for number in self._table["source"][held].tolist()]
        items = {
            Evidence(
                origin.name,
                origin.lineage,
                origin.retrieved,
                origin.sha256,
                locator(self._table, row),
                origin.label,
            )
            for origin, row in zip(origins, held.tolist(), strict=True)
        }
        items |= {each.evidence for each in assets if each.evidence is not None}
        return tuple(sorted(items, key=canonical)), origins

    def _separated(self, subjects: tuple[str, ...]) -> dict[str, Measure]:
        """How many tracks were told apart under one of the identities, where there are several."""
        most = max(self._tracks[each] for each in subjects)
        return {"separated": most} if most > 1 else {}

    def _named(self, subjects: tuple[str, ...]) -> dict[str, Measure]:
        names = [self._names[each][1] for each in subjects if each in self._names]
        return {"names": ", ".join(names)} if names else {}


def _spot(point: Array, within_m: float) -> Place:
    """A point in space as a place, its radius to the next 10 m."""
    lon, lat = lonlat(point)
    lon = round(lon, 5)
    return Place(
        -180.0 if lon == 180.0 else lon, round(lat, 5), 10.0 * math.ceil(within_m / 10 + 0.1)
    )
