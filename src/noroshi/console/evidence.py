"""Evidence opened again: the rows that a finding rests on, out of what is kept in bulk.

Run as a process of its own (`python -m noroshi.console.evidence FOLDER ID`), because it reads
columns and what serves never does. A row counts as evidence only where its keyed hash is one of
those in the finding; the others are the track on which it lies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from noroshi.feeds.files import open_path, walk
from noroshi.node.node import Node
from noroshi.words import ids
from noroshi.words.desk import Source
from noroshi.words.errors import BadInput, NoroshiError, Refused
from noroshi.words.evidence import ByteRange, Evidence, Row
from noroshi.words.stix import FindingBody, body_of, item_hash
from noroshi.words.time import HOUR, format_instant
from noroshi.words.told import Told, told

if TYPE_CHECKING:
    from noroshi.words.desk import Columns

MOST: Final = 2_000
"""Points of a track; of a longer one every so many."""
LINE_MOST: Final = 2_000
"""Bytes of a raw line."""
FILE_MOST: Final = 512 << 20
FILES: Final = 10_000
"""Files of the folder that are looked at."""
ROOM: Final = HOUR
"""How much of the track before and after is shown, µs."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of a source that the finding rests on. `raw` is the line itself, where the file is
    still in the node's folder with the same hash."""

    source: str
    lineage: str
    sha256: str
    place: Told
    retrieved: str
    at: str
    lon: float
    lat: float
    sog_kn: float | None = None
    cog_deg: float | None = None
    raw: str | None = None


class Track(msgspec.Struct, frozen=True):
    """Where a subject of the finding was about its time: ms UTC, degrees, in order."""

    subject: str
    points: tuple[tuple[int, float, float], ...]


class Opened(msgspec.Struct, frozen=True):
    """The items that could be opened, of how many, and the tracks about them."""

    of: int
    items: tuple[Item, ...]
    tracks: tuple[Track, ...]


def opened(node: Node, id: str) -> Opened:
    """The evidence of a finding, as far as it is kept. `Refused` where there is no such finding."""
    record = node.store.record(id)
    body = None if record is None else body_of(record.raw)
    if body is None:
        raise Refused(f"no finding {id!r}")
    hashes = frozenset(body.evidence)
    items: list[tuple[Item, ByteRange | Row]] = []
    tracks: dict[str, list[tuple[int, float, float]]] = {}
    for subject, columns, keep in _rows(node, body):
        source, arrays = columns.source, columns.arrays
        for i in keep:
            at = int(arrays["t"][i])
            tracks.setdefault(subject, []).append(
                (at // 1000, float(arrays["lon"][i]), float(arrays["lat"][i]))
            )
            if not body.span.t0 <= at < body.span.t1 + 1:
                continue
            locator = _locator(arrays, i)
            if _hash(id, source, locator, node.keys.salt) in hashes:
                items.append((_item(source, arrays, i, locator), locator))
    raw = dict(_raw(node, items))
    return Opened(
        len(hashes),
        tuple(msgspec.structs.replace(item, raw=raw.get(n)) for n, (item, _) in enumerate(items)),
        tuple(_track(subject, points) for subject, points in tracks.items()),
    )


def _track(subject: str, points: list[tuple[int, float, float]]) -> Track:
    step = -(-len(points) // MOST) or 1
    return Track(subject, tuple(sorted(points)[::step]))


def _rows(node: Node, body: FindingBody) -> Iterator[tuple[str, Columns, list[int]]]:
    """Each of the finding's subjects with stored positions about its time and the rows' numbers."""
    import numpy as np

    from noroshi.history.partition import parts
    from noroshi.history.reading import positions

    since, until = body.span.t0 - ROOM, body.span.t1 + ROOM
    folder = node.settings.history
    if not folder.is_dir():
        return
    files = parts(folder, since, until)
    for subject in body.subjects:
        scheme, _, value = subject.partition(":")
        if scheme == "mmsi" and value.isdecimal() and value.isascii():
            for columns in positions(files, since, until, int(value), int(value) + 1):
                yield subject, columns, list(range(len(columns.arrays["t"])))
        elif scheme == "track":
            origin, _, name = value.partition("-")
            for columns in positions(files, since, until, 0, 1):
                held = columns.arrays.get("track")
                if held is not None and _origin(columns.source) == origin:
                    found: list[int] = np.flatnonzero(held.astype(str) == name).tolist()
                    yield subject, columns, found


def _origin(source: Source) -> str:
    """How the sea desk tells tracks of one origin from another's (`sea.state.subject_names`)."""
    return ids.sha256(source.lineage.encode())[:8]


def _locator(arrays: Mapping[str, Any], i: int) -> ByteRange | Row:
    if "row" in arrays:
        return Row(int(arrays["row"][i]))
    return ByteRange(int(arrays["start"][i]), int(arrays["length"][i]))


def _hash(id: str, source: Source, locator: ByteRange | Row, salt: bytes) -> str:
    """The keyed hash that the finding has of this row, if it rests on it."""
    item = Evidence(
        source.name, source.lineage, source.retrieved, source.sha256, locator, source.label
    )
    return item_hash(id, item, salt)


def _item(source: Source, arrays: Mapping[str, Any], i: int, locator: ByteRange | Row) -> Item:
    def given(name: str) -> float | None:
        value = float(arrays[name][i])
        return value if value == value else None  # NaN: not given

    place = (
        told("row {n}", n=str(locator.row)) if isinstance(locator, Row)
        else told("byte {n}", n=str(locator.start))
    )  # fmt: skip
    return Item(
        source=source.name,
        lineage=source.lineage,
        sha256=source.sha256,
        place=place,
        retrieved=format_instant(source.retrieved),
        at=format_instant(int(arrays["t"][i])),
        lon=float(arrays["lon"][i]),
        lat=float(arrays["lat"][i]),
        sog_kn=given("sog_kn"),
        cog_deg=given("cog_deg"),
    )


def _raw(node: Node, items: list[tuple[Item, ByteRange | Row]]) -> Iterator[tuple[int, str]]:
    """(number of the item, its line), of files that are still there as they were read."""
    wanted = {item.source.partition("!")[0] for item, _ in items}
    for n, path in enumerate(walk([node.settings.folder])):
        if n >= FILES:
            return
        if path.name not in wanted or not path.is_file() or path.stat().st_size > FILE_MOST:
            continue
        try:
            parts = [each for each in open_path(path, FILE_MOST) if not isinstance(each, BadInput)]
        except BadInput:
            continue
        for part in parts:
            due = [k for k, (item, _) in enumerate(items) if item.sha256 == part.sha256]
            if due:
                with part.open() as stream:
                    yield from _lines(stream, [(k, items[k][1]) for k in due])


def _lines(stream: IO[bytes], due: list[tuple[int, ByteRange | Row]]) -> Iterator[tuple[int, str]]:
    rows = {locator.row: k for k, locator in due if isinstance(locator, Row)}
    for k, locator in due:
        if isinstance(locator, ByteRange):
            stream.seek(locator.start)
            raw = stream.read(min(locator.length, LINE_MOST))
            yield k, raw.decode("utf-8", "replace").rstrip("\r\n")
    if rows:
        stream.seek(0)
        # The first line of a table names its columns, and row 1 is the second; of JSON lines none
        # does (`words.evidence.Row`).
        first = 1 if stream.read(1) in (b"{", b"[") else 0
        stream.seek(0)
        for number, line in enumerate(stream, first):
            if number in rows:
                yield rows[number], line[:LINE_MOST].decode("utf-8", "replace").rstrip("\r\n")
            if number >= max(rows):
                return


def main() -> int:
    """Print what is opened as JSON."""
    try:
        with Node.open(Path(sys.argv[1])) as node:
            sys.stdout.buffer.write(msgspec.json.encode(opened(node, sys.argv[2])))
    except NoroshiError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
