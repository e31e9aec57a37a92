"""Where files lie: `position/day=2024-11-17/cell=N55E010/SOURCE-0000.parquet`, sorted by ship and
time, `static/SOURCE-0000.parquet`, and `sources/SOURCE.json` once a source was read to its end.

A file has the rows of one source, which its end names with label and hash, so that what is found
in it has the evidence that it would have had at once. The names depend on the source alone: read
again, whole or after a kill, it writes the same files. Cells with few rows of a day are `rest`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NoReturn

import msgspec

from noroshi.words.desk import ClockOffset, Columns, Source
from noroshi.words.errors import BadInput
from noroshi.words.finding import Reliability
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label
from noroshi.words.time import DAY, FOREVER, parse_instant, to_datetime

if TYPE_CHECKING:
    from noroshi.words.desk import Array

BUFFER: Final = 1 << 19
"""Rows held before they are written: 30 MiB, and as much again while they are put in order."""

LEAST: Final = 8_192
"""Rows of a day and cell that have a file of their own; fewer go to `rest`."""

REST: Final = "rest"
KEPT: Final = ("position", "static")
"""Kinds of columns that are kept."""


class Told(msgspec.Struct, frozen=True):
    """A source without its bytes, as a file of it says."""

    name: str
    lineage: str
    retrieved: int
    sha256: str
    label: Label
    owner: str
    reliability: Reliability

    def source(self) -> Source:
        """The source; its bytes are not here."""
        return Source(
            self.name, self.lineage, self.retrieved, self.sha256, self.label, self.owner,
            self.reliability, self._gone,
        )  # fmt: skip

    def _gone(self) -> IO[bytes]:
        return _gone(self.name)


class Kept(msgspec.Struct):
    """What was kept of a source: rows, those that were told twice and those without a day, the
    files, by their path in the folder, the clocks that were off when it was read, and when the
    first strand of its label `expires`, µs UTC."""

    name: str
    positions: int = 0
    statics: int = 0
    repeated: int = 0
    undated: int = 0
    files: list[str] = []
    clocks: tuple[ClockOffset, ...] = ()
    expires: int | None = None


class Part(msgspec.Struct, frozen=True, order=True):
    """One file of positions: its day (since 1970), its cell's name, its path."""

    day: int
    cell: str
    path: Path


def expires(label: Label) -> int:
    """When the first strand ends, µs UTC."""
    ends = (each.expires for each in label.strands if each.expires is not None)
    return min(ends, default=FOREVER)


def key_of(source: Source) -> str:
    """The name of the source's files: its bytes, its origin and its label."""
    return sha256(canonical([source.sha256, source.lineage, source.label.key()]))[:16]


class Keep:
    """Takes in the columns of one source and writes them; holds at most `BUFFER` rows."""

    def __init__(self, folder: Path, source: Source, buffer: int = BUFFER) -> None:
        self._folder, self._key, self._buffer = folder, key_of(source), buffer
        told = Told(
            source.name, source.lineage, source.retrieved, source.sha256, source.label,
            source.owner, source.reliability,
        )  # fmt: skip
        self._meta = msgspec.json.encode(told)
        off = tuple(each for each in source.clocks if each.off)
        self.kept = Kept(source.name, clocks=off, expires=expires(source.label))
        self._held: dict[str, list[dict[str, Array]]] = {kind: [] for kind in KEPT}
        self._chunks: dict[str, int] = dict.fromkeys(KEPT, 0)

    def take(self, columns: Columns) -> None:
        """Columns of a kind that is kept; others are passed over."""
        from noroshi.history import packing

        if columns.kind == "position":
            packed = packing.pack(columns.arrays)
            self.kept.undated += len(columns.arrays["t"]) - len(packed["t"])
        elif columns.kind == "static":
            packed = packing.pack_static(columns.arrays)
        else:
            return
        self._held[columns.kind].append(packed)
        if sum(len(each["t"]) for each in self._held[columns.kind]) >= self._buffer:
            self._write(columns.kind)

    def flush(self) -> None:
        """Write what is held now, as when a feed pauses."""
        for kind in KEPT:
            self._write(kind)

    def close(self) -> Kept:
        """Write what is held, and say that the source was read to its end."""
        self.flush()
        path = marker(self._folder, self._key)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_bytes(msgspec.json.encode(self.kept))
        beside.replace(path)
        return self.kept

    def _write(self, kind: str) -> None:
        import numpy as np

        held, self._held[kind] = self._held[kind], []
        if not any(len(each["t"]) for each in held):
            return
        rows = {name: np.concatenate([each[name] for each in held]) for name in held[0]}
        del held
        name = f"{self._key}-{self._chunks[kind]:04d}.parquet"
        self._chunks[kind] += 1
        if kind == "static":
            self.kept.statics += len(rows["t"])
            self._put(Path("static") / name, _ordered(rows))
        else:
            self._positions(rows, name)

    def _positions(self, rows: dict[str, Array], name: str) -> None:
        import numpy as np

        many = len(rows["t"])
        rows = _once(_ordered(rows))
        self.kept.repeated += many - len(rows["t"])
        self.kept.positions += len(rows["t"])
        days, cells = _boxes(rows)
        for day, cell in sorted({*zip(days.tolist(), cells.tolist(), strict=True)}):
            chosen = np.flatnonzero((days == day) & (cells == cell))
            self._put(
                folder_of(day, _named(cell)) / name,
                {column: values[chosen] for column, values in rows.items()},
            )

    def _put(self, path: Path, rows: dict[str, Array]) -> None:
        from noroshi.history import arrow

        arrow.write(self._folder / path, rows, self._meta)
        self.kept.files.append(path.as_posix())


def folder_of(day: int, cell: str) -> Path:
    """The folder of a day (since 1970) and cell."""
    return Path("position") / f"day={to_datetime(day * DAY):%Y-%m-%d}" / f"cell={cell}"


def marker(folder: Path, key: str) -> Path:
    """The file that says that a source was read to its end."""
    return folder / "sources" / f"{key}.json"


def is_kept(folder: Path, source: Source) -> bool:
    """Whether the source was read to its end and all its files are there."""
    try:
        kept = msgspec.json.decode(marker(folder, key_of(source)).read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return False
    return all((folder / path).is_file() for path in kept.files)


def parts(folder: Path, since: int | None = None, until: int | None = None) -> list[Part]:
    """The files of positions whose day meets [since, until) (µs UTC), in order."""
    found: list[Part] = []
    for day in _folders(folder / "position", "day"):
        try:
            number = parse_instant(f"{day.name.removeprefix('day=')}T00:00:00Z") // DAY
        except ValueError:
            continue
        if (until is None or number * DAY < until) and (
            since is None or (number + 1) * DAY > since
        ):
            for cell in _folders(day, "cell"):
                name = cell.name.removeprefix("cell=")
                found += [Part(number, name, path) for path in _files(cell)]
    return sorted(found)


def whole(folder: Path) -> list[Path]:
    """All files of the history that another node would need, the notes of whole sources first:
    what these name is there."""
    notes = sorted((folder / "sources").glob("*.json"))
    return [*notes, *(each.path for each in parts(folder)), *statics(folder)]


def statics(folder: Path) -> list[Path]:
    """The files of what vessels said of themselves."""
    return _files(folder / "static")


def told(meta: bytes, path: Path) -> Told:
    """The source of a file. Raises `BadInput` naming the file where it is not said."""
    try:
        return msgspec.json.decode(meta, type=Told)
    except msgspec.MsgspecError as problem:
        raise BadInput(str(path), "does not say its source", found=str(problem)) from problem


def _folders(folder: Path, key: str) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(each for each in folder.iterdir() if each.name.startswith(f"{key}="))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []


def _ordered(rows: dict[str, Array]) -> dict[str, Array]:
    """By ship, time and all else."""
    import numpy as np

    first = "mmsi" if "mmsi" in rows else "track"
    order = np.lexsort((rows["t"], rows[first]))
    ship, t = rows[first][order], rows["t"][order]
    tied = np.zeros(len(order) + 1, dtype=bool)
    tied[1:-1] = (ship[1:] == ship[:-1]) & (t[1:] == t[:-1])
    among = np.flatnonzero(tied[1:] | tied[:-1])
    if len(among):
        some = order[among]
        keys = ("place", "marks", "type", "status", "heading", "cog", "sog", "lon", "lat")
        keyed = [rows[name][some] for name in (*keys, "t", first) if name in rows]
        order[among] = some[np.lexsort(keyed)]
    return {name: rows.pop(name)[order] for name in [*rows]}  # not two of each at once


def _once(rows: dict[str, Array]) -> dict[str, Array]:
    """Rows that say the same of the same ship and time, once: the first in the source."""
    import numpy as np

    same = np.ones(max(len(rows["t"]) - 1, 0), dtype=bool)
    for name, values in rows.items():
        if name not in ("place", "length"):
            same &= values[1:] == values[:-1]
    kept = np.concatenate([np.ones(len(rows["t"]) - len(same), dtype=bool), ~same])
    return rows if kept.all() else {name: rows.pop(name)[kept] for name in [*rows]}


def _boxes(rows: dict[str, Array]) -> tuple[Array, Array]:
    """Day and cell of each row; cell -1 where the day has few rows in it."""
    import numpy as np

    from noroshi.history import packing

    days, cells = packing.days(rows["t"]), packing.cells(rows["lat"], rows["lon"])
    _, which, count = np.unique(days * 10_000 + cells, return_inverse=True, return_counts=True)
    return days, np.where(count[which] < LEAST, -1, cells)


def _named(cell: int) -> str:
    from noroshi.history import packing

    return REST if cell < 0 else packing.cell_name(cell)


def _gone(name: str) -> NoReturn:
    raise BadInput(name, "its bytes are not kept in the history", hint="ingest the source again")
