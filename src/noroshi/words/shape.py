"""The shape of an asset: lines or polygons in degrees, read from its path or its GeoJSON.

GeoJSON is RFC 7946: longitude first, edges straight in degrees, a polygon's first ring its outside.
What crosses the antimeridian may be cut there or run on past 180.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from noroshi.words.asset import Asset
from noroshi.words.place import EARTH_RADIUS_M, Place, distance_m, wrap_lon

Line = tuple[tuple[float, float], ...]
Polygon = tuple[Line, ...]


class _Shape(msgspec.Struct):
    type: str
    coordinates: Any = ()
    geometries: list[_Shape] = []


_shape = msgspec.json.Decoder(_Shape)


def lines(asset: Asset) -> tuple[Line, ...]:
    """The asset's lines of two points and more; none for what is a point or an area."""
    found = [asset.path] if asset.path else []
    for shape in _parts(asset):
        if shape.type == "LineString":
            found.append(_line(shape.coordinates))
        elif shape.type == "MultiLineString":
            found += [_line(each) for each in shape.coordinates]
    return tuple(each for each in found if len(each) > 1)


def polygons(asset: Asset) -> tuple[Polygon, ...]:
    """The asset's areas: for each the outside, then its holes. Rings of under four points, which
    enclose nothing, are left out."""
    found: list[Polygon] = []
    for shape in _parts(asset):
        given = [shape.coordinates] if shape.type == "Polygon" else shape.coordinates
        if shape.type in ("Polygon", "MultiPolygon"):
            found += [tuple(_line(ring) for ring in each if len(ring) > 3) for each in given]
    return tuple(each for each in found if each)


def around(geometry: bytes) -> Place:
    """The place of a GeoJSON geometry: the middle of its points, a radius that holds them all, and
    the geometry itself. Raises `ValueError` for what is none, or not on Earth."""
    try:
        points = [point for shape in _flat(_shape.decode(geometry)) for point in _points(shape)]
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError, IndexError) as problem:
        raise ValueError(f"not a GeoJSON geometry: {problem}") from problem
    if not points:
        raise ValueError("a geometry without points")
    for lon, lat in points:
        if not (-540.0 <= lon <= 540.0 and -90.0 <= lat <= 90.0):
            raise ValueError(f"not on Earth: lon {lon}, lat {lat}")
    lon, lat = _middle(points)
    radius_m = max(distance_m(lon, lat, *point) for point in points)
    return Place(lon, lat, float(math.ceil(radius_m)), geometry)


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    x = y = z = 0.0
    for lon, lat in points:
        flat = math.cos(math.radians(lat))
        x += flat * math.cos(math.radians(lon))
        y += flat * math.sin(math.radians(lon))
        z += math.sin(math.radians(lat))
    if math.sqrt(x * x + y * y + z * z) / len(points) < 1 / EARTH_RADIUS_M:
        return wrap_lon(points[0][0]), points[0][1]  # all around the Earth: any of them
    lon = wrap_lon(round(math.degrees(math.atan2(y, x)), 6))
    return lon, round(math.degrees(math.atan2(z, math.hypot(x, y))), 6)


def _parts(asset: Asset) -> list[_Shape]:
    if asset.place is None or asset.place.geojson is None:
        return []
    return _flat(_shape.decode(asset.place.geojson))


def _flat(shape: _Shape) -> list[_Shape]:
    if shape.type != "GeometryCollection":
        return [shape]
    return [part for each in shape.geometries for part in _flat(each)]


_DEPTH = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
"""How many lists stand around a position, by type (RFC 7946, 3.1)."""


def _points(shape: _Shape) -> list[tuple[float, float]]:
    if shape.type not in _DEPTH:
        raise ValueError(f"no such geometry: {shape.type}")
    found: list[Any] = [shape.coordinates]
    for _ in range(_DEPTH[shape.type]):
        found = [inner for each in found for inner in each]
    return list(_line(found))


def _line(points: Any) -> Line:
    return tuple((float(point[0]), float(point[1])) for point in points)
