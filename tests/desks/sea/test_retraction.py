"""Every kind of finding is taken back when rows that come late refute it, and what then stands is
what stands when all rows come at once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.desks.sea.plant import Inject, reports
from noroshi.words.asset import Asset
from noroshi.words.desk import Found, Retract
from noroshi.words.shape import around
from noroshi.words.time import DAY, SECOND

A, B, C, D = 257_000_001, 257_000_002, 257_000_003, 257_000_004
LON, LAT = -30.0, 45.0
SUEZ = (32.53, 29.83)
HOUR = 3_600


def still(since, until, every, lon=LON, lat=LAT, knots=0.0):
    return [(t, lon, lat, knots) for t in range(since, until + 1, every)]


def north(since, until, every, knots, lon=LON, lat=LAT):
    return [(t, lon, lat + knots * (t - since) / HOUR / 60, knots)
            for t in range(since, until + 1, every)]  # fmt: skip


def stop():
    return {A: still(0, 4_200, 600)}, {A: [(2_130, LON, LAT, 5.0)]}


def port_visit():
    return {A: still(0, 1_200, 300, *SUEZ)}, {A: [(690, *SUEZ, 5.0)]}


def gap():
    heard = still(0, 12 * HOUR, 600, knots=1.0)
    early = {A: [*heard, (22 * HOUR, LON, LAT, 1.0)], D: still(0, 30 * HOUR, 1_800, LON + 0.3)}
    early |= {mmsi: still(0, 24 * HOUR, 1_800, LON + 0.05, knots=1.0) for mmsi in (B, C)}
    return early, {A: still(13 * HOUR, 21 * HOUR, HOUR, knots=1.0)}


def impossible_move():
    there = still(HOUR + 60, 2 * HOUR, 300, LON + 5.0, knots=1.0)
    return {A: still(0, HOUR, 300, knots=1.0) + there}, {A: still(4_050, 7_000, 600, knots=1.0)}


def identity_clash():
    here = still(0, 1_500, 150, knots=1.0)
    there = [(t, LON + 5.0, LAT, 1.0) for t in (430, 1_120)]
    return {A: here + there}, {A: [(1_085, LON, LAT, 1.0)]}


def encounter():
    early = {A: still(0, 9_000, 1_800, knots=0.5), B: still(0, 9_000, 1_800, LON + 0.001)}
    return early, {B: still(900, 9_000, 1_800, LON + 0.04)}


def ships_in_company():
    early = {mmsi: north(0, 2 * HOUR, 1_800, 12.0, LON + 0.02 * n)
             for n, mmsi in enumerate((A, B, C))}  # fmt: skip
    aside = [(t, lon + 0.2, lat, 12.0) for t, lon, lat, _ in north(900, 7_000, 1_800, 12.0)]
    return early, {B: aside}


def loitering():
    return {A: still(0, 5 * HOUR, 1_800, knots=1.0)}, {A: still(900, 17_000, 1_800, LON + 0.1)}


def position_on_land():
    walk = [(600 * n, 24.0 + 0.02 * n, 25.0, 12.0) for n in range(12)]
    return {A: walk}, {B: [(99_000, lon + 0.01, lat, 12.0) for _, lon, lat, _ in walk]}


def crossing():
    over = [(0, LON - 0.05, LAT, 4.0), (5_400, LON + 0.05, LAT, 4.0)]
    about = [(1_800, LON - 0.05, LAT + 0.1, 9.0), (3_600, LON + 0.05, LAT + 0.1, 9.0)]
    return {A: over}, {A: about}


zone_visit = crossing
CASES = (stop, port_visit, gap, impossible_move, identity_clash, encounter, ships_in_company,
         loitering, position_on_land, crossing)  # fmt: skip

CABLE = Asset("cable:c", "cable", "c", path=((LON, LAT - 0.01), (LON, LAT + 0.01)), surveyed=True)
RING = [[LON + east, LAT + north] for east, north in ((-0.02, -0.02), (0.02, -0.02), (0.02, 0.02),
                                                      (-0.02, 0.02), (-0.02, -0.02))]  # fmt: skip
SHAPE = json.dumps({"type": "Polygon", "coordinates": [RING]}).encode()
ZONE = Asset("zone:z", "zone", "z", place=around(SHAPE))
ASSETS = {"crossing": [CABLE], "zone_visit": [ZONE]}


def swapped(scene):
    """An identity that is heard again after another took its place."""
    rows, _ = reports(Inject("identity_swap", scene.DAY0, LON, LAT), 5)
    early = batch(scene, rows, np.arange(0, len(rows["t"]), 6))
    return early, scene.columns({299_000_001: [(30 * HOUR, LON, LAT, 1.0)]}, "late")


def circling(scene):
    """Two of four ships on a circle whose speed turns out to change all the time."""
    rows, _ = reports(Inject("circles", scene.DAY0, LON, LAT), 5)
    keep = np.arange(0, len(rows["t"]), 6)
    early = batch(scene, rows, keep)
    late = batch(scene, rows, keep[rows["mmsi"][keep] < 299_000_003], "late")
    t = late.arrays["t"]
    t[:] = t // (60 * SECOND) * 60 * SECOND
    late.arrays["sog_kn"][:] = np.where(np.arange(len(t)) % 2, 8.0, 32.0)
    return early, late


def batch(scene, rows, keep, name="early"):
    return scene.batch(*(rows[each][keep] for each in ("mmsi", "t", "lon", "lat", "sog_kn")),
                       np.arange(1, len(keep) + 1), name)  # fmt: skip


def taken_back(scene, kind, early, late, assets=()):
    """The findings of `kind` that the late rows ended; checks that what stands is as at once."""
    state = desk.start(scene.context(assets))
    state, first = desk.fold(state, early, scene.DAY0 + 9 * DAY)
    state, second = desk.fold(state, late, scene.DAY0 + 10 * DAY)
    last = desk.finish(state)
    told = {each.finding.id for each in first if isinstance(each, Found)
            and each.finding.kind == kind}  # fmt: skip
    assert told, "nothing was told that could be taken back"
    assert scene.live([*first, *second, *last]) == scene.found([early, late], assets)
    return [each for each in second if isinstance(each, Retract) and each.id in told]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_late_rows_take_back_what_they_refute(scene, case):
    early, late = case()
    kind = case.__name__
    columns = scene.columns(early, "early"), scene.columns(late, "late")
    (gone,) = taken_back(scene, kind, *columns, ASSETS.get(kind, ()))
    assert gone.reason == "later positions do not bear it out"


def test_late_rows_take_back_a_stay_in_a_zone(scene):
    early, late = zone_visit()
    columns = scene.columns(early, "early"), scene.columns(late, "late")
    assert len(taken_back(scene, "zone_visit", *columns, [ZONE])) == 1


@pytest.mark.parametrize(
    ("kind", "make"),
    [("identity_swap", swapped), ("spoofed_area", circling)],
    ids=["identity_swap", "spoofed_area"],
)
def test_late_rows_take_back_what_several_ships_made(scene, kind, make):
    assert len(taken_back(scene, kind, *make(scene))) == 1


def test_every_kind_is_refuted_here_or_where_reports_are():
    here = {case.__name__ for case in CASES} | {"zone_visit", "identity_swap", "spoofed_area"}
    assert here | {"outage"} == {*desk.kinds}
