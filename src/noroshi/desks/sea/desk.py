"""The sea desk itself: reading, folding and what it emits, by `words.desk.Desk`.

What is held decides everything: `fold` takes columns in, and findings are computed over all that
is held — at `finish`, and whenever the watermark has moved on by an hour. What was emitted
before and no longer holds is retracted.
"""

from __future__ import annotations

import functools
import importlib.resources
from typing import TYPE_CHECKING, Any

from noroshi.desks.sea import crossed, presence
from noroshi.desks.sea import parameters as settings
from noroshi.words.desk import Found, Query, Retract
from noroshi.words.ids import canonical, sha256
from noroshi.words.kind import Kind, load_kinds
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.state import Emitted, State
    from noroshi.words.desk import Array, ClockOffset, Columns, Context, Emit, Rejected, Source
    from noroshi.words.finding import Finding


class Sea:
    """AIS and tables of positions to what ships were seen to do."""

    name = "sea"
    version = "7"
    queries: tuple[Query, ...] = (crossed.QUERY, presence.QUERY)

    @functools.cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Of `kinds.toml`, by name."""
        file = importlib.resources.files("noroshi.desks.sea") / "kinds.toml"
        return load_kinds(file.read_text(encoding="utf-8"), "noroshi/desks/sea/kinds.toml")

    def parameters(self, table: Mapping[str, Any]) -> Parameters:
        """`[desk.sea]`, checked."""
        return settings.parameters(table)

    def sniff(self, head: bytes, name: str) -> float:
        """How surely `head` begins AIS sentences or a table of positions; `name` tells nothing."""
        from noroshi.desks.sea import read

        return read.sniff(head)

    def read(self, source: Source) -> Iterator[Columns | Rejected]:
        """Columns of kind `position`, `static` and `outage`, and what could not be read."""
        from noroshi.desks.sea import read

        return read.read(source)

    def start(self, context: Context) -> State:
        """An empty state."""
        from noroshi.desks.sea.state import State

        return State(context)

    def fold(self, state: State, columns: Columns, watermark: int) -> tuple[State, list[Emit]]:
        """Takes `columns` in. With a watermark, what ended well before it, once an hour of it."""
        state.take(columns)
        if watermark < state.detected_at + HOUR:
            return state, []
        state.detected_at = watermark
        return state, self._emits(state, watermark - self._lateness())

    def finish(self, state: State) -> list[Emit]:
        """All that holds and was not emitted yet, the end of what no longer holds, and where and
        when ships could be seen."""
        from noroshi.desks.sea.cover import covered

        return [*self._emits(state, None), *covered(state)]

    def since(self, state: State) -> int:
        """µs before which what was told stands: what it rests on may be forgotten."""
        return state.since

    def full(self, state: State) -> bool:
        """Whether it is time to keep what `finish` tells, and `forget`."""
        from noroshi.desks.sea.forget import full

        return full(state)

    def forget(self, state: State, findings: Sequence[Finding], now: int) -> None:
        """Let go of what lies too far back, now that `findings`, all that stand, are kept."""
        from noroshi.desks.sea.forget import forget

        forget(state, findings, now)

    def found(self, state: State, shard: str) -> list[Finding]:
        """What `finish` would tell of the kinds that are sharded so."""
        from noroshi.desks.sea.detect import detect

        return detect(state, shard)

    def dump(self, state: State) -> bytes:
        """The state as bytes."""
        from noroshi.desks.sea import checkpoint

        return checkpoint.dump(state, self.version)

    def load(self, data: bytes, context: Context) -> State | None:
        """What `dump` of this version wrote, else None."""
        from noroshi.desks.sea import checkpoint

        return checkpoint.load(data, context, self.version)

    def joined(self, findings: Sequence[Finding], context: Context) -> list[Finding]:
        """Findings of several states, of ships apart, as one state of all ships would tell them."""
        from noroshi.desks.sea.judge import rejudged

        return rejudged(findings, context.parameters)

    def divided(self, state: State) -> list[str]:
        """The subjects that may be several ships, which are told apart by all their positions."""
        from noroshi.desks.sea.attach import doubtful
        from noroshi.desks.sea.tracks import heard

        track = heard(state)
        return [track.subjects[n] for n in doubtful(track, state.context.parameters).tolist()]

    def clocks(
        self, sources: Sequence[Source], parameters: Parameters
    ) -> list[tuple[ClockOffset, ...]]:
        """What is known of the clocks that stamped each source, all compared with one another."""
        from noroshi.desks.sea.clocks import clocks

        return clocks(sources, parameters)

    def traffic(self, state: State) -> Array:
        """Who was heard where, as far as other ships are judged by it."""
        from noroshi.desks.sea import attach, inland, tracks

        whole, parameters = tracks.heard(state), state.context.parameters
        return inland.traffic(tracks.sound(whole, attach.segments(whole, parameters), parameters))

    def knowing(self, state: State, traffic: Array) -> State:
        """The state, told the traffic of all ships and times."""
        state.traffic = traffic
        return state

    def grain(self, parameters: Parameters) -> int:
        """µs of which the earliest position of a ship stands for all."""
        return parameters.grain_s * SECOND

    def _lateness(self) -> int:
        return max(kind.lateness_s for kind in self.kinds.values()) * 1_000_000

    def _emits(self, state: State, until: int | None) -> list[Emit]:
        from noroshi.desks.sea.detect import detect
        from noroshi.desks.sea.forget import stands
        from noroshi.desks.sea.state import Emitted

        found = {each.id: each for each in detect(state) if stands(state, each)}
        emits: list[Emit] = [
            Retract(gone, "later positions do not bear it out", _successor(found, old))
            for gone, old in sorted(state.emitted.items(), key=lambda item: item[0])
            if gone not in found and old.span.t0 >= state.since
        ]
        told = {known: old for known, old in state.emitted.items() if known in found}
        for each in found.values():
            now = Emitted(sha256(canonical(each)), each.kind, each.subjects, each.span)
            if told.get(each.id) != now and (until is None or each.span.t1 <= until):
                emits.append(Found(each))
                told[each.id] = now
        state.emitted = told
        return emits


def _successor(found: Mapping[str, Finding], old: Emitted) -> str | None:
    """The earliest finding of the same kind and subjects whose time meets the old one's."""
    return next(
        (
            each.id
            for each in found.values()
            if each.kind == old.kind
            and each.subjects == old.subjects
            and each.span.overlaps(old.span)
        ),
        None,
    )
