"""Keeping what sources hold in bulk: beside the findings, all positions, in the node's history."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.config import Settings
from noroshi.history.partition import Keep, is_kept
from noroshi.words.desk import Columns, Rejected, Source
from noroshi.words.record import Record


def keeper(settings: Settings, source: Source) -> Keep | None:
    """What keeps `source`; None where that is not wanted or was done."""
    if not settings.config.history.keep or is_kept(settings.history, source):
        return None
    return Keep(settings.history, source)


def keep_all(keep: Keep | None, items: Iterable[Columns | Record | Rejected]) -> None:
    """Keep `items`, after which the source has ended; nothing where `keep` is None."""
    if keep is None:
        return
    for item in items:
        if isinstance(item, Columns):
            keep.take(item)
    keep.close()
