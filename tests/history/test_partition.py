"""What is kept comes back as it was, once, whatever is read again, cut off or damaged."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.history import arrow, packing, partition, reading
from noroshi.history.ending import Ending
from noroshi.history.partition import Keep, is_kept, parts
from noroshi.history.stored import stored
from noroshi.words.desk import Columns
from noroshi.words.errors import BadInput
from noroshi.words.label import Label
from noroshi.words.time import DAY

ALWAYS = 1 << 60
LOST = ("turn", "second", "station")


def keep(folder: Path, batches: list[Columns], buffer: int = partition.BUFFER) -> partition.Kept:
    made = Keep(folder, batches[0].source, buffer)
    for each in batches:
        made.take(each)
    return made.close()


def back(folder: Path, low: int = 0, high: int = reading.HIGHEST) -> list[Columns]:
    return list(reading.positions(parts(folder), -ALWAYS, ALWAYS, low, high))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_real_log_comes_back_to_the_last_bit(bulk, amsa, tmp_path: Path) -> None:
    kept = keep(tmp_path, amsa)
    before = bulk.rows(amsa)
    said = [name for name in before if name not in ("start", "length", *LOST)]
    seen: set[tuple[str, ...]] = set()
    first: list[int] = []
    for row, what in enumerate(zip(*(before[name].tolist() for name in said), strict=True)):
        if before["clock"][row] and tuple(map(str, what)) not in seen:
            seen.add(tuple(map(str, what)))
            first.append(row)
    dated = int((before["clock"] > 0).sum())
    assert (kept.undated, kept.repeated) == (len(before["t"]) - dated, dated - len(first))
    wanted = {name: values[first] for name, values in before.items()}
    assert bulk.equal(wanted, bulk.rows(back(tmp_path)), *LOST)
    statics = list(reading.said(tmp_path))
    assert bulk.equal(bulk.rows(amsa, "static"), bulk.rows(statics, "static"))
    assert back(tmp_path)[0].source.label == amsa[0].source.label


@settings(max_examples=15)
@given(seed=st.integers(0, 2**20), many=st.integers(1, 3_000), buffer=st.integers(1, 4_000))
def test_any_positions_come_back_however_they_were_cut(
    bulk, tmp_path_factory, seed: int, many: int, buffer: int
) -> None:
    folder = tmp_path_factory.mktemp("history")
    whole = bulk.positions(seed, many)
    cuts = np.array_split(np.arange(many), 5)
    batches = [
        Columns(whole.kind, whole.source, {n: v[cut] for n, v in whole.arrays.items()})
        for cut in cuts
        if len(cut)
    ]
    keep(folder, batches, buffer)
    dated = whole.arrays["clock"] > 0
    wanted = {name: values[dated] for name, values in whole.arrays.items()}
    found = back(folder)
    if not dated.any():
        assert found == []
        return
    assert bulk.equal(bulk.rows(found), wanted, *LOST)
    for each in found:
        key = each.arrays["mmsi"] * 10 * DAY + (each.arrays["t"] - bulk.DAY0)
        assert (np.diff(key) >= 0).all()
    ships = sorted({*wanted["mmsi"].tolist()})
    low, high = ships[len(ships) // 3], ships[2 * len(ships) // 3]
    some = (wanted["mmsi"] >= low) & (wanted["mmsi"] < high)
    chosen = back(folder, low, high)
    assert sum(len(each.arrays["t"]) for each in chosen) == int(some.sum())


def test_what_lies_in_a_day_and_cell_lies_in_its_folder(bulk, tmp_path: Path) -> None:
    whole = bulk.positions(1, 60_000, days=1)
    arrays = dict(whole.arrays)
    near = np.arange(60_000) % 2 == 0
    arrays["lat"] = np.where(near, 56.5, arrays["lat"])
    arrays["lon"] = np.where(near, 11.0, arrays["lon"])
    keep(tmp_path, [Columns("position", whole.source, arrays)])
    found = parts(tmp_path)
    assert {each.cell for each in found} == {"N55E010", "rest"}
    assert {each.path.parent.parent.name for each in found} == {"day=2024-11-17"}
    assert parts(tmp_path, bulk.DAY0 + DAY) == []
    assert parts(tmp_path, None, bulk.DAY0) == []


def test_positions_take_less_than_twelve_bytes(tmp_path: Path, bulk) -> None:
    """Ships that report as under way and at anchor, not random rows, which nothing makes small."""
    whole = bulk.positions(3, 200_000, ships=60, days=1)
    arrays = dict(whole.arrays)
    rng = np.random.default_rng(3)
    order = np.lexsort((arrays["t"], arrays["mmsi"]))
    arrays = {name: values[order] for name, values in arrays.items()}
    arrays["clock"][:] = 2
    arrays["t"] = arrays["t"] // 1_000_000 * 1_000_000
    arrays["start"] = (arrays["t"] - bulk.DAY0) // 1_000_000 * 1_200
    step = np.cumsum(rng.integers(0, 40, len(order)))
    arrays["lat"] = np.round(56 + (step % 600_000) / 600_000, 6)
    arrays["lon"] = np.round(11 + ((2 * step) % 1_200_000) / 600_000, 6)
    arrays["sog_kn"] = (120 + rng.integers(-1, 2, len(order))).astype("f4") / 10
    arrays["cog_deg"] = (900 + rng.integers(-20, 20, len(order))).astype("f4") / 10
    arrays["heading_deg"] = (90 + rng.integers(-1, 2, len(order))).astype("f4")
    keep(tmp_path, [Columns("position", whole.source, arrays)])
    told = stored(tmp_path)
    assert told.positions > 199_000
    assert told.per_position is not None
    assert told.per_position <= 12.0


def test_reading_again_writes_the_same_files(bulk, amsa, tmp_path: Path) -> None:
    keep(tmp_path, amsa)
    before = files(tmp_path)
    assert is_kept(tmp_path, amsa[0].source)
    keep(tmp_path, amsa)
    assert files(tmp_path) == before


def test_a_row_told_twice_is_kept_once(bulk, tmp_path: Path) -> None:
    whole = bulk.positions(5, 500)
    twice = {name: np.concatenate([v, v]) for name, v in whole.arrays.items()}
    kept = keep(tmp_path, [Columns("position", whole.source, twice)])
    dated = int((whole.arrays["clock"] > 0).sum())
    assert (kept.positions, kept.repeated) == (dated, dated)


def test_killed_at_any_write_leaves_whole_files_and_is_made_good(
    bulk, amsa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    many = len(keep(whole, amsa, 1_000).files)
    moved = Path.replace
    for stop in range(many + 1):
        folder = tmp_path / str(stop)
        left = stop

        def failing(self: Path, target: Path) -> Path:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return moved(self, target)

        monkeypatch.setattr(Path, "replace", failing)
        with pytest.raises(KeyboardInterrupt):
            keep(folder, amsa, 1_000)
        monkeypatch.setattr(Path, "replace", moved)
        assert not is_kept(folder, amsa[0].source)
        assert stored(folder).damaged == []
        assert keep(folder, amsa, 1_000).files
        left_over = [name for name in files(folder) if name.endswith(".part")]
        assert {n: b for n, b in files(folder).items() if n not in left_over} == files(whole)


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_kept_of_a_source_goes_when_its_label_ends(
    bulk, amsa, tmp_path: Path, whole: bool
) -> None:
    """Read to its end or killed in between; another source stays."""
    ends = bulk.DAY0 + DAY
    label = Label((msgspec.structs.replace(bulk.LABEL.strands[0], expires=ends),))
    lent = msgspec.structs.replace(amsa[0].source, label=label)
    made = Keep(tmp_path, lent)
    for each in amsa:
        made.take(each)
    made.flush()
    if whole:
        made.close()
    lent_files = files(tmp_path)
    assert keep(tmp_path, amsa).files
    ending = Ending(tmp_path)
    assert ending.erase(ends - 1) == 0
    assert {*lent_files} <= {*files(tmp_path)}
    assert ending.erase(ends) == 1
    assert not {*lent_files} & {*files(tmp_path)}
    assert is_kept(tmp_path, amsa[0].source)
    assert ending.erase(ends + DAY) == 0


@pytest.mark.parametrize("cut", [0, 3, 1_000, -1, -9, -200])
def test_a_truncated_file_is_named(bulk, amsa, tmp_path: Path, cut: int) -> None:
    keep(tmp_path, amsa)
    path = parts(tmp_path)[0].path
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadInput) as caught:
        back(tmp_path)
    assert caught.value.where == str(path)
    assert [each for each in stored(tmp_path).damaged if str(path) in each]


def test_a_corrupt_page_is_named(bulk, amsa, tmp_path: Path) -> None:
    keep(tmp_path, amsa)
    path = parts(tmp_path)[0].path
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read") as caught:
        back(tmp_path)
    assert caught.value.where == str(path)


def test_a_parquet_file_of_others_is_named(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "position" / "day=2024-11-17" / "cell=rest" / "x.parquet"
    path.parent.mkdir(parents=True)
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    with pytest.raises(BadInput, match="did not write") as caught:
        arrow.opened(path)
    assert caught.value.where == str(path)


def test_a_file_that_went_missing_is_noticed(bulk, amsa, tmp_path: Path) -> None:
    keep(tmp_path, amsa)
    parts(tmp_path)[0].path.unlink()
    assert not is_kept(tmp_path, amsa[0].source)


def test_tracks_without_mmsi_are_kept_by_name(bulk, tmp_path: Path) -> None:
    whole = bulk.positions(7, 300)
    arrays = {n: v for n, v in whole.arrays.items() if n not in ("mmsi", "start", "length")}
    arrays["track"] = np.array([f"t{n % 7}" for n in range(300)])
    arrays["row"] = np.arange(1, 301)
    arrays["clock"] = np.full(300, 2, "u1")
    keep(tmp_path, [Columns("position", whole.source, arrays)])
    found = bulk.rows(back(tmp_path))
    assert found["track"].tolist() == arrays["track"].tolist()
    assert found["row"].tolist() == arrays["row"].tolist()
    assert back(tmp_path, 1) == []


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [
        (57.3, 11.9, "N55E010"),
        (-0.1, -0.1, "S05W005"),
        (90.0, 179.9, "N85E175"),
        (-90.0, -180.0, "S90W180"),
        (0.0, 0.0, "N00E000"),
    ],
)
def test_cells_are_named_by_their_south_western_corner(lat: float, lon: float, name: str) -> None:
    units = packing.DEGREE
    cell = packing.cells(np.array([lat * units]).astype("i4"), np.array([lon * units]).astype("i4"))
    assert packing.cell_name(int(cell[0])) == name
