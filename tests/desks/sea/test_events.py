"""Planted events of every further kind: found, said rightly, and however they are delivered."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.desks.sea.plant import Inject, reports
from noroshi.desks.sea.score import meets
from noroshi.words.asset import Asset
from noroshi.words.desk import Columns
from noroshi.words.errors import BadConfig
from noroshi.words.stix import describe, finding_body
from noroshi.words.time import DAY, HOUR, SECOND

CASES = {
    "identity_swap": "identity_swap",
    "loiter": "loitering",
    "over_a_cable": "loitering",
    "circles": "spoofed_area",
    "block": "spoofed_area",
    "on_land": "position_on_land",
    "brief_rendezvous": "encounter",
}


def planted(scene, case, lon=-120.0, at=20 * HOUR, seed=5):
    """Every sixth report, by day and night: what the scene needs of a case."""
    rows, truths = reports(Inject(case, scene.DAY0 + at, lon, -45.0), seed)
    keep = np.arange(0, len(rows["t"]), 6)
    columns = scene.batch(*(rows[name][keep] for name in ("mmsi", "t", "lon", "lat", "sog_kn")),
                          np.arange(1, len(keep) + 1))  # fmt: skip
    columns.arrays["cog_deg"][:] = rows["cog_deg"][keep]
    later = scene.columns({257_000_009: [(at // SECOND + 3600 * n, lon + 40.0, -45.0, 9.0)
                                         for n in (-3, 16)]}, "later")  # fmt: skip
    arrays = {name: np.concatenate([columns.arrays[name], later.arrays[name]])
              for name in columns.arrays}  # fmt: skip
    assets = [Asset("cable:c", "cable", "c", path=truth.line) for truth in truths if truth.line]
    return Columns("position", columns.source, arrays), truths, assets


@pytest.mark.parametrize("case", CASES)
def test_each_is_found_and_says_what_it_is(scene, case):
    columns, truths, assets = planted(scene, case)
    found = scene.found([columns], assets)
    for truth in truths:
        if truth.kind == CASES[case]:
            assert sum(meets(truth, each) for each in found) == 1
    kind = desk.kinds[CASES[case]]
    for each in found:
        if each.kind == CASES[case]:
            assert set(each.measures) <= set(kind.units) == set(kind.tags)
            for language in ("en", "ja"):
                assert "{" not in describe(finding_body(each, b"salt"), kind, language)


@pytest.mark.parametrize("case", CASES)
def test_order_chunks_repeats_days_and_a_checkpoint_do_not_matter(scene, case):
    whole, _, assets = planted(scene, case)
    expected = scene.found([whole], assets)
    rng = np.random.default_rng(3)
    many = len(whole.arrays["t"])
    order = np.concatenate([rng.permutation(many), rng.integers(0, many, many // 3)])
    pieces = [scene.part(whole, each) for each in np.array_split(order, 4)]
    assert scene.found(pieces, assets) == expected

    context, emits = scene.context(assets), []
    state = desk.start(context)
    for day in np.unique(whole.arrays["t"] // DAY):
        part = scene.part(whole, np.flatnonzero(whole.arrays["t"] // DAY == day))
        state, more = desk.fold(state, part, int(day + 1) * DAY)
        state = desk.load(desk.dump(state), context)
        emits += more
    assert scene.live([*emits, *desk.finish(state)]) == expected


@pytest.mark.parametrize("case", [case for case in CASES if case != "on_land"])
def test_the_antimeridian_is_a_place_like_any_other(scene, case):
    here, there = (planted(scene, case, lon) for lon in (-120.0, 180.0))
    told = [
        sorted((each.kind, each.subjects, each.span) for each in scene.found([rows], assets))
        for rows, _, assets in (here, there)
    ]
    assert told[0] == told[1]


def test_a_swap_is_taken_back_when_the_old_identity_is_heard_again(scene):
    columns, _, _ = planted(scene, "identity_swap")
    context = scene.context()
    state, emits = desk.fold(desk.start(context), columns, scene.DAY0 + 9 * DAY)
    (swap,) = [each.finding for each in emits if each.finding.kind == "identity_swap"]
    again = scene.columns({299_000_001: [(40 * 3600, -120.0, -45.0, 1.0)]}, "again")
    _, later = desk.fold(state, again, scene.DAY0 + 10 * DAY)
    assert swap.id in {each.id for each in later if not hasattr(each, "finding")}


def static(scene, mmsi, **said):
    blank = {"imo": 0, "callsign": "", "name": "", "length_m": 0.0, "width_m": 0.0,
             "draught_m": 0.0, "ship_type": 0}  # fmt: skip
    arrays = {name: np.array([value]) for name, value in (blank | said).items()}
    arrays |= {"mmsi": np.array([mmsi]), "t": np.array([scene.DAY0])}
    return Columns("static", scene.source(b"static", "static"), arrays)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({}, {}, "not known"),
        ({"imo": 9074729}, {"imo": 9074729}, "imo"),
        ({"name": "SHUN XING 39"}, {"name": "XING SHUN 39"}, None),
        ({"name": "SHUN XING 39"}, {"name": "SHUN XIN 38"}, "name"),
        ({"length_m": 92.0, "width_m": 15.0}, {"length_m": 92.0, "width_m": 15.0}, "size"),
        ({"callsign": "TJAB"}, {"callsign": "5IXX"}, None),
        ({"name": "MV A"}, {"name": "MV BCDE"}, None),
        ({"name": "ALPHA"}, {"callsign": "5IXX"}, "not known"),
    ],
    ids=["silent", "imo", "letters moved", "near", "size", "call sign", "short", "of other things"],
)
def test_what_both_say_of_themselves_decides(scene, one, other, alike):
    columns, _, _ = planted(scene, "identity_swap")
    batches = [columns, static(scene, 299_000_001, **one), static(scene, 299_000_002, **other)]
    found = [each for each in scene.found(batches) if each.kind == "identity_swap"]
    assert [each.measures["alike"] for each in found] == ([] if alike is None else [alike])


def test_ships_in_company_say_which_are_naval_and_of_what_flags(scene):
    rows, _ = reports(Inject("convoy", scene.DAY0, -30.0, 45.0), 1)
    rows["mmsi"] = np.where(rows["mmsi"] == 299_000_001, 431_000_001, rows["mmsi"])
    keep = np.arange(0, len(rows["t"]), 6)
    columns = scene.batch(*(rows[name][keep] for name in ("mmsi", "t", "lon", "lat", "sog_kn")),
                          np.arange(1, len(keep) + 1))  # fmt: skip
    said = [static(scene, 431_000_001, ship_type=35),
            static(scene, 299_000_002, name="WARSHIP M71"),
            static(scene, 299_000_003, name="JASMINE")]  # fmt: skip
    (group,) = scene.found([columns, *said])
    assert (group.measures["vessels"], group.measures["naval"]) == (4, 2)
    assert group.measures["flags"] == "Japan 1, unknown 3"
    for listed, naval in ((["299000003"], 3), (["29900000"], 4), (["431"], 2)):
        (group,) = scene.found([columns, *said], naval=listed)
        assert group.measures["naval"] == naval
    with pytest.raises(BadConfig, match="neither an MMSI"):
        desk.parameters({"naval": ["HMS X"]})


def test_positions_on_land_need_a_land_without_traffic(scene):
    def fixes(lon, lat, shift=0):
        return [(600 * n + shift, lon + 0.02 * n, lat, 12.0) for n in range(12)]

    alone = scene.found([scene.columns({257_000_001: fixes(24.0, 25.0)})])
    assert scene.kinds(alone) == ["position_on_land"]
    both = {257_000_001: fixes(24.0, 25.0), 257_000_002: fixes(24.01, 25.0, 99_000)}
    assert "position_on_land" not in scene.kinds(scene.found([scene.columns(both)]))
    river = scene.found([scene.columns({257_000_001: fixes(6.6, 49.75)})])
    assert "position_on_land" not in scene.kinds(river)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(-84.81, 38.84), (-91.19, 31.94), (-74.82, 10.40), (-88.0, 47.7), (107.5, 53.2), (32.7, 25.7)],
    ids=["Ohio", "Mississippi", "Magdalena", "Lake Superior", "Baikal", "Nile"],
)
def test_a_lone_ship_on_a_known_river_or_lake_is_on_no_land(scene, lon, lat):
    fixes = [(600 * n, lon, lat + 0.002 * n, 6.0) for n in range(12)]
    found = scene.found([scene.columns({257_000_001: fixes})], land_port_m=1.0)
    assert "position_on_land" not in scene.kinds(found)


def test_one_ship_in_circles_and_two_are_no_area(scene):
    columns, truths, _ = planted(scene, "circles")
    few = np.isin(columns.arrays["mmsi"], [299_000_001, 299_000_002])
    found = scene.found([scene.part(columns, np.flatnonzero(few))])
    assert "spoofed_area" not in scene.kinds(found)
    area = next(each for each in scene.found([columns]) if each.kind == "spoofed_area")
    assert area.measures["form"] == "circle"
    assert area.measures["speed_kn"] == pytest.approx(20.0, abs=0.1)
    assert area.measures["residual"] < 0.02
    assert msgspec.structs.asdict(truths[0])["kind"] == "spoofed_area"


def test_four_leaps_to_one_spot_are_four_moves_and_five_an_area(scene):
    columns, _, _ = planted(scene, "block")
    for many, area in ((4, 0), (5, 1)):
        some = columns.arrays["mmsi"] < 299_000_001 + many
        kinds = scene.kinds(scene.found([scene.part(columns, np.flatnonzero(some))]))
        assert kinds.count("spoofed_area") == area
        assert (kinds.count("impossible_move") >= 4) is (area == 0)
