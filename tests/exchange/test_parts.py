"""Marked parts of a record: no byte of one reaches a party that may not have it.

Random objects, random granular markings, read by the cyber desk as a source would be; two parties
with different ceilings poll several times while records and the law change. The oracle is a
recursive redactor of its own, and a search of everything served for tokens planted in each leaf.
"""

from __future__ import annotations

import io
import json
from typing import Any

import msgspec
import pytest
from japan import NOW, A, Node, body

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


@pytest.fixture
def cyber(node: Node) -> Node:
    node.law(LAW)
    return node


def test_a_marked_part_goes_only_to_who_may_have_it(cyber: Node) -> None:
    found = malware(
        description="token",
        name="n",
        granular_markings=[
            *marked(("description", AMBER), ("name", GREEN)),
            {"lang": "en", "selectors": ["description", "name"]},
        ],
    )
    put(cyber, found)
    (whole,) = cyber.see("EU")
    assert whole.oid == A
    assert body(whole) == found
    assert [(each.tlp, each.parts) for each in whole.label.strands] == [
        (Tlp.AMBER, ("description",)),
        (Tlp.GREEN, ()),
    ]
    assert whole.tlp is Tlp.GREEN  # what the rest of the object is marked with
    (part,) = cyber.see("AUS")
    assert part.oid != A
    assert part.oid.startswith("malware--")
    told = body(part)
    assert told.pop("created_by_ref") == ids.identity_id("JPN")
    assert {*told} == {*found} - {"description"}
    assert told["granular_markings"] == [
        {"marking_ref": GREEN, "selectors": ["name"]},
        {"lang": "en", "selectors": ["name"]},
    ]
    assert [(each.tlp, each.parts) for each in part.label.strands] == [(Tlp.GREEN, ())]
    assert b"token" not in msgspec.json.encode((part.label, part.grants))
