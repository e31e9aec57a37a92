"""Distances against vectors, and the sharing grid over the whole sphere."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from noroshi.words.place import EARTH_RADIUS_M, Place, distance_m, snapped, wrap_lon

lons = st.floats(-180, 180, exclude_max=True)
lats = st.floats(-90, 90)
radii = st.floats(0, 1e6)
cells = st.sampled_from([100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0, 7e6, 3e7, 1e8])
places = st.builds(Place, lons, lats, radii)

EDGES = [
    Place(-180.0, 0.0, 0.0),
    Place(179.9999999, 0.0, 10.0),
    Place(0.0, 90.0, 0.0),
    Place(12.0, -90.0, 5.0),
    Place(-180.0, 89.9999, 0.0),
]


def vector_distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Oracle: the angle between unit vectors by atan2 of cross and dot product."""

    def unit(lon: float, lat: float) -> tuple[float, float, float]:
        phi, lam = math.radians(lat), math.radians(lon)
        return (math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi))

    a, b = unit(lon_a, lat_a), unit(lon_b, lat_b)
    cross = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return EARTH_RADIUS_M * math.atan2(math.hypot(*cross), dot)


@given(lons, lats, lons, lats)
def test_distance_is_the_angle_between_vectors(a: float, b: float, c: float, d: float) -> None:
    ours = distance_m(a, b, c, d)
    # Haversine loses digits towards the antipode: half a metre there, nothing elsewhere.
    assert ours == pytest.approx(vector_distance_m(a, b, c, d), rel=1e-9, abs=0.5)
    assert ours == pytest.approx(distance_m(c, d, a, b), abs=1e-6)


def test_a_degree_of_the_equator_and_across_the_antimeridian() -> None:
    degree = math.pi * EARTH_RADIUS_M / 180
    assert distance_m(0, 0, 1, 0) == pytest.approx(degree)
    assert distance_m(179.5, 0, -179.5, 0) == pytest.approx(degree)
    assert distance_m(0, 90, 77, 90) == pytest.approx(0, abs=1e-6)


@given(st.floats(-1e6, 1e6))
@example(-180.00000000000003)
@example(180.0)
def test_wrapped_longitude_is_in_range_and_the_same_meridian(lon: float) -> None:
    wrapped = wrap_lon(lon)
    assert -180 <= wrapped < 180
    assert math.cos(math.radians(wrapped - lon)) == pytest.approx(1, abs=1e-6)
    assert wrap_lon(wrapped) == wrapped


@given(places, cells)
def test_snapped_twice_is_snapped_once(place: Place, cell_m: float) -> None:
    once = snapped(place, cell_m)
    assert snapped(once, cell_m) == once


@given(places, cells)
def test_the_snapped_circle_holds_the_places_own(place: Place, cell_m: float) -> None:
    coarse = snapped(place, cell_m)
    away = distance_m(place.lon, place.lat, coarse.lon, coarse.lat)
    assert away + place.radius_m <= coarse.radius_m or coarse.radius_m > math.pi * EARTH_RADIUS_M


@pytest.mark.parametrize("cell_m", [100.0, 10_000.0, 1e6, 3e7])
@pytest.mark.parametrize("place", EDGES, ids=str)
def test_edges_of_the_map(place: Place, cell_m: float) -> None:
    coarse = snapped(place, cell_m)
    assert distance_m(place.lon, place.lat, coarse.lon, coarse.lat) <= coarse.radius_m
    assert snapped(coarse, cell_m) == coarse


@given(places, cells, st.floats(-1, 1), st.floats(-1, 1))
def test_places_of_one_cell_give_one_answer(
    place: Place, cell_m: float, east: float, north: float
) -> None:
    """Move a tenth of a cell about its centre, where no edge is near: the answer is the same."""
    centre = snapped(place, cell_m)
    step = math.degrees(min(cell_m, 1e6) / 10 / EARTH_RADIUS_M)
    lat = max(-90.0, min(90.0, centre.lat + north * step))
    lon = wrap_lon(centre.lon + east * step)
    assert snapped(Place(lon, lat, 0.0), cell_m) == snapped(
        Place(centre.lon, centre.lat, 0), cell_m
    )


@given(places, st.floats(0, 0.05), cells)
def test_a_small_radius_does_not_show(place: Place, share: float, cell_m: float) -> None:
    small = Place(place.lon, place.lat, share * min(cell_m, 1e7))
    bare = Place(place.lon, place.lat, 0.0)
    assert snapped(small, cell_m) == snapped(bare, cell_m)


def test_the_outline_is_dropped_and_the_circle_is_about_a_cell() -> None:
    coarse = snapped(Place(139.7, 35.6, 15.0, b'{"type":"Point"}'), 10_000.0)
    assert coarse.geojson is None
    assert 7_000 < coarse.radius_m < 9_000


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"),
    [
        (180.0, 0.0, 0.0),
        (-180.1, 0.0, 0.0),
        (0.0, 90.1, 0.0),
        (0.0, 0.0, -1.0),
        (math.nan, 0.0, 0.0),
        (0.0, math.nan, 0.0),
        (0.0, 0.0, math.nan),
        (0.0, 0.0, math.inf),
    ],
)
def test_what_is_no_place_is_refused(lon: float, lat: float, radius_m: float) -> None:
    with pytest.raises(ValueError):
        Place(lon, lat, radius_m)
