"""Distances to cables, and crossings of them, beside shapely in a plane drawn about each place, and
beside every segment tried in turn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea.lines import Lines
from noroshi.desks.sea.sphere import vectors
from noroshi.words.asset import Asset
from noroshi.words.place import EARTH_RADIUS_M

FEW = settings(max_examples=max(2, 30 * settings().max_examples // 100))
PLACES = [(25.0, 59.5), (180.0, -17.0), (-179.98, 0.0), (0.0, 0.0), (32.5, 80.0)]


def cable(number, points):
    return Asset(f"cable:{number}", "cable", str(number), path=tuple(map(tuple, points)))


def flat(lon, lat, points):
    """Metres east and north of (lon, lat) in the gnomonic projection, where great circles are
    straight; true to a millionth within 10 km."""
    p = vectors(np.array([x for x, _ in points]), np.array([y for _, y in points]))
    p = p / EARTH_RADIUS_M
    up = vectors(np.array([lon]), np.array([lat]))[0] / EARTH_RADIUS_M
    lam = math.radians(lon)
    east = np.array([-math.sin(lam), math.cos(lam), 0.0])
    north = np.cross(up, east)
    return EARTH_RADIUS_M * np.stack([p @ east / (p @ up), p @ north / (p @ up)], axis=1)


def world(seed, lon, lat):
    """Some short crooked cables about a place, as (lon, lat), and a track of 40 positions."""
    rng = np.random.default_rng(seed)
    stretch = 1 / math.cos(math.radians(lat))
    drawn = [
        [(lon + x * stretch, lat + y) for x, y in np.cumsum(rng.normal(0, 0.012, (6, 2)), axis=0)]
        for _ in range(int(rng.integers(1, 5)))
    ]
    steps = np.cumsum(rng.normal(0, 0.006, (40, 2)), axis=0)
    return drawn, [(lon + x * stretch, lat + y) for x, y in steps]


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@FEW
@given(seed=st.integers(0, 2**32))
def test_the_metres_to_a_cable_are_those_of_a_plane(lon, lat, seed):
    drawn, track = world(seed, lon, lat)
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (500.0,) * len(drawn))
    xyz = vectors(np.array([x for x, _ in track]), np.array([y for _, y in track]))
    plane = [shapely.LineString(flat(lon, lat, each)) for each in drawn]
    for number, line in enumerate(plane):
        metres = index.metres(xyz, np.full(len(track), number))
        for place, away in zip(flat(lon, lat, track), metres, strict=True):
            true = line.distance(shapely.Point(place))
            if true < 500.1:
                assert away == pytest.approx(true, abs=0.05)
            else:
                assert away > 500.0


def meets(near):
    """(times, at, angle, side) of each row of what came near: no times, and at nan, if none."""
    made = [(0, math.nan, 0.0, 0)] * len(near.leg)
    for row, *how in zip(*(each.tolist() for each in (
        near.crossed.row, near.crossed.times, near.crossed.at, near.crossed.angle_deg,
        near.crossed.side)), strict=True):  # fmt: skip
        made[row] = tuple(how)
    return made


def tried(segments, line, p, q, reach_m):
    """{line: (metres, crossings, share of the first)} of the leg p to q by every segment in turn,
    at two hundred places along it: nothing is left out by any index."""
    share = np.linspace(0, 1, 201)[:, np.newaxis]
    way = p * (1 - share) + q * share
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    a, b, n = segments[:, 0:3], segments[:, 3:6], segments[:, 6:9]
    inside = (way @ np.cross(n, a).T >= 0) & (way @ np.cross(b, n).T >= 0)
    to_ends = np.minimum(
        np.linalg.norm(way[:, None] - a, axis=2), np.linalg.norm(way[:, None] - b, axis=2)
    )
    arc = np.where(inside, np.arcsin(np.minimum(1, np.abs(way @ n.T))),
                   2 * np.arcsin(np.minimum(1, to_ends / 2)))  # fmt: skip
    side = way @ n.T >= 0
    m = np.cross(p, q)
    cut = (side[0] != side[-1]) & ((a @ m >= 0) != (b @ m >= 0)) & (arc.min(axis=0) < 0.01)
    found = {}
    for each in np.unique(line).tolist():
        own = line == each
        metres = float(arc[:, own].min()) * EARTH_RADIUS_M
        first = min(
            (float((p @ n[s]) / (p @ n[s] - q @ n[s])) for s in np.flatnonzero(own & cut)),
            default=math.nan,
        )
        if metres <= reach_m or (own & cut).any():
            found[each] = (metres, int((own & cut).sum()), first)
    return found


CORNER = math.degrees(math.asin(1 / math.sqrt(3)))


@pytest.mark.parametrize(
    ("lon", "lat"), [(25.0, 59.5), (180.0, -17.0), (45.0, CORNER), (0.0, 87.0)]
)
@pytest.mark.parametrize(
    ("reach_m", "long", "places"),
    [(5_000.0, 0.003, 12), (500.0, 0.02, 12), (5_000.0, 0.4, 12), (5_000.0, 0.0005, 150)],
)
@FEW
@given(seed=st.integers(0, 2**32))
def test_what_comes_near_is_what_trying_every_segment_finds(lon, lat, reach_m, long, places, seed):
    """Crowds of cables, legs of a minute to those of hours, more of them in one cube than are
    looked at together, and silences between."""
    rng = np.random.default_rng(seed)
    stretch = 1 / math.cos(math.radians(lat))
    crowd = [
        np.array([lon, lat]) + np.cumsum(rng.normal(0, 0.06, (8, 2)), axis=0) * (stretch, 1.0)
        for _ in range(6)
    ]
    crowd = [np.clip(each, (-1e9, -90), (1e9, 90)) for each in crowd]
    index = Lines(tuple(cable(n, each) for n, each in enumerate(crowd)), (reach_m,) * len(crowd))
    way = np.array([lon, lat]) + np.cumsum(
        rng.normal(rng.normal(0, 1, 2), 1, (places, 2)), axis=0
    ) * long * (stretch, 1.0)
    way[:, 1] = np.clip(way[:, 1], -90, 90)
    xyz = vectors(*way.T)
    leg = np.delete(np.arange(1, len(way)), rng.integers(0, places - 2, 2))
    near = index.legs(xyz, leg)
    told = {
        pair: rest
        for pair, *rest in zip(
            zip(near.leg.tolist(), near.line.tolist(), strict=True),
            near.metres, near.at, meets(near), strict=True,
        )
    }  # fmt: skip
    assert list(told) == sorted(told, key=lambda pair: (pair[1], pair[0]))
    segments = index._segments.reshape(-1, 16)
    unit = xyz / EARTH_RADIUS_M
    for row in leg.tolist():
        step_m = float(np.linalg.norm(xyz[row] - xyz[row - 1])) / 200
        true = tried(segments, index._line, unit[row - 1], unit[row], reach_m)
        for line, (metres, crossings, first) in true.items():
            away, at, (times, crossed, *_) = told.pop((row, line))
            assert away - 1e-3 <= metres <= away + step_m
            assert times == crossings
            assert crossed == pytest.approx(first, abs=2e-3, nan_ok=True)
            between = unit[row - 1] * (1 - at) + unit[row] * at
            there = index.metres(between[np.newaxis], np.array([line]))[0]
            assert there == pytest.approx(away, abs=0.02 + step_m / 10)
    # Between two of the two hundred places one may come into reach after all.
    assert all(metres > reach_m - 1_000 for metres, *_ in told.values())


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@FEW
@given(seed=st.integers(0, 2**32))
def test_every_crossing_is_where_and_how_a_plane_has_it(lon, lat, seed):
    drawn, track = world(seed, lon, lat)
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (500.0,) * len(drawn))
    xyz = vectors(np.array([x for x, _ in track]), np.array([y for _, y in track]))
    near = index.legs(xyz, np.arange(1, len(track)))
    told = {
        (leg, line): (metres, *how)
        for leg, line, metres, how in zip(
            near.leg.tolist(), near.line.tolist(), near.metres, meets(near), strict=True
        )
    }
    way = flat(lon, lat, track)
    for leg in range(1, len(track)):
        leg_line = shapely.LineString(way[leg - 1 : leg + 1])
        for number, each in enumerate(drawn):
            cable_line = shapely.LineString(flat(lon, lat, each))
            true = leg_line.distance(cable_line)
            if true > 500.1:
                assert (leg, number) not in told
            if true > 499.9:
                continue
            metres, crossings, at, angle, side = told[leg, number]
            assert metres == pytest.approx(true, abs=0.05)
            meet = leg_line.intersection(cable_line)
            points = [] if meet.is_empty else list(shapely.get_parts(meet))
            assert crossings == len(points)
            if not crossings:
                assert math.isnan(at)
                continue
            first = min(leg_line.project(point) for point in points)
            assert at * leg_line.length == pytest.approx(first, abs=0.05)
            assert (angle, side) == meeting(leg_line, cable_line, first)


def meeting(leg, cable_line, first):
    """(acute angle in degrees, 1 from the left of the cable) of the crossing `first` metres on."""
    at = leg.interpolate(first)
    ends = np.array(cable_line.coords)
    pieces = [shapely.LineString(ends[n : n + 2]) for n in range(len(ends) - 1)]
    piece = np.array(min(pieces, key=lambda each: each.distance(at)).coords)
    u, v = piece[1] - piece[0], np.array(leg.coords)[1] - np.array(leg.coords)[0]
    turn = u[0] * v[1] - u[1] * v[0]
    angle = math.degrees(math.asin(min(1, abs(turn) / np.linalg.norm(u) / np.linalg.norm(v))))
    return pytest.approx(angle, abs=0.05), 1 if turn < 0 else -1


def test_the_worlds_above_hold_crossings():
    """Else the comparison above would compare nothing with nothing."""
    counted = 0
    for seed in range(20):
        drawn, track = world(seed, 180.0, -17.0)
        index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (500.0,) * len(drawn))
        xyz = vectors(np.array([x for x, _ in track]), np.array([y for _, y in track]))
        counted += int(index.legs(xyz, np.arange(1, 40)).crossed.times.sum())
    assert counted > 20


def test_a_long_leg_across_many_cells_meets_each_cable_once():
    drawn = [[(lon, -1.0), (lon, 1.0)] for lon in (-179.9, 179.0, 179.5)]
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (5_000.0,) * 3)
    xyz = vectors(np.array([178.0, -178.0]), np.array([0.1, 0.1]))
    near = index.legs(xyz, np.array([1]))
    assert near.crossed.times.tolist() == [1, 1, 1]
    assert near.crossed.at.tolist() == pytest.approx([2.1 / 4, 0.25, 1.5 / 4], abs=1e-4)
    assert near.crossed.angle_deg.tolist() == pytest.approx([90, 90, 90], abs=0.1)
    assert near.crossed.side.tolist() == [1, 1, 1]


def test_a_vertex_on_the_way_is_crossed_once_and_an_edge_along_it_never_twice():
    index = Lines((cable(0, [(0, 1), (0, 0), (0, -1)]),), (500.0,))
    xyz = vectors(np.array([-0.01, 0.0, 0.01]), np.zeros(3))
    assert index.legs(xyz, np.array([1, 2])).crossed.times.sum() == 1
    beside = vectors(np.array([-0.001, 0.0, 0.0, -0.001]), np.array([0.5, 0.4, 0.3, 0.2]))
    assert index.legs(beside, np.array([1, 2, 3])).crossed.times.sum() in (0, 2)


def test_edges_are_straight_in_degrees_as_geojson_says():
    index = Lines((cable(0, [(-30.0, 60.0), (30.0, 60.0)]),), (500.0,))
    lat = np.array([60.0, 63.43])  # the great circle between the ends reaches 63.43 north
    metres = index.metres(vectors(np.zeros(2), lat), np.zeros(2))
    assert metres[0] < 2.0
    assert math.isinf(metres[1])


def test_no_lines_are_near_nothing():
    index = Lines((), ())
    assert len(index.legs(vectors(np.zeros(2), np.zeros(2)), np.array([1])).leg) == 0
