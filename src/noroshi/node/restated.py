"""Records of sources that do not say when their pieces changed: what is new about them here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.store import Store
from noroshi.words.desk import Restated
from noroshi.words.ids import canonical, sha256
from noroshi.words.origin import origin_of
from noroshi.words.record import Record
from noroshi.words.time import MS, format_instant, parse_instant


def changed(store: Store, items: Sequence[Record | Restated]) -> tuple[list[Record], int]:
    """The records to store, and how many say no more than what is held.

    A restated record whose piece reads as that of the version held is none; one that reads
    otherwise becomes a version after it, made when the first was.
    """
    names = [each.record.id for each in items if isinstance(each, Restated)]
    held = store.latest(names) if names else {}
    told: list[Record] = []
    known = 0
    for each in items:
        if isinstance(each, Record):
            told.append(each)
            continue
        before = held.get(each.record.id)
        if before is None:
            told.append(each.record)
        elif _same(before, each.record):
            known += 1
            continue
        else:
            told.append(_after(before, each.record))
        held[each.record.id] = told[-1]
    return told, known


def _same(held: Record, new: Record) -> bool:
    before, now = origin_of(held.raw), origin_of(new.raw)
    if before is None or now is None or held.status != new.status:
        return False
    return before.text_sha256 == now.text_sha256 and held.label == new.label


def _after(held: Record, new: Record) -> Record:
    """`new` as a version of `held`: its `created`, and a `modified` after its last."""
    version = max(new.version, held.version + MS)
    body: dict[str, Any] = msgspec.json.decode(new.raw)
    before: dict[str, Any] = msgspec.json.decode(held.raw)
    body["created"] = min(before.get("created", ""), body["created"], key=_instant)
    body["modified"] = format_instant(version)
    raw = canonical(body)
    return msgspec.structs.replace(new, version=version, raw=raw, sha256=sha256(raw))


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError:
        return 2**62
