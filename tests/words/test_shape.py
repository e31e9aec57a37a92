"""The shape of an asset, from a path or GeoJSON, and the place that holds it."""

from __future__ import annotations

import json

import pytest

from noroshi.words.asset import Asset
from noroshi.words.place import distance_m
from noroshi.words.shape import around, lines, polygons

RING = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
HOLE = [[1, 1], [1.5, 1], [1.5, 1.5], [1, 1]]


def shaped(kind: str, coordinates: object) -> Asset:
    geometry = json.dumps({"type": kind, "coordinates": coordinates}).encode()
    return Asset("a:1", "cable", "a", place=around(geometry))


@pytest.mark.parametrize(
    ("kind", "coordinates", "many_lines", "many_polygons"),
    [
        ("Point", [1, 2], 0, 0),
        ("MultiPoint", [[1, 2], [3, 4]], 0, 0),
        ("LineString", [[1, 2], [3, 4]], 1, 0),
        ("MultiLineString", [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 9]]], 2, 0),
        ("Polygon", [RING, HOLE], 0, 1),
        ("MultiPolygon", [[RING], [RING, HOLE], [[[0, 0], [1, 1], [0, 0]]]], 0, 2),
    ],
    ids=["point", "points", "line", "lines", "area", "areas"],
)
def test_every_geometry_gives_its_lines_and_areas(
    kind: str, coordinates: object, many_lines: int, many_polygons: int
) -> None:
    asset = shaped(kind, coordinates)
    assert len(lines(asset)) == many_lines
    assert len(polygons(asset)) == many_polygons


def test_holes_stay_with_their_outside() -> None:
    ((outside, hole),) = polygons(shaped("Polygon", [RING, HOLE]))
    assert [list(point) for point in outside] == RING
    assert [list(point) for point in hole] == HOLE


def test_a_path_is_a_line_and_so_is_what_a_collection_holds() -> None:
    assert lines(Asset("a:1", "cable", "a", path=((0, 0), (1, 1)))) == (((0, 0), (1, 1)),)
    whole = {"type": "GeometryCollection", "geometries": [
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "LineString", "coordinates": [[2, 2], [3, 3], [4, 4, 100]]},
    ]}  # fmt: skip
    held = Asset("a:1", "cable", "a", place=around(json.dumps(whole).encode()))
    assert [len(each) for each in lines(held)] == [2, 3]


@pytest.mark.parametrize("lon", [0.0, 179.5, -180.0], ids=["Greenwich", "near 180", "at 180"])
def test_the_place_holds_every_point_wherever_it_is(lon: float) -> None:
    points = [[lon + x, y] for x in (-2, 3) for y in (10, 12)]
    place = around(json.dumps({"type": "MultiPoint", "coordinates": points}).encode())
    far = [distance_m(place.lon, place.lat, *point) for point in points]
    assert place.radius_m - 1 <= max(far) <= place.radius_m
    assert place.radius_m < 350_000


@pytest.mark.parametrize(
    "geometry",
    [
        b'{"type":"Point","coordinates":[1,91]}',
        b'{"type":"Point","coordinates":[1]}',
        b'{"type":"Curve","coordinates":[1,2]}',
        b'{"type":"LineString","coordinates":[]}',
        b'{"type":"LineString","coordinates":null}',
        b"[]",
    ],
    ids=["beyond the pole", "no latitude", "no such type", "no points", "null", "a list"],
)
def test_what_is_no_geometry_is_refused(geometry: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        around(geometry)
