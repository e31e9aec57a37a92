"""Manoeuvres, company, break-ups, re-entries: planted ones are found, quiet skies are quiet."""

from __future__ import annotations

import gzip
import itertools
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from heaven import AT, catalogue, columns, context, found, source

from noroshi.desks.space import coverage, decay, desk, elements, synth, territory
from noroshi.desks.space.catalogue import Catalogue
from noroshi.words.asset import Asset
from noroshi.words.desk import Columns
from noroshi.words.place import distance_m
from noroshi.words.time import DAY, HOUR, MINUTE, format_instant, parse_instant


def keeper(burns: dict[int, tuple[float, float, float]], seed: int = 4) -> tuple[synth.Sky, int]:
    sky = synth.Sky(seed, AT)
    sky.walker(2, 1, 800.0, 98.6)
    number = int(sky.rows["norad"][0])
    sky.history(number, 60, burns, noise_m=2.0)
    return sky, number


def kinds(sky: synth.Sky, *wanted: str, assets: tuple[Asset, ...] = (), **settings: object):
    every = found([columns(sky)], assets, **settings)
    return [each for each in every if each.kind in wanted]


def test_planted_burns_are_found_with_their_size_and_nothing_else() -> None:
    sky, number = keeper({20: (0.0, 0.05, 0.0), 40: (0.0, -0.08, 0.0)})
    one, two = kinds(sky, "manoeuvre")
    for each, truth, dv in ((one, sky.truths[0], 0.05), (two, sky.truths[1], 0.08)):
        assert each.subjects == (f"norad:{number}",)
        assert each.span.t0 <= truth.at <= each.span.t1
        assert each.measures["dv_ms"] == pytest.approx(dv, rel=0.15)
        assert each.measures["confidence"] in ("medium", "high")
    assert one.measures["da_m"] > 0 > two.measures["da_m"]


def test_a_burn_across_the_orbit_is_found_by_its_inclination() -> None:
    sky, _ = keeper({30: (0.0, 0.0, 20.0)})
    every = kinds(sky, "manoeuvre")
    assert any(abs(each.measures["di_deg"]) > 0.01 for each in every)


def test_a_quiet_object_and_a_bad_set_are_no_manoeuvre() -> None:
    sky, number = keeper({})
    assert kinds(sky, "manoeuvre") == []
    rows = np.flatnonzero(sky.rows["norad"] == number)
    sky.rows["n"][rows[30]] *= 1.00002
    assert kinds(sky, "manoeuvre") == []


def test_what_all_do_on_one_day_is_the_atmosphere() -> None:
    sky = synth.Sky(4, AT)
    sky.walker(5, 1, 400.0, 98.6)
    numbers = sky.rows["norad"].tolist()
    for number in numbers:
        sky.history(number, 24, {12: (0.0, -0.05, 0.0)}, noise_m=2.0)
    assert kinds(sky, "manoeuvre") == []
    assert len(kinds(sky, "manoeuvre", storm_share=1.0)) == 5


def test_an_inspector_of_the_ring_is_company_and_shadowing() -> None:
    sky = synth.Sky(4, AT)
    sky.geostationary(12)
    target = int(sky.rows["norad"][3])
    truth = sky.inspect(target, 30, 15)
    asset = Asset("sat-x", "satellite", "X", owner="EU", identifiers=(f"norad:{target}",))
    (near,) = kinds(sky, "proximity", assets=(asset,))
    assert near.subjects == tuple(f"norad:{n}" for n in truth.objects)
    assert abs(near.span.t0 - truth.at) < 2 * DAY
    (shadow,) = kinds(sky, "shadowing", assets=(asset,))
    assert shadow.subjects == (f"norad:{target}", f"norad:{truth.objects[1]}")
    assert shadow.assets == ("sat-x",)
    assert kinds(sky, "shadowing") == []


def test_a_break_up_is_a_family_that_grows_through_one_height() -> None:
    sky = synth.Sky(4, AT)
    parent = int(sky.debris(20)["norad"][2])
    before = sky.rows.copy()
    sky.break_up(parent, AT + 30 * DAY, 12)
    (each,) = kinds(sky, "breakup")
    assert each.subjects[0] == "family:2099-001"
    assert each.measures["pieces"] == 12
    r, _ = synth.state(before[2], AT + 30 * DAY)
    assert each.measures["pinch_km"] == pytest.approx(np.linalg.norm(r) - 6378, abs=40)
    assert each.span.t0 <= AT + 30 * DAY <= each.span.t1
    assert each.measures["within_min"] < 30
    assert each.measures["origin_km"] == pytest.approx(np.linalg.norm(r) - 6378, abs=10)
    assert abs(parse_instant(str(each.measures["instant"])) - AT - 30 * DAY) < 2 * MINUTE
    lon, lat = coverage.ground(
        coverage.fixed(Catalogue(elements.sgp4(before[2:3])), np.array([AT + 30 * DAY]))[0, 0]
    )
    assert each.place is not None
    off = distance_m(each.place.lon, each.place.lat, float(lon), float(lat))
    assert off < each.place.radius_m < 500_000
    sky.rows = before
    assert kinds(sky, "breakup") == []


def test_a_launch_of_many_is_no_break_up() -> None:
    sky = synth.Sky(4, AT)
    sky.debris(20)
    later = synth.Sky(5, AT + 30 * DAY)
    later.walker(20, 1, 550.0, 53.0)
    later.rows["norad"] += 1000
    sky.names |= {number + 1000: (n, c.replace("2099", "2098"), k)
                  for number, (n, c, k) in later.names.items()}  # fmt: skip
    sky.rows = np.concatenate([sky.rows, later.rows])
    assert kinds(sky, "breakup") == []


def test_what_sinks_is_watched() -> None:
    sky = synth.Sky(4, AT)
    low = sky.add("LOW", "DEBRIS", {"n": synth.motion(6378.135 + 185.0), "e": 1e-4, "i": 51.6,
                                    "node": 0.0, "argp": 0.0, "m": 0.0})  # fmt: skip
    sky.walker(2, 1, 800.0, 98.6)
    sky.rows["ndot"][0] = 0.03
    (each,) = kinds(sky, "reentry", at=format_instant(AT))
    assert each.subjects == (f"norad:{int(low['norad'][0])}",)
    assert AT < each.span.t0 < AT + 3 * DAY
    assert each.measures["latitudes_deg"] == 51.6
    assert each.measures["territories"] > 50
    assert re.match(r"[A-Z]{3} \d+, ", str(each.measures["passes"]))
    assert each.place is not None
    assert each.place.geojson is not None
    shape = msgspec.json.decode(each.place.geojson)
    points = [point for line in shape["coordinates"] for point in line]
    assert len(points) == pytest.approx((each.span.t1 - each.span.t0) / MINUTE, abs=3)
    assert max(abs(lat) for _, lat in points) < 51.7
    every = [distance_m(each.place.lon, each.place.lat, *point) for point in points]
    assert 0 <= each.place.radius_m - max(every) < 1
    assert min(every) < 240_000
    assert all(abs(a[0] - b[0]) < 180 for line in shape["coordinates"]
               for a, b in itertools.pairwise(line))  # fmt: skip


def test_the_track_of_what_sinks_is_that_of_sgp4_while_that_holds() -> None:
    sky = synth.Sky(4, AT)
    sky.add("LOW", "DEBRIS", {"n": synth.motion(6378.135 + 190.0), "e": 1e-3, "i": 51.6,
                              "node": 40.0, "argp": 20.0, "m": 130.0})  # fmt: skip
    fall = decay.Fall(sky.rows[0], AT + 6 * HOUR, AT, AT + 6 * HOUR, 200.0, 180.0, 1e-6)
    at, lon, lat = decay.track(fall)
    assert len(at) == 6 * 180 + 1
    place = coverage.fixed(catalogue(sky), at)[:, 0]
    theirs = [np.stack(coverage.ground(place)), np.stack([lon, lat])]
    one, two = (
        np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
        for x, y in map(np.radians, theirs)
    )
    assert np.degrees(np.arccos(np.clip((one * two).sum(0), -1, 1))).max() < 1.0


def test_a_track_passes_the_territories_below_it_and_beside() -> None:
    lon, lat = np.arange(120.0, 150.0, 0.1), np.full(300, 36.0)
    found = territory.passes(lon, lat)
    assert set(found) == {"CHN", "KOR", "JPN"}
    ((a, b), *_) = found["KOR"]
    assert 126.0 < lon[a] < lon[b] < 130.0
    codes, cells = territory.raster()
    cities = {"SGP": (103.8, 1.35), "MLT": (14.4, 35.9), "NZL": (174.8, -41.2), "FRA": (2.3, 48.8)}
    for code, (x, y) in cities.items():
        assert codes[territory.at(np.array([x]), np.array([y]))[0] - 1] == code
    assert 0.3 < (cells > 0).mean() < 0.4
    # Countries go over 180 degrees and round the pole, and not the other way about.
    sea = territory.at(np.array([-42.0, 0.0, 0.0, 5.0]), np.array([-49.0, 0.0, 70.0, 67.0]))
    assert sea.tolist() == [0] * 4
    there = territory.at(np.array([-172.0, 179.0, 0.0]), np.array([66.0, 68.0, -89.9]))
    assert [codes[n - 1] for n in there] == ["RUS", "RUS", "ATA"]


def test_a_constellation_that_is_raised_is_told() -> None:
    sky = synth.Sky(4, AT)
    rows = sky.walker(24, 4, 550.0, 53.0).copy()
    rows["epoch"] += 10 * DAY
    rows["n"][:6] = synth.motion(6378.135 + 600.0)
    sky.rows = np.concatenate([sky.rows, rows])
    (each,) = kinds(sky, "constellation_change")
    assert (each.measures["raised"], each.measures["lowered"]) == (6, 0)
    assert each.measures["satellites"] == 24


@pytest.mark.shared
def test_the_approaches_of_three_payloads_launched_together(shared: Path) -> None:
    path = shared / "data/space/history/gp_history_2013-037ABC.csv.gz"
    state = desk.start(context())
    for each in desk.read(source(gzip.decompress(path.read_bytes()))):
        if isinstance(each, Columns):
            desk.fold(state, each, 0)
    near = [e.finding for e in desk.finish(state) if e.finding.kind == "proximity"]
    assert {each.subjects for each in near} == {
        ("norad:39208", "norad:39209"), ("norad:39208", "norad:39210"),
        ("norad:39209", "norad:39210"),
    }  # fmt: skip
    assert len(near) == 7


@pytest.mark.shared
@pytest.mark.slow
def test_the_break_up_of_2024_140(shared: Path) -> None:
    from noroshi.desks.space.family import break_ups
    from noroshi.desks.space.pinch import worked_back

    state = desk.start(context())
    for day in ("0705", "0917"):
        path = shared / f"data/space/catalog/gp_spacetrack_2024{day}.parquet"
        for each in desk.read(source(path.read_bytes(), day)):
            if isinstance(each, Columns):
                desk.fold(state, each, 0)
    families = {each.objects[0]: each.measures for each in break_ups(state)}
    mine = families["family:2024-140"]
    assert mine["pieces"] == 405
    assert str(mine["instant"]).startswith("2024-08-06T17:1")
    # Those above and those below the place of origin say the same instant, each for themselves.
    table = state.table()
    first = table[np.append(True, np.diff(table["norad"]) != 0)]
    numbers = [n for n, known in state.known.items() if known.cospar.startswith("2024-140")]
    pieces = first[np.isin(first["norad"], numbers)]
    for low, high in ((13.8, 14.2), (14.4, 14.7)):
        part = pieces[(pieces["n"] >= low) & (pieces["n"] < high)]
        origin, _ = worked_back(part, int(np.median(first["epoch"])))
        assert origin is not None
        assert abs(origin.at - parse_instant(str(mine["instant"]))) < 2 * MINUTE
    # In air half or twice as dense it would have been as early as 15:30.
    assert 100 < mine["within_min"] < 110
    assert mine["origin_km"] == pytest.approx(803, abs=3)
    assert 750 < families["family:2024-140"]["pinch_km"] < 850
    assert len(families) < 10
