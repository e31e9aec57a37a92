"""The space desk itself: reading, folding and what it emits, by `words.desk.Desk`.

What is held decides everything: findings are computed over all that is held, at `finish`, and what
was emitted before and no longer holds is retracted.
"""

from __future__ import annotations

import functools
import importlib.resources
from typing import TYPE_CHECKING, Any

from noroshi.desks.space import parameters as settings
from noroshi.words.desk import Found, Query, Retract
from noroshi.words.ids import canonical, sha256
from noroshi.words.kind import Kind, load_kinds
from noroshi.words.time import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Columns, Context, Emit, Rejected, Source


class Space:
    """Orbits of everything that is tracked, to what meets, moved, keeps company or comes down."""

    name = "space"
    version = "5"
    queries: tuple[Query, ...] = ()

    @functools.cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Of `kinds.toml`, by name."""
        file = importlib.resources.files("noroshi.desks.space") / "kinds.toml"
        return load_kinds(file.read_text(encoding="utf-8"), "noroshi/desks/space/kinds.toml")

    def parameters(self, table: Mapping[str, Any]) -> Parameters:
        """`[desk.space]`, checked."""
        return settings.parameters(table)

    def sniff(self, head: bytes, name: str) -> float:
        """How surely `head` begins elements, a conjunction message or a SATCAT table."""
        from noroshi.desks.space import fields

        return fields.sniff(head)

    def read(self, source: Source) -> Iterator[Columns | Rejected]:
        """Columns of kind `elements`, `cdm` and `satcat`, and what could not be read."""
        from noroshi.desks.space import read

        return read.read(source)

    def start(self, context: Context) -> State:
        """An empty state."""
        from noroshi.desks.space.state import State

        return State(context)

    def fold(self, state: State, columns: Columns, watermark: int) -> tuple[State, list[Emit]]:
        """Takes `columns` in. With a watermark, what is found now, once a day of it."""
        state.take(columns)
        if watermark < state.detected_at + DAY:
            return state, []
        state.detected_at = watermark
        return state, self._emits(state)

    def finish(self, state: State) -> list[Emit]:
        """All that holds and was not emitted yet, and the end of what no longer holds."""
        return self._emits(state)

    def dump(self, state: State) -> bytes:
        """The state as bytes."""
        from noroshi.desks.space.state import dump

        return dump(state, self.version)

    def load(self, data: bytes, context: Context) -> State | None:
        """What `dump` of this version wrote, else None."""
        from noroshi.desks.space.state import load

        return load(data, context, self.version)

    def _emits(self, state: State) -> list[Emit]:
        from noroshi.desks.space.detect import detect
        from noroshi.desks.space.state import Emitted

        found = {each.id: each for each in detect(state)}
        emits: list[Emit] = [
            Retract(gone, "later elements do not bear it out", None)
            for gone in sorted(state.emitted)
            if gone not in found
        ]
        told = {known: old for known, old in state.emitted.items() if known in found}
        for each in found.values():
            now = Emitted(sha256(canonical(each)), each.kind, each.subjects, each.span)
            if told.get(each.id) != now:
                emits.append(Found(each))
                told[each.id] = now
        state.emitted = told
        return emits
