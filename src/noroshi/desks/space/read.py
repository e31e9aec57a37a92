"""Reading: sources to columns of element sets, conjunction messages and catalogue entries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from noroshi.desks.space import cdm, elements, satcat
from noroshi.desks.space.fields import Message, messages
from noroshi.words.desk import Columns, Rejected
from noroshi.words.evidence import ByteRange, Locator, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.desk import Array, Source

BATCH = 65_536
TEXTS = ("name", "cospar", "type", "owner")


def read(source: Source) -> Iterator[Columns | Rejected]:
    """Columns of kind `elements` (those of `elements.DTYPE` and `TEXTS`), `cdm` (`body`, JSON) and
    `satcat` (`norad`, `TEXTS`, `launch`, `decay`), each with `place` and `length`, and what could
    not be read, by field. Raises `BadInput` where the source is nothing of the kind."""
    rows: dict[str, list[tuple[Any, ...]]] = {"elements": [], "cdm": [], "satcat": []}
    for item in messages(source):
        if not isinstance(item, Message):
            locator, reason, raw = item
            yield Rejected(source.sha256, locator, reason, raw)
            continue
        try:
            kind, row = _one(item)
        except ValueError as problem:
            yield Rejected(source.sha256, item.locator, str(problem), item.raw or _raw(item))
            continue
        rows[kind].append((*row, *place(item.locator)))
        if len(rows[kind]) >= BATCH:
            yield _columns(kind, source, rows[kind])
            rows[kind] = []
    for kind, left in rows.items():
        if left:
            yield _columns(kind, source, left)


def _one(message: Message) -> tuple[str, tuple[Any, ...]]:
    fields = message.fields
    if "CCSDS_CDM_VERS" in fields:
        found = cdm.conjunction(fields, message.objects)
        return "cdm", (msgspec.json.encode(found).decode(),)
    if "EPOCH" in fields or "MEAN_MOTION" in fields or "CCSDS_OMM_VERS" in fields:
        return "elements", elements.element(fields)
    return "satcat", satcat.entry(fields)


def _raw(message: Message) -> bytes:
    return msgspec.json.encode(message.fields)[:2000]


def _columns(kind: str, source: Source, rows: list[tuple[Any, ...]]) -> Columns:
    columns = list(zip(*rows, strict=True))
    names: tuple[str, ...] = ("body", "place", "length")
    types: dict[str, str] = {"place": "i8", "length": "i8", "norad": "i8", "epoch": "i8"}
    if kind == "elements":
        numbers = tuple(n for n in elements.DTYPE.names or () if n not in ("place", "length"))
        names = (*numbers, *TEXTS, "place", "length")
        types |= dict.fromkeys(elements.NUMBERS, "f8")
    elif kind == "satcat":
        names = ("norad", *TEXTS, "launch", "decay", "place", "length")
    arrays: dict[str, Array] = {
        name: np.array(values, types[name]) if name in types else np.array(values)
        for name, values in zip(names, columns, strict=True)
    }
    return Columns(kind, source, arrays)


def place(locator: Locator) -> tuple[int, int]:
    """A locator as the two numbers that columns keep."""
    if isinstance(locator, ByteRange):
        return locator.start, locator.length
    if isinstance(locator, Row):
        return locator.row, 0
    found = re.fullmatch(r"/(\d+)", locator.pointer)
    return int(found[1]) if found else 0, -1
