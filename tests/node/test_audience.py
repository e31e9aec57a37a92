"""Who may have one record, and how many of all: the same as asking `why` party by party."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.node.audience import audience, counted
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.why import why
from noroshi.words.time import DAY, HOUR

NOW = 1_780_000_000_000_000
MARKS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def indicator(n: int, tlp: str) -> dict[str, object]:
    stamp = "2026-01-01T00:00:00Z"
    return {
        "type": "indicator", "spec_version": "2.1", "created": stamp, "modified": stamp,
        "id": f"indicator--{n:08x}-0000-4000-8000-000000000002", "pattern_type": "stix",
        "pattern": "[ipv4-addr:value='198.51.100.1']", "valid_from": stamp,
        "object_marking_refs": [MARKS[tlp]],
    }  # fmt: skip


@pytest.fixture
def folder(make: Callable[..., Path]) -> Path:
    """A node with one clear, two green and one red indicator, and its law."""
    made = make()
    path = made.parent / "in.json"
    objects = [indicator(n, tlp) for n, tlp in enumerate(("clear", "green", "green", "red"))]
    bundle = {"type": "bundle", "id": objects[0]["id"], "objects": objects}
    path.write_text(json.dumps(bundle), "utf-8")
    with Node.open(made) as node:
        load_law(node, NOW)
        ingest(node, [path], lambda: NOW + HOUR)
    return made


@pytest.mark.parametrize("at", [None, NOW + DAY, NOW - 9_000 * DAY], ids=["now", "then", "before"])
def test_one_record_and_all_are_what_why_says(folder: Path, at: int | None) -> None:
    now = NOW + 2 * HOUR
    with Node.open(folder) as node:
        ids = [record.id for _, record in node.store.since(0, 99)]
        many: dict[str, int] = {}
        for record in ids:
            heard = audience(node, record, now=now, at=at)
            for party in node.parties.order:
                release = why(node, record, party, now=now, at=at).release
                assert heard.parties.get(party) == (release if release.permitted else None)
                many[party] = many.get(party, 0) + release.permitted
        found = counted(node, now=now, at=at)
        assert found.records == len(ids) == 4
        assert found.parties == {party: count for party, count in many.items() if count}
        assert [*found.parties.values()] == sorted(found.parties.values(), reverse=True)
        assert found.parties["JPN"] == 4
        assert found.parties["NATO"] == 1
        assert found.parties["EU"] == (1 if at == NOW - 9_000 * DAY else 3)


def test_a_node_whose_store_knows_the_whole_registry_opens(folder: Path) -> None:
    with Node.open(folder) as node:
        counted(node, now=NOW + 2 * HOUR)
        before = node.parties.order
    own = "[[party]]\ncode = 'XOWN'\nkind = 'organisation'\nen = 'x'\nja = 'x'\n"
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(own)
    with Node.open(folder) as node:
        assert node.parties.order == (*before, "XOWN")
        assert counted(node, now=NOW + 2 * HOUR).parties["XOWN"] == 1


def test_as_a_person_asks(folder: Path) -> None:
    runner = CliRunner()
    one = runner.invoke(app, ["audience", "indicator--00000001", "--node", str(folder)])
    assert one.exit_code == 0, one.output
    assert "EU" in one.output
    assert "NATO" not in one.output
    every = runner.invoke(app, ["audience", "--node", str(folder)])
    assert every.output.splitlines()[0].startswith("4 live records at ")
    assert any(line.split() == ["EU", "3", "75.0%"] for line in every.output.splitlines())
    told = json.loads(runner.invoke(app, ["audience", "--json", "--node", str(folder)]).output)
    assert told["parties"]["EU"] == 3
    shown = runner.invoke(app, ["audience", "indicator--00000001", "--json", "-n", str(folder)])
    parties = json.loads(shown.output)["parties"]
    assert parties["EU"]["clauses"] == parties["EU.EEAS"]["clauses"]
    assert "NATO" not in parties
