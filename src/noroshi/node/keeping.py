"""Keeping what sources hold in bulk: beside the findings, all positions, in the node's history."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from noroshi.config import Settings
from noroshi.history.partition import Keep, is_kept, parts
from noroshi.words.desk import Columns, Context, Desk, Rejected, Restated, Source
from noroshi.words.record import Record
from noroshi.words.time import FOREVER


def keeper(settings: Settings, source: Source) -> Keep | None:
    """What keeps `source`; None where that is not wanted or was done."""
    if not settings.config.history.keep or is_kept(settings.history, source):
        return None
    return Keep(settings.history, source)


def keep_all(keep: Keep | None, items: Iterable[Columns | Record | Restated | Rejected]) -> None:
    """Keep `items`, after which the source has ended; nothing where `keep` is None."""
    if keep is None:
        return
    for item in items:
        if isinstance(item, Columns):
            keep.take(item)
    keep.close()


def begun(settings: Settings, desk: Desk, context: Context) -> object:
    """The state of a desk that has none of this version and these parameters: with all that is kept
    for it, so that it does not take back what rests on sources that are not read again."""
    state = desk.start(context)
    if hasattr(desk, "grain") and settings.config.history.keep:
        from noroshi.history import reading

        kept = reading.positions(parts(settings.history), -FOREVER, FOREVER)
        for each in itertools.chain(kept, reading.said(settings.history)):
            state, _ = desk.fold(state, each, 0)
    return state
