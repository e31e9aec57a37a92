"""Small sources of each format that is not STIX, as the tests of the cyber desk read them."""

from __future__ import annotations

import io
import json
from typing import Any

from bundles import AT, declared

from noroshi.desks.cyber import desk
from noroshi.words import ids
from noroshi.words.desk import Columns, Rejected, Restated, Source
from noroshi.words.label import Label
from noroshi.words.origin import Origin, origin_of
from noroshi.words.record import Record

EVENT = "5a1b0c4e-7c64-4b3c-9d4e-000000000001"


def attribute(n: int, type_: str, value: str, **more: Any) -> dict[str, Any]:
    found = {"uuid": f"5a1b0c4e-7c64-4b3c-9d4e-{n:012d}", "type": type_, "value": value}
    return {**found, "category": "Network activity", "to_ids": True, "timestamp": "1769000000",
            "distribution": "5", **more}  # fmt: skip


def event(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    common = {"uuid": EVENT, "info": "Scans of a grid operator", "date": "2026-01-20"}
    return {"Event": {**common, "timestamp": "1769000100", "distribution": "3",
                      "Orgc": {"name": "CERT One", "uuid": "5a1b0c4e-7c64-4b3c-9d4e-0000000000aa"},
                      "Attribute": list(attributes), **more}}  # fmt: skip


def source(data: bytes | str | dict[str, Any], label: Label | None = None, **more: Any) -> Source:
    if isinstance(data, dict):
        data = json.dumps(data)
    raw = data.encode() if isinstance(data, str) else data
    given = {"name": "s", "lineage": "list one", "retrieved": AT, "sha256": ids.sha256(raw),
             "label": label or declared(), "owner": "JPN", "reliability": "C"} | more  # fmt: skip
    return Source(**given, open=lambda: io.BytesIO(raw))


def read(
    data: bytes | str | dict[str, Any], label: Label | None = None, **more: Any
) -> tuple[list[Record], list[Rejected]]:
    """The records of a source and what was rejected; that the desk knows it is checked too."""
    given = source(data, label, **more)
    with given.open() as stream:
        assert desk.sniff(stream.read(65_536), "x") > 0
    items = list(desk.read(given))
    records = [each.record if isinstance(each, Restated) else each for each in items]
    assert not any(isinstance(each, Columns) for each in items)
    return (
        [each for each in records if isinstance(each, Record)],
        [each for each in records if isinstance(each, Rejected)],
    )


def body(record: Record) -> dict[str, Any]:
    return json.loads(record.raw)


def came_from(record: Record) -> Origin:
    found = origin_of(record.raw)
    assert found is not None
    return found
