"""What the space desk holds between batches: every element set once, who is who, and messages.

Nothing depends on how the input was cut or ordered: of two sets of one object and epoch, and of two
names, the one is kept that its own values and its source's hash put last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from noroshi.desks.space.elements import DTYPE
from noroshi.words import ids
from noroshi.words.evidence import ByteRange, Evidence, JsonPointer, Locator, Row
from noroshi.words.finding import Reliability
from noroshi.words.label import Label
from noroshi.words.time import Span

if TYPE_CHECKING:
    from noroshi.words.desk import Array, Columns, Context, Source

HELD = np.dtype([*((name, DTYPE[name]) for name in DTYPE.names or ()), ("source", "i4")])


class Origin(msgspec.Struct, frozen=True, order=True):
    """A source without its bytes: what evidence must say of it."""

    sha256: str
    name: str
    lineage: str
    retrieved: int
    reliability: Reliability
    owner: str
    label: Label

    def evidence(self, at: Locator) -> Evidence:
        """A place in it."""
        return Evidence(self.name, self.lineage, self.retrieved, self.sha256, at, self.label)


class Known(msgspec.Struct, frozen=True, order=True):
    """What is said of an object, the longest known text of each: name, designator, type, owner."""

    name: str = ""
    cospar: str = ""
    type: str = ""
    owner: str = ""


class Received(msgspec.Struct, frozen=True, order=True):
    """A conjunction message as JSON, and where it stands."""

    body: str
    source: int
    place: int
    length: int


class Emitted(msgspec.Struct, frozen=True):
    """What was last told of a finding."""

    sha256: str
    kind: str
    subjects: tuple[str, ...]
    span: Span


class State:
    """Mutable, one per run."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.origins: dict[Origin, int] = {}
        self.known: dict[int, Known] = {}
        self.messages: set[Received] = set()
        self.emitted: dict[str, Emitted] = {}
        self.detected_at = 0
        self._table = np.empty(0, HELD)
        self._pending: list[Array] = []

    def take(self, columns: Columns) -> None:
        """Add a batch of kind `elements`, `satcat` or `cdm`; another is not ours to judge."""
        if columns.kind not in ("elements", "satcat", "cdm"):
            return
        source = self._origin(columns.source)
        if columns.kind == "cdm":
            places = (columns.arrays[name].tolist() for name in ("body", "place", "length"))
            self.messages |= {
                Received(body, source, at, n) for body, at, n in zip(*places, strict=True)
            }
            return
        self._names(columns.arrays)
        if columns.kind == "elements":
            rows = np.empty(len(columns.arrays["norad"]), HELD)
            for name in DTYPE.names or ():
                rows[name] = columns.arrays[name]
            rows["source"] = source
            self._pending.append(rows)

    def table(self) -> Array:
        """The held sets, one per object and epoch, sorted by (object, epoch)."""
        if self._pending:
            rows = np.concatenate([self._table, *self._pending])
            self._pending = []
            order = {number: origin.sha256 for origin, number in self.origins.items()}
            rank = np.argsort(np.argsort([order[n] for n in range(len(order))], kind="stable"))
            sha = rank[rows["source"]] if len(rank) else np.zeros(len(rows), "i8")
            keys = ("length", "place", "ndot", "bstar", "m", "argp", "node", "i", "e", "n")
            at = np.lexsort([*(rows[k] for k in keys[:2]), sha, *(rows[k] for k in keys[2:]),
                             rows["epoch"], rows["norad"]])  # fmt: skip
            rows = rows[at]
            last = np.ones(len(rows), bool)
            last[:-1] = (np.diff(rows["norad"]) != 0) | (np.diff(rows["epoch"]) != 0)
            self._table = rows[last]
        return self._table

    def restore(self, table: Array) -> None:
        """Put a held table in place of this one."""
        self._table, self._pending = table, []

    def evidence(self, row: Any) -> Evidence:
        """Where one held set stands."""
        return self.at(int(row["source"]), int(row["place"]), int(row["length"]))

    def at(self, source: int, place: int, length: int) -> Evidence:
        """A place in a source by its number."""
        return self._sources()[source].evidence(locator(place, length))

    def reliability(self, source: int) -> Reliability:
        """Of a source by its number."""
        return self._sources()[source].reliability

    def _sources(self) -> list[Origin]:
        return list(self.origins)

    def _names(self, arrays: Any) -> None:
        texts = [arrays[name].tolist() for name in ("norad", "name", "cospar", "type", "owner")]
        for number, *said in zip(*texts, strict=True):
            before = self.known.get(number)
            new = Known(*said)
            if before is None:
                self.known[number] = new
            elif before != new:
                pairs = zip(msgspec.structs.astuple(before), said, strict=True)
                self.known[number] = Known(
                    *(max(pair, key=lambda t: (len(t), t)) for pair in pairs)
                )

    def _origin(self, source: Source) -> int:
        origin = Origin(source.sha256, source.name, source.lineage, source.retrieved,
                        source.reliability, source.owner, source.label)  # fmt: skip
        return self.origins.setdefault(origin, len(self.origins))


def locator(place: int, length: int) -> Locator:
    """The two numbers that columns keep as a locator."""
    if length > 0:
        return ByteRange(place, length)
    return Row(place) if length == 0 else JsonPointer(f"/{place}")


class _Saved(msgspec.Struct, frozen=True):
    tag: tuple[str, str, str, str]
    origins: list[Origin]
    known: dict[int, Known]
    messages: list[Received]
    emitted: dict[str, Emitted]
    table: bytes


def dump(state: State, version: str) -> bytes:
    """`state`, to be loaded by the same version under the same parameters and party."""
    saved = _Saved(_tag(state.context, version), list(state.origins), state.known,
                   sorted(state.messages), state.emitted, state.table().tobytes())  # fmt: skip
    return msgspec.msgpack.encode(saved)


def load(data: bytes, context: Context, version: str) -> State | None:
    """The state that `dump` wrote; None for anything else: fold again."""
    try:
        saved = msgspec.msgpack.decode(data, type=_Saved)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    if saved.tag != _tag(context, version):
        return None
    state = State(context)
    state.origins = {origin: number for number, origin in enumerate(saved.origins)}
    state.known, state.messages, state.emitted = saved.known, set(saved.messages), saved.emitted
    state.restore(np.frombuffer(saved.table, HELD).copy())
    return state


def _tag(context: Context, version: str) -> tuple[str, str, str, str]:
    return ("noroshi-space", version, context.party, context.params_sha256)


def digest(row: Any) -> str:
    """What names an element set: the first 16 digits of the hash of its numbers."""
    numbers = [float(row[name]) for name in ("n", "e", "i", "node", "argp", "m", "bstar")]
    return ids.sha256(ids.canonical([int(row["norad"]), int(row["epoch"]), *numbers]))[:16]
