"""Objects with granular markings, read by the desk as a source would be, and a law for them."""

from __future__ import annotations

import io
import json
from typing import Any

from japan import NOW, A, Node

from noroshi.desks.cyber import desk
from noroshi.words import ids
from noroshi.words.desk import Source
from noroshi.words.label import Strand, Tlp, label, tlp_marking_id
from noroshi.words.record import Record
from noroshi.words.time import DAY, format_instant

STAMP = format_instant(NOW - DAY)
RED, AMBER, GREEN = (tlp_marking_id(each) for each in (Tlp.RED, Tlp.AMBER, Tlp.GREEN))
UNKNOWN = "marking-definition--99999999-9999-4999-8999-999999999999"
LEVEL = {GREEN: 1, AMBER: 2, RED: 4, UNKNOWN: 9}
CEILING = {"EU": 2, "AUS": 1}
LAW = """
kinds = ["none"]
[[release]]
id = "A"
basis = "model"
pillars = ["cyber"]
to = ["EU", "JPN"]
max_tlp = "amber"
onward = "none"
[[release]]
id = "G"
basis = "model"
pillars = ["cyber"]
to = ["AUS"]
max_tlp = "green"
onward = "none"
"""


def malware(oid: str = A, **more: Any) -> dict[str, Any]:
    common = {"type": "malware", "spec_version": "2.1", "id": oid, "is_family": False}
    return {**common, "created": STAMP, "modified": STAMP, "object_marking_refs": [GREEN], **more}


def marked(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"marking_ref": ref, "selectors": [selector]} for selector, ref in pairs]


def put(node: Node, *objects: dict[str, Any], at: int = NOW) -> None:
    """`objects` as one source, read by the desk."""
    data = json.dumps({"type": "bundle", "objects": objects}).encode()
    default = label(Strand("JPN", "cyber", "*", Tlp.GREEN))
    source = Source("s", "s", at, ids.sha256(data), default, "JPN", "C", lambda: io.BytesIO(data))
    records = list(desk.read(source))
    assert all(isinstance(each, Record) for each in records)
    node.store.put([each for each in records if isinstance(each, Record)], at=at)
