"""What the sea desk does with positions: per vessel, between vessels, and against zones and cables.

Each answer is compared with the peer's before it is measured, and the run fails where they differ.
CPU time of one core; what was compiled and indexed beforehand does not count, on either side.
"""

from __future__ import annotations

import csv
import gzip
import importlib.resources
import io
import json
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns
from noroshi.bench.peer import Peer, started
from noroshi.desks.sea import desk
from noroshi.desks.sea.encounter import meetings
from noroshi.desks.sea.gap import silences
from noroshi.desks.sea.grid import Grid
from noroshi.desks.sea.lines import Lines
from noroshi.desks.sea.sphere import vectors
from noroshi.desks.sea.stop import lasting, stationary
from noroshi.desks.sea.tracks import Tracks, legs
from noroshi.desks.sea.zones import Zone
from noroshi.words.asset import Asset
from noroshi.words.shape import around
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from noroshi.words.desk import Array

SEED: Final = 2026
POINTS: Final = 1_000_000
MINUTES: Final = 1_440
FEW: Final = 50_000
"""Points that the slower peers are given, and with `quick` everybody."""

REPEATS: Final = 5
DEGREE_M: Final = math.radians(1.0) * 6_371_008.8
"""Metres of a degree of latitude on the sphere that we measure on."""


def per_second(units: int, work: Callable[[], Any]) -> float:
    """Units per second of CPU time, of the second of two goes: what lay idle while the peer worked
    may have been put out of memory, and a peer loads what it measures just before."""
    work()
    began = time.process_time()
    work()
    return units / (time.process_time() - began)


def area(quick: bool) -> Measured:
    """A coast of 20,000 points: which positions are inside. Whoever is nearer to it than a
    millimetre may be told either way."""
    rng = np.random.default_rng(SEED)
    angle = np.sort(rng.uniform(0, 2 * math.pi, 20_000))
    radius = 4 + np.sin(9 * angle) + 0.05 * np.sin(400 * angle)
    ring = np.stack([20 + radius * np.cos(angle), 58 + 0.5 * radius * np.sin(angle)], axis=1)
    geometry = {"type": "Polygon", "coordinates": [[*ring.tolist(), ring[0].tolist()]]}
    zone = Zone(Asset("zone:a", "zone", "a", place=around(json.dumps(geometry).encode())))
    points = rng.uniform([12, 53], [28, 63], (FEW if quick else POINTS, 2))
    lon, lat = points.T.copy()
    ours = zone.inside(lon, lat)
    with tempfile.TemporaryDirectory() as folder:
        given, rim, out = (str(Path(folder) / name) for name in ("p.npy", "r.npy", "o.npy"))
        np.save(given, points)
        np.save(rim, ring)

        def theirs(running: Peer) -> float:
            rate = float(running.ask("inside", points=given, ring=rim, out=out)["rate"])
            if (np.load(out) != ours).mean() > 1e-5:
                raise AssertionError("another area")
            return rate

        return in_turns(
            lambda: per_second(len(lon), lambda: zone.inside(lon, lat)),
            started("shapely", "shapely_points"),
            theirs,
            2 if quick else REPEATS,
        )


def sailing(ships: int) -> Array:
    """Places in degrees, shape (ships, minutes, 2), of ships under way through a basin for a day at
    6 to 20 kn, heard once a minute, with some turning; at its rim they are turned back."""
    rng = np.random.default_rng(SEED)
    course = rng.uniform(0, 2 * math.pi, (ships, 1)) + np.cumsum(
        rng.normal(0, 0.01, (ships, MINUTES)), axis=1
    )
    step = np.stack([np.sin(course), np.cos(course)], axis=2)
    step *= rng.uniform(6, 20, (ships, 1, 1)) * (1_852 / 60 / DEGREE_M)
    place = (rng.uniform(-5, 5, (ships, 1, 2)) + np.cumsum(step, axis=1) + 5) % 20 - 5
    return np.where(place > 5, 10 - place, place)


def cables(many: int) -> Callable[[bool], Measured]:
    """The case with so many cables."""

    def measured(quick: bool) -> Measured:
        """Crooked cables in a basin of 1,100 by 1,100 km, and ships: of every leg which cables it
        came within 5 km of, how near, and where it crossed, as the ledger of crossings asks. The
        basin lies where a degree of longitude is as long as one of latitude, so that a plane will
        do for the peer; its metres are out by up to a thousandth, and it is not asked for
        crossings."""
        rng = np.random.default_rng(SEED)
        drawn = [
            rng.uniform(-5, 5, 2) + np.cumsum(rng.normal(0, 0.15, (30, 2)), axis=0)
            for _ in range(many)
        ]
        assets = [
            Asset(f"cable:{n}", "cable", str(n), path=tuple((float(x), float(y)) for x, y in line))
            for n, line in enumerate(drawn)
        ]
        index = Lines(tuple(assets), (5_000.0,) * many)
        place = sailing(35 if quick else 700)
        xyz = vectors(*place.reshape(-1, 2).T)
        leg = np.flatnonzero(np.arange(len(xyz)) % MINUTES)
        few = place[: 5 if quick else 35]
        ways = np.stack([few[:, :-1], few[:, 1:]], axis=2).reshape(-1, 2, 2)
        ours = index.legs(xyz, leg[: len(ways)])
        told = dict(zip(zip(np.searchsorted(leg, ours.leg).tolist(), ours.line.tolist(),
                            strict=True), ours.metres.tolist(), strict=True))  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            given, cut, out = (str(Path(folder) / name) for name in ("p.npy", "s.npy", "o.npy"))
            np.save(given, ways)
            ends = np.concatenate([np.hstack([line[:-1], line[1:]]) for line in drawn])
            np.save(cut, np.column_stack([ends, np.repeat(np.arange(many), 29)]))

            def theirs(running: Peer) -> float:
                reach = 5_000 / DEGREE_M
                answer = running.ask("legs", ways=given, ends=cut, reach=reach, out=out)
                way, line, away = np.load(out)
                pairs = zip(way.astype(int).tolist(), line.astype(int).tolist(), strict=True)
                same(told, dict(zip(pairs, (away * DEGREE_M).tolist(), strict=True)))
                return float(answer["rate"])

            return in_turns(
                lambda: per_second(len(leg), lambda: index.legs(xyz, leg)),
                started("shapely", "shapely_points"),
                theirs,
                2 if quick else REPEATS,
            )

    return measured


def same(ours: dict[tuple[int, int], float], theirs: dict[tuple[int, int], float]) -> None:
    """Raises where two tables of metres by leg and cable differ: in a plane and on a sphere, who is
    at the very rim of 5 km may be out or in."""
    both, one = ours.keys() & theirs.keys(), ours.keys() ^ theirs.keys()
    off = max((abs(ours[each] - theirs[each]) for each in both), default=0.0)
    alone = [(ours | theirs)[each] for each in one]
    if len(both) < 500 or off > 25 or any(each < 4_970 for each in alone):
        raise AssertionError("other cables")


def fleet(ships: int, slots: int) -> Grid:
    """Ships that sail straight on through a basin, at common instants."""
    rng = np.random.default_rng(SEED)
    begin, step = rng.uniform([10, 54], [25, 62], (ships, 2)), rng.normal(0, 0.02, (ships, 2))
    nth = np.arange(slots)
    place = (begin[:, np.newaxis] + step[:, np.newaxis] * nth[:, np.newaxis]).reshape(-1, 2)
    vessel, slot = np.repeat(np.arange(ships), slots), np.tile(nth, ships)
    none = np.empty(0)
    return Grid(vessel, vessel, slot, vectors(*place.T), vessel, vessel, none, none, 600 * SECOND)


def encounters(quick: bool) -> Measured:
    """Two thousand ships at instants ten minutes apart: who is within 500 m of whom."""
    grid = fleet(2_000, 50 if quick else 300)
    found, _ = meetings(grid, 500.0)
    order = np.argsort(grid.slot, kind="stable")
    begins = np.searchsorted(grid.slot[order], np.arange(int(grid.slot.max()) + 2))
    with tempfile.TemporaryDirectory() as folder:
        given, cut = (str(Path(folder) / name) for name in ("p.npy", "b.npy"))
        np.save(given, grid.xyz[order])
        np.save(cut, begins)

        def theirs(running: Peer) -> float:
            answer = running.ask("measure", points=given, begins=cut, metres=500.0)
            if answer["pairs"] != len(found) or not len(found):
                raise AssertionError(f"{answer['pairs']} pairs, and {len(found)} of ours")
            return float(answer["rate"])

        return in_turns(
            lambda: per_second(len(grid.slot), lambda: meetings(grid, 500.0)),
            started("scipy", "scipy_pairs"),
            theirs,
            2 if quick else REPEATS,
        )


def suez() -> dict[str, Array]:
    """The packaged table of Suez in March 2021 by vessel and time."""
    packed = importlib.resources.files("noroshi") / "data" / "samples" / "suez-202103.csv.gz"
    rows = list(
        csv.DictReader(io.StringIO(gzip.decompress(packed.read_bytes()).decode("utf-8-sig")))
    )
    times = [each["ais_pos_timestamp"] for each in rows]
    iso = [f"{t[6:10]}-{t[3:5]}-{t[:2]}T{t[11:]}" for t in times]
    table = {
        "vessel": np.array([int(each["ID"]) for each in rows]),
        "t": np.array(iso, dtype="datetime64[us]").astype(np.int64),
        "lon": np.array([float(each["longitude"]) for each in rows]),
        "lat": np.array([float(each["latitude"]) for each in rows]),
    }
    order = np.lexsort((table["t"], table["vessel"]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(table["vessel"][order]) != 0) | (np.diff(table["t"][order]) != 0)
    return {name: values[order][new] for name, values in table.items()}


def tracked(table: dict[str, Array], copies: int) -> Callable[[], Tracks]:
    """What makes tracks, stops and silences of `copies` of a table, each of vessels of its own."""
    parameters, many = desk.parameters({}), len(table["t"])
    apart = int(table["vessel"].max()) + 1
    vessel = np.concatenate([table["vessel"] + n * apart for n in range(copies)])
    t, lon, lat = (np.tile(table[name], copies) for name in ("t", "lon", "lat"))
    xyz, minute = vectors(lon, lat), np.full(many * copies, 2, dtype=np.uint8)
    speed, row = np.full(len(t), np.nan, dtype=np.float32), np.arange(len(t))
    names = tuple(map(str, range(int(vessel.max()) + 1)))

    def work() -> Tracks:
        metres, seconds = legs(vessel, t, minute, xyz, parameters)
        track = Tracks(names, vessel, t, lon, lat, xyz, speed, speed, minute, metres, seconds, row)
        lasting(track, stationary(track, parameters), parameters.stop_min_s)
        silences(track, parameters.gap_min_s)
        return track

    return work


def per_vessel(quick: bool) -> Measured:
    """Legs, stops and silences of the ships at Suez, a hundred fleets of them; the peer has one,
    and with `quick` a few of its ships."""
    table = suez()
    few = {name: values[table["vessel"] <= (20 if quick else 80)] for name, values in table.items()}
    work, gap_s = tracked(table, 100), 14_400
    track = tracked(few, 1)()
    cut = np.flatnonzero((track.leg_s > gap_s) | track.starts())
    # The peer leaves out a track that never moved.
    tracks = int((np.add.reduceat(np.where(track.leg_s > gap_s, 0.0, track.leg_m), cut) > 0).sum())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "few.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("vessel,t,lon,lat\n")
            for row in zip(*(few[name].tolist() for name in few), strict=True):
                at = np.datetime64(row[1], "us")
                file.write(f"{row[0]},{at},{row[2]},{row[3]}\n")

        def theirs(running: Peer) -> float:
            answer = running.ask(
                "measure", path=str(path), gap_s=gap_s, spread_m=1_000, least_s=3_600
            )
            if answer["tracks"] != tracks:
                raise AssertionError(f"{answer['tracks']} tracks, and {tracks} of ours")
            return float(answer["rate"])

        return in_turns(
            lambda: per_second(100 * len(table["t"]), work),
            started("movingpandas", "movingpandas_stops"),
            theirs,
            1 if quick else 3,
        )


CASES: Final = (
    Case("positions per vessel", "sea", "positions/s", 1_000.0, "movingpandas", per_vessel,
         least=15e6),
    Case("encounters", "sea", "grid points/s", 2.0, "scipy", encounters, least=5e6),
    Case("points in an area", "sea", "points/s", 5.0, "shapely", area, least=10e6),
    Case("legs near 60 cables", "sea", "positions/s", 5.0, "shapely", cables(60), least=10e6),
    Case("legs near 200 cables", "sea", "positions/s", 5.0, "shapely", cables(200), least=10e6),
)  # fmt: skip
