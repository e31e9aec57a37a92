"""What a replay will do: which files, which ships together, under which parameters.

Ships are cut into shards by MMSI, so that each shard has about as many positions. Every shard has
all days of its ships: there is no midnight between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.history import arrow
from noroshi.history.partition import Part, Told, parts, told
from noroshi.words.desk import Context
from noroshi.words.ids import canonical, sha256

if TYPE_CHECKING:
    from noroshi.words.desk import Array

ROWS: Final = 2_000_000
"""Positions of a shard, before they are thinned."""

MEET: Final = 3
"""So many times as many thin rows are looked at for meetings."""

SAMPLED: Final = 8
"""Days whose ships are counted to cut shards."""


class Plan(msgspec.Struct, frozen=True):
    """Everything a task has to know. `bounds`: the least MMSI of each shard, the first 0; `work`:
    the folder of what is done so far; `grain` in µs; `meet`: thin rows in which meetings are looked
    for at once; `seen`: of each lineage from when to when (µs) there are positions, day by day."""

    folder: Path
    work: Path
    desk: str
    context: Context
    since: int
    until: int
    files: tuple[Part, ...]
    days: tuple[int, ...]
    bounds: tuple[int, ...]
    grain: int
    positions: int
    meet: int
    seen: dict[str, tuple[tuple[int, int], ...]]

    def of_day(self, day: int) -> tuple[Part, ...]:
        """The files of a day."""
        return tuple(each for each in self.files if each.day == day)


def make_plan(
    folder: Path, desk: str, version: str, context: Context, grain: int,
    since: int, until: int, rows: int = ROWS, may: Callable[[Told], bool] = lambda told: True,
) -> Plan:  # fmt: skip
    """The plan for all that lies in `folder` in [since, until), µs UTC, of sources that `may` be
    used. Raises `BadInput` naming the first file that cannot be read."""
    every = [(each, arrow.opened(each.path, ("t",))) for each in parts(folder, since, until)]
    chosen = [(each, end) for each, end in every if may(told(end.meta, each.path))]
    files, ends = tuple(each for each, _ in chosen), [end for _, end in chosen]
    positions = sum(each.rows for each in ends)
    days = tuple(sorted({each.day for each in files}))
    known = [(each.path.relative_to(folder).as_posix(), end.bytes)
             for each, end in zip(files, ends, strict=True)]  # fmt: skip
    assets = sorted(context.assets.assets.items())
    digest = sha256(
        canonical([desk, version, context.party, context.params_sha256, assets, since, until, rows,
                   known])
    )  # fmt: skip
    bounds = _bounds(files, days, -(-positions // rows))
    return Plan(
        folder, folder / "replay" / digest[:16], desk, context, since, until, files, days, bounds,
        grain, positions, MEET * rows, _seen(chosen),
    )  # fmt: skip


def _seen(files: Sequence[tuple[Part, arrow.Opened]]) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for part, end in files:
        key = told(end.meta, part.path).lineage, part.day
        for group in end.groups:
            least, most = int(group.least["t"]), int(group.most["t"])
            low, high = found.get(key, (least, most))
            found[key] = min(low, least), max(high, most)
    names = sorted({name for name, _ in found})
    return {
        name: tuple(span for (each, _), span in sorted(found.items()) if each == name)
        for name in names
    }


def _bounds(files: Sequence[Part], days: Sequence[int], many: int) -> tuple[int, ...]:
    """The least MMSI of each of at most `many` shards, by some days that lie apart."""
    import numpy as np

    if many <= 1:
        return (0,)
    sampled = {*days[:: max(1, len(days) // SAMPLED)]}
    mmsi = np.sort(np.concatenate([_ships(each.path) for each in files if each.day in sampled]))
    cuts: list[int] = mmsi[np.arange(1, many) * len(mmsi) // many].tolist() if len(mmsi) else []
    return tuple(sorted({0, *cuts}))


def _ships(path: Path) -> Array:
    import numpy as np

    end = arrow.opened(path)
    found = arrow.read(path, ("mmsi",), [each.number for each in end.groups])
    return found.get("mmsi", np.zeros(0, np.uint32)).astype(np.int64)
