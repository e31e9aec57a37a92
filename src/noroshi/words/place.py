"""Place: a point with a radius, and an outline where one is known.

Longitude is in [-180, 180). Distances are on a sphere of the IUGG mean radius.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

EARTH_RADIUS_M: Final = 6_371_008.8
"""IUGG mean radius R1, metres (Moritz, Geodetic Reference System 1980)."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Degrees WGS 84, radius in metres, GeoJSON geometry as bytes or none."""

    lon: float
    lat: float
    radius_m: float
    geojson: bytes | None = None

    def __post_init__(self) -> None:
        if not (-180.0 <= self.lon < 180.0 and -90.0 <= self.lat <= 90.0):
            raise ValueError(f"not on Earth: lon {self.lon}, lat {self.lat}")
        if not 0.0 <= self.radius_m < math.inf:
            raise ValueError(f"not a radius: {self.radius_m}")


def wrap_lon(lon: float) -> float:
    """`lon` brought into [-180, 180)."""
    wrapped = (lon + 180.0) % 360.0 - 180.0
    return -180.0 if wrapped >= 180.0 else wrapped


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance by the haversine formula, metres."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(lon_b - lon_a) / 2
    chord = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def snapped(place: Place, cell_m: float) -> Place:
    """The centre of the fixed grid cell of about `cell_m` metres that holds the place.

    The grid is fixed (rows of equal latitude, columns of equal longitude within a row), so that
    repeats of one place give one answer and averaging many releases recovers nothing finer.
    The radius covers the cell and the place's own, in whole multiples of the row's cell radius: its
    exact value would narrow the place down. The outline is dropped. A place already so snapped
    stays as it is.
    """
    rows = max(1, round(math.pi * EARTH_RADIUS_M / cell_m))
    step_lat = 180.0 / rows
    row = min(rows - 1, int((place.lat + 90.0) / step_lat))
    lat = (row + 0.5) * step_lat - 90.0
    circle_m = 2 * math.pi * EARTH_RADIUS_M * math.cos(math.radians(lat))
    columns = max(1, round(circle_m / cell_m))
    step_lon = 360.0 / columns
    column = min(columns - 1, int((place.lon + 180.0) / step_lon))
    lon = round(wrap_lon((column + 0.5) * step_lon - 180.0), 6)
    lat = round(lat, 6)
    cover_m = _cover_m(lat, step_lat, step_lon)
    held = place.radius_m / cover_m
    if (place.lon, place.lat) == (lon, lat) and held >= 1 and held == int(held):
        return Place(lon, lat, place.radius_m)
    return Place(lon, lat, cover_m * max(1, math.ceil(1 / _SLACK + held)))


_SLACK: Final = 1.1
"""A place's own radius of up to a tenth of its cell's needs no wider circle."""


def _cover_m(lat: float, step_lat: float, step_lon: float) -> float:
    """Whole metres from the centre of a cell to its farthest corner, and a tenth on top."""
    far = 0.0
    for edge in (max(-90.0, lat - step_lat / 2), lat, min(90.0, lat + step_lat / 2)):
        for side in (0.0, step_lon / 2):
            far = max(far, distance_m(0.0, lat, side, edge))
    return float(math.ceil(min(far, math.pi * EARTH_RADIUS_M) * _SLACK) + 1)
