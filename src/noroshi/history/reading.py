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


def _between(mmsi: Array, low: int, high: int) -> tuple[int, int]:
    import numpy as np

    first, last = np.searchsorted(mmsi.astype(np.int64), (low, high), "left").tolist()
    return first, last
