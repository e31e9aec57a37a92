"""The planter: ships move as told and report as the standard has it; what is heard and written down
reads back; what was planted is found from the very lines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.desks.sea.cases import CASES
from noroshi.desks.sea.plant import OUTAGE_M, Inject, by_mmsi, plant, reports
from noroshi.desks.sea.sail import AT_ANCHOR, Leg, ahead, interval_s, sail
from noroshi.desks.sea.score import meets
from noroshi.desks.sea.truths import FIRST
from noroshi.desks.sea.wear import DIALECTS, Reception, speak, wear
from noroshi.words.asset import Asset
from noroshi.words.errors import BadInput
from noroshi.words.place import distance_m
from noroshi.words.time import HOUR, SECOND

CLEAR = Reception(lost=0.0, stations=1, heard_again=0.0, clock_s=0.0, late=0.0)
SITE = (-30.0, 45.0)


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("knots", "status", "expected"),
    [(0.0, AT_ANCHOR, 180), (3.1, AT_ANCHOR, 10), (0.0, 0, 10), (14.0, 0, 10), (14.1, 0, 6),
     (23.0, 0, 6), (23.1, 0, 2)],
    ids=str,
)  # fmt: skip
def test_reports_come_as_table_1_of_the_standard_has_it(knots, status, expected):
    assert interval_s(knots, status) == expected
    ship = sail(FIRST, 0, *SITE, [Leg(3600, knots, 30.0, status)], rng())
    assert set(np.diff(ship.t) // SECOND) == {expected}


@pytest.mark.parametrize("lon", [-30.0, 179.95], ids=["Atlantic", "antimeridian"])
@pytest.mark.parametrize("course", [0.0, 77.0, 181.0, 270.0])
def test_a_ship_goes_as_far_as_its_speed_says_and_where_its_course_says(lon, course):
    ship = sail(FIRST, 0, lon, -45.0, [Leg(7200, 12.0, course)], rng())
    hours = (ship.t[-1] - ship.t[0]) / HOUR
    far = distance_m(ship.lon[0], ship.lat[0], ship.lon[-1], ship.lat[-1])
    assert far == pytest.approx(12.0 * 1852.0 * hours, abs=40.0)
    north = (ship.lat[-1] - ship.lat[0]) * 60.0 / (12.0 * hours)
    assert north == pytest.approx(math.cos(math.radians(course)), abs=0.01)
    assert ship.lon.min() >= -180.0
    assert ship.lon.max() < 180.0


def test_a_silent_leg_is_sailed_and_not_reported():
    ship = sail(FIRST, 0, *SITE, [Leg(600, 10.0), Leg(3600, 10.0, silent=True), Leg(600, 10.0)],
                rng())  # fmt: skip
    at = int(np.argmax(np.diff(ship.t)))
    assert 3590 <= (ship.t[at + 1] - ship.t[at]) / SECOND <= 3620
    assert (ship.lat[at + 1] - ship.lat[at]) * 60 == pytest.approx(10.0, abs=0.1)


def test_going_ahead_and_back_ends_where_it_began():
    lon, lat = ahead(*SITE, 5_000_000.0, 63.0)
    assert distance_m(*SITE, lon, lat) == pytest.approx(5_000_000.0, abs=1.0)


def test_reception_loses_repeats_misdates_and_delays_as_told():
    ship = sail(FIRST, 0, *SITE, [Leg(8 * 3600, 10.0)], rng())
    told = Reception(lost=0.3, stations=3, heard_again=0.25, clock_s=1.5, late=0.1, late_s=900)
    heard = wear(ship, told, rng(7))
    clear = wear(ship, CLEAR, rng(7))
    assert np.array_equal(clear["t"], ship.t)
    assert len(np.unique(heard["lat"])) == pytest.approx(0.7 * len(ship.t), rel=0.06)
    assert len(heard["t"]) == pytest.approx(0.7 * 1.5 * len(ship.t), rel=0.06)
    off = heard["t"][:, np.newaxis] - ship.t[np.newaxis, :]
    assert np.abs(off).min(axis=1).max() <= 2 * SECOND
    behind = np.maximum.accumulate(heard["t"]) - heard["t"]
    assert (behind > 800 * SECOND).mean() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_spoken_reads_back_field_by_field(scene, dialect):
    rows, _ = reports(Inject("pilot_boarding", scene.DAY0, *SITE), 5)
    rows = {name: values[::9] for name, values in rows.items()}
    columns, rejected = scene.read(speak(rows, dialect))
    read = scene.rows(columns)
    assert rejected == []
    assert len(rows["t"]) > 100
    assert np.array_equal(read["mmsi"], rows["mmsi"])
    assert np.array_equal(read["t"], rows["t"])
    assert np.array_equal(read["status"], rows["status"])
    assert np.abs(read["lon"] - rows["lon"]).max() <= 1 / 600_000
    assert np.abs(read["lat"] - rows["lat"]).max() <= 1 / 600_000
    assert np.allclose(read["sog_kn"], rows["sog_kn"], atol=0.051)
    assert (set(read["clock"]), set(read["sound"])) == ({2}, {True})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_from_the_lines_of_a_rendezvous_to_its_encounters(scene, dialect):
    rows, truths = reports(Inject("rendezvous", scene.DAY0, *SITE, reception=Reception(0.9)), 3)
    columns, _ = scene.read(speak(rows, dialect))
    found = scene.found(columns)
    assert scene.kinds(found) == ["encounter"] * 3 + ["loitering"] * 3
    assert all(any(meets(truth, each) for each in found) for truth in truths)


def test_a_planted_drag_is_in_the_ledger_with_its_loss(scene):
    rows, (truth,) = reports(Inject("drag", scene.DAY0, *SITE), 3)
    columns, _ = scene.read(speak(rows, "tag"))
    (found,) = scene.found(columns, [Asset("cable:x", "cable", "X", path=truth.line)])
    assert meets(truth, found)
    assert found.measures["loss_kn"] == pytest.approx(0.5, abs=0.1)
    assert abs(found.span.t0 - truth.t0) <= 60 * SECOND
    assert abs(found.span.t1 - truth.t1) <= 60 * SECOND


def test_a_helicopter_is_read_and_is_no_vessel(scene):
    rows, _ = reports(Inject("rescue_helicopter", scene.DAY0, *SITE), 3)
    columns, rejected = scene.read(speak(rows, "tag"))
    assert rejected == []
    assert len(scene.rows(columns)["t"]) == len(rows["t"])
    assert scene.found(columns) == []


@pytest.mark.parametrize("case", CASES)
def test_planting_adds_the_case_and_leaves_the_rest(scene, case):
    background = scene.fleet(1, 30.0, 40.0)
    planted, truths = plant(Inject(case, scene.DAY0, *SITE, ships=300), background, 2)
    again, _ = plant(Inject(case, scene.DAY0, *SITE, ships=300), background, 2)
    many = len(background.arrays["t"])
    mmsis = {mmsi for truth in truths for mmsi in truth.mmsis}
    for name, values in planted.arrays.items():
        assert np.array_equal(
            values[:many], background.arrays[name], equal_nan=values.dtype != bool
        )
        assert np.array_equal(values, again.arrays[name], equal_nan=values.dtype != bool)
    assert mmsis <= set(planted.arrays["mmsi"][many:].tolist())
    assert len(set(planted.arrays["row"].tolist())) == len(planted.arrays["row"])
    assert desk.fold(desk.start(scene.context()), planted, 0)[1] == []


def test_an_outage_silences_the_background_within_reach(scene):
    ship = {257_000_001: [(600 * n, *SITE, 5.0) for n in range(200)]}
    far = {257_000_002: [(600 * n, -28.0, 45.0, 5.0) for n in range(200)]}
    assert distance_m(*SITE, -28.0, 45.0) > OUTAGE_M
    planted, (truth, *_) = plant(Inject("outage", scene.DAY0, *SITE), scene.columns(ship | far), 1)
    kept = {
        mmsi: planted.arrays["t"][planted.arrays["mmsi"] == mmsi]
        for mmsi in (257_000_001, 257_000_002)
    }
    during = {mmsi: ((t >= truth.t0) & (t < truth.t1)).sum() for mmsi, t in kept.items()}
    assert during == {257_000_001: 0, 257_000_002: 54}


def test_numbered_tracks_become_ships_and_an_unknown_case_is_refused(scene):
    csv = b"ID,timestamp,longitude,latitude\nb,20/03/2021 00:22,32,31\na,20/03/2021 01:25,32,31"
    (columns,), _ = scene.read(csv)
    assert by_mmsi(columns).arrays["mmsi"].tolist() == [298_000_002, 298_000_001]
    with pytest.raises(BadInput, match="no such case"):
        plant(Inject("piracy", 0, *SITE), by_mmsi(columns), 1)
    with pytest.raises(BadInput, match="by MMSI"):
        plant(Inject("convoy", 0, *SITE), columns, 1)
