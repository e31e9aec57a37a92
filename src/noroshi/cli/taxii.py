"""`noroshi taxii`: plain collections filled from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

taxii_app = typer.Typer(
    help="Plain TAXII collections, which the operator declares and no agreement decides about.",
    no_args_is_help=True,
)


@taxii_app.command(
    "load",
    epilog=example("noroshi taxii load medallion_default_data.json --account suite --node ./jpn"),
)
def load(
    file: Annotated[Path, typer.Argument(help="API roots, collections, objects, statuses: JSON.")],
    account: Annotated[str, typer.Option(help="Who may use them: made when not there.")],
    node: NodeOption = HERE,
    password_file: Annotated[
        Path | None, typer.Option(help="Password of a new account; a random one when none.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Declare a file's collections in node.toml, for one account, and fill them.

    Each collection gets the rights that the file gives to everybody, for this account alone. Run
    again it adds what is new. A running `serve` takes new declarations up when started again.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.node.collections import load as read
    from noroshi.node.node import clock

    loaded = read(node, file, account, password_file, clock())
    if json:
        print_json(loaded)
    else:
        say(f"{loaded.collections} collections in {loaded.roots} API roots for {account}")
        refused = len(loaded.refused)
        say(f"  objects    {loaded.added} added, {loaded.known} known, {refused} refused")
        say(f"  statuses   {loaded.statuses}")
        for reason in loaded.refused:
            say(f"  refused    {reason}")
        if loaded.password:
            say(f"  password   {loaded.password}   (shown once)")
    if loaded.refused:
        raise typer.Exit(PARTLY)
