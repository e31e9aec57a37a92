"""Two real nodes: observed-data of STIX 2.0 arrive as 2.1 with all that they refer to."""

from __future__ import annotations

import json
from pathlib import Path

from noroshi.demo.nodes import connect, introduce, serving
from noroshi.node.erase import erase
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.recall import recall
from noroshi.node.sync import sync
from noroshi.words.time import DAY

ID = "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf"
STAMP = "2016-04-06T19:58:16.123Z"
GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
OLD = {
    "type": "observed-data", "id": ID, "created": STAMP, "modified": STAMP,
    "first_observed": STAMP, "last_observed": STAMP, "number_observed": 2,
    "object_marking_refs": [GREEN],
    "objects": {
        "0": {"type": "ipv4-addr", "value": "198.51.100.7"},
        "1": {"type": "network-traffic", "dst_ref": "0", "protocols": ["tcp"]},
    },
}  # fmt: skip


def holding(folder: Path) -> tuple[Path, Path, Path]:
    """Japan, which has read the object; the union; and the file."""
    japan, union = introduce(folder)
    source = folder / "b.json"
    source.write_text(json.dumps({"type": "bundle", "objects": [OLD]}))
    with Node.open(japan) as node:
        ingest(node, [source], clock, tlp="green")
    return japan, union, source


def live(folder: Path) -> list[str]:
    with Node.open(folder) as node:
        rows = node.store.cells_since(0, 10**6)
    return sorted(row.kind for row in rows if row.status == "live" and row.kind != "identity")


def test_they_arrive_whole_once_and_are_taken_back(tmp_path: Path) -> None:
    japan, union, source = holding(tmp_path)
    with serving(japan) as url:
        connect(japan, union, url)
        with Node.open(union) as node:
            first, again = sync(node, "JPN", clock), sync(node, "JPN", clock)
            root = node.store.record(ID)
        assert (first.refused, first.stored, again.objects) == (0, 3, 0)
        assert live(union) == ["ipv4-addr", "network-traffic", "observed-data"]
        assert root is not None
        with Node.open(union) as node:
            seen = json.loads(root.raw)["object_refs"]
            kept = [node.store.record(each) for each in seen]
            ingested = ingest(node, [source], clock, tlp="green").sources[0]
        assert [each.label for each in kept if each] == [root.label] * 2
        assert (ingested.known, ingested.conflicts) == (1, 0)  # the same object as 2.0
        with Node.open(japan) as node:
            assert recall(node, (ID,), "not ours to tell", DAY, clock()) == (ID,)
        with Node.open(union) as node:
            assert sync(node, "JPN", clock).withdrawn == 3
        assert live(union) == []


def test_of_what_is_erased_no_observable_is_left(tmp_path: Path) -> None:
    japan, _, _ = holding(tmp_path)
    with Node.open(japan) as node:
        node.views().refresh("EU", clock())
        assert len(node.store.view_by_seqs("EU", [1])) == 3
    with Node.open(japan) as node:
        assert erase(node, ID, "court order", clock()).scrubbed
    files = (path for path in japan.rglob("*") if path.is_file())
    assert [path for path in files if b"198.51.100.7" in path.read_bytes()] == []
