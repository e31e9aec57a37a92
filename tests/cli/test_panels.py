"""The first screen of help: commands stand under headings, and a heading names only commands."""

from __future__ import annotations

import typer.main
import typer.testing

from noroshi.cli.app import app
from noroshi.cli.panels import DESKS, PANELS, commands, only
from noroshi.desks.registry import desks


def test_every_command_is_under_a_heading_and_the_rest_are_desks() -> None:
    known = set(getattr(typer.main.get_command(app), "commands", {}))
    placed = [name for names in PANELS.values() for name in names]
    assert len(placed) == len(set(placed))
    assert known - set(placed) == {name for name, desk in desks().items() if desk.queries}
    assert set(placed) <= known


def test_desks_have_a_heading_of_their_own() -> None:
    commands = getattr(typer.main.get_command(app), "commands", {})
    assert commands["sea"].rich_help_panel == DESKS
    assert commands["demo"].rich_help_panel == "First"


def test_what_is_called_is_built_alone_and_answers_as_it_does_among_all() -> None:
    runner, every = typer.testing.CliRunner(), typer.main.get_command(app)
    for name in getattr(every, "commands", {}):
        few = only(app, [name, "--help"])
        assert set(getattr(typer.main.get_command(few), "commands", {})) == {name}
        alone, among = (runner.invoke(each, [name, "--help"]) for each in (few, app))
        assert (alone.exit_code, alone.output) == (among.exit_code, among.output)
        assert f" noroshi {name}" in alone.output or f" root {name}" in alone.output


def test_all_are_there_where_nothing_is_called() -> None:
    for words in ([], ["--help"], ["-h"], ["reccall"]):
        assert only(app, words) is app
    assert sum(1 for _ in commands(app)) > 20  # and none was taken away for good
