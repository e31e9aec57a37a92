"""The Desk protocol: how a domain turns feeds into findings. Third parties implement exactly this.

A desk imports `noroshi.words` and nothing else of ours. It does no I/O, reads no clock and knows
no store: `feeds` opens sources, `detect` folds columns, the node stores what is emitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

import msgspec

from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.evidence import Locator
from noroshi.words.finding import Finding, Measure, Reliability
from noroshi.words.kind import Kind
from noroshi.words.label import Label
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.time import Span

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]


class ClockOffset(msgspec.Struct, frozen=True):
    """How far a clock that stamped times of a source is ahead of UTC: that of `station`, "" where
    none is named. `ahead` µs (behind: negative), `spread` its median absolute deviation in µs, by
    so many `messages`, known `by` what. `off`: worth telling. `applied`: times are read with it
    taken off."""

    station: str
    ahead: int
    spread: int
    messages: int
    by: str
    off: bool
    applied: bool


class Source(msgspec.Struct, frozen=True):
    """One source, already uncompressed, that `open` opens at its start as often as asked.

    `name` is what people call it, `lineage` its origin, `retrieved` µs UTC, `sha256` of the whole
    uncompressed bytes, `label` the declared default of what is unmarked, `owner` this node's party,
    `clocks` what is known of the clocks in it.
    """

    name: str
    lineage: str
    retrieved: int
    sha256: str
    label: Label
    owner: str
    reliability: Reliability
    open: Callable[[], IO[bytes]]
    clocks: tuple[ClockOffset, ...] = ()


class Columns(msgspec.Struct, frozen=True):
    """Named arrays of one length, in source order. `kind` says which columns to expect.

    Locators stay columns too: `start` and `length` (bytes) or `row`.
    """

    kind: str
    source: Source
    arrays: Mapping[str, Array]


class Rejected(msgspec.Struct, frozen=True):
    """A part of a source that could not be read: kept aside with its place and its reason."""

    source: str
    locator: Locator
    reason: str
    raw: bytes = b""


class Named(msgspec.Struct, frozen=True):
    """A file that a desk's parameters name; `open` opens it at its start, uncompressed."""

    name: str
    sha256: str
    open: Callable[[], IO[bytes]]


class Known(Protocol):
    """What a node knows besides the sources that a desk is given: records of every origin, and
    files that the desk's parameters name. Read only when it is asked for."""

    @property
    def folder(self) -> Path:
        """Where the desk may keep what it can make again; there may be no such folder yet."""
        ...

    def digest(self, kinds: Sequence[str]) -> str:
        """Another text whenever other records of these kinds live."""
        ...

    def records(self, kinds: Sequence[str], after: int = 0) -> Iterator[tuple[int, Record]]:
        """The latest versions of records of these kinds that live, with their numbers."""
        ...

    def record(self, id: str) -> Record | None:
        """The latest version of a record; None where it does not live."""
        ...

    def files(self, patterns: Sequence[str]) -> Sequence[Named]:
        """The files that the patterns name, relative to the node's folder. Raises `BadInput`."""
        ...


class Restated(msgspec.Struct, frozen=True):
    """A record of a source that does not say when its pieces changed: it is a new version only
    where the piece reads otherwise than the one that this node has (`words.origin`)."""

    record: Record


class Context(msgspec.Struct, frozen=True):
    """What a desk may know: who it works for, what is protected, and its parameters; of a node that
    has records, those as well."""

    party: str
    assets: AssetGraph
    kinds: Mapping[str, Kind]
    parameters: Any
    params_sha256: str
    known: Known | None = None

    @property
    def zones(self) -> tuple[Asset, ...]:
        """The assets that are areas to watch, by id."""
        return tuple(each for _, each in sorted(self.assets.assets.items()) if each.kind == "zone")


class Found(msgspec.Struct, frozen=True, tag=True):
    """A finding, with `version` 0: the node sets it when it stores."""

    finding: Finding


class Retract(msgspec.Struct, frozen=True, tag=True):
    """An earlier finding no longer holds, or was moved to `replaced_by`."""

    id: str
    reason: str
    replaced_by: str | None = None


class Covered(msgspec.Struct, frozen=True, tag=True):
    """Where and when the desk was able to see `kind`: negative evidence counts only here."""

    kind: str
    where: str
    span: Span
    quality: float


Emit = Found | Retract | Covered


class Held(Protocol):
    """A live finding as the node keeps it, to read. Instants are µs UTC."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def t0(self) -> int: ...
    @property
    def t1(self) -> int: ...
    @property
    def subjects(self) -> tuple[str, ...]: ...
    @property
    def assets(self) -> tuple[str, ...]: ...
    @property
    def measures(self) -> dict[str, Measure]: ...
    @property
    def reliability(self) -> str: ...
    @property
    def credibility(self) -> int: ...


class Ask(Protocol):
    """What a query may read of its node: assets, and live findings that meet [since, until)."""

    def assets(self) -> AssetGraph:
        """The assets of the node and their edges."""
        ...

    def findings(
        self,
        kind: str,
        since: int | None = None,
        until: int | None = None,
        asset: str | None = None,
    ) -> Sequence[Held]:
        """Live findings of a kind, by start; only those at `asset` where it is given."""
        ...


class Told(msgspec.Struct, frozen=True):
    """What a party may have of a record: the decision, and it in words for who owns the record."""

    party: str
    release: Release
    text: str


class Posted(msgspec.Struct, frozen=True):
    """A record that has a value. `at` is when this node had it first (µs UTC)."""

    record: Record
    at: int


class AskKept(Ask, Protocol):
    """A node that also keeps what its sources hold in bulk."""

    def context(self, desk: str) -> Context:
        """What the desk may know here."""
        ...

    def told(self, record: str, party: str) -> Told:
        """What the party may have of the record now. Raises `BadInput` for no such party."""
        ...

    def posted(self, values: Sequence[tuple[str, str]]) -> tuple[Sequence[Posted], int]:
        """The live records that have one of `values`, each (kind, value), in the order they came,
        and how many more versions do."""
        ...

    def kept(
        self, since: int, until: int, box: tuple[float, float, float, float]
    ) -> Iterator[Columns]:
        """Positions in [since, until) in and about a box (west, south, east, north in degrees,
        not across the antimeridian), and what their ships said of themselves."""
        ...


class Option(msgspec.Struct, frozen=True):
    """What a query is asked with, as text: an argument by its place where it is `positional`, else
    an option by its name. Without `default` it may be left out only if `required` is False."""

    name: str
    help: str
    default: str | None = None
    required: bool = False
    positional: bool = False


class Answer(msgspec.Struct, frozen=True):
    """A query's answer: `value` for programs; for people a table (heading, right-aligned) and lines
    before and after it."""

    value: Any
    before: tuple[str, ...] = ()
    columns: tuple[tuple[str, bool], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()


class Query(msgspec.Struct, frozen=True):
    """A verb of the desk's own for CLI and API (`noroshi sea crossed`). `run` gets what it may read
    and the options by name, None for what was not given; it raises `BadInput` for what it cannot
    understand. `examples` are what follows the verb on a command line."""

    name: str
    help: str
    run: Callable[[AskKept, Mapping[str, str | None]], Answer]
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()


class Desk(Protocol):
    """`name`, `version`, `kinds`, and one kernel for batch and live: `fold` over columns.

    Findings carry `version` as their `detector_version`, and the context's `params_sha256`: what
    other versions or parameters found is theirs, and not taken back by these.
    The live set of findings is the same for any chunking, order or duplication of the columns
    that `fold` is given, once `finish` was called.
    """

    name: str
    version: str
    kinds: Mapping[str, Kind]
    queries: tuple[Query, ...]

    def parameters(self, table: Mapping[str, Any]) -> Any:
        """The desk's `[desk.NAME]` settings, checked; raises `BadInput` on an unknown key."""
        ...

    def sniff(self, head: bytes, name: str) -> float:
        """How surely this desk reads a source that starts with `head` (0 to 1)."""
        ...

    def read(self, source: Source) -> Iterator[Columns | Record | Restated | Rejected]:
        """The source as columns, records and rejected parts, in order, never raising for a row."""
        ...

    def start(self, context: Context) -> Any:
        """A new state."""
        ...

    def fold(self, state: Any, columns: Columns, watermark: int) -> tuple[Any, list[Emit]]:
        """The state after `columns`, and what is certain once no row before `watermark` follows."""
        ...

    def finish(self, state: Any) -> list[Emit]:
        """What remains when the input has ended."""
        ...

    def dump(self, state: Any) -> bytes:
        """The state as bytes, to be loaded by the same version of the desk."""
        ...

    def load(self, data: bytes, context: Context) -> Any:
        """The state that `dump` wrote; None when it is of another version (fold again)."""
        ...


def detect(desk: Desk, context: Context, columns: Iterable[Columns]) -> Iterator[Emit]:
    """Everything that `desk` finds in `columns`: start, fold, finish — the batch form."""
    state = desk.start(context)
    for each in columns:
        state, emits = desk.fold(state, each, 0)
        yield from emits
    yield from desk.finish(state)
