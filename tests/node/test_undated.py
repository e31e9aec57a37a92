"""Objects that bear no date of their own: each node has a version of its own of them, and one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from relaying import edit, given, sent, view
from web import Web

from noroshi.node.ingest import ingest
from noroshi.node.node import clock
from noroshi.node.reconcile import reconcile
from noroshi.node.speaking import of_file, statement

ADDRESS = "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Japan has read an address."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    read(made, tmp_path / "feed.json")
    return made


def read(web: Web, file: Path) -> None:
    said = {"type": "ipv4-addr", "spec_version": "2.1", "id": ADDRESS, "value": "198.51.100.3"}
    made = {
        "type": "bundle",
        "id": "bundle--00000000-0000-4000-8000-000000000001",
        "objects": [said],
    }
    file.write_text(json.dumps(made), "utf-8")
    with web.open("JPN") as japan:
        ingest(japan, [file], clock, tlp="green")


def status(web: Web, party: str) -> list[str]:
    """Of each version of the address that the party has."""
    with web.open(party) as node:
        return [each.status for each in node.store.cells_since(0, 100) if each.id == ADDRESS]


def test_what_comes_again_is_there_once(web: Web) -> None:
    assert given(web, "JPN", "IND").stored == 1
    again = given(web, "JPN", "IND")
    assert (again.stored, again.known) == (0, 1)
    assert status(web, "IND") == ["live"]


def test_a_clause_that_ends_ends_it_at_every_hop(web: Web) -> None:
    given(web, "JPN", "IND")
    given(web, "IND", "FRA")
    edit(web, "JPN", 'pillars = ["maritime", "cyber"]', 'pillars = ["maritime"]')
    for giver, to in (("JPN", "IND"), ("IND", "FRA")):
        assert sent(web, giver, to, view(web, giver, to)).refused == 0
    assert status(web, "IND") == status(web, "FRA") == ["tombstone"]
    edit(web, "JPN", 'pillars = ["maritime"]', 'pillars = ["maritime", "cyber"]')
    given(web, "JPN", "IND")
    assert status(web, "IND") == ["live"]


def test_two_ledgers_say_the_same_of_it(web: Web, tmp_path: Path) -> None:
    given(web, "JPN", "IND")
    for here, there in (("JPN", "IND"), ("IND", "JPN")):
        file = tmp_path / f"{there}-{here}.statement"
        with web.open(there) as node:
            file.write_bytes(statement(node, here, clock()))
        with web.open(here) as node:
            found = reconcile(node, there, of_file(node, there, file, clock()), clock())
        assert (found.differences, found.problems) == ((), ())
