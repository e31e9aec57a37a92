"""The sea desk's state as bytes, and back: MessagePack under a tag of version and parameters."""

from __future__ import annotations

import msgspec
import numpy as np

from noroshi.desks.sea.outages import Report
from noroshi.desks.sea.state import COLUMNS, Counts, Emitted, Origin, State
from noroshi.words.desk import Context


class _Saved(msgspec.Struct, frozen=True):
    tag: tuple[str, str, str, str]
    subjects: list[str]
    origins: list[Origin]
    names: dict[str, tuple[int, str]]
    said: dict[str, dict[int, tuple[float, int]]]
    marks: dict[str, list[tuple[str, str]]]
    outages: list[tuple[str, str, list[Report]]]
    emitted: dict[str, Emitted]
    counts: Counts
    detected_at: int
    since: int
    going: list[str]
    back: dict[str, int]
    table: dict[str, bytes]


def dump(state: State, version: str) -> bytes:
    """`state`, to be loaded by the same version under the same parameters and party."""
    table = state.table()
    return msgspec.msgpack.encode(
        _Saved(
            tag=_tag(state.context, version),
            subjects=list(state.subjects),
            origins=list(state.origins),
            names=state.names,
            said=state.said,
            marks={subject: sorted(held) for subject, held in state.marks.items()},
            outages=[(*key, sorted(reports)) for key, reports in state.outages.items()],
            emitted=state.emitted,
            counts=state.counts,
            detected_at=state.detected_at,
            since=state.since,
            going=sorted(state.going),
            back=state.back,
            table={name: table[name].tobytes() for name in COLUMNS},
        )
    )


def load(data: bytes, context: Context, version: str) -> State | None:
    """The state that `dump` wrote; None for anything else: fold again."""
    try:
        saved = msgspec.msgpack.decode(data, type=_Saved)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    if saved.tag != _tag(context, version):
        return None
    state = State(context)
    state.subjects = {name: number for number, name in enumerate(saved.subjects)}
    state.origins = {origin: number for number, origin in enumerate(saved.origins)}
    state.names, state.said, state.emitted = saved.names, saved.said, saved.emitted
    state.marks = {subject: set(held) for subject, held in saved.marks.items()}
    state.outages = {(ref, asset): set(reports) for ref, asset, reports in saved.outages}
    state.since, state.going, state.back = saved.since, set(saved.going), saved.back
    state.counts, state.detected_at = saved.counts, saved.detected_at
    state.restore({name: np.frombuffer(saved.table[name], COLUMNS[name]) for name in COLUMNS})
    return state


def _tag(context: Context, version: str) -> tuple[str, str, str, str]:
    return ("noroshi-sea", version, context.party, context.params_sha256)
