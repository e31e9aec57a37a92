"""Scenes drawn by hand: what each detector must say, and where it must be silent."""

from __future__ import annotations

import math

import pytest

from noroshi.desks.sea import desk
from noroshi.words.evidence import Row
from noroshi.words.place import distance_m
from noroshi.words.stix import describe, finding_body
from noroshi.words.time import HOUR, MINUTE, SECOND

A, B, C, D = 257_000_001, 257_000_002, 257_000_003, 257_000_004
NAN = math.nan
SEA = (-30.0, 45.0)
ROADS = (32.53, 29.83)
"""In Suez south anchorage."""

MILE = 1 / 60
"""Degrees of latitude in a nautical mile."""


def rest(hours, place=SEA, start=0, sog=0.0, every=600):
    return [(start + n, *place, sog) for n in range(0, int(hours * 3600) + 1, every)]


def sail(hours, knots, place=SEA, start=0, course=0.0, every=600, sog=NAN):
    lon, lat = place
    found = []
    for n in range(0, int(hours * 3600) + 1, every):
        far = knots * n / 3600 * MILE
        east = far * math.sin(math.radians(course)) / math.cos(math.radians(lat))
        found.append((start + n, lon + east, lat + far * math.cos(math.radians(course)), sog))
    return found


def test_a_stop_at_sea(scene):
    (stop,) = scene.found([scene.columns({A: rest(3)})])
    assert (stop.kind, stop.subjects, stop.assets) == ("stop", (f"mmsi:{A}",), ())
    assert stop.span.t0 == scene.DAY0
    assert stop.span.t1 == scene.DAY0 + 3 * HOUR + SECOND
    assert stop.measures["duration_h"] == 3.0
    assert stop.measures["port"] == "—"
    assert {each.locator for each in stop.evidence} == {Row(1), Row(19)}
    assert (stop.reliability, stop.credibility, stop.owner) == ("B", 2, "JPN")


@pytest.mark.parametrize(
    ("fixes", "expected"),
    [
        (rest(0.9), []),
        (rest(1.0), ["stop"]),
        (rest(3, sog=0.3), []),
        (rest(3, sog=NAN), ["stop"]),
        (sail(3, 1.0), []),
        (sail(3, 8.0), []),
        (rest(1) + rest(1, start=3600 + 5 * 3600), ["stop", "stop"]),
        (rest(1) + rest(1, start=3600 + 3 * 3600), ["stop"]),
        (rest(1) + sail(1, 0.4, start=4200, sog=0.4), ["stop"]),
        (rest(1) + sail(1, 9.0, start=4200) + rest(1, (-30.0, 45.15), start=8400),
         ["stop", "stop"]),
        ([*rest(0.5), (2400, -29.0, 45.0, 0.0), *rest(0.5, start=3000)], ["stop"]),
        ([], []),
    ],
    ids=["too short", "an hour", "slow but never still", "by positions alone", "drifting",
         "under way", "silent 5 h", "silent 3 h", "hysteresis", "two places", "one wild position",
         "nothing"],
)  # fmt: skip
def test_stops(scene, fixes, expected):
    batches = [scene.columns({A: fixes})] if fixes else []
    assert scene.kinds(scene.found(batches)) == expected


def test_a_wide_rest_is_cut_by_its_spread(scene):
    creeping = [(n * 600, -30.0, 45.0 + n * 0.0005, 0.1) for n in range(60)]
    found = scene.found([scene.columns({A: creeping})])
    stops = [each for each in found if each.kind == "stop"]
    assert len(stops) == 3
    for stop in stops:
        assert stop.place.radius_m <= 600
        assert stop.measures["duration_h"] > 2


def test_a_place_covers_what_was_seen(scene):
    fixes = [(n * 600, -30.0 + 0.004 * math.cos(n), 45.0 + 0.003 * math.sin(n), 0.1)
             for n in range(20)]  # fmt: skip
    (stop,) = scene.found([scene.columns({A: fixes})], stop_spread_m=2_000.0)
    for _, lon, lat, _ in fixes:
        assert distance_m(lon, lat, stop.place.lon, stop.place.lat) <= stop.place.radius_m


def visit(scene, fixes, **settings):
    return [
        each
        for each in scene.found([scene.columns({A: fixes})], **settings)
        if each.kind == "port_visit"
    ]


SOUTH = (32.53, 29.5)
INBOUND = sail(2, 10, (32.53, 29.83 - 20 * MILE))
AT_REST = rest(5, ROADS, start=7800)
OUTBOUND = sail(2, 10, ROADS, start=7800 + 5 * 3600 + 600, course=180.0)


@pytest.mark.parametrize(
    ("fixes", "confidence"),
    [
        (INBOUND + AT_REST + OUTBOUND, 4),
        (INBOUND + AT_REST, 3),
        (AT_REST + OUTBOUND, 3),
        (AT_REST, 2),
        ([*INBOUND, (7800 + 6 * 3600, *ROADS, 5.0)], 3),
    ],
    ids=["in, rest, out", "in and rest", "rest and out", "rest", "in and a silence"],
)
def test_port_visit_confidence_is_gfws(scene, fixes, confidence):
    (found,) = visit(scene, fixes)
    assert found.measures["confidence"] == confidence
    assert "SUEZ SOUTH ANCHORAGE" in found.measures["anchorage"]
    assert found.assets[0].startswith("anchorage:gfw-")


def test_no_visit_goes_on_through_a_silence_of_over_a_week(scene):
    for days, lasting in ((6, [6]), (7, [7]), (8, [])):
        passing = [(0, *ROADS, 5.0), (days * 86_400, *ROADS, 5.0)]
        assert [each.measures["duration_h"] / 24 for each in visit(scene, passing)] == lasting
    again = [(t + 30 * 86_400, *more) for t, *more in AT_REST]
    assert [each.measures["confidence"] for each in visit(scene, AT_REST + again)] == [2, 2]


def test_passing_by_is_no_visit_unless_asked_for(scene):
    passing = sail(4, 10, (32.53, 29.83 - 20 * MILE))
    assert visit(scene, passing) == []
    (found,) = visit(scene, passing, port_confidence=1)
    assert found.measures["confidence"] == 1


def test_a_port_is_named_with_its_locode(scene):
    (found,) = visit(scene, rest(5, (32.55, 29.96)))
    assert found.measures["port"] == "As Suways (EGSUZ)"
    assert "port:wpi-48040" in found.assets


NEAR = (-30.0, 45.0 + 300 / 111_195)
FAR = (-30.0, 45.0 + 700 / 111_195)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (sail(3, 0.8), sail(3, 0.8, NEAR), 1),
        (sail(1.5, 0.8), sail(1.5, 0.8, NEAR), 0),
        (sail(3, 0.8), sail(3, 0.8, FAR), 0),
        (sail(3, 6), sail(3, 6, NEAR), 0),
        (rest(3, ROADS), rest(3, ROADS), 0),
        (sail(4, 0.8, every=4500), sail(4, 0.8, NEAR, every=4500), 0),
        (sail(4, 0.8, every=3000), sail(4, 0.8, NEAR, every=3000), 1),
    ],
    ids=["three hours at 300 m", "too short", "700 m", "under way", "in the roads",
         "heard every 75 min", "heard every 50 min"],
)  # fmt: skip
def test_encounters(scene, one, other, expected):
    found = scene.found([scene.columns({A: one, B: other})])
    met = [each for each in found if each.kind == "encounter"]
    assert len(met) == expected
    for each in met:
        assert each.subjects == (f"mmsi:{A}", f"mmsi:{B}")
        assert each.measures["closest_m"] == pytest.approx(300, abs=2)
        assert each.measures["median_kn"] == pytest.approx(0.8, abs=0.01)
        assert len(each.evidence) == 4


def line(count, gap=1.0, knots=12.0, hours=2.0, first=A, **more):
    return {
        first + n: sail(hours, knots, (-30.0, 45.0 - n * gap * MILE), **more) for n in range(count)
    }


@pytest.mark.parametrize(
    ("ships", "expected"),
    [
        (line(3), [3]),
        (line(2), []),
        (line(3, hours=0.9), []),
        (line(3, gap=6.0), []),
        (line(3, knots=2.0), []),
        (line(25, gap=2.0), [25]),
        (line(3) | {D: sail(2, 12, (-30.0, 45.0), course=20.0)}, [3]),
        (line(3) | {D: sail(2, 15, (-30.0, 45.0))}, [3]),
        (line(3) | line(3, first=257_000_011, course=180.0), [3, 3]),
    ],
    ids=["three", "two", "under an hour", "6 miles apart", "too slow", "a convoy of 25",
         "another course", "another speed", "two lanes"],
)  # fmt: skip
def test_ships_in_company(scene, ships, expected):
    found = [
        each for each in scene.found([scene.columns(ships)]) if each.kind == "ships_in_company"
    ]
    assert sorted(each.measures["vessels"] for each in found) == expected
    for each in found:
        assert len(each.subjects) == each.measures["vessels"]
        assert each.measures["mean_kn"] == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize(
    "mmsi",
    [0, 2_190_048, 111_232_506, 123_456_789, 222_222_222, 970_123_456, 982_190_000, 992_190_917],
    ids=["none", "coast station", "SAR aircraft", "junk", "repeated", "SART", "craft", "buoy"],
)
def test_what_is_not_a_vessel_is_left_out(scene, mmsi):
    assert scene.found([scene.columns({mmsi: rest(3)})]) == []


def test_every_kind_declares_what_it_measures_and_can_be_told_in_both_languages(scene):
    seen = {}
    for seed in range(20):
        for place in ((32.5, 29.85), SEA):
            for each in scene.found([scene.fleet(seed, *place)]):
                seen.setdefault(each.kind, each)
    assert set(seen) == set(desk.kinds) - {
        "crossing",
        "outage",
        "zone_visit",
        "identity_swap",
        "spoofed_area",
    }  # with assets: test_crossing.py; planted: test_events.py
    for name, each in seen.items():
        kind = desk.kinds[name]
        assert set(each.measures) <= set(kind.units) == set(kind.tags)
        body = finding_body(each, b"salt")
        for language in ("en", "ja"):
            assert "…" not in describe(body, kind, language)


def test_minutes_stay_minutes(scene):
    header = "ID,ais_pos_timestamp,longitude,latitude\n"
    lines = [f"7,20/03/2021 0{n // 6}:{n % 6}0,-30.0,45.0" for n in range(13)]
    columns, _ = scene.read((header + "\n".join(lines)).encode())
    (stop,) = scene.found(columns)
    assert stop.span.precision == "min"
    assert stop.span.t1 == scene.DAY0 + 2 * HOUR + MINUTE
    assert stop.credibility == 3
    assert stop.subjects[0].startswith("track:")
    assert stop.subjects[0].endswith("-7")


@pytest.mark.parametrize(
    ("lon", "lat", "hours", "expected"),
    [
        (32.38979, 30.35617, 2.0, ["port_visit", "stop"]),
        (32.39214, 30.34731, 2.0, ["port_visit", "stop"]),
        (32.39214, 30.34731, 0.8, []),
        (32.39499, 30.34760, 2.0, ["stop"]),
    ],
    ids=["4.1 km", "4.9 km", "4.9 km, briefly", "5.1 km"],
)
def test_roads_reach_as_far_as_a_stop_is_named(scene, lon, lat, hours, expected):
    """Ships in the Great Bitter Lake, of which the index has one anchorage."""
    fixes = [(600 * n, lon, lat, 0.0) for n in range(int(hours * 6) + 1)]
    assert scene.kinds(scene.found([scene.columns({257_000_001: fixes})])) == expected
