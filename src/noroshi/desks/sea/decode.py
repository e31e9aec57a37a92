"""AIS logs by the compiled kernels: chunks of bytes to columns, no object per message.

`Decoder` is `nmea.Reader`, its twin in plain Python, to the last row and the last reason, for any
chunking; its state can be put by and taken up again.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import numpy as np

from noroshi.desks.sea import sentence
from noroshi.desks.sea.fragments import missing
from noroshi.desks.sea.kernels import jit, layout, scan
from noroshi.desks.sea.nmea import KEPT
from noroshi.words.desk import Columns, Rejected
from noroshi.words.evidence import ByteRange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedIOBase
    from typing import IO

    from noroshi.words.desk import Array, Source

CHUNK: Final = 1 << 18
"""Bytes read at once."""

_Dumped = tuple[str, int, bytes, bytes]

_KEPT_BYTES: Final[int] = cast("Any", layout.MEMORY.fields)["positions"][1]
"""Of the memory: all before the rows out."""


class Decoder:
    """Reads one log; parts wait for `patience` lines."""

    def __init__(self, source: Source, patience: int) -> None:
        self._source, self._patience = source, patience
        self._memory = layout.memory()
        self._text = np.empty(CHUNK + layout.LONGEST_LINE, dtype=np.uint8)
        self._held = self._base = 0

    def feed(self, data: bytes | memoryview, final: bool = False) -> Iterator[Columns | Rejected]:
        """Takes the bytes that follow those before; yields the rows of each batch that is full,
        and what could not be read. `final`: nothing follows."""
        at = 0
        while True:
            taken = min(len(data) - at, len(self._text) - self._held)
            self._text[self._held : self._held + taken] = np.frombuffer(
                data[at : at + taken], np.uint8
            )
            self._held += taken
            at += taken
            yield from self._scan(final and at == len(data))
            if at == len(data):
                break
        if final:
            scan.close(self._memory)
            yield from self._rejected()

    def pull(self, stream: IO[bytes]) -> Iterator[Columns | Rejected]:
        """Takes all that a stream holds, as `feed` would."""
        into = cast("BufferedIOBase", stream)
        room = self._text.data
        while many := into.readinto(room[self._held : self._held + CHUNK]):
            self._held += many
            yield from self._scan(final=False)

    def take(self) -> Iterator[Columns]:
        """The rows gathered so far; nothing for a kind without rows."""
        memory = self._memory[0]
        for kind, columns in _COLUMNS.items():
            many = int(memory[f"{kind}s"])
            if many:
                yield Columns(kind, self._source, columns(memory[kind], many))
                memory[f"{kind}s"] = 0

    def dump(self) -> bytes:
        """All that the lines so far leave behind, to go on later: the clock, parts that wait, what
        vessels said, and a line that is not complete. Rows not taken are not among it."""
        kept = self._memory.view(np.uint8)[:_KEPT_BYTES].tobytes()
        held = self._text[: self._held].tobytes()
        digest = jit.KERNELS.digest()
        return msgspec.msgpack.encode((digest, self._base, held, zlib.compress(kept, 1)))

    @classmethod
    def load(cls, source: Source, patience: int, data: bytes) -> Decoder | None:
        """A decoder that goes on where the dumped one was; None where another version, or nothing
        of ours, wrote `data`: read again from the start."""
        try:
            digest, base, held, kept = msgspec.msgpack.decode(data, type=_Dumped)
            memory = zlib.decompress(kept)
        except (msgspec.DecodeError, zlib.error):
            return None
        if digest != jit.KERNELS.digest() or len(memory) != _KEPT_BYTES:
            return None
        made = cls(source, patience)
        made._memory.view(np.uint8)[:_KEPT_BYTES] = np.frombuffer(memory, np.uint8)
        made._text[: len(held)] = np.frombuffer(held, np.uint8)
        made._base, made._held = base, len(held)
        return made

    def _scan(self, final: bool) -> Iterator[Columns | Rejected]:
        done = 0
        while done < self._held:
            text = self._text[done:]
            read = scan.scan(
                text, self._held - done, self._base, final, self._patience, self._memory
            )
            yield from self._rejected(text)
            self._base += read
            done += read
            if self._full():
                yield from self.take()
            elif read == 0:
                break
        self._text[: self._held - done] = self._text[done : self._held].copy()
        self._held -= done

    def _full(self) -> bool:
        memory = self._memory[0]
        return any(memory[f"{kind}s"] >= layout.BATCH for kind in _COLUMNS)

    def _rejected(self, text: Array | None = None) -> Iterator[Rejected]:
        memory = self._memory[0]
        many = int(memory["rejected"])
        memory["rejected"] = 0
        for row in memory["reject"][:many].tolist() if many else ():
            start, end, lon, lat, code, first, second = row
            raw = b""
            if code != layout.LOST and text is not None:
                raw = text[start - self._base : end - self._base].tobytes().strip()
            reason = _reason(code, raw, first, second, lon, lat)
            yield Rejected(self._source.name, ByteRange(start, end - start), reason, raw[:KEPT])


def read(source: Source, patience: int) -> Iterator[Columns | Rejected]:
    """Batches of up to `layout.BATCH` rows, and what could not be read, in order."""
    decoder = Decoder(source, patience)
    with source.open() as stream:
        yield from decoder.pull(stream)
    yield from decoder.feed(b"", final=True)
    yield from decoder.take()


def _reason(code: int, raw: bytes, first: int, second: int, lon: float, lat: float) -> str:
    """What `nmea.Reader` says of it."""
    if code == layout.LINE:
        try:
            sentence.parse(sentence.split_tag(raw)[1])
        except ValueError as problem:
            return str(problem)
    return {
        layout.LINE: "unreadable line",
        layout.EMPTY: "empty payload",
        layout.NOT_SIX_BIT: "unreadable payload: not six-bit text",
        layout.NO_TYPE: f"no such message type: {first}",
        layout.TRUNCATED: f"truncated payload: {first} bits of type {second}",
        layout.NOWHERE: f"impossible position: longitude {lon}, latitude {lat}",
        layout.NO_PART: f"impossible part {first} of type 24",
        layout.LOST: missing(first, second),
    }[code]


def _positions(columns: Any, many: int) -> dict[str, Array]:
    return {
        name: columns[name][:many].astype(np.bool_ if name in _FLAGS else columns[name].dtype)
        for name in columns.dtype.names
    }


_FLAGS: Final = ("accurate", "sound")


def _statics(table: Array, many: int) -> dict[str, Array]:
    rows = table[:many]
    columns = {name: rows[name].copy() for name in ("mmsi", "t", "start", "length")}
    columns["imo"], columns["eta"] = rows["imo"].astype("i8"), rows["eta"].copy()
    columns["ship_type"] = rows["ship_type"].copy()
    columns["draught_m"] = (rows["draught_dm"] / 10.0).astype("f4")
    for name in ("length_m", "width_m"):
        columns[name] = rows[name].astype("f4")
    for name in ("name", "callsign", "destination"):
        columns[name] = _letters(rows[name])
    return columns


def _letters(rows: Array) -> Array:
    """Shape (n, k) of zero-padded bytes as text."""
    many = rows.shape[1]
    return np.ascontiguousarray(rows).view(f"S{many}").ravel().astype(f"U{many}")


def _messages(table: Array, many: int) -> dict[str, Array]:
    return {name: table[name][:many].copy() for name in table.dtype.names or ()}


_COLUMNS: Final[dict[str, Any]] = {
    "position": _positions,
    "static": _statics,
    "message": _messages,
}
