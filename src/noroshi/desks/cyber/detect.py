"""The cyber desk: threat intelligence to records, logs and series to findings on what is protected.

What is found is a function of what is held, the node's records and its assets: the order in which
sources came, and how often, does not change it.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from noroshi.desks.cyber import intake, logs, parameters, seen, touched
from noroshi.desks.cyber.findings import VERSION
from noroshi.desks.cyber.read import read, sniff
from noroshi.desks.cyber.values import KNOWS, values_of
from noroshi.words.desk import (
    Columns,
    Context,
    Covered,
    Emit,
    Found,
    Query,
    Rejected,
    Restated,
    Source,
)
from noroshi.words.kind import Kind, load_kinds
from noroshi.words.record import Record
from noroshi.words.time import Span

if TYPE_CHECKING:
    from noroshi.desks.cyber.state import State

HEAD: Final = 65_536
"""Bytes of a source's beginning that decide its format."""


def _kinds() -> dict[str, Kind]:
    file = importlib.resources.files("noroshi.desks.cyber").joinpath("kinds.toml")
    return load_kinds(file.read_text("utf-8"), "desks/cyber/kinds.toml")


class CyberDesk:
    """`noroshi.words.desk.Desk` for threat intelligence, logs and series."""

    knows: tuple[str, ...] = KNOWS
    """Kinds of records that findings rest on: when they change, the desk looks again."""

    def __init__(self) -> None:
        self.name = "cyber"
        self.version = VERSION
        self.kinds: Mapping[str, Kind] = _kinds()
        self.queries: tuple[Query, ...] = (touched.QUERY, seen.QUERY)

    def parameters(self, table: Mapping[str, Any]) -> parameters.Parameters:
        """`[desk.cyber]`, checked."""
        return parameters.parameters(table)

    def values(self, record: Record) -> list[tuple[str, str]]:
        """(kind, value) by which a record is found among others (`values.values_of`)."""
        return values_of(record)

    def sniff(self, head: bytes, name: str) -> float:
        """How surely `head` is STIX, or another format of threat intelligence, or a series."""
        return max(sniff(head, name), intake.sniff(head), _series(head), logs.sniff(head))

    def read(self, source: Source) -> Iterator[Columns | Record | Restated | Rejected]:
        """The records or columns of a source, and what was rejected."""
        with source.open() as stream:
            head = stream.read(HEAD)
        others = intake.sniff(head), _series(head)
        if 0 < sniff(head, source.name) >= max(others):
            return read(source)
        if others[1] > others[0]:
            from noroshi.desks.cyber import series

            return series.read(source)
        if others[0] > 0:
            return intake.read(source, head)
        return logs.read(source, head)

    def start(self, context: Context) -> State:
        """An empty state."""
        from noroshi.desks.cyber.state import State

        return State(context)

    def fold(self, state: State, columns: Columns, watermark: int) -> tuple[State, list[Emit]]:
        """Takes `columns` in; findings come at the end."""
        if columns.kind == "series":
            from noroshi.desks.cyber import connectivity

            connectivity.take(state, columns)
        elif columns.kind == "log":
            from noroshi.desks.cyber import sightings

            sightings.take(state, columns)
        return state, []

    def late(self, head: bytes) -> bool:
        """Whether a source is to be read after others: a log, after what to look for in it."""
        return logs.sniff(head) >= max(sniff(head, ""), intake.sniff(head), _series(head))

    def account(self, state: State, source: Source) -> tuple[dict[str, int], dict[str, int]]:
        """(what a log told, in numbers, what of it could not be read by reason)."""
        log = state.logs.get(state.origin(source))
        return (log.told(), log.skipped) if log else ({}, {})

    def against(self, state: State) -> str:
        """Another text whenever reading a log again would tell otherwise."""
        return state.log_key

    def finish(self, state: State) -> list[Emit]:
        """All that holds now, and what could be seen."""
        from noroshi.desks.cyber import connectivity, named, sightings

        ours = state.ours
        named.look(state, ours)
        found = [
            *sightings.sightings(state),
            *connectivity.found(state, ours),
            *named.named(state),
        ]
        emits: list[Emit] = [
            Found(each) for each in sorted(found, key=lambda each: (each.span.t0, each.id))
        ]
        emits += [
            Covered("connectivity_loss", asset, Span(since, until), 1.0)
            for asset, since, until in connectivity.covered(state, ours)
        ]
        emits += [
            Covered("sighting", where, Span(since, until), 1.0)
            for where, since, until in sightings.covered(state)
        ]
        return emits

    def dump(self, state: State) -> bytes:
        """The state as bytes, with what the node's records name now."""
        from noroshi.desks.cyber import named, sightings
        from noroshi.desks.cyber import state as states

        named.look(state, state.ours)
        sightings.forget(state)
        return states.dump(state, self.version)

    def load(self, data: bytes, context: Context) -> State | None:
        """What `dump` of this version wrote, else None."""
        from noroshi.desks.cyber import state as states

        return states.load(data, context, self.version)


def _series(head: bytes) -> float:
    """As `series.sniff`, which needs numpy, asked only where its words stand."""
    if b"datasource" not in head[:4096]:
        return 0.0
    from noroshi.desks.cyber import series

    return series.sniff(head)
