"""The packaged harbours: all there, nearest as a plain search finds it, and the sphere's seams."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.sea import ports
from noroshi.desks.sea.sphere import Cubes, arc_m, chord_m, course_deg, lonlat, mean_course, vectors
from noroshi.words.place import distance_m

LON = st.floats(-180, 180, exclude_max=True)
LAT = st.floats(-90, 90)


def test_every_harbour_is_an_asset_with_an_id_of_its_own():
    assets = ports.assets()
    assert len(assets) == len({each.id for each in assets}) == 3_765 + 56_015
    assert {each.kind for each in assets} == {"port", "anchorage"}
    assert all(
        re.fullmatch(r"port:wpi-\d+|anchorage:gfw-([0-9a-f]{8}|[0-9.]+[ns][0-9.]+[ew])", each.id)
        for each in assets
    )


@pytest.mark.parametrize(
    ("courses", "mean"),
    [((350.0, 10.0), 0.0), ((359.4, 359.8), 0.0), ((90.0, np.nan, 100.0), 95.0), ((np.nan,), None)],
    ids=["across north", "never 360", "of the known", "none known"],
)
def test_a_mean_course_goes_round(courses, mean):
    found = mean_course(np.array(courses))
    assert np.isnan(found) if mean is None else found == mean


def test_a_port_says_its_locode():
    suez = next(each for each in ports.harbours() if each.id == "port:wpi-48040")
    assert (suez.locode, suez.size, suez.country) == ("EGSUZ", "Large", "Egypt")
    assert suez.label == "As Suways (EGSUZ)"


@given(seed=st.integers(0, 2**32), lon=LON, lat=LAT)
def test_nearest_is_the_nearest(seed, lon, lat):
    rng = np.random.default_rng(seed)
    lons, lats = lon + rng.normal(0, 0.1, 30), np.clip(lat + rng.normal(0, 0.05, 30), -90, 90)
    point = vectors(np.array([lon]), np.array([lat]))
    index, metres = Cubes(vectors(lons, lats), 5_000.0).nearest(point)
    plain = [distance_m(lon, lat, *each) for each in zip(lons, lats, strict=True)]
    if min(plain) > 5_000:
        assert index[0] == -1
    else:
        assert metres[0] == pytest.approx(min(plain), abs=1e-3)
        assert plain[index[0]] == pytest.approx(min(plain), abs=1e-3)


@given(seed=st.integers(0, 2**32), lon=LON, lat=LAT)
def test_pairs_are_all_pairs_of_one_group(seed, lon, lat):
    rng = np.random.default_rng(seed)
    lons, lats = lon + rng.normal(0, 0.02, 40), np.clip(lat + rng.normal(0, 0.02, 40), -90, 90)
    points, groups = vectors(lons, lats), rng.integers(0, 3, 40)
    found = sorted(
        tuple(sorted(pair))
        for a, b in Cubes(points, 900.0, groups).pairs()
        for pair in zip(a.tolist(), b.tolist(), strict=True)
    )
    plain = [
        (a, b)
        for a in range(40)
        for b in range(a + 1, 40)
        if groups[a] == groups[b] and chord_m(points[a], points[b]) <= 900.0
    ]
    assert found == plain


@given(lon=LON, lat=st.floats(-89, 89), course=st.floats(0, 359.9))
def test_course_and_place_survive_the_sphere(lon, lat, course):
    from math import asin, atan2, cos, degrees, radians, sin

    d, phi, angle = 1e-3, radians(lat), radians(course)
    phi_b = asin(sin(phi) * cos(d) + cos(phi) * sin(d) * cos(angle))
    lon_b = lon + degrees(atan2(sin(angle) * sin(d) * cos(phi), cos(d) - sin(phi) * sin(phi_b)))
    a = vectors(np.array([lon]), np.array([lat]))
    b = vectors(np.array([lon_b]), np.array([degrees(phi_b)]))
    turn = (float(course_deg(a, b)[0]) - course + 180) % 360 - 180
    assert abs(turn) < 1e-6
    assert float(arc_m(chord_m(a, b))[0]) == pytest.approx(6_371_008.8 * d)
    back = lonlat(a[0])
    assert back == (pytest.approx(lon, abs=1e-9), pytest.approx(lat, abs=1e-9))
