"""A node that is for an exercise: all it makes is marked so, and nothing real is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from cable_failed import cable_failed

from noroshi.node.incidents import look
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.picture.priors import load_priors
from noroshi.words.errors import BadConfig

NAME = "brisk-heron"
PLAYED = f'\n[exercise]\nallowed = "{NAME}"\n'
INDICATOR = """{"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
"id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": "2021-03-01T00:00:00Z",
"modified": "2021-03-01T00:00:00Z", "valid_from": "2021-03-01T00:00:00Z", "name": "made up",
"object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"],
"pattern": "[ipv4-addr:value = '192.0.2.9']"}"""


def labels(node: Node) -> dict[str, set[str | None]]:
    """The exercises of the strands of all records, by kind."""
    found: dict[str, set[str | None]] = {}
    for row in node.store.cells_since(0, 1000):
        strands = node.store.label_of(row.cell).strands
        found.setdefault(row.kind, set()).update(each.exercise for each in strands)
    return found


def test_all_that_it_makes_is_marked(tmp_path: Path) -> None:
    folder = cable_failed(tmp_path / "jpn", 'tlp = "green"', f'label = {{ tlp = "green" }}{PLAYED}')
    marked, undeclared = tmp_path / "clear.json", tmp_path / "list.txt"
    marked.write_text(INDICATOR)
    undeclared.write_text("198.51.100.7\n198.51.100.8\n")
    with Node.open(folder) as node:
        ingest(node, [marked, undeclared], clock)
        look(node, load_priors(), clock)
        found = labels(node)
    assert {"crossing", "outage", "indicator", "incident"} <= set(found)
    assert set.union(*found.values()) == {NAME}


@pytest.mark.parametrize("first", [PLAYED, ""], ids=["played", "real"])
def test_a_store_is_never_both(tmp_path: Path, first: str) -> None:
    folder = cable_failed(tmp_path / "jpn", 'tlp = "green"', f'label = {{ tlp = "green" }}{first}')
    file = folder / "node.toml"
    text = file.read_text()
    file.write_text(text.replace(PLAYED, "\n") if first else text + PLAYED)
    with pytest.raises(BadConfig, match="exercise data never meets real data"):
        Node.open(folder)
    file.write_text(text)
    Node.open(folder).store.close()
