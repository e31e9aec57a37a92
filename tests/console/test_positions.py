"""Positions for the map: all of them for the node, what the decision lets out for a party."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from lookout import LATER, NOW, Clock

from noroshi.console.positions import DEGREE, Ask, Head, positions
from noroshi.history.partition import Keep
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.words.desk import Columns, Source
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.place import Place, snapped
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND

SHIPS, EACH = 5, 40
START = NOW - DAY


def source(name: str, tlp: Tlp) -> Source:
    label = Label((Strand("JPN", "maritime", "*", tlp),))
    return Source(name, name, NOW, sha256(name.encode()), label, "JPN", "B", io.BytesIO)


def columns(told: Source, first: int = 431_000_000, **more: Any) -> Columns:
    """Ships that go north from the antimeridian's two sides, and round the clock."""
    many = SHIPS * EACH
    ship, step = np.repeat(np.arange(SHIPS), EACH), np.tile(np.arange(EACH), SHIPS)
    arrays: dict[str, Any] = {
        "mmsi": first + ship,
        "t": START + step * 30 * MINUTE + ship * SECOND,
        "lon": np.where(ship % 2, -179.99, 179.99) + (ship % 2 - 0.5) * ship,
        "lat": 30.0 + step * 0.05,
        "status": np.zeros(many, np.int8), "type": np.ones(many, np.uint8),
        "clock": np.full(many, 2, np.uint8), "precision": np.ones(many, np.uint8),
        "sound": np.ones(many, bool), "row": np.arange(many) + 1,
    }  # fmt: skip
    arrays |= dict.fromkeys(("sog_kn", "cog_deg", "heading_deg"), np.full(many, np.nan))
    return Columns("position", told, arrays | more)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("positions") / "jpn"
    init(folder, "JPN", listen="127.0.0.1:0")
    with Node.open(folder) as opened:
        load_law(opened, Clock()())
        unsound = np.arange(SHIPS * EACH) != 7
        numbered = columns(source("numbered", Tlp.GREEN))
        track = {key: each for key, each in numbered.arrays.items() if key != "mmsi"}
        track["track"] = np.full(SHIPS * EACH, "7")
        for each in (
            columns(source("green", Tlp.GREEN), sound=unsound),
            columns(source("red", Tlp.RED), 500_000_000),
            Columns("position", numbered.source, track),
        ):
            keep = Keep(opened.settings.history, each.source)
            keep.take(each)
            keep.close()
        yield opened


def told(node: Node, ask: Ask, most: int = 100_000) -> tuple[Head, dict[str, list[Any]]]:
    """What is said first, and by ship its rows: instant µs UTC, longitude, latitude."""
    data = positions(node, ask, LATER, most)
    end = data.index(b"\n") + 1
    assert end % 4 == 0
    head = msgspec.json.decode(data[:end], type=Head)
    steps = np.frombuffer(data[end:], "<i4").reshape(3, head.n)
    t, lon, lat = steps.astype(np.int64).cumsum(1)
    assert sum(head.runs) == head.n
    rows: dict[str, list[Any]] = {}
    last = 0
    for ship, run in zip(head.ships, head.runs, strict=True):
        part = slice(last, last + run)
        at = head.t0 * 1000 + t[part] * SECOND
        rows[ship] = list(zip(at.tolist(), lon[part] / DEGREE, lat[part] / DEGREE, strict=True))
        last += run
    return head, rows


def test_the_node_sees_every_sound_one_where_it_was(node: Node) -> None:
    head, rows = told(node, Ask(None))
    assert (head.of, head.sources, head.withheld, head.transforms) == (599, 3, 0, ())
    assert head.n == 599
    assert len(rows) == 2 * SHIPS + 1
    ship = rows["mmsi:500000001"]
    assert [at for at, _, _ in ship] == [START + n * 30 * MINUTE + SECOND for n in range(EACH)]
    assert [lon for _, lon, _ in ship] == pytest.approx([-179.49] * EACH, abs=1e-5)
    assert [lat for _, _, lat in ship] == pytest.approx(
        [30 + n / 20 for n in range(EACH)], abs=1e-5
    )


@pytest.mark.parametrize("most", [30, 100, 400])
def test_of_many_some_of_each_ship_are_told_its_last_among_them(node: Node, most: int) -> None:
    whole = told(node, Ask(None))[1]
    head, some = told(node, Ask(None), most)
    assert head.of == 599
    assert head.n <= 2 * most
    assert set(some) <= set(whole)
    for ship, rows in some.items():
        assert set(rows) <= set(whole[ship])
        if most > 30:
            assert rows[-1] == whole[ship][-1]


def test_a_stretch_of_time_is_half_open(node: Node) -> None:
    since, until = START + 5 * HOUR, START + 6 * HOUR
    rows = told(node, Ask(None, since, until))[1]
    assert {at for each in rows.values() for at, _, _ in each} == {
        at for each in told(node, Ask(None))[1].values() for at, _, _ in each if since <= at < until
    }
    assert told(node, Ask(None, NOW + DAY))[0].n == 0


def test_a_party_is_told_what_the_decision_lets_out_and_coarse(node: Node) -> None:
    """EU–Japan R1: positions to 10 km, sources to their class; nothing that is red."""
    head, rows = told(node, Ask("EU"))
    own = told(node, Ask(None))[1]
    assert (head.sources, head.withheld) == (3, 1)
    assert [each.said() for each in head.transforms] == ["position to 10 km", "source to its class"]
    assert head.radius_m > 5_000
    assert not any("50000000" in ship for ship in rows)
    assert {ship for ship in rows if ship.startswith("mmsi:")} < set(own)
    assert not {ship for ship in rows if ship.startswith("track:")} & set(own)
    for ship, (at, lon, lat) in ((a, each) for a in rows for each in rows[a]):
        if ship in own:
            x, y = next((x, y) for then, x, y in own[ship] if then == at)
            cell = snapped(Place(x, y, 0.0), 10_000)
            assert (lon, lat) == pytest.approx((cell.lon, cell.lat), abs=1e-5)


def test_before_the_pact_or_without_one_nothing_is_told(node: Node) -> None:
    for ask in (Ask("EU", at=NOW - 3_000 * DAY), Ask("PRK")):
        head, rows = told(node, ask)
        assert (head.n, head.withheld, rows) == (0, 3, {})
