"""A past decision is made again as it was: with the law of then, the version of then, the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.exchange.sign import sign_consent
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.why import told, why
from noroshi.words.grant import Consent, Selector
from noroshi.words.time import HOUR

NOW = 1_780_000_000_000_000
ID = "indicator--1a2b3c4d-0000-4000-8000-000000000002"
GREEN, RED = (
    f"marking-definition--{each}"
    for each in ("bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "e828b379-4e03-4974-9ac4-e53a884c97c1")
)


def indicator(modified: str, marking: str | None) -> bytes:
    return json.dumps(
        {
            "type": "indicator", "spec_version": "2.1", "id": ID, "modified": modified,
            "created": "2026-01-01T00:00:00Z", "pattern": "[ipv4-addr:value='198.51.100.1']",
            "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
            **({"object_marking_refs": [marking]} if marking else {}),
        }
    ).encode()  # fmt: skip


@pytest.fixture
def folder(make: Callable[..., Path]) -> Path:
    return make()


def read(node: Node, folder: Path, data: bytes, at: int) -> None:
    path = folder.parent / "in.json"
    path.write_bytes(data)
    ingest(node, [path], lambda: at)


def asked(node: Node, now: int, **times: int) -> tuple[str, int, str, str]:
    found = why(node, ID, "EU", now=now, **times)
    return found.release.verdict, found.epoch, found.version[:10], found.text


def test_the_law_and_the_version_of_then(folder: Path) -> None:
    law = folder / "agreements" / "eu-jpn-sdp.toml"
    with Node.open(folder) as node:
        read(node, folder, indicator("2026-01-01T00:00:00Z", GREEN), NOW + HOUR)
        first = asked(node, NOW + 2 * HOUR)
        assert first[:3] == ("released", 1, "2026-01-01")
        text = law.read_text("utf-8")
        law.write_text(text.replace('pillars = ["cyber"]', 'pillars = ["space"]', 1), "utf-8")
        load_law(node, NOW + 3 * HOUR)
        second = asked(node, NOW + 4 * HOUR)
        assert second[:3] == ("withheld", 2, "2026-01-01")
        law.write_text(text, "utf-8")
        load_law(node, NOW + 5 * HOUR)
        read(node, folder, indicator("2026-02-01T00:00:00Z", RED), NOW + 6 * HOUR)
        third = asked(node, NOW + 7 * HOUR)
        assert third[:3] == ("withheld", 3, "2026-02-01")
        late = NOW + 99 * HOUR
        # Each again, from much later: law, version and every word of the explanation.
        assert asked(node, late, at=NOW + 2 * HOUR) == first
        assert asked(node, late, at=NOW + 4 * HOUR) == second
        assert asked(node, late, at=NOW + 7 * HOUR) == third == asked(node, late)
        # With what is known now, the first amendment never was.
        assert asked(node, late, at=NOW + 4 * HOUR, known=late)[:2] == ("withheld", 3)
        assert asked(node, late, at=NOW + 2 * HOUR, known=NOW + 4 * HOUR)[:2] == ("withheld", 2)


def test_a_label_corrected_later_does_not_change_what_was_decided(folder: Path) -> None:
    with Node.open(folder) as node:
        path = folder.parent / "in.json"
        path.write_bytes(indicator("2026-01-01T00:00:00Z", None))
        ingest(node, [path], lambda: NOW + HOUR, tlp="green")
        first = asked(node, NOW + 2 * HOUR)
        ingest(node, [path], lambda: NOW + 3 * HOUR, tlp="red")
        second = asked(node, NOW + 4 * HOUR)
        ingest(node, [path], lambda: NOW + 5 * HOUR, tlp="amber")
        third = asked(node, NOW + 6 * HOUR)
        assert (first[0], second[0]) == ("released", "withheld")
        late = NOW + 99 * HOUR
        assert asked(node, late, at=NOW + 2 * HOUR) == first
        assert asked(node, late, at=NOW + 4 * HOUR) == second
        assert asked(node, late, at=NOW + 6 * HOUR) == third == asked(node, late)


def test_a_consent_that_came_later_does_not_change_what_was_decided(folder: Path) -> None:
    law = folder / "agreements" / "eu-jpn-sdp.toml"
    text = law.read_text("utf-8")
    asking = text.replace('id = "R2"\n', 'id = "R2"\napproval = "each"\n', 1)
    assert asking != text
    law.write_text(asking, "utf-8")
    with Node.open(folder) as node:
        load_law(node, NOW + HOUR)
        read(node, folder, indicator("2026-01-01T00:00:00Z", GREEN), NOW + HOUR)
        assert asked(node, NOW + 2 * HOUR)[0] == "withheld"
        yes = Consent("", "JPN", Selector(record=ID), "EU", NOW + 90 * HOUR)
        node.store.put_consents([sign_consent(yes, node.keys)], at=NOW + 3 * HOUR)
        late = NOW + 80 * HOUR
        assert asked(node, late)[0] == "released"
        assert asked(node, late, at=NOW + 2 * HOUR)[0] == "withheld"
        assert asked(node, late, at=NOW + 2 * HOUR, known=late)[0] == "released"


def test_before_the_node_was_there_it_answers_by_what_it_knows_now(folder: Path) -> None:
    with Node.open(folder) as node:
        read(node, folder, indicator("2026-01-01T00:00:00Z", GREEN), NOW + HOUR)
        assert asked(node, NOW + 2 * HOUR, at=NOW - 9 * HOUR)[:2] == ("released", 1)
        early = why(node, ID, "EU", now=NOW + HOUR, at=1_700_000_000_000_000)
        assert early.release.misses[0].condition == "in_force"


def test_the_recipient_reads_the_same_of_what_is_withheld_and_of_what_is_not(folder: Path) -> None:
    with Node.open(folder) as node:
        read(node, folder, indicator("2026-01-01T00:00:00Z", RED), NOW)
        none = ID[:-1] + "9"
        assert told(node, ID, "EU", now=NOW + HOUR) == told(node, none, "EU", now=NOW + HOUR)
        read(node, folder, indicator("2026-02-01T00:00:00Z", GREEN), NOW)
        assert told(node, ID, "EU", now=NOW + HOUR) == ("Released to you by eu-jpn-sdp/R2.", True)
    answers = [
        CliRunner().invoke(app, ["why", each, "--to", "CZE", "--told", "--node", str(folder)])
        for each in (ID, none, "indicator--1", "i")
    ]
    assert len({(each.stdout_bytes, each.stderr_bytes, each.exit_code) for each in answers}) == 1
    assert answers[0].exit_code == 4
