"""Columns out of the history: of a time, of some ships, as desks take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from noroshi.history import arrow, packing
from noroshi.history.partition import Part, Told, statics, told
from noroshi.words.desk import Columns

if TYPE_CHECKING:
    from noroshi.words.desk import Array

HIGHEST: Final = 1 << 32
"""Above every MMSI."""

POSITION: Final = ("track", *packing.POSITION)
STATIC: Final = ("track", "mmsi", *packing.STATIC, "place", "length")


def positions(
    parts: Sequence[Part], since: int, until: int, low: int = 0, high: int = HIGHEST
) -> Iterator[Columns]:
    """Positions in [since, until) of the ships with MMSI in [low, high), a file at a time; tracks
    without MMSI count as MMSI 0. Raises `BadInput` naming a file that cannot be read."""
    for part in parts:
        rows, origin = rows_of(part.path, POSITION, low, high)
        if rows is None:
            continue
        keep = (rows["t"] >= since) & (rows["t"] < until)
        if keep.all():
            yield Columns("position", origin.source(), packing.unpack(rows))
        elif keep.any():
            some = {name: values[keep] for name, values in rows.items()}
            yield Columns("position", origin.source(), packing.unpack(some))


def near(parts: Sequence[Part], west: float, south: float, east: float, north: float) -> list[Part]:
    """Those whose cell meets a box in degrees, which does not cross the antimeridian."""
    from noroshi.history.partition import REST

    names = {
        packing.cell_name(row * packing.COLUMNS + column)
        for row in range(_step(south, 90), _step(north, 90) + 1)
        for column in range(_step(west, 180), _step(east, 180) + 1)
    }
    return [each for each in parts if each.cell == REST or each.cell in names]


def _step(degrees: float, limit: int) -> int:
    steps = 2 * limit // packing.CELL_DEG
    return min(max(int((degrees + limit) // packing.CELL_DEG), 0), steps - 1)


def said(folder: Path, low: int = 0, high: int = HIGHEST) -> Iterator[Columns]:
    """What these ships said of themselves at any time."""
    for path in statics(folder):
        rows, origin = rows_of(path, STATIC, low, high)
        if rows is not None:
            yield Columns("static", origin.source(), packing.unpack_static(rows))


def rows_of(
    path: Path, names: Sequence[str], low: int, high: int
) -> tuple[dict[str, Array] | None, Told]:
    """The rows of a file with MMSI in [low, high), None where there are none; and its source."""
    end = arrow.opened(path, ("mmsi",))
    groups = [
        each.number
        for each in end.groups
        if each.least.get("mmsi", 0) < high and each.most.get("mmsi", HIGHEST) >= low
    ]
    origin = told(end.meta, path)
    if not groups:
        return None, origin
    rows = arrow.read(path, names, groups)
    if "mmsi" not in rows:
        return (rows, origin) if low <= 0 else (None, origin)
    first, last = _between(rows["mmsi"], low, high)
    if first == last:
        return None, origin
    return {name: values[first:last] for name, values in rows.items()}, origin


def ships(columns: Columns) -> list[int]:
    """The least and the most MMSI in `columns`; tracks count as 0."""
    mmsi = columns.arrays.get("mmsi")
    return [0] if mmsi is None else [int(mmsi[0]), int(mmsi[-1])]


def _between(mmsi: Array, low: int, high: int) -> tuple[int, int]:
    import numpy as np

    first, last = np.searchsorted(mmsi.astype(np.int64), (low, high), "left").tolist()
    return first, last
