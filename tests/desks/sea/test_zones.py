"""Points in areas, beside shapely, wherever the area lies and however it is drawn."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea.zones import Zone
from noroshi.feeds.assets import read_assets
from noroshi.node.assets import watch_zones
from noroshi.words.asset import Asset
from noroshi.words.shape import around, polygons

FEW = settings(max_examples=max(2, 25 * settings().max_examples // 100))


def zone(kind, coordinates):
    geometry = json.dumps({"type": kind, "coordinates": coordinates}).encode()
    return Zone(Asset("zone:a", "zone", "a", place=around(geometry)))


def star(rng, lon, lat, size):
    """A ring of crooked rays about a place, counter-clockwise."""
    angles = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(4, 40))))
    radius = size * rng.uniform(0.2, 1, len(angles))
    ring = [
        [float(lon + r * math.cos(a)), float(lat + r * math.sin(a))]
        for a, r in zip(angles, radius, strict=True)
    ]
    return [*ring, ring[0]]


def wrapped(lon):
    return (lon + 180.0) % 360.0 - 180.0


@pytest.mark.parametrize("lon", [20.0, 179.9, -180.0, 0.0])
@FEW
@given(seed=st.integers(0, 2**32))
def test_inside_is_as_shapely_has_it(lon, seed):
    rng = np.random.default_rng(seed)
    size = float(rng.choice([0.005, 0.3, 5.0]))
    outside, hole = star(rng, lon, 40.0, size), star(rng, lon, 40.0, 0.1 * size)
    far = star(rng, lon + 2 * size, 41.0, size)
    drawn = [[outside, hole], [far]]
    plane = shapely.MultiPolygon(
        [shapely.Polygon(outside), shapely.Polygon(far)]
    )  # even-odd, as below, needs no valid shapes: rings are taken one by one
    rings = [shapely.Polygon(ring) for polygon in drawn for ring in polygon]
    points = np.column_stack([rng.uniform(lon - 2 * size, lon + 4 * size, 400),
                              rng.uniform(40 - 2 * size, 41 + 2 * size, 400)])  # fmt: skip
    odd = sum(shapely.contains_xy(ring, points[:, 0], points[:, 1]).astype(int) for ring in rings)
    held = zone("MultiPolygon", drawn).inside(wrapped(points[:, 0]), points[:, 1])
    near = shapely.distance(plane.boundary, shapely.points(points)) < 1e-9
    assert ((held == (odd % 2 == 1)) | near).all()


@pytest.mark.parametrize(
    "drawn",
    [
        ("Polygon", [[[178, 0], [182, 0], [182, 2], [178, 2], [178, 0]]]),
        ("Polygon", [[[178, 0], [-178, 0], [-178, 2], [178, 2], [178, 0]]]),
        ("MultiPolygon", [[[[178, 0], [180, 0], [180, 2], [178, 2], [178, 0]]],
                          [[[-180, 0], [-178, 0], [-178, 2], [-180, 2], [-180, 0]]]]),
        ("Polygon", [[[178, 0], [182, 0], [182, 2], [178, 2]]]),
    ],
    ids=["past 180", "across it", "cut at it", "not closed"],
)  # fmt: skip
def test_the_antimeridian_however_it_is_drawn(drawn):
    lon = np.array([177.9, 178.1, 179.99, -179.99, -178.1, -177.9, 0.0])
    held = zone(*drawn).inside(lon, np.full(7, 1.0))
    assert held.tolist() == [False, True, True, True, True, False, False]


def test_a_polar_area_all_around_is_whole():
    ring = [[-180, 70], [180, 70], [180, 90], [-180, 90], [-180, 70]]
    held = zone("Polygon", [ring]).inside(np.array([-180.0, -1, 0, 90, 179.9]), np.full(5, 80.0))
    assert held.all()
    assert not zone("Polygon", [ring]).inside(np.array([0.0]), np.array([69.0])).any()


def test_the_packaged_zones_hold_what_they_are_named_after():
    inside = {
        "east-china-sea": (125.0, 29.0), "south-china-sea": (114.0, 13.0),
        "taiwan-strait": (119.5, 24.5), "miyako-strait": (126.5, 25.5),
        "osumi-strait": (130.7, 30.8), "tsushima-strait": (129.6, 34.3),
        "luzon-strait": (121.3, 20.5), "malacca-strait": (101.0, 2.9),
        "bab-el-mandeb": (43.35, 12.6), "danish-straits": (11.0, 55.6),
        "gulf-of-finland": (25.5, 59.9),
    }  # fmt: skip
    zones = {each.id.removeprefix("zone:noroshi-"): Zone(each) for each in watch_zones()}
    assert set(zones) == set(inside)
    for name, (lon, lat) in inside.items():
        assert zones[name].inside(np.array([lon]), np.array([lat]))[0], name
        assert not zones[name].inside(np.array([-30.0]), np.array([lat]))[0]


@pytest.mark.shared
def test_real_zones_are_as_shapely_has_them(shared):
    path = shared / "data" / "sea" / "zones" / "territorial_waters_baltic_12nm.geojson.gz"
    (file,) = read_assets(path)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(17, 31, 20_000), rng.uniform(54, 66, 20_000)
    for each in file.assets:
        shapes = [shapely.Polygon(p[0], p[1:]) for p in polygons(each)]
        true = sum(shapely.contains_xy(shape, lon, lat).astype(int) for shape in shapes) > 0
        assert 0 < true.sum() < 20_000
        assert (Zone(each).inside(lon, lat) == true).all()
