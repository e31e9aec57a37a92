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
from noroshi.node.picture import of_party, own
from noroshi.picture.priors import load_priors
from noroshi.picture.stream import Stream


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
