"""A node's picture: an operator's report and the ship that crossed, and what a partner has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cable_failed import cable_failed, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noroshi.node.node import Node, clock
from noroshi.node.picture import held, line_of, of_party, own, stream_of
from noroshi.picture.correlate import correlate
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import Stream
from noroshi.words import ids
from noroshi.words.label import Label, Strand
from noroshi.words.record import Record
from noroshi.words.time import parse_instant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The outage is for nobody else."""
    return cable_failed(tmp_path / "jpn", 'tlp = "red"')


def incidents(folder: Path, *words: str) -> list[dict[str, Any]]:
    return json.loads(run("picture", "-n", folder, "--json", *words))["incidents"]


def test_a_crossing_and_the_report_of_the_operator_are_one_incident(folder: Path) -> None:
    (incident,) = incidents(folder)
    assert incident["domains"] == ["maritime", "operator"]
    assert incident["assets"] == ["cable:a"]
    assert "chance" in run("picture", "-n", folder)


def test_a_partner_has_no_incident_of_what_it_does_not_have(folder: Path) -> None:
    assert incidents(folder, "--as", "EU") == []


def test_nothing_of_what_is_withheld_is_in_the_stream_of_a_partner(folder: Path) -> None:
    with Node.open(folder) as node:
        ours = own(node, load_priors())
        theirs = of_party(node, "EU", load_priors(), clock())
        disclosed = list(node.store.ledger())
    assert "operator" in ours.domains
    assert "operator" not in theirs.domains
    assert theirs.domains == ("maritime",)
    assert disclosed == []  # to look at it is not to send it


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 190), min_size=1, max_size=4, unique=True))
def test_what_is_withheld_changes_nothing_that_a_partner_has(
    folder: Path, minutes: list[int]
) -> None:
    """Whatever else is reported that the partner may not have, its stream is the same to the byte,
    and so is all that is worked out of it."""
    with Node.open(folder) as node:
        before = of_party(node, "EU", load_priors(), clock())
    rows = [f"G-{m},cable:a,2021-03-21T{m // 60:02}:{m % 60:02}:00Z" for m in minutes]
    (folder / "outage.csv").write_text("\n".join(["ref,asset,began", *rows]) + "\n")
    run("ingest", folder / "outage.csv", "-n", folder)
    with Node.open(folder) as node:
        after = of_party(node, "EU", load_priors(), clock())
        ours = own(node, load_priors())
    assert "operator" in ours.domains
    for name in Stream.__struct_fields__:
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    report = json.loads(run("picture", "--as", "EU", "-n", folder, "--json"))
    assert (report["findings"], report["incidents"]) == (len(before), [])


def test_what_a_finding_quotes_is_read_for_names_and_topics(folder: Path) -> None:
    """A finding of a desk that is not here, which names no asset but quotes somebody who does."""
    quoted = "Sabotage of the undersea cable Atlantic A, it says, by an anchor."
    body = {
        "extension_type": "property-extension", "kind": "statement", "reliability": "B",
        "span": {"t0": parse_instant("2021-03-21T06:00:00Z"),
                 "t1": parse_instant("2021-03-21T06:01:00Z"), "precision": "min"},
        "measures": {"statement": quoted, "language": "en", "posts": 12}, "sources": ["posts"],
    }  # fmt: skip
    event = {
        "type": "event", "spec_version": "2.1", "id": "event--0d4bf1d1-9d0c-5e2b-8f9a-6f2b8a1c0001",
        "created": "2021-03-21T07:00:00.000Z", "modified": "2021-03-21T07:00:00.000Z",
        "extensions": {ids.FINDING_EXTENSION: body},
    }  # fmt: skip
    raw = ids.canonical(event)
    with Node.open(folder) as node:
        label = Label((Strand("JPN", "information", "statement"),))
        record = Record(
            event["id"], 1, "statement", "information", "JPN", label, raw, ids.sha256(raw), clock()
        )
        with node.store.write():
            node.store.put([record], at=clock())
        line = line_of(node, event["id"], load_priors())
        assert line is not None
        lines = held(node, load_priors()) | {event["id"]: line}
        stream = stream_of(node, lines.items())
        found = correlate(stream, node.store.assets(), load_priors(), shifts=20)
    assert [stream.tokens[each] for each in stream.target] == ["cable:a"]
    told = [part for each in found.incidents for part in each.parts if part.finding == event["id"]]
    start = quoted.index("Atlantic A")
    assert len(told) == 1
    assert f"“Atlantic A” {start}–{start + 10}" in told[0].why
