"""The node that stands for a million is one: every object of it is in the partner's view."""

from __future__ import annotations

from pathlib import Path

from noroshi.bench.scale import make, record
from noroshi.node.node import Node
from noroshi.store import Match


def test_every_object_is_seen_and_refers_to_what_is_there(tmp_path: Path) -> None:
    held = make(tmp_path / "node", 40)
    assert held.filled > 0
    with Node.open(held.folder) as node:
        seen = node.store.view_page("EU", limit=100, match=Match(version=("all",)))
        assert {each.oid for each in seen} == {record(n).id for n in range(40)}
        assert all(each.body == record(n).raw for n, each in enumerate(seen))
        assert {each.otype for each in seen} == {"identity", "malware", "indicator", "relationship"}
