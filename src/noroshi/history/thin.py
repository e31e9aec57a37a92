"""A day made thin: of each ship the earliest position of each grain of time, as the desk keeps
them, in one file with a row group for each shard; and each ship's first and last of the day.

So the day's files are read once, whatever is then looked for, and what a shard reads is small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.history import arrow, packing
from noroshi.history.partition import Told
from noroshi.history.plan import Plan
from noroshi.words.desk import Columns
from noroshi.words.time import DAY, to_datetime

if TYPE_CHECKING:
    from noroshi.words.desk import Array

BLOCK: Final = 8_000_000
"""Positions of a day that are read at once."""

COARSE: Final = 27
"""AIS message type that desks leave aside where others are: it takes no other's place."""

STEP_BITS: Final = 32
"""A grain of a second in the year 2100 has 32 bits."""

NAMES: Final = (*packing.POSITION, "track", "source")


class Meta(msgspec.Struct, frozen=True):
    """Of a thin file: the sources that column `source` counts, and the shard of each row group."""

    sources: tuple[Told, ...]
    shards: tuple[int, ...]


def day_file(work: Path, what: str, day: int) -> Path:
    """`thin` or `ends` of a day."""
    return work / what / f"{to_datetime(day * DAY):%Y-%m-%d}.parquet"


def thin(plan: Plan, day: int) -> int:
    """Write the thin files of `day`, unless they are there; how many positions were read."""
    if day_file(plan.work, "ends", day).exists():
        return 0
    sources: dict[Told, int] = {}
    blocks: list[dict[str, Array]] = []
    read = 0
    for low, high in _blocks(plan, day):
        rows, many = _read(plan, day, low, high, sources)
        read += many
        if rows is not None:
            blocks.append(_earliest(rows, plan.grain, sources))
    _write(plan, day, blocks, tuple(sources))
    return read


def columns(path: Path, shard: int | None = None) -> Iterator[Columns]:
    """The rows of a thin file, of one shard or of all, source by source."""
    import numpy as np

    end = arrow.opened(path)
    meta = msgspec.json.decode(end.meta, type=Meta)
    groups = [n for n, each in enumerate(meta.shards) if shard is None or each == shard]
    if not groups:
        return
    rows = arrow.read(path, NAMES, groups)
    numbers: list[int] = np.unique(rows["source"]).tolist()
    for number in numbers:
        yield taken(rows, rows["source"] == number, meta.sources[number])


def taken(rows: dict[str, Array], chosen: Array, source: Told) -> Columns:
    """The chosen rows, which are all of `source`, as a desk takes them."""
    some = {name: values[chosen] for name, values in rows.items() if name != "source"}
    if "track" in some:
        del some["mmsi" if some["track"][0] else "track"]
    return Columns("position", source.source(), packing.unpack(some))


def _blocks(plan: Plan, day: int) -> Iterator[tuple[int, int]]:
    """Ranges of MMSI that are read at once, each of whole shards."""
    from noroshi.history.reading import HIGHEST

    rows = sum(arrow.opened(each.path).rows for each in plan.of_day(day))
    many = min(len(plan.bounds), -(-rows // BLOCK)) or 1
    lows = [plan.bounds[n * len(plan.bounds) // many] for n in range(many)]
    yield from zip(lows, [*lows[1:], HIGHEST], strict=True)


def _read(
    plan: Plan, day: int, low: int, high: int, sources: dict[Told, int]
) -> tuple[dict[str, Array] | None, int]:
    """What of the day's rows may be the earliest of its grain, and how many rows were read."""
    import numpy as np

    from noroshi.history.reading import rows_of

    found: list[dict[str, Array]] = []
    count = 0
    for part in plan.of_day(day):
        rows, origin = rows_of(part.path, ("track", *packing.POSITION), low, high)
        if rows is None:
            continue
        count += len(rows["t"])
        if not plan.since <= day * DAY < (day + 1) * DAY <= plan.until:
            keep = (rows["t"] >= plan.since) & (rows["t"] < plan.until)
            rows = {name: values[keep] for name, values in rows.items()}
            count -= len(keep) - len(rows["t"])
        some = _first(rows, plan.grain)
        many = len(some["t"])
        some.setdefault("mmsi", np.zeros(many, np.uint32))
        some.setdefault("track", np.full(many, ""))
        number = sources.setdefault(origin, len(sources))
        some["source"] = np.full(many, number, np.uint16)
        found.append(some)
    if not found:
        return None, 0
    return {name: np.concatenate([each[name] for each in found]) for name in found[0]}, count


def _first(rows: dict[str, Array], grain: int) -> dict[str, Array]:
    """The earliest rows of each ship and grain of a file, which is sorted by both; of rows of one
    instant all, as other files may have some of it too. Coarse positions count by themselves."""
    import numpy as np

    name = "mmsi" if "mmsi" in rows else "track"
    coarse = rows["type"] == COARSE
    pieces = [np.arange(len(coarse))]
    if coarse.any():
        pieces = [np.flatnonzero(~coarse), np.flatnonzero(coarse)]
    kept: list[Array] = []
    for piece in pieces:
        whole = len(pieces) == 1
        whose, t = (rows[each] if whole else rows[each][piece] for each in (name, "t"))
        step = t // grain
        new = np.ones(len(piece), dtype=bool)
        new[1:] = (whose[1:] != whose[:-1]) | (step[1:] != step[:-1])
        tied = np.flatnonzero(~new[1:] & (t[1:] == t[:-1])) + 1
        if len(tied):
            new[tied[t[tied] == t[new][np.cumsum(new)[tied] - 1]]] = True
        kept.append(piece[new])
    chosen = np.concatenate(kept)
    return {each: values[chosen] for each, values in rows.items()}


def _earliest(rows: dict[str, Array], grain: int, sources: dict[Told, int]) -> dict[str, Array]:
    """The earliest row of each ship and grain; of those as early the one that the desk would take,
    which is the least of all its values."""
    import numpy as np

    key = (ship(rows) << STEP_BITS) + rows["t"] // grain
    order = np.argsort(key, kind="stable")  # runs of files that are sorted: merged, not sorted
    key = key[order]
    same = np.zeros(len(key) + 1, dtype=bool)
    same[1:-1] = key[1:] == key[:-1]
    among = np.flatnonzero(same[1:] | same[:-1])
    if len(among):
        some = order[among]
        tied = [*(rows[name][some] for name in ("length", "place")), _rank(sources, rows, some)]
        tied += [rows[name][some] for name in ("heading", "cog", "sog", "lat", "lon", "t")]
        order[among] = some[np.lexsort([*tied, key[among]])]
    return {name: values[order[~same[:-1]]] for name, values in rows.items()}


def _rank(sources: dict[Told, int], rows: dict[str, Array], some: Array) -> Array:
    """Of the sources of some rows, in an order that depends on no arrival."""
    import numpy as np

    ranked = sorted(
        sources, key=lambda each: (each.sha256, each.name, each.lineage, each.retrieved)
    )
    return np.argsort([sources[each] for each in ranked])[rows["source"][some].astype(np.int64)]


def ship(rows: dict[str, Array]) -> Array:
    """A number for each ship, or track of a source, and each of them with coarse positions, rising
    with MMSI."""
    import numpy as np

    whose = rows["mmsi"].astype(np.int64)
    some = rows["track"] != ""
    if some.any():
        named = np.char.add(
            np.char.add(rows["source"][some].astype("U5"), "/"), rows["track"][some]
        )
        whose[some] = -1 - np.unique(named, return_inverse=True)[1]
    return 2 * whose + (rows["type"] == COARSE)


def _write(plan: Plan, day: int, blocks: list[dict[str, Array]], sources: tuple[Told, ...]) -> None:
    import numpy as np

    if not blocks:
        blank = {name: np.zeros(0, kind) for name, kind in packing.POSITION.items()}
        blank |= {"track": np.zeros(0, "U1"), "source": np.zeros(0, np.uint16)}
        blocks = [blank]
    rows = {name: np.concatenate([each[name] for each in blocks]) for name in blocks[0]}
    whose = ship(rows)
    if not (rows["track"] != "").any():
        del rows["track"]
    shard = np.searchsorted(plan.bounds, rows["mmsi"].astype(np.int64), "right") - 1
    if not _rising(shard):
        order = np.argsort(shard, kind="stable")
        shard, whose = shard[order], whose[order]
        rows = {name: values[order] for name, values in rows.items()}
    shards, cuts = np.unique(shard, return_index=True)
    meta = Meta(sources, tuple(shards.tolist()))
    path = day_file(plan.work, "thin", day)
    arrow.write(path, rows, msgspec.json.encode(meta), cuts.tolist() or None)
    ends = _ends(whose, rows["t"])
    some = {name: values[ends] for name, values in rows.items()}
    write(day_file(plan.work, "ends", day), some, sources)


def _rising(values: Array) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def _ends(whose: Array, t: Array) -> Array:
    """The first and the last row of each ship."""
    import numpy as np

    order = np.arange(len(t)) if _rising(whose) else np.lexsort((t, whose))
    new = np.ones(len(order), dtype=bool)
    new[1:] = whose[order][1:] != whose[order][:-1]
    last = np.append(new[1:], True) if len(new) else new
    return np.sort(order[new | last])


def write(path: Path, rows: dict[str, Array], sources: Sequence[Told]) -> None:
    """Write `rows` as a thin file of one row group."""
    some = len(rows["t"]) > 0
    meta = Meta(tuple(sources), (0,) if some else ())
    arrow.write(path, rows, msgspec.json.encode(meta), (0,) if some else None)


def together(
    paths: Sequence[Path],
    shard: int | None = None,
    pick: Callable[[dict[str, Array]], Array] | None = None,
) -> tuple[dict[str, Array], tuple[Told, ...]]:
    """The rows of thin files, of one shard or of all, those that are picked; and their sources."""
    import numpy as np

    numbers: dict[Told, int] = {}
    blank = {name: np.zeros(0, kind) for name, kind in packing.POSITION.items()}
    found = [blank | {"track": np.zeros(0, "U1"), "source": np.zeros(0, np.int64)}]
    for path in paths:
        meta = msgspec.json.decode(arrow.opened(path).meta, type=Meta)
        groups = [n for n, each in enumerate(meta.shards) if shard is None or each == shard]
        if not groups:
            continue
        rows = arrow.read(path, NAMES, groups)
        if pick is not None:
            picked = pick(rows)
            rows = {name: values[picked] for name, values in rows.items()}
        rows.setdefault("track", np.full(len(rows["t"]), ""))
        here = [numbers.setdefault(each, len(numbers)) for each in meta.sources]
        rows["source"] = np.array(here, np.int64)[rows["source"].astype(np.int64)]
        found.append(rows)
    return {name: np.concatenate([each[name] for each in found]) for name in found[0]}, tuple(
        numbers
    )
