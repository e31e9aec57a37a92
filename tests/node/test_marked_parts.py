"""Marked parts from the file to the answer: ingest says what it did not understand, why says what
does not go and what refused it, and the partner's text tells of neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from noroshi.node.ingest import ingest
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node
from noroshi.node.why import why
from noroshi.pact.explain import recipient
from noroshi.words.label import Tlp, tlp_marking_id

STAMP = "2026-01-01T00:00:00.000Z"
U = "11111111-1111-4111-8111-111111111111"
COMMON = {"spec_version": "2.1", "created": STAMP, "modified": STAMP}
ACS = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
MARKING = {
    "type": "marking-definition",
    "id": f"marking-definition--{U}",
    "spec_version": "2.1",
    "created": STAMP,
    "extensions": {
        ACS: {
            "extension_type": "property-extension",
            "identifier": "isa:guide.999191.ACS3-0",
            "create_date_time": STAMP,
            "responsible_entity_custodian": "USA.DHS.US-CERT",
            "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=permit",
            "control_set": {"classification": "TS", "sci_controls": ["SI"]},
        }
    },
}
TOOL = {
    **COMMON,
    "type": "tool",
    "id": f"tool--{U}",
    "name": "t",
    "description": "token",
    "aliases": ["a", "b"],
    "granular_markings": [
        {"marking_ref": MARKING["id"], "selectors": ["description"]},
        {"marking_ref": tlp_marking_id(Tlp.RED), "selectors": ["aliases.[1]"]},
        {"marking_ref": tlp_marking_id(Tlp.AMBER), "selectors": ["aliases.[0]"]},
    ],
}


def read(node: Node, folder: Path, clock: Callable[[], int], *objects: Any) -> IngestReport:
    file = folder.parent / "bundle.json"
    file.write_text(json.dumps({"type": "bundle", "objects": objects}), "utf-8")
    return ingest(node, [file], clock)


def test_from_the_file_to_the_answer(make: Callable[..., Path], clock: Callable[[], int]) -> None:
    folder = make()
    with Node.open(folder) as node:
        (source,) = read(node, folder, clock, TOOL, MARKING).sources
        assert (source.records, source.rejected) == (2, 1)
        (part,) = source.parts
        assert part.reason == (
            "ACS 3.0: sci_controls: no agreement here speaks of compartments: "
            "all that it marks is withheld"
        )
        assert part.place == "/objects/1"
        told = why(node, str(TOOL["id"]), "EU", now=clock())
        assert told.release.verdict == "partial"
        assert "Marked parts that do not go: aliases.[1], description." in told.text
        assert "strand: only is red without named recipients" in told.text
        assert "strand: only is EU" in told.text
        assert "part" not in recipient(told.release)
        page = node.views().page("EU", clock())
        (served,) = [each for each in page.entries if each.otype == "tool"]
        body = json.loads(served.body)
        assert body["aliases"] == ["a"]
        assert "description" not in body
        assert served.oid != TOOL["id"]
        assert [each["selectors"] for each in body["granular_markings"]] == [["aliases.[0]"]]
        assert {(each.tlp, each.parts) for each in served.label.strands} == {
            (Tlp.GREEN, ()),
            (Tlp.AMBER, ("aliases.[0]",)),
        }
