"""A cable asked about from kept positions: the lines of the ledger, from hours of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.desks.sea.afresh import passed
from noroshi.history import reading
from noroshi.history.partition import Keep, parts
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found
from noroshi.words.ids import canonical, sha256
from noroshi.words.time import HOUR, MINUTE, SECOND

CABLE = Asset("cable-1", "cable", "A cable", path=((19.0, 57.0), (21.0, 57.0)), surveyed=True)


def context() -> Context:
    chosen = desk.parameters({})
    return Context("JPN", AssetGraph((CABLE,)), desk.kinds, chosen, sha256(canonical(chosen)))


def sailing(bulk, ships: int, days: int) -> Columns:
    """Ships that go to and fro across the cable, each at its own hour, one of them losing speed."""
    parts: list[dict[str, np.ndarray]] = []
    rng = np.random.default_rng(4)
    for number in range(ships):
        t = np.arange(0, days * 86_400, 120) + int(rng.integers(0, 120))
        phase = float(rng.uniform(0, 1))
        swing = np.abs((t / 43_200 + phase) % 2 - 1)  # twelve hours each way
        parts.append({
            "mmsi": np.full(len(t), 257_000_000 + number),
            "t": bulk.DAY0 + t * SECOND,
            "lon": np.full(len(t), round(19.2 + 0.1 * number, 6)),
            "lat": np.round(56.0 + 2 * swing, 6),
            "sog_kn": np.where((number == 3) & (np.abs(swing - 0.5) < 0.02), 7.0, 10.0),
        })  # fmt: skip
    rows = {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}
    blank = bulk.positions(1, len(rows["t"]))
    more = {"clock": np.full(len(rows["t"]), 2, "u1"), "type": np.ones(len(rows["t"]), "u1")}
    rows["sog_kn"] = rows["sog_kn"].astype("f4")
    return Columns("position", blank.source, dict(blank.arrays) | rows | more)


class Kept:
    """As a node that has only its history."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, 0

    def context(self, name: str) -> Context:
        return context()

    def kept(self, since: int, until: int, box: tuple[float, ...]) -> Iterator[Columns]:
        files = reading.near(parts(self.folder, since, until), *box)
        self.asked += len(files)
        return reading.positions(files, since, until)


@pytest.fixture(scope="module")
def scene(bulk, tmp_path_factory) -> tuple[Path, list]:
    folder = tmp_path_factory.mktemp("history")
    whole = sailing(bulk, 12, 4)
    keep = Keep(folder, whole.source)
    keep.take(whole)
    keep.close()
    state = desk.start(context())
    for each in reading.positions(parts(folder), -(1 << 60), 1 << 60):
        state, _ = desk.fold(state, each, 0)
    ledger = [each.finding for each in desk.finish(state) if isinstance(each, Found)]
    return folder, [each for each in ledger if each.kind == "crossing"]


@pytest.mark.parametrize("hour", [9, 23, 24, 47, 61, 80])
def test_it_says_what_the_ledger_says(bulk, scene, hour: int) -> None:
    folder, ledger = scene
    at = bulk.DAY0 + hour * HOUR
    since, until = at - HOUR, at + 10 * MINUTE
    wanted = {
        each.id: (each.span.t0, each.span.t1, each.subjects, each.measures)
        for each in ledger
        if each.span.t0 < until and each.span.t1 > since
    }
    kept = Kept(folder)
    found = {each.id: (each.t0, each.t1, each.subjects, each.measures)
             for each in passed(kept, CABLE, since, until)}  # fmt: skip
    assert found == wanted
    assert kept.asked < len(parts(folder))


def test_there_are_passes_to_compare(scene) -> None:
    _, ledger = scene
    assert len(ledger) > 60
    assert [each for each in ledger if each.measures["drag_rank"] > 0]


def test_where_nothing_is_kept_nobody_passed(bulk, tmp_path: Path) -> None:
    assert passed(Kept(tmp_path), CABLE, bulk.DAY0, bulk.DAY0 + HOUR) == []
