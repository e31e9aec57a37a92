"""The first screen of help: commands stand under headings, and a heading names only commands."""

from __future__ import annotations

import typer.main

from noroshi.cli.app import app
from noroshi.cli.panels import DESKS, PANELS
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
