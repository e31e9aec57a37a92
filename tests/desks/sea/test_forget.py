"""A state that runs for long: what it tells stays what one run over all tells, and it does not
grow."""

from __future__ import annotations

import numpy as np
import pytest

from noroshi.desks.sea import desk, forget
from noroshi.desks.sea.state import State
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.time import DAY, SECOND, parse_instant

DAY0 = parse_instant("2024-11-17T00:00:00Z")
CABLE = Asset("cable-1", "cable", "A cable", path=((10.0, 57.0), (12.0, 57.05)))


@pytest.fixture
def short(monkeypatch):
    """A week of two days."""
    monkeypatch.setattr(forget, "HOLD", 2 * DAY)
    monkeypatch.setattr(forget, "MOST", 9 * DAY)


def context() -> Context:
    chosen = desk.parameters({"gap_class": 1})
    return Context("JPN", AssetGraph((CABLE,)), desk.kinds, chosen, sha256(canonical(chosen)))


def sailed(ship: int, days: int) -> dict[str, np.ndarray]:
    """A ship that goes to and fro over the cable, lies for hours, or for five days, and is silent
    for six hours now and then; above 1,000 one that is heard on one day only."""
    t = np.arange(0, days * 86_400, 600 + 60 * (ship % 3))
    hour = t // 3_600
    moves = (hour // 5 + ship) % 3 > 0
    if ship == 1:
        moves &= (t < 3 * 86_400) | (t > 8 * 86_400)
    metres = np.cumsum(moves * np.diff(t, prepend=0)) * 4.6
    lat = 56.9 + 0.003 * ship % 1 + 0.4 * np.abs(metres / 44_000 % 2 - 1)
    heard = (hour * 3 + 13 * ship) % 120 > 17
    heard |= ship == 1
    if ship > 1_000:
        heard &= t // 86_400 == ship - 1_001
    return {
        "mmsi": np.full(heard.sum(), 211_000_000 + ship),
        "t": DAY0 + t[heard] * SECOND,
        "lon": np.full(heard.sum(), round(10.5 + 0.1 * (ship % 50), 6)),
        "lat": np.round(lat[heard], 6),
        "sog": np.where(moves[heard], 9.0, 0.0),
    }


def day(scene, number: int, ships: int) -> list[Columns]:
    """A day of all ships, and what they say of themselves."""
    rows: dict[str, list[np.ndarray]] = {name: [] for name in ("mmsi", "t", "lon", "lat", "sog")}
    for ship in (*range(ships), 1_001 + number):
        one = sailed(ship, number + 1)
        for name, values in one.items():
            rows[name].append(values[one["t"] >= DAY0 + number * DAY])
    many = {name: np.concatenate(values) for name, values in rows.items()}
    order = np.argsort(many["t"], kind="stable")
    many = {name: values[order] for name, values in many.items()}
    source = scene.source(f"day {number}".encode())
    said = {
        "mmsi": np.arange(ships) + 211_000_000, "t": np.full(ships, DAY0 + number * DAY),
        "name": np.array([f"SHIP {each}" for each in range(ships)]),
        "callsign": np.full(ships, ""), "imo": np.zeros(ships, int),
        "ship_type": np.full(ships, 70), "draught_m": np.full(ships, 5.0 + number % 7),
        "length_m": np.zeros(ships), "width_m": np.zeros(ships),
    }  # fmt: skip
    count = len(order)
    blank = np.full(count, np.nan, np.float32)
    positions = {
        "mmsi": many["mmsi"], "t": many["t"], "lon": many["lon"], "lat": many["lat"],
        "sog_kn": many["sog"].astype(np.float32), "cog_deg": blank, "heading_deg": blank,
        "status": np.zeros(count, np.int8), "precision": np.ones(count, np.uint8),
        "type": np.ones(count, np.uint8), "clock": np.full(count, 2, np.uint8),
        "sound": np.ones(count, bool), "start": np.arange(count) * 50,
        "length": np.full(count, 49, np.int32),
    }  # fmt: skip
    return [Columns("position", source, positions), Columns("static", source, said)]


def live(scene, days: int, ships: int) -> tuple[dict[str, Finding], list[State], list[int]]:
    """What a node has that looks every day, with its state dumped and loaded; the last states, and
    the bytes of each dump."""
    kept: dict[str, Finding] = {}
    made, state, sizes, states = context(), desk.start(context()), list[int](), list[State]()
    for number in range(days):
        for each in day(scene, number, ships):
            state, _ = desk.fold(state, each, 0)
        since = desk.since(state)
        found = {e.finding.id: e.finding for e in desk.finish(state) if isinstance(e, Found)}
        kept = {key: each for key, each in kept.items() if each.span.t0 < since} | found
        desk.forget(state, [*found.values()], DAY0 + (number + 1) * DAY)
        dumped = desk.dump(state)
        sizes.append(len(dumped))
        state = desk.load(dumped, made)
        states = [*states[-1:], state]
    return kept, states, sizes


@pytest.mark.slow
def test_what_is_told_is_what_one_run_tells(scene, short):
    state = desk.start(context())
    for number in range(12):
        for each in day(scene, number, 4):
            state, _ = desk.fold(state, each, 0)
    wanted = {e.finding.id: e.finding for e in desk.finish(state) if isinstance(e, Found)}
    found, states, _ = live(scene, 12, 4)
    kinds = {each.kind for each in wanted.values()}
    assert {"stop", "crossing", "gap"} <= kinds
    assert [each for each in wanted.values() if each.span.t1 - each.span.t0 > 3 * DAY]
    assert states[-1].since > DAY0 + 9 * DAY
    told = {key: (each.kind, each.span) for key, each in found.items()}
    assert told == {key: (each.kind, each.span) for key, each in wanted.items()}


@pytest.mark.slow
def test_what_is_held_does_not_grow(scene, short):
    _, states, sizes = live(scene, 18, 2)
    assert sizes[-1] < 1.1 * sizes[11]
    last = states[-1]
    assert len(last.origins) <= 6
    assert max(len(each) for each in last.said.values()) <= 5
    assert {each for each in last.subjects if int(each[5:]) >= 211_001_000} == {
        f"mmsi:{211_001_001 + number}" for number in range(15, 18)
    }


def test_an_older_log_is_told_all_the_same(scene, short):
    """Read into a state that has forgotten its time."""
    _, (_, state), _ = live(scene, 6, 1)
    for each in day(scene, 0, 1):
        state, _ = desk.fold(state, each, 0)
    found = [e.finding for e in desk.finish(state) if isinstance(e, Found)]
    assert [each for each in found if each.span.t0 < DAY0 + DAY]
    before = desk.since(state)
    desk.forget(state, found, DAY0 + 6 * DAY)
    assert desk.since(state) == before
