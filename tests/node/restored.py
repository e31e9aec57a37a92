"""Objects of Japan, given and taken back around a backup, for tests of what is known afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from web import Web

from noroshi.node.backup import backup
from noroshi.node.ingest import ingest
from noroshi.node.node import clock
from noroshi.node.recall import recall
from noroshi.node.sync import sync
from noroshi.words.time import DAY

AT = "2026-01-01T00:00:00.000Z"
ONE, TWO, THREE, FOUR, FIVE = (
    f"malware--00000000-0000-4000-8000-00000000000{n}" for n in range(1, 6)
)
EVERY = (ONE, TWO, THREE, FOUR, FIVE)
WEEK = 7 * DAY


def read(web: Web, party: str, *names: str, tlp: str = "green") -> None:
    objects = [
        {"type": "malware", "spec_version": "2.1", "id": each, "created": AT, "modified": AT,
         "name": "a sample", "is_family": False}
        for each in names
    ]  # fmt: skip
    file = web.folders[party].parent / "feed.json"
    bundle = {"type": "bundle", "id": "bundle" + names[0][7:], "objects": objects}
    file.write_text(json.dumps(bundle), "utf-8")
    with web.open(party) as node:
        ingest(node, [file], clock, tlp=tlp)


def take_back(web: Web, *names: str) -> None:
    with web.open("JPN") as japan:
        assert recall(japan, names, "a test", WEEK, clock()) == names


def pull(web: Web, party: str, giver: str) -> None:
    with web.open(party) as node:
        report = sync(node, giver, clock)
        assert report.refused == 0, report.reasons


def live(web: Web, party: str) -> set[str]:
    with web.open(party) as node:
        return {each.id for each in node.store.cells_since(0, 100) if each.status == "live"} & {
            *EVERY
        }


def saved(web: Web) -> Path:
    file = web.folders["JPN"].parent / "jpn.backup"
    with web.open("JPN") as japan:
        backup(japan, file, clock())
    return file
