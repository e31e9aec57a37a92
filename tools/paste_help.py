"""Paste every command's `--help` into docs/cli.md, so that the page cannot drift from the program.

Without an argument the page is written; `--print` prints it, and a test compares the two.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
INTRODUCTION = """\
# Command line

Made by `python tools/paste_help.py` from the program's own `--help`. Exit codes: 0 done; 1 refused
or failed, with the reason on standard error; 2 wrong usage; 3 done, but a part of the input could
not be read; 4 withheld (`why`); 5 something is decided differently (`pact diff`).
"""


def settle() -> None:
    """One width and no colour on every machine: typer and rich read these when imported."""
    os.environ.update(TERMINAL_WIDTH="80", COLUMNS="80", NO_COLOR="1")
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "NOROSHI_NODE"):
        os.environ.pop(name, None)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every command, groups before their members."""
    yield path
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            yield from commands(child, (*path, name))


def page() -> str:
    """The whole page."""
    import click.testing
    import typer.main

    from noroshi.cli.app import app

    # The tree of commands is made once: typer's own runner makes it anew for each of them.
    runner = click.testing.CliRunner()
    tree = typer.main.get_command(app)
    parts = [INTRODUCTION]
    for path in commands(tree):
        title = " ".join(("noroshi", *path))
        output = runner.invoke(tree, [*path, "--help"], prog_name="noroshi").output
        text = "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")
        parts.append(f"## {title}\n\n```\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    settle()
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(page())
    else:
        PAGE.write_text(page(), "utf-8")
