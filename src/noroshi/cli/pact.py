"""`noroshi pact`: agreements as code. Each verb maps to one function of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import FAILED, HERE, JsonOption, NodeOption, example

pact_app = typer.Typer(
    help="Agreements as code: check the files, make them the law of the node.",
    no_args_is_help=True,
)


@pact_app.command("check", epilog=example("noroshi pact check --node ./jpn"))
def pact_check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files; the node's when none.")] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Print every problem of the agreement files, with file and line."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import check
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        good, problems = check(opened, paths)
    if json:
        print_json({"good": good, "problems": [problem.text() for problem in problems]})
    else:
        for problem in problems:
            say(problem.text())
        say(f"{good} agreements read well, {len(problems)} problems.")
    if problems:
        raise typer.Exit(FAILED)


@pact_app.command("load", epilog=example("noroshi pact load --node ./jpn"))
def pact_load(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Make the agreement files the law of the node: a new epoch when anything changed."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import load_law
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        loaded = load_law(opened, clock())
    if json:
        print_json(loaded)
    else:
        change = "new" if loaded.changed else "unchanged"
        say(f"Epoch {loaded.epoch} ({change}): {', '.join(loaded.agreements)}")
