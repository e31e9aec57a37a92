"""Satellites on the map: below where they are, in view from as far as the desk's coverage says."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator

import numpy as np
import pytest
from lookout import LATER, Clock
from sgp4.api import WGS72, Satrec, jday

from noroshi.console.satellites import MASK_DEG, Ask, Below, below, objects, reach
from noroshi.console.seen import drawn_assets
from noroshi.desks.registry import desks
from noroshi.desks.space import coverage
from noroshi.node.assets import load_assets
from noroshi.node.contexts import context_of
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.node.sources import state_key
from noroshi.words.desk import Columns, Source
from noroshi.words.errors import Refused
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.time import DAY, format_instant, to_datetime

EPOCH = LATER - DAY // 2
LOW, HIGH, HIDDEN = 90_001, 90_002, 90_003
MORE = """
[assets]
files = ["assets.toml"]
"""
ASSETS = """
format = "assets/1"
tlp = "green"
[[asset]]
id = "satellite:ours"
kind = "satellite"
name = "Ours"
identifiers = ["norad:90002"]
"""
HEAD = (
    "OBJECT_NAME,OBJECT_ID,NORAD_CAT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,"
    "RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,BSTAR\n"
)
ELEMENTS = {
    LOW: (15.5, 0.0005, 51.6, 120.0, 80.0, 10.0),
    HIGH: (1.00273, 0.0002, 0.05, 30.0, 200.0, 40.0),
    HIDDEN: (14.2, 0.001, 98.2, 200.0, 10.0, 300.0),
}


def line(number: int, at: int = EPOCH) -> str:
    told = ",".join(map(str, ELEMENTS[number]))
    return f"S {number},2020-{number % 1000:03}A,{number},{format_instant(at)},{told},0.0001\n"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("satellites") / "jpn"
    init(folder, "JPN", listen="127.0.0.1:0")
    with (folder / "node.toml").open("a") as file:
        file.write(MORE)
    (folder / "assets.toml").write_text(ASSETS)
    clock = Clock()
    with Node.open(folder) as opened:
        load_law(opened, clock())
        assert objects(opened, Ask(None), LATER) == []
        load_assets(opened, clock)
        hold(opened, clock())
        yield opened


def hold(node: Node, now: int) -> None:
    """The desk's state as ingest leaves it, without what it would find."""
    desk = desks()["space"]
    context = context_of(node, desk)
    state = desk.start(context)
    for numbers, tlp in (((LOW, HIGH), Tlp.GREEN), ((HIDDEN,), Tlp.RED)):
        text = (HEAD + "".join(map(line, numbers))).encode()
        label = Label((Strand("JPN", "space", "*", tlp),))
        source = Source("gp.csv", tlp.value, EPOCH, sha256(text), label, "JPN", "B",
                        functools.partial(io.BytesIO, text))  # fmt: skip
        for each in desk.read(source):
            assert isinstance(each, Columns)
            state, _ = desk.fold(state, each, 0)
    with node.store.write():
        node.store.set_source(state_key(desk, context), "desk", 0, desk.dump(state), False, now)


def test_all_are_named_the_protected_one_first(node: Node) -> None:
    found = objects(node, Ask(None), LATER)
    assert [each.norad for each in found] == [HIGH, LOW, HIDDEN]
    assert found[0].asset == "satellite:ours"
    assert (found[1].name, found[1].cospar) == ("S 90001", "2020-001A")


def test_assets_stand_in_the_picture_of_whom_their_file_goes_to(node: Node) -> None:
    """The packaged zones are public; ours go to Australia as they are, and to the EU coarsely."""
    mine, australia, union, other = (
        {each.id for each in drawn_assets(node, party, now=LATER)}
        for party in (None, "AUS", "EU", "FJI")
    )
    assert mine == australia == union | {"satellite:ours"}
    assert "satellite:ours" not in union
    assert union == other


@pytest.mark.slow
def test_a_party_sees_those_whose_source_goes_to_it(node: Node) -> None:
    """What is green goes to the EU as it is; which are ours to protect, and from whom, does not."""
    found = objects(node, Ask("EU"), LATER)
    assert [(each.norad, each.asset) for each in found] == [(LOW, ""), (HIGH, "")]
    assert below(node, Ask("EU", LOW), LATER).source == ""
    for ask in (Ask("EU", HIDDEN), Ask("FJI", LOW), Ask("EU", LOW, at=EPOCH - 3_000 * DAY)):
        with pytest.raises(Refused, match="no elements"):
            below(node, ask, LATER)
    assert objects(node, Ask("FJI"), LATER) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [LOW, HIGH])
def test_the_line_is_below_where_sgp4_says(node: Node, number: int) -> None:
    """Against python-sgp4, turned by GMST (IAU 1982)."""
    found = below(node, Ask(None, number), LATER)
    assert (found.stale, found.epoch * 1000) == (False, EPOCH)
    assert found.age_d == pytest.approx(0.5)
    assert found.points[0][0] == LATER // 1000
    assert (found.points[-1][0] - found.points[0][0]) / 120_000 == pytest.approx(found.period_min)
    n, e, i, node_deg, argp, m = ELEMENTS[number]
    peer = Satrec()
    days = EPOCH / DAY - 2_433_281.5 + 2_440_587.5
    radians = (math.radians(each) for each in (argp, i, m))
    w, i, m = radians
    peer.sgp4init(WGS72, "i", number, days, 1e-4, 0.0, 0.0, e, w, i, m, n * math.pi / 720,
                  math.radians(node_deg))  # fmt: skip
    for at, lon, lat, height, _ in found.points[:: len(found.points) // 7]:
        moment = to_datetime(at * 1000)
        jd, part = jday(*moment.timetuple()[:5], moment.second + moment.microsecond / 1e6)
        error, (x, y, z), _ = peer.sgp4(jd, part)
        assert error == 0
        turn = math.radians(turned(jd + part))
        assert math.hypot(x, y, z) - coverage.EARTH_KM == pytest.approx(height, abs=0.1)
        assert lat == pytest.approx(math.degrees(math.atan2(z, math.hypot(x, y))), abs=2e-3)
        apart = (math.degrees(math.atan2(y, x) - turn) - lon + 180) % 360 - 180
        assert apart == pytest.approx(0, abs=2e-3)


def turned(jd: float) -> float:
    """GMST in degrees: Meeus, Astronomical Algorithms, 12.4."""
    since = jd - 2_451_545.0
    t = since / 36_525
    return 280.46061837 + 360.98564736629 * since + 0.000387933 * t * t - t**3 / 38_710_000


@pytest.mark.slow
def test_it_is_in_view_within_its_reach_and_not_beyond(node: Node) -> None:
    """`coverage.visible` is the oracle: a place just inside sees it, one just outside does not."""
    found = below(node, Ask(None, LOW), LATER)
    for _, lon, lat, height, arc in found.points[::60]:
        up = np.radians([lon, lat])
        where = (coverage.EARTH_KM + height) * np.array([[[
            math.cos(up[1]) * math.cos(up[0]), math.cos(up[1]) * math.sin(up[0]), math.sin(up[1]),
        ]]])  # fmt: skip
        for off, sees in ((arc - 0.05, True), (arc + 0.05, False)):
            place = (lon, lat - off if lat > 0 else lat + off)
            assert coverage.visible(where, [place], MASK_DEG)[0, 0, 0] == sees
    assert reach(np.array([coverage.EARTH_KM + 35_786]))[0] == pytest.approx(76.3, abs=0.1)


@pytest.mark.slow
def test_elements_that_are_old_are_drawn_from_their_own_time_and_it_is_said(node: Node) -> None:
    later = EPOCH + 400 * DAY
    found = below(node, Ask(None, LOW), later)
    assert found.stale
    assert (found.age_d, found.points[0][0]) == (0, EPOCH // 1000)
    asked: Below = below(node, Ask(None, LOW, EPOCH + 3 * DAY), later)
    assert (asked.stale, asked.age_d) == (False, 3.0)
    with pytest.raises(Refused, match="no elements"):
        below(node, Ask(None, 4), LATER)
