"""Positions as somebody sees them: columns for the map, out of what is kept in bulk.

Run as a process of its own (`python -m noroshi.console.positions FOLDER …`), because it reads
columns and what serves never does. A partner receives findings and never positions in bulk: what is
told here as another party is what the same decision would let out of each source, after its
transforms. Of more than `MOST` every so many of each ship are told, and each file's last of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from noroshi.console.seen import OWN
from noroshi.exchange.decisions import Decisions
from noroshi.exchange.variants import renamed
from noroshi.history import arrow
from noroshi.history.partition import Part, Told, parts, told
from noroshi.history.reading import HIGHEST, rows_of
from noroshi.node.node import Node, clock
from noroshi.node.why import law
from noroshi.words import ids
from noroshi.words import told as words
from noroshi.words.errors import NoroshiError
from noroshi.words.place import Place, snapped, wrap_lon
from noroshi.words.release import Release
from noroshi.words.time import FOREVER, MS, SECOND, floor
from noroshi.words.transform import Change, Identity, Position, Source, Time, Without, described

if TYPE_CHECKING:
    from noroshi.words.desk import Array

MOST: Final = 100_000
NAMES: Final = ("track", "mmsi", "t", "lat", "lon", "marks")
DEGREE: Final = 100_000
"""Units of a degree in what is told: 1.1 m."""


class Head(msgspec.Struct, frozen=True):
    """What stands before the columns: `of` how many positions there are in the stretch; `n` how
    many follow (what was told twice, once), every so many of each ship (1: all), from `t0` on, ms
    UTC; the ships, "" where none is named, and how many rows each has; sources that were looked at
    and, of those, withheld; the widest cell's radius."""

    of: int
    n: int
    every: int
    t0: int
    ships: tuple[str, ...]
    runs: tuple[int, ...]
    sources: int
    withheld: int
    radius_m: float
    transforms: tuple[words.Told, ...]


class Ask(NamedTuple):
    """Whose positions (None: the node's own), of [since, until), by the law of `at`, µs UTC."""

    party: str | None
    since: int | None = None
    until: int | None = None
    at: int | None = None


def positions(node: Node, ask: Ask, now: int, most: int = MOST) -> bytes:
    """A line of JSON (`Head`), padded to a multiple of four bytes; then seconds since `t0`,
    longitude and latitude in 1/`DEGREE`, each a column of `n` little-endian int32, row by row what
    is added to the row before. By ship and time."""
    since = -FOREVER if ask.since is None else ask.since
    until = FOREVER if ask.until is None else ask.until
    found = _Found()
    allowed = list(_allowed(node, ask, now, since, until, found))
    every = -(-sum(rows for _, _, rows in allowed) // most) or 1
    for part, release, _ in allowed:
        _take(node, part, release, (since, until), every, found)
    return _told(found, most, every)


class _Found:
    """What was collected: columns by file, ships by name, and what is said of it all."""

    def __init__(self) -> None:
        self.of = 0
        self.ships: dict[str, int] = {}
        self.columns: list[tuple[Array, Array, Array, Array]] = []
        self.sources: set[str] = set()
        self.withheld: set[str] = set()
        self.radius_m = 0.0
        self.transforms: dict[str, words.Told] = {}


def _allowed(
    node: Node, ask: Ask, now: int, since: int, until: int, found: _Found
) -> Iterable[tuple[Part, Release, int]]:
    """The files that the party sees something of, the decision, and rows that may be in time."""
    folder = node.settings.history
    own = ask.party is None or ask.party == node.party
    moment = now if ask.at is None else ask.at
    policy = law(node, moment, None, now=now)[2]
    decisions = Decisions(policy, node.party, ask.party or node.party, moment)
    for part in parts(folder, ask.since, ask.until):
        end = arrow.opened(part.path, ("t",))
        origin = told(end.meta, part.path)
        key = f"{origin.sha256} {origin.label.key()}"
        found.sources.add(key)
        release = OWN
        if not own:
            release = decisions.of(origin.label.key(), origin.label, "", origin.retrieved)
        if not release.permitted or any(isinstance(each, Without) for each in release.transforms):
            found.withheld.add(key)
            continue
        found.transforms.update((each.said(), each) for each in map(described, release.transforms))
        rows = sum(
            each.rows
            for each in end.groups
            if each.least.get("t", since) < until and each.most.get("t", since) >= since
        )
        if rows:
            yield part, release, rows


def _take(
    node: Node, part: Part, release: Release, stretch: tuple[int, int], every: int, found: _Found
) -> None:
    import numpy as np

    rows, origin = rows_of(part.path, NAMES, 0, HIGHEST)
    if rows is None:
        return
    keep = (rows["t"] >= stretch[0]) & (rows["t"] < stretch[1]) & (rows["marks"] >> 6 & 1 == 1)
    whose, t = rows["mmsi" if "mmsi" in rows else "track"][keep], rows["t"][keep]
    found.of += len(t)
    if not len(t):
        return
    first = np.append(True, whose[1:] != whose[:-1])
    nth = np.arange(len(t)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    some = np.flatnonzero((nth % every == 0) | np.append(first[1:], True))
    names, which = np.unique(whose[some], return_inverse=True)
    secret = node.keys.derive("variants")
    numbers = np.array(
        [
            found.ships.setdefault(
                _name(each, origin, release.transforms, secret), len(found.ships)
            )
            for each in names.tolist()
        ],
        np.int32,
    )
    lon, lat = (np.rint(rows[each][keep][some] / 6.0).astype(np.int32) for each in ("lon", "lat"))
    found.columns.append((numbers[which], *_changed(t[some], lon, lat, release.transforms, found)))


def _name(ship: int | str, origin: Told, transforms: tuple[Change, ...], secret: bytes) -> str:
    """The subject that findings about this ship have (`sea.state.subject_names`), as told."""
    if any(isinstance(each, Identity) for each in transforms):
        return ""
    if isinstance(ship, int):
        return f"mmsi:{ship:09}"
    name = f"track:{ids.sha256(origin.lineage.encode())[:8]}-{ship}"
    return renamed(name, secret) if any(isinstance(each, Source) for each in transforms) else name


def _changed(
    t: Array, lon: Array, lat: Array, transforms: tuple[Change, ...], found: _Found
) -> tuple[Array, Array, Array]:
    """The columns after the transforms: what is done to a finding's place and time, row by row."""
    import numpy as np

    for each in transforms:
        if isinstance(each, Position):
            both, back = np.unique(np.stack([lon, lat], 1), axis=0, return_inverse=True)
            cells = [
                snapped(Place(wrap_lon(x / DEGREE), y / DEGREE, 0.0), each.cell_m)
                for x, y in both.tolist()
            ]
            found.radius_m = max(found.radius_m, *(cell.radius_m for cell in cells))
            back = back.reshape(-1)
            lon = np.array([round(cell.lon * DEGREE) for cell in cells], np.int32)[back]
            lat = np.array([round(cell.lat * DEGREE) for cell in cells], np.int32)[back]
        elif isinstance(each, Time):
            instants, back = np.unique(t, return_inverse=True)
            t = np.array([floor(at, each.to) for at in instants.tolist()], np.int64)[back]
    return t, lon, lat


def _told(found: _Found, most: int, every: int) -> bytes:
    import numpy as np

    blank = (np.zeros(0, np.int32), np.zeros(0, np.int64), *2 * (np.zeros(0, np.int32),))
    ship, t, lon, lat = (
        np.concatenate(column) for column in zip(blank, *found.columns, strict=True)
    )
    order = np.lexsort((lat, lon, t, ship))
    rows = np.stack([ship[order], t[order], lon[order], lat[order]], 1)
    new = np.append(True, (rows[1:] != rows[:-1]).any(1))[: len(rows)]
    rows = rows[new]
    # Each ship's last ones came on top; only of very many ships that is too much.
    rows = rows[:: -(-len(rows) // (2 * most)) or 1]
    t0 = int(rows[:, 1].min()) // SECOND * SECOND if len(rows) else 0
    numbers, runs = np.unique(rows[:, 0], return_counts=True)
    names = list(found.ships)
    ships = tuple(names[int(each)] for each in numbers)
    head = Head(
        of=found.of,
        n=len(rows),
        every=every,
        t0=t0 // MS,
        ships=ships,
        runs=tuple(int(each) for each in runs),
        sources=len(found.sources),
        withheld=len(found.withheld),
        radius_m=found.radius_m,
        transforms=tuple(found.transforms.values()),
    )
    said = msgspec.json.encode(head)
    said += b" " * (-(len(said) + 1) % 4) + b"\n"
    columns = ((rows[:, 1] - t0) // SECOND, rows[:, 2], rows[:, 3])
    return said + b"".join(np.diff(each, prepend=0).astype("<i4").tobytes() for each in columns)


def main() -> int:
    """Write them to the standard output; the question is a line of JSON."""
    try:
        ask = msgspec.json.decode(sys.argv[2], type=Ask)
        with Node.open(Path(sys.argv[1])) as node:
            sys.stdout.buffer.write(positions(node, ask, clock()))
    except NoroshiError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
