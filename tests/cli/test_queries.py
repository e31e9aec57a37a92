"""Verbs of desks on the command line, from tracks to the answer; and those of a third party."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from noroshi.cli import queries
from noroshi.cli.app import app
from noroshi.node.assets import load_assets
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.words.desk import Answer, Ask, Option, Query

ASSETS = """
format = "assets/1"
surveyed = true
[[asset]]
id = "cable:a"
kind = "cable"
name = "Atlantic A"
path = [[-30.0, 44.6], [-30.0, 45.4]]
"""


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A node with a cable, on which one of two ships lost half a knot, and its outage."""
    folder = tmp_path / "jpn"
    init(folder, "JPN", listen="127.0.0.1:0")
    with (folder / "node.toml").open("a") as file:
        file.write('[assets]\nfiles = ["assets.toml"]\n')
    (folder / "assets.toml").write_text(ASSETS)
    lines = ["mmsi,timestamp,lon,lat,sog"]
    for mmsi, slowest in ((257000001, 9.3), (257000002, 8.8)):
        lon = -30.0 - 150 * 9.3 / 60 / 60 / 0.7071
        for minute in range(200):
            knots = slowest if 150 <= minute < 153 else 9.3
            at = f"2021-03-21T{minute // 60:02}:{minute % 60:02}:00Z"
            lines.append(f"{mmsi},{at},{lon:.5f},45.0,{knots}")
            lon += knots / 60 / 60 / 0.7071
    (tmp_path / "tracks.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "outage.csv").write_text("ref,asset,began\nF-1,Atlantic A,2021-03-21T02:33:00Z\n")
    done = CliRunner().invoke(
        app,
        ["ingest", str(tmp_path / "tracks.csv"), str(tmp_path / "outage.csv"), "-n", str(folder)],
    )
    assert done.exit_code == 0, done.output
    with Node.open(folder) as opened:
        assert load_assets(opened, clock).found.found["crossing"] == 2
    return folder


def test_who_lost_half_a_knot_stands_first(node: Path) -> None:
    said = CliRunner().invoke(app, ["sea", "crossed", "--outage", "F-1", "-n", str(node), "--json"])
    answer = json.loads(said.output)
    assert [ship["subjects"] for ship in answer["ships"]] == [
        ["mmsi:257000002"],
        ["mmsi:257000001"],
    ]
    table = CliRunner().invoke(
        app, ["sea", "crossed", "atlantic", "--around", "2021-03-21T02:33:00Z", "-n", str(node)]
    )
    assert table.exit_code == 0
    assert table.output.index("257000002") < table.output.index("257000001")


def test_what_failed_about_then_stands_with_who_was_there(node: Path) -> None:
    """A report of the operator and a measured loss of what hangs on the cable, in one answer."""
    lines = ["time,asset,datasource,value"]
    for n in range(200):
        value = 1.0 if 150 <= n < 160 else 100.0
        hour, minute = divmod(n * 1, 60)
        lines.append(f"2021-03-21T{hour:02}:{minute:02}:00Z,cable:a,bgp,{value}")
    series = node.parent / "series.csv"
    series.write_text("\n".join(lines) + "\n")
    run = CliRunner().invoke
    other = node.parent / "other.csv"
    other.write_text("ref,asset,began\nF-2,Pacific B,2021-03-21T02:33:00Z\n")
    assert run(app, ["ingest", str(series), str(other), "-n", str(node)]).exit_code == 0
    around = ["sea", "crossed", "atlantic", "--around", "2021-03-21T02:33:00Z", "-n", str(node)]
    failed = json.loads(run(app, [*around, "--json"]).output)["outages"]
    assert [(each["kind"], each["since"][11:16]) for each in failed] == [
        ("connectivity_loss", "02:30"), ("outage", "02:33"),
    ]  # fmt: skip
    assert "Failed: cable:a" in run(app, around).output


class Tide:
    """A third party's desk, as far as its verbs go."""

    name = "tide"
    kinds: Mapping[str, Any] = {}

    def __init__(self) -> None:
        def level(ask: Ask, given: Mapping[str, str | None]) -> Answer:
            count = len(ask.findings("crossing"))
            return Answer(value={**given, "seen": count}, before=("high",), rows=(("1",),),
                          columns=(("m", True),), after=("low",))  # fmt: skip

        station = Option("station", "Which.", required=True, positional=True)
        self.queries = (
            Query("level", "How high.", level, (station, Option("at", "When.", "now"))),
        )


def test_a_third_partys_verb_is_a_command_like_any(
    node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "desks", lambda: {"tide": Tide()})
    made = typer.Typer()
    queries.add_queries(made)
    made.command("other")(lambda: None)
    run = CliRunner().invoke
    said = run(made, ["tide", "level", "aden", "-n", str(node), "--json"])
    assert json.loads(said.output) == {"station": "aden", "at": "now", "seen": 2}
    assert run(made, ["tide", "level", "aden", "-n", str(node)]).output.split() == [
        "high", "m", "1", "low",
    ]  # fmt: skip
    assert run(made, ["tide", "level", "-n", str(node)]).exit_code == 2
