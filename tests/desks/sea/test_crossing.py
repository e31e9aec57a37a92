"""The ledger of crossings: every pass with its times and speeds, and what stands out in it.

The planted ship does what is published of the first cable of 25 December 2024: 9.3 kn, then 8.8 kn
for two minutes while crossing (mtvuutiset.fi/9210012). Beside it are ordinary ships of real tracks.
"""

from __future__ import annotations

import gzip
import importlib.resources
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.words.asset import Asset
from noroshi.words.evidence import Evidence, JsonPointer
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.place import distance_m
from noroshi.words.shape import around
from noroshi.words.stix import describe, finding_body
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND

FEW = settings(max_examples=max(2, 8 * settings().max_examples // 100))
KN = 1852 / 3600
SEA = (-30.0, 45.0)


def cable(name, lon, lat, surveyed=True, **more):
    """A straight cable of 80 km along the meridian."""
    path = ((lon, lat - 0.36), (lon, lat + 0.36))
    return Asset(f"cable:{name}", "cable", name, path=path, surveyed=surveyed, **more)


def sail(speeds, lon=SEA[0], lat=SEA[1], start=0, every=60, report=True, east=1.0):
    """Eastward by (minutes, knots), a position every `every` seconds; at (lon, lat) at the end of
    the first phase."""
    fixes, metres, second = [], -speeds[0][0] * 60 * speeds[0][1] * KN, start
    degree = distance_m(0.0, lat, 1.0, lat)
    for minutes, knots in speeds:
        for _ in range(int(minutes * 60 / every)):
            fixes.append((second, lon + east * metres / degree, lat, knots if report else math.nan))
            second += every
            metres += knots * KN * every
    fixes.append((second, lon + east * metres / degree, lat, speeds[-1][1] if report else math.nan))
    return fixes


def ledger(found):
    return [each for each in found if each.kind == "crossing"]


def test_a_crossing_has_its_times_sides_and_speeds(scene):
    ships = {257_000_001: sail([(150, 9.3), (2, 8.8), (60, 9.3)])}
    (each,) = ledger(scene.found([scene.columns(ships)], [cable("a", SEA[0] + 0.0005, SEA[1])]))
    told = each.measures
    assert each.assets == ("cable:a",)
    assert (told["crossings"], told["closest_m"], told["angle_deg"]) == (1, 0, 90)
    assert told["from_side"] == "left"
    assert (told["baseline_kn"], told["lowest_kn"], told["loss_kn"]) == (9.3, 8.8, 0.5)
    assert told["loss_share"] == pytest.approx(0.5 / 9.3, abs=1e-4)
    assert (told["before_kn"], told["after_kn"]) == (9.3, 9.3)
    # 500 m before the cable at 9.3 kn, from 150 minutes after the start on.
    offset = 0.0005 * distance_m(0, SEA[1], 1, SEA[1])
    assert each.span.t0 == pytest.approx(
        scene.DAY0 + 150 * MINUTE + round((offset - 500) / (9.3 * KN)) * SECOND, abs=2 * SECOND
    )
    crossed = each.span.t0 + told["crossed_after_s"] * SECOND
    assert crossed == pytest.approx(
        scene.DAY0 + 150 * MINUTE + offset / (8.8 * KN) * SECOND, abs=2 * SECOND
    )
    assert abs(each.place.lon - (SEA[0] + 0.0005)) < 1e-4
    assert (told["reason"], told["drag_rank"]) == ("none", 0), "half a knot is no drop by the rule"


def test_half_a_knot_at_the_first_cable_ranks_first_among_ordinary_traffic(scene):
    """The rule alone does not see it; the ledger, joined to the time of the outage, does."""
    rng = np.random.default_rng(6)
    ships = {}
    for n in range(40):
        own = float(rng.uniform(7, 18))
        start, lat = int(rng.integers(-1800, 1800)), SEA[1] + rng.uniform(-0.3, 0.3)
        fixes = sail([(150, own), (90, own)], SEA[0], lat, start, east=float(rng.choice([-1, 1])))
        ships[257_000_100 + n] = [
            (s, lon, lat, round(max(0, kn + rng.normal(0, 0.08)), 1)) for s, lon, lat, kn in fixes
        ]
    ships[518_998_865] = sail([(150, 9.3), (3, 8.8), (90, 9.1)])
    found = ledger(scene.found([scene.columns(ships)], [cable("a", SEA[0], SEA[1])]))
    assert len(found) == 41
    best = max(found, key=lambda each: each.measures["loss_share"])
    assert best.subjects == ("mmsi:518998865",)


@pytest.mark.parametrize(
    ("speeds", "signs"),
    [
        ([(150, 11.0), (5, 9.5), (60, 11.2)], "drop"),
        ([(150, 11.0), (30, 7.0), (60, 7.0)], "drop lasting"),
        ([(150, 11.0), (5, 10.2), (60, 11.0)], "none"),
        ([(150, 11.0), (60, 11.0)], "none"),
        ([(150, 0.0), (60, 0.0)], "none"),
        ([(150, 7.0), (60, 11.0)], "none"),
    ],
    ids=["11 to 9.5 for five minutes", "11 to 7 on", "too little", "steady", "at rest", "faster"],
)
def test_what_is_a_sign_of_an_anchor(scene, speeds, signs):
    (each,) = ledger(
        scene.found([scene.columns({257_000_001: sail(speeds)})], [cable("a", SEA[0], SEA[1])])
    )
    assert each.measures["drag_signs"] == signs
    assert each.measures["drag_rank"] == (0 if signs == "none" else len(signs.split()))


def test_drops_at_two_cables_are_repeated(scene):
    ships = {257_000_001: sail([(150, 11.0), (5, 9.0), (60, 11.0), (5, 9.0), (60, 11.0)])}
    degree = distance_m(0, SEA[1], 1, SEA[1])
    further = SEA[0] + (5 * 60 * 9 + 61 * 60 * 11) * KN / degree
    assets = [cable("a", SEA[0] + 0.005, SEA[1]), cable("b", further, SEA[1])]
    found = ledger(scene.found([scene.columns(ships)], assets))
    assert [each.measures["drag_signs"] for each in found] == ["drop repeated"] * 2


def test_ships_that_all_slow_down_are_traffic_and_ports_are_ports(scene):
    slowing = [(150, 11.0), (30, 7.0), (60, 7.0)]
    ships = {257_000_001 + n: sail(slowing, lat=SEA[1] + n / 50) for n in range(4)}
    found = ledger(scene.found([scene.columns(ships)], [cable("a", SEA[0], SEA[1])]))
    assert {each.measures["reason"] for each in found} == {"traffic"}
    assert {each.measures["drag_rank"] for each in found} == {0}
    off_suez = {257_000_001: sail(slowing, lon=32.53, lat=29.85)}
    (one,) = ledger(scene.found([scene.columns(off_suez)], [cable("s", 32.53, 29.85)]))
    assert (one.measures["reason"], one.measures["drag_rank"]) == ("port", 0)


def test_speeds_made_good_by_coarse_clocks_prove_no_drop(scene):
    whole = scene.columns({257_000_001: sail([(150, 11.0), (5, 9.5), (60, 11.0)], report=False)})
    whole.arrays["precision"][:] = 2
    (each,) = ledger(scene.found([whole], [cable("a", SEA[0], SEA[1])]))
    assert each.measures["loss_kn"] > 1.0
    assert each.measures["speed_error_kn"] > each.measures["loss_kn"]
    assert each.measures["drag_rank"] == 0


def test_drift_draught_type_and_status_are_told(scene):
    whole = scene.columns({257_000_001: sail([(150, 11.0), (30, 7.0), (60, 7.0)])})
    arrays = whole.arrays
    late = arrays["t"] >= scene.DAY0 + 148 * MINUTE
    arrays["cog_deg"][:] = 90.0
    arrays["heading_deg"][:] = np.where(late, 105.0, 90.0)
    arrays["status"][:] = 0
    static = scene.part(whole, np.arange(1))
    said = type(whole)("static", whole.source, {
        "mmsi": np.array([257_000_001]), "t": static.arrays["t"], "name": np.array(["ONE"]),
        "draught_m": np.array([9.4], "f4"), "ship_type": np.array([80], "i2"),
    })  # fmt: skip
    (each,) = ledger(scene.found([whole, said], [cable("a", SEA[0], SEA[1])]))
    told = each.measures
    assert (told["drift_deg"], told["drift_before_deg"], told["nav_status"]) == (15.0, 0.0, 0)
    assert (told["draught_m"], told["ship_type"], told["names"]) == (9.4, 80, "ONE")
    assert told["drag_signs"] == "drop lasting drift engine"
    kind = desk.kinds["crossing"]
    assert {*told, "separated"} == set(kind.units) == set(kind.tags)
    for language in ("en", "ja"):
        assert "…" not in describe(finding_body(each, b"salt"), kind, language)


def test_without_a_speed_before_the_text_says_that_there_is_no_baseline(scene):
    """First heard at the cable."""
    (each,) = ledger(scene.found([scene.columns({257_000_001: sail([(1, 9.0), (40, 9.0)])})],
                                 [cable("a", SEA[0], SEA[1])]))  # fmt: skip
    assert each.measures["baseline_positions"] == 0
    kind = desk.kinds["crossing"]
    for language, words in (("en", "there is no baseline"), ("ja", "基準値がない")):
        text = describe(finding_body(each, b"salt"), kind, language)
        assert words in text
        assert "…" not in text


def test_a_pass_without_crossing_is_in_the_ledger_by_the_buffer_alone(scene):
    ships = {257_000_001: [(60 * n, SEA[0] + 0.01, SEA[1] + n / 400, 9.0) for n in range(60)]}
    away = 0.01 * distance_m(0, SEA[1], 1, SEA[1])
    for surveyed, many in ((True, 0), (False, 1)):
        found = ledger(scene.found([scene.columns(ships)], [cable("a", *SEA, surveyed)]))
        assert len(found) == many
        for each in found:
            assert each.measures["crossings"] == 0
            assert each.measures["closest_m"] == pytest.approx(away, abs=5)


def test_the_label_of_the_asset_file_goes_with_the_finding(scene):
    secret = Label((Strand("JPN", "maritime", "*", Tlp.RED, licence="CC-BY-NC-SA-3.0"),))
    where = Evidence("map", "map", 1, "0" * 64, JsonPointer("/features/3"), secret)
    ships = {257_000_001: sail([(150, 9.3), (60, 9.3)])}
    (each,) = ledger(scene.found([scene.columns(ships)], [cable("a", *SEA, evidence=where)]))
    assert where in each.evidence
    assert len(each.evidence) == 3


def test_one_asset_crossed_twice_in_ten_minutes_is_one_pass_and_later_another(scene):
    there = sail([(60, 9.0), (4, 9.0)])

    def back(fixes, pause):
        last = fixes[-1][0] + pause
        return [(last + 60 * n, lon, lat, kn) for n, (_, lon, lat, kn) in enumerate(fixes[::-1])]

    for pause, many in ((60, 1), (3_600, 2)):
        ships = {257_000_001: there[-12:] + back(there[-12:], pause)}
        found = ledger(scene.found([scene.columns(ships)], [cable("a", *SEA)]))
        assert len({each.id for each in found}) == len(found) == many
        assert sum(each.measures["crossings"] for each in found) == 2


def assets_about(lon, lat):
    """Two cables and a zone."""
    ring = [[lon - 0.03, lat - 0.03], [lon + 0.04, lat - 0.03], [lon, lat + 0.05]]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    zone = Asset("zone:z", "zone", "Z", place=around(json.dumps(shape).encode()))
    return [cable("a", lon + 0.01, lat), cable("b", lon - 0.02, lat, surveyed=False), zone]


@FEW
@given(seed=st.integers(0, 2**32), way=st.integers(0, 2**32))
def test_chunks_order_days_and_repeats_do_not_matter(scene, seed, way):
    fleet = scene.fleet(seed, *SEA)
    assets = assets_about(*SEA)
    whole = scene.found([fleet], assets)
    rng = np.random.default_rng(way)
    many = len(fleet.arrays["t"])
    order = np.concatenate([rng.permutation(many), rng.integers(0, many, many // 3)])
    pieces = np.array_split(order, int(rng.integers(1, 9)))
    assert scene.found([scene.part(fleet, piece) for piece in pieces], assets) == whole
    context = scene.context(assets)
    state, emits = desk.start(context), []
    days = fleet.arrays["t"] // (6 * HOUR)
    for day in np.unique(days):
        batch = scene.part(fleet, np.flatnonzero(days == day))
        state, more = desk.fold(state, batch, int(day + 1) * 6 * HOUR)
        emits += more
        state = desk.load(desk.dump(state), context)
    assert scene.live([*emits, *desk.finish(state)]) == whole


def test_the_fleets_above_cross(scene):
    """Else the comparison above would compare nothing with nothing."""
    found = [ledger(scene.found([scene.fleet(n, *SEA)], assets_about(*SEA))) for n in range(8)]
    assert sum(map(len, found)) > 20


@FEW
@given(seed=st.integers(0, 2**32))
def test_the_antimeridian_is_a_place_like_any_other(scene, seed):
    one, other = (
        [
            each
            for each in scene.found([scene.fleet(seed, lon, -45.0)], assets_about(lon, -45.0))
            if each.kind in ("crossing", "zone_visit")
        ]
        for lon in (-120.0, 180.0)
    )
    for here, there in zip(one, other, strict=True):
        assert (here.subjects, here.assets) == (there.subjects, there.assets)
        assert abs(here.span.t0 - there.span.t0) <= SECOND
        for name, value in here.measures.items():
            if not isinstance(value, str):
                assert there.measures[name] == pytest.approx(value, abs=1.01)


def test_a_drag_planted_among_real_ships_of_suez_stands_first(scene):
    """A synthetic cable across the northern approach, real traffic, and the published speeds."""
    file = importlib.resources.files("noroshi.data") / "samples" / "suez-202103.csv.gz"
    real, rejected = scene.read(gzip.decompress(file.read_bytes()), "suez")
    assert rejected == []
    across = Asset("cable:med", "cable", "Med", path=((31.8, 31.7), (33.2, 31.7)), surveyed=True)
    north = 150 * 60 * 9.3 * KN / 111_195
    fixes = [
        (DAY // SECOND + s, 32.4, 31.7 + lon - SEA[0], kn)
        for s, lon, _, kn in sail([(150, 9.3), (3, 8.8), (60, 9.3)], lat=0.0)
    ]
    assert fixes[0][2] == pytest.approx(31.7 - north, abs=0.01)
    found = ledger(scene.found([*real, scene.columns({518_998_865: fixes})], [across]))
    assert len(found) > 30

    def sure(each):
        told = each.measures
        if "baseline_kn" not in told or "speed_error_kn" not in told:
            return -1.0
        return (told["loss_kn"] - told["speed_error_kn"]) / told["baseline_kn"]

    first = max(found, key=sure)
    assert first.subjects == ("mmsi:518998865",)
    assert first.measures["loss_kn"] == pytest.approx(0.5)
