"""The cyber desk: it reads records and, for now, makes no findings of its own.

Its records are the intelligence of others. Detectors over them come with the correlation of the
picture; until then `fold` keeps no state and emits nothing.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from noroshi.desks.cyber import intake
from noroshi.desks.cyber.read import read, sniff
from noroshi.words.desk import Columns, Context, Emit, Query, Rejected, Restated, Source
from noroshi.words.errors import BadInput
from noroshi.words.kind import Kind, load_kinds
from noroshi.words.record import Record


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[desk.cyber]`: there is nothing to set yet."""


class State(msgspec.Struct, frozen=True):
    """Nothing is carried from one source to the next."""


NOTHING: Final = State()

HEAD: Final = 65_536
"""Bytes of a source's beginning that decide its format."""


def _kinds() -> dict[str, Kind]:
    file = importlib.resources.files("noroshi.desks.cyber").joinpath("kinds.toml")
    return load_kinds(file.read_text("utf-8"), "desks/cyber/kinds.toml")


class CyberDesk:
    """`noroshi.words.desk.Desk` for STIX 2.0 and 2.1."""

    def __init__(self) -> None:
        self.name = "cyber"
        self.version = "1"
        self.kinds: Mapping[str, Kind] = _kinds()
        self.queries: tuple[Query, ...] = ()

    def parameters(self, table: Mapping[str, Any]) -> Parameters:
        """The settings of `[desk.cyber]`; `BadInput` for any key, as there are none."""
        try:
            return msgspec.convert(table, Parameters)
        except msgspec.ValidationError as problem:
            raise BadInput("[desk.cyber]", str(problem), expected="no keys") from problem

    def sniff(self, head: bytes, name: str) -> float:
        """How surely `head` is STIX (see `read.sniff`) or another format of threat intelligence."""
        return max(sniff(head, name), intake.sniff(head))

    def read(self, source: Source) -> Iterator[Columns | Record | Restated | Rejected]:
        """The records of a source, and what was rejected."""
        with source.open() as stream:
            head = stream.read(HEAD)
        if intake.sniff(head) > sniff(head, source.name):
            return intake.read(source, head)
        return read(source)

    def start(self, context: Context) -> State:
        """A new state."""
        return NOTHING

    def fold(self, state: State, columns: Columns, watermark: int) -> tuple[State, list[Emit]]:
        """Nothing: STIX has no columns."""
        return state, []

    def finish(self, state: State) -> list[Emit]:
        """Nothing remains."""
        return []

    def dump(self, state: State) -> bytes:
        """The empty state, with the version that wrote it."""
        return self.version.encode()

    def load(self, data: bytes, context: Context) -> State | None:
        """The state of this version; None for another's."""
        return NOTHING if data == self.version.encode() else None
