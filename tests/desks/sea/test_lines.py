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
def test_the_nearest_cable_and_its_metres_are_those_of_a_plane(lon, lat, seed):
    drawn, track = world(seed, lon, lat)
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (500.0,) * len(drawn))
    found, metres = index.nearest(
        np.array([(x + 180) % 360 - 180 for x, _ in track]), np.array([y for _, y in track])
    )
    plane = [shapely.LineString(flat(lon, lat, each)) for each in drawn]
    for place, which, away in zip(flat(lon, lat, track), found, metres, strict=True):
        true = min(line.distance(shapely.Point(place)) for line in plane)
        if true < 499.9:
            assert away == pytest.approx(true, abs=0.05)
            assert plane[which].distance(shapely.Point(place)) == pytest.approx(true, abs=0.05)
        elif true > 500.1:
            assert (which, away) == (-1, math.inf)


@pytest.mark.parametrize(("lon", "lat"), PLACES)
@FEW
@given(seed=st.integers(0, 2**32))
def test_every_crossing_is_where_and_how_a_plane_has_it(lon, lat, seed):
    drawn, track = world(seed, lon, lat)
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (500.0,) * len(drawn))
    xyz = vectors(np.array([x for x, _ in track]), np.array([y for _, y in track]))
    near = index.legs(xyz, np.arange(1, len(track)))
    told = {
        (leg, line): rest
        for leg, line, *rest in zip(
            near.leg.tolist(), near.line.tolist(), near.metres, near.crossings, near.crossed,
            near.angle_deg, near.side, strict=True,
        )
    }  # fmt: skip
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
        counted += int(index.legs(xyz, np.arange(1, 40)).crossings.sum())
    assert counted > 20


def test_a_long_leg_across_many_cells_meets_each_cable_once():
    drawn = [[(lon, -1.0), (lon, 1.0)] for lon in (-179.9, 179.0, 179.5)]
    index = Lines(tuple(cable(n, each) for n, each in enumerate(drawn)), (5_000.0,) * 3)
    xyz = vectors(np.array([178.0, -178.0]), np.array([0.1, 0.1]))
    near = index.legs(xyz, np.array([1]))
    assert near.crossings.tolist() == [1, 1, 1]
    assert near.crossed.tolist() == pytest.approx([2.1 / 4, 0.25, 1.5 / 4], abs=1e-4)
    assert near.angle_deg.tolist() == pytest.approx([90, 90, 90], abs=0.1)
    assert near.side.tolist() == [1, 1, 1]


def test_a_vertex_on_the_way_is_crossed_once_and_an_edge_along_it_never_twice():
    index = Lines((cable(0, [(0, 1), (0, 0), (0, -1)]),), (500.0,))
    xyz = vectors(np.array([-0.01, 0.0, 0.01]), np.zeros(3))
    assert index.legs(xyz, np.array([1, 2])).crossings.sum() == 1
    beside = vectors(np.array([-0.001, 0.0, 0.0, -0.001]), np.array([0.5, 0.4, 0.3, 0.2]))
    assert index.legs(beside, np.array([1, 2, 3])).crossings.sum() in (0, 2)


def test_edges_are_straight_in_degrees_as_geojson_says():
    index = Lines((cable(0, [(-30.0, 60.0), (30.0, 60.0)]),), (500.0,))
    lat = np.array([60.0, 63.43])  # the great circle between the ends reaches 63.43 north
    line, metres = index.nearest(np.zeros(2), lat)
    assert line.tolist() == [0, -1]
    assert metres[0] < 1.0


def test_no_lines_are_near_nothing():
    index = Lines((), ())
    assert index.nearest(np.array([0.0]), np.array([0.0]))[0].tolist() == [-1]
    assert len(index.legs(vectors(np.zeros(2), np.zeros(2)), np.array([1])).leg) == 0
