"""Clocks that are out: planted, told apart, set right; and what cannot be known is not touched."""

from __future__ import annotations

import gzip
import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.desks.sea.clocks import BASE, ONE, SAME, SECONDS
from noroshi.desks.sea.plant import Inject, reports
from noroshi.desks.sea.sentence import spelling, spelt
from noroshi.desks.sea.wear import DIALECTS, Reception, beacons, speak
from noroshi.words.desk import Columns
from noroshi.words.time import SECOND

TRUE = Reception(lost=0.2, stations=3, heard_again=0.4, clock_s=0.0, late=0.0)
BASE_STATION = 2_990_001


def heard(scene, wrong=(), many=900, case="tug_and_tow", **more):
    """Rows of a planted case, as stations of which some have wrong clocks wrote them down."""
    reception = msgspec.structs.replace(TRUE, wrong=tuple(wrong), **more)
    inject = Inject(case, scene.DAY0, -30.0, 45.0, reception=reception)
    rows, _ = reports(inject, 5)
    return {name: values[:many] for name, values in rows.items()}


def beacon(scene, ahead, lies=0, station=0, mmsi=BASE_STATION):
    """Ten minutes of a base station that says a time `lies` seconds late."""
    since = scene.DAY0 - lies * SECOND
    until = since + 600 * SECOND
    return beacons(mmsi, since, until, -30.0, 45.0, ahead + lies, station, "tag")


def clocks(*sources):
    return desk.clocks(sources, desk.parameters({}))


def known(found):
    return {each.station: (each.ahead // SECOND, each.by, each.applied) for each in found}


def positions(source):
    parts = [each for each in desk.read(source) if isinstance(each, Columns)]
    return [each for each in parts if each.kind == "position"]


def test_names_of_stations_are_numbers_and_back():
    for name in ("r003669945", "rev02", "b.2", "2573135", "a-b_c", ""):
        assert spelling(spelt(name.encode())) == name
    assert spelling(spelt(b"SAIS-EAST-R003")) == "is-east-r003"
    assert spelling(spelt("ö*".encode())) == "..."
    assert spelt(b"." * 12) < 1 << 64


@pytest.mark.parametrize("dialect", [each for each in DIALECTS if each != "epoch_ms"])
@pytest.mark.parametrize("ahead", [95, -900, 5])
def test_a_station_that_is_out_is_found_by_the_same_messages(scene, dialect, ahead):
    (found,) = clocks(scene.source(speak(heard(scene, [(1, ahead)]), dialect)))
    names = [f"{'002' if dialect == 'pghp' else 'r'}00000{n}" for n in range(3)]
    assert known(found) == {
        name: (ahead if n == 1 else 0, SAME, n == 1) for n, name in enumerate(names)
    }


def test_times_are_set_right_and_marked(scene):
    rows = heard(scene, [(1, 95)])
    source = scene.source(speak(rows, "tag"))
    (position,) = positions(msgspec.structs.replace(source, clocks=clocks(source)[0]))
    wrong = rows["station"] == 1
    assert 0 < wrong.sum() < len(wrong)
    np.testing.assert_array_equal(position.arrays["t"], rows["t"] - 95 * SECOND * wrong)
    np.testing.assert_array_equal(position.arrays["clock"], np.where(wrong, 3, 2))


@pytest.mark.parametrize("noise", [0.0, 1.0], ids=["exact", "noisy"])
def test_a_lone_station_is_held_against_a_base_station(scene, noise):
    rows = heard(scene, [(0, 80)], stations=1, clock_s=noise)
    (found,) = clocks(scene.source(speak(rows, "tag") + beacon(scene, 80)))
    ahead, by, applied = known(found)["r000000"]
    assert abs(ahead - 80) <= 2
    assert (by, applied) == (BASE, True)


def test_a_base_station_that_lies_is_believed_only_with_others(scene):
    log = speak(heard(scene, stations=1), "tag")
    liar = beacon(scene, 0, lies=100_000_000) + beacon(scene, 0, lies=10 * 86_400)
    honest = b"".join(beacon(scene, 0, mmsi=BASE_STATION + n) for n in (1, 2))
    for more, expected in ((liar, (0, SECONDS, False)), (liar + honest, (0, BASE, False))):
        (found,) = clocks(scene.source(log + more))
        assert known(found)["r000000"] == expected


def test_seconds_alone_are_told_and_not_applied(scene):
    (found,) = clocks(scene.source(speak(heard(scene, [(0, 80)], stations=1), "tag")))
    (clock,) = found
    assert (clock.ahead, clock.by, clock.off, clock.applied) == (20 * SECOND, SECONDS, True, False)


def test_a_clock_that_drifts_is_told_and_not_applied(scene):
    rows = heard(scene, stations=1)
    rows["t"] += np.linspace(0, 3_000, len(rows["t"])).astype(int) * SECOND
    three = b"".join(beacon(scene, 500 * n, mmsi=BASE_STATION + n) for n in range(3))
    (found,) = clocks(scene.source(speak(rows, "tag") + three))
    (clock,) = found
    assert clock.off
    assert not clock.applied


def test_two_logs_without_stations_are_compared_with_each_other(scene):
    logs = []
    for station, name in enumerate(("one", "other")):
        rows = heard(scene, [(1, 95)], many=1_800, stations=2)
        mine = {key: values[rows["station"] == station] for key, values in rows.items()}
        logs.append(scene.source(speak(mine, "epoch_ms"), name))
    assert [known(each) for each in clocks(*logs)] == [
        {"": (0, SAME, False)},
        {"": (95, SAME, True)},
    ]
    assert [known(each) for each in clocks(logs[1])] == [{"": (-25, SECONDS, False)}]


def test_of_two_that_disagree_and_nobody_else_neither_is_called_wrong(scene):
    rows = heard(scene, [(0, 20), (1, 95)], stations=2)
    (found,) = clocks(scene.source(speak(rows, "tag")))
    assert all(not each.applied for each in found)
    assert [each.by for each in found].count(ONE) == 1


def test_a_log_without_times_of_its_own_is_not_looked_at(scene):
    log = b"\n".join(line.split(b"\\")[-1] for line in speak(heard(scene), "tag").splitlines())
    assert clocks(scene.source(log)) == [()]
    assert clocks(scene.source(b"")) == [()]
    assert clocks(scene.source(b"mmsi,t,lon,lat\n257000001,2021-03-20T00:00:00Z,1,2\n")) == [()]


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32))
def test_no_order_of_lines_and_no_repeats_matter(scene, seed):
    lines = (speak(heard(scene, [(2, -40)], many=400), "tag") + beacon(scene, 0)).splitlines(True)
    draw = random.Random(seed)
    again = [*lines, *draw.choices(lines, k=100)]
    draw.shuffle(again)
    one, other = (clocks(scene.source(b"".join(each)))[0] for each in (lines, again))
    assert known(one) == known(other)


def test_what_is_found_is_as_by_right_clocks(scene):
    """A station half an hour out strews four ships' positions along their own way: what comes late
    on a ship's own way is no clash, but it is set apart from the ship and counted."""

    def found(wrong, aware):
        rows = heard(scene, wrong, 2_800, "convoy")
        source = scene.source(speak(rows, "tag"))
        if aware:
            source = msgspec.structs.replace(source, clocks=clocks(source)[0])
        (company,) = scene.found(positions(source))
        assert company.kind.endswith("ships_in_company")
        return company.measures.get("separated", 0)

    assert found((), aware=False) == 0
    assert found([(1, 1_800)], aware=True) == 0
    assert found([(1, 1_800)], aware=False) > 0


@pytest.mark.shared
def test_a_satellite_of_2012_was_80_s_slow(scene, shared):
    """By nine base stations, and their UTC agrees with the seconds of 100 ships."""
    path = shared / "data/sea/nmea/exactearth-augmented.nmea.gz"
    (found,) = clocks(scene.source(gzip.decompress(path.read_bytes())))
    assert known(found) == {"316999999": (-80, BASE, True)}
