"""Versions of one object pass between nodes each under terms of its own, whichever way they go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from relaying import edit, given, outgoing
from web import Web

from noroshi.node.carry import export, take
from noroshi.node.ingest import ingest
from noroshi.node.node import clock
from noroshi.node.sync import sync

ONE = "malware--00000000-0000-4000-8000-000000000001"
EVERYBODY, TWO_OF_THEM = '"JPN", "IND", "FRA"', '"JPN", "IND"'


def bundle(version: int) -> bytes:
    made = {
        "type": "malware",
        "spec_version": "2.1",
        "id": ONE,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": f"2026-01-01T00:00:0{version}.000Z",
        "name": f"sample, version {version}",
        "is_family": False,
    }
    return json.dumps({"type": "bundle", "id": "bundle" + ONE[7:], "objects": [made]}).encode()


def revise(web: Web, folder: Path, version: int) -> None:
    file = folder / f"{version}.json"
    file.write_bytes(bundle(version))
    with web.open("JPN") as japan:
        assert ingest(japan, [file], clock, tlp="green").bad == 0


def carried(web: Web, giver: str, to: str) -> None:
    folder = web.folders[giver].parent
    with web.open(giver) as node:
        said = export(node, to, folder, clock)
    if said.file is not None:
        with web.open(to) as node:
            assert take(node, Path(said.file), clock).refused == 0


def live(web: Web, party: str) -> list[str]:
    """The versions that live at the party."""
    with web.open(party) as node:
        cells = node.store.cells_since(0, 100)
        records = [node.store.by_seq(each.seq) for each in cells if each.id == ONE]
    return [json.loads(each.raw)["name"][-1] for each in records if each.status == "live"]


@pytest.mark.parametrize("give", [given, carried])
def test_a_narrowed_clause_reaches_versions_that_another_followed(
    give: Callable[[Web, str, str], object], tmp_path: Path
) -> None:
    web = Web(tmp_path, ("JPN", "IND", "FRA"))
    for version in (1, 2):
        revise(web, tmp_path, version)
        give(web, "JPN", "IND")
        give(web, "IND", "FRA")
    assert live(web, "FRA") == ["1", "2"]
    edit(web, "JPN", EVERYBODY, TWO_OF_THEM)
    give(web, "JPN", "IND")
    with web.open("IND") as india:
        assert [each.oid for each in outgoing(india, "FRA", clock()) if each.oid == ONE] == []
    give(web, "IND", "FRA")
    assert live(web, "IND") == ["1", "2"]
    assert live(web, "FRA") == []


def test_a_pull_brings_every_version(tmp_path: Path) -> None:
    web = Web(tmp_path, ("JPN", "IND"))
    revise(web, tmp_path, 1)
    revise(web, tmp_path, 2)
    with web.serving("JPN"), web.open("IND") as india:
        assert sync(india, "JPN", clock).refused == 0
    assert live(web, "IND") == ["1", "2"]
