"""What waits for a second person, from the command line: seen, asked for, agreed to by another."""

from __future__ import annotations

import json
from pathlib import Path

from lookout import Clock, planted
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.console.acts import Acts
from noroshi.node.node import Node, clock

TWO = '[console]\ntwo_person = "amber"\n'


def test_a_second_person_agrees_by_command(tmp_path: Path) -> None:
    folder = tmp_path / "jpn"
    (_, _, held, *_) = planted(folder, Clock(), many=4, more=TWO)

    def run(*arguments: str, exits: int = 0) -> str:
        done = CliRunner().invoke(app, ["release", *arguments, "--node", str(folder)])
        assert done.exit_code == exits, done.output
        return done.output

    assert held.id in json.loads(run("waiting", "EU", "--json"))["records"]
    wish = json.loads(run("ask", "EU", held.id, "--by", "A. Watch", "--json"))["id"]
    assert f"{wish}: A. Watch asked for 1 of them" in run("waiting", "EU")
    refused = CliRunner().invoke(
        app, ["release", "agree", wish, "--by", "a. watch", "--node", str(folder)]
    )
    assert refused.exit_code != 0
    assert "in the view of EU" in run("agree", wish[:6], "--by", "B. Law")
    assert held.id not in run("waiting", "EU")
    with Node.open(folder) as node:
        assert held.id in [row.id for row in node.store.findings()]
        served = node.views().page("EU", clock(), disclose=False).entries
        assert sum(each.otype == "event" for each in served) == 4
        (line, *_) = Acts(node.settings).latest()
        assert (line.who, line.what, line.about["asked_by"]) == ("B. Law", "release", "A. Watch")
