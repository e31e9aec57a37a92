"""The same findings by every engine, in any number of shards, and by one run over all rows."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from noroshi.desks.sea import desk
from noroshi.history import partition, reading
from noroshi.history.engine import Engine, Processes, Ray, Serial, engine
from noroshi.history.partition import Keep
from noroshi.history.plan import Plan, make_plan
from noroshi.history.replay import forget, replay
from noroshi.history.work import Done, Task, work
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found
from noroshi.words.errors import BadInput
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.place import Place
from noroshi.words.time import DAY, SECOND

EVER = 1 << 60
CABLE = Asset("cable-1", "cable", "A cable", path=((10.0, 57.0), (12.0, 57.05)))
RIM = b'{"type":"Polygon","coordinates":[[[10,56.9],[11,56.9],[11,57.1],[10,57.1],[10,56.9]]]}'
ZONE = Asset("zone-1", "zone", "A zone", place=Place(10.5, 57.0, 50_000.0, RIM))


def context(**settings: float) -> Context:
    chosen = desk.parameters(settings)
    graph = AssetGraph((CABLE, ZONE))
    return Context("JPN", graph, desk.kinds, chosen, sha256(canonical(chosen)))


def basin(bulk, seed: int, days: int = 5, ships: int = 14) -> list[Columns]:
    """Ships that lie still for days, cross a cable, meet, sail in groups, fall silent and leap,
    from two sources; across every midnight."""
    rng = np.random.default_rng(seed)
    batches: list[Columns] = []
    group = rng.uniform(0, 360, 4)
    for number in range(ships):
        every = int(rng.choice([240, 420, 600]))
        t = np.arange(int(rng.integers(0, 600)), days * 86_400, every) + rng.integers(-20, 20)
        kn, course = np.zeros(len(t)), np.zeros(len(t))
        at = 0
        while at < len(t):
            much = int(rng.integers(20, 600))
            kn[at : at + much] = rng.choice([0.0, 0.02, 0.4, 6.0, 12.0])
            course[at : at + much] = rng.choice(group)
            at += much
        step = kn * 0.514 * every
        start = np.array([10.6, 57.0]) + rng.normal(0, 0.02, 2)
        wrap = 0.2
        lat = start[1] + _folded(np.cumsum(step * np.cos(np.radians(course))) / 111_000, wrap)
        lon = start[0] + _folded(np.cumsum(step * np.sin(np.radians(course))) / 60_000, wrap)
        lon = lon + np.where(rng.random(len(t)) < 0.003, 1.5, 0.0)
        heard = rng.random(len(t)) < 0.97
        for _ in range(3):
            quiet = int(rng.integers(0, len(t)))
            heard[quiet : quiet + int(rng.integers(10, 250))] = False
        many = int(heard.sum())
        whole = bulk.positions(seed, many, name=f"station {number % 2}")
        noise = rng.normal(0, 2e-4, (2, many))
        arrays = dict(whole.arrays) | {
            "mmsi": np.full(many, 211_000_000 + 37 * number),
            "t": bulk.DAY0 + t[heard] * SECOND,
            "lon": np.round(lon[heard] + noise[0], 6),
            "lat": np.round(lat[heard] + noise[1], 6),
            "sog_kn": np.round(np.abs(kn[heard] + rng.normal(0, 0.04, many)), 1).astype("f4"),
            "clock": np.full(many, 2, "u1"),
            "type": np.where(rng.random(many) < 0.97, 1, 27).astype("u1"),
        }
        batches.append(Columns("position", bulk.source(f"{seed} {number % 2}".encode()), arrays))
    return batches


def _folded(values: np.ndarray, wide: float) -> np.ndarray:
    """Walks that turn back at `wide`."""
    return np.abs((values + wide) % (4 * wide) - 2 * wide) - wide


def kept(folder: Path, batches: list[Columns]) -> Path:
    for source in {each.source.sha256: each.source for each in batches}.values():
        made = Keep(folder, source)
        for each in batches:
            if each.source.sha256 == source.sha256:
                made.take(each)
        made.close()
    return folder


def at_once(folder: Path, made: Context) -> list[Finding]:
    state = desk.start(made)
    for each in reading.positions(partition.parts(folder), -EVER, EVER):
        state, _ = desk.fold(state, each, 0)
    for each in reading.said(folder):
        state, _ = desk.fold(state, each, 0)
    found = [each.finding for each in desk.finish(state) if isinstance(each, Found)]
    return sorted(found, key=lambda each: (each.span.t0, each.id))


def plan(folder: Path, made: Context, rows: int) -> Plan:
    grain = desk.grain(made.parameters)
    return make_plan(folder, "sea", desk.version, made, grain, -EVER, EVER, rows)


def replayed(folder: Path, made: Context, rows: int, by: Engine) -> list[Finding]:
    todo = plan(folder, made, rows)
    found = replay(todo, by, desk).findings
    forget(todo)
    return found


LOOSE = {"gap_class": 1, "port_confidence": 1, "drag_traffic": 1}


def same(bulk, folder: Path, seed: int, days: int, ships: int, cuts: tuple[int, ...]) -> None:
    kept(folder, basin(bulk, seed, days, ships))
    made = context(**LOOSE)
    wanted = at_once(folder, made)
    assert {"stop", "gap", "crossing", "zone_visit"} <= {each.kind for each in wanted}
    assert [each for each in wanted if each.span.t1 - each.span.t0 > DAY]
    for rows in cuts:
        assert replayed(folder, made, rows, Serial()) == wanted


def test_shards_find_what_one_run_finds(bulk, tmp_path: Path) -> None:
    same(bulk, tmp_path, 0, 4, 9, (1_500,))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 7))
def test_shards_find_what_one_run_finds_in_many_scenes(bulk, tmp_path: Path, seed: int) -> None:
    same(bulk, tmp_path, seed, 6, 16, (10**9, 3_000, 400))


def test_what_came_in_at_once_is_found_again(bulk, amsa, tmp_path: Path) -> None:
    """Bytes and all: a replay's evidence leads to the log itself."""
    made = context(gap_class=1)
    state = desk.start(made)
    for each in amsa:
        state, _ = desk.fold(state, each, 0)
    wanted = [each.finding for each in desk.finish(state) if isinstance(each, Found)]
    folder = kept(tmp_path, amsa)
    assert replayed(folder, made, 500, Serial()) == sorted(
        wanted, key=lambda each: (each.span.t0, each.id)
    )


def test_who_sails_ashore_is_judged_by_all_days(bulk, tmp_path: Path) -> None:
    """Another ship was heard there four days later, so that it is a way of ships; elsewhere none
    was, and it is told."""
    t = np.arange(0, 3 * 3_600, 60) * SECOND
    batches: list[Columns] = []
    for number, day, lat in ((1, 0, 20.0), (2, 4, 20.0), (3, 0, 23.0)):
        arrays = dict(bulk.positions(1, len(t)).arrays) | {
            "mmsi": np.full(len(t), 211_000_000 + number),
            "t": bulk.DAY0 + day * DAY + t,
            "lon": np.round(10.0 + np.arange(len(t)) * 3e-3, 6),
            "lat": np.full(len(t), lat),
            "sog_kn": np.full(len(t), 10.0, "f4"),
            "clock": np.full(len(t), 2, "u1"),
            "type": np.ones(len(t), "u1"),
        }
        batches.append(Columns("position", bulk.source(b"ashore"), arrays))
    folder, made = kept(tmp_path, batches), context()
    found = replayed(folder, made, 60, Serial())
    assert found == at_once(folder, made)
    assert [each.subjects for each in found if each.kind == "position_on_land"] == [
        ("mmsi:211000003",)
    ]


def test_processes_find_the_same(bulk, tmp_path: Path) -> None:
    folder, made = kept(tmp_path, basin(bulk, 9, days=1, ships=4)), context(**LOOSE)
    wanted = replayed(folder, made, 10**9, Serial())
    assert wanted
    assert replayed(folder, made, 200, Processes(1)) == wanted


@pytest.mark.slow
def test_ray_finds_the_same(bulk, tmp_path: Path) -> None:
    if find_spec("ray") is None:  # not imported: it reads its settings then
        pytest.skip("no Ray")
    folder, made = kept(tmp_path, basin(bulk, 9, days=2, ships=4)), context(**LOOSE)
    wanted = replayed(folder, made, 10**9, Serial())
    assert wanted
    by = Ray(2)
    assert replayed(folder, made, 500, by) == wanted
    by.close()


class Stopped(Exception):
    pass


class Fewer:
    """An engine that is stopped after some tasks."""

    def __init__(self, many: int) -> None:
        self.left, self.did = many, 0

    def run(self, function, shared, tasks):
        for each in Serial().run(function, shared, tasks):
            if self.left == 0:
                raise Stopped
            self.left -= 1
            self.did += 1
            yield each

    def close(self) -> None:
        pass


def test_what_was_stopped_goes_on_where_it_was(bulk, tmp_path: Path) -> None:
    folder, made = kept(tmp_path, basin(bulk, 2, days=2, ships=4)), context(**LOOSE)
    todo = plan(folder, made, 100)
    wanted = replay(todo, Serial(), desk)
    forget(todo)
    many, begun = 0, 0
    while True:
        by = Fewer(2)
        begun += 1
        try:
            again = replay(todo, by, desk)
        except Stopped:
            many += by.did
            continue
        break
    assert begun > 2
    assert again.findings == wanted.findings
    assert again.resumed > 0
    forget(todo)
    assert not todo.work.exists()


def test_a_damaged_file_is_named_by_a_worker(bulk, tmp_path: Path) -> None:
    folder, made = kept(tmp_path, basin(bulk, 3, days=2, ships=4)), context()
    path = partition.parts(folder)[0].path
    todo = plan(folder, made, 10**9)
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read") as caught:
        replay(todo, Processes(1), desk)
    assert caught.value.where == str(path)


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    todo = plan(tmp_path, context(), 1_000)
    assert replay(todo, Serial(), desk).findings == []


def test_a_task_is_small_and_so_is_its_answer(bulk, tmp_path: Path) -> None:
    folder, made = kept(tmp_path, basin(bulk, 4, days=1, ships=3)), context()
    todo = plan(folder, made, 1_000)
    for day in todo.days:
        told = work(todo, Task("thin", day))
        assert isinstance(told, Done)
        assert told.positions > 0


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(BadInput, match="spark"):
        engine("spark")
