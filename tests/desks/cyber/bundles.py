"""Bundles, objects and markings as the tests of the cyber desk write them."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

from noroshi.desks.cyber import desk
from noroshi.words import ids
from noroshi.words.desk import Source
from noroshi.words.label import Label, Strand, Tlp, apart, label
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

AT = parse_instant("2026-03-01T00:00:00Z")
STAMP = "2026-01-01T00:00:00.000Z"
TLP2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
IEP2 = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
ACS3 = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
CUI = "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a"
WHITE1 = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
RED1 = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"


def declared(tlp: Tlp = Tlp.AMBER, **more: Any) -> Label:
    return label(Strand("JPN", "cyber", "*", tlp, **more))


def read(objects: list[dict[str, Any]], default: Label | None = None) -> dict[str, Strand]:
    """The strand of the whole of every record of a bundle of `objects`, by id."""
    data = json.dumps({"type": "bundle", "objects": objects}).encode()
    source = Source(
        "b", "b", AT, ids.sha256(data), default or declared(), "JPN", "C", lambda: io.BytesIO(data)
    )
    records = [each for each in desk.read(source) if isinstance(each, Record)]
    assert len(records) == len(objects)
    return {record.id: apart(record.label)[0][0] for record in records}


def parts_of(found: dict[str, Any]) -> dict[tuple[str, ...], Tlp | None]:
    """By parts of the object the TLP of their strand; None where it withholds."""
    data = json.dumps(found).encode()
    source = Source("b", "b", AT, "0", declared(Tlp.GREEN), "JPN", "C", lambda: io.BytesIO(data))
    (record,) = desk.read(source)
    assert isinstance(record, Record)
    strands = record.label.strands
    return {each.parts: None if each.only == () else each.tlp for each in strands}


def a_uuid(name: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, repr(name)))


def malware(seed: object = "m", **more: Any) -> dict[str, Any]:
    common = {"type": "malware", "id": f"malware--{a_uuid(seed)}", "spec_version": "2.1"}
    return {**common, "created": STAMP, "modified": STAMP, "is_family": False, **more}


def marking(seed: object = "d", **more: Any) -> dict[str, Any]:
    found = {"type": "marking-definition", "id": f"marking-definition--{a_uuid(seed)}"}
    return {**found, "spec_version": "2.1", "created": STAMP, **more}


def extended(extension: str, **body: Any) -> dict[str, Any]:
    return {"extensions": {extension: {"extension_type": "property-extension", **body}}}


def granular(*refs: str, selector: str = "is_family") -> dict[str, Any]:
    return {"granular_markings": [{"marking_ref": r, "selectors": [selector]} for r in refs]}
