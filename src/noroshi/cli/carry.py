"""`noroshi export` and `import`: the exchange by files, over an air gap or a diode."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

carry_app = typer.Typer()


@carry_app.command(
    "export",
    epilog=example(
        "noroshi export EU --to /media/stick --node ./jpn",
        "noroshi export EU --to whole.noroshi --all --node ./jpn",
    ),
)
def export(
    party: Annotated[str, typer.Argument(help="Party of the [\\[peer]] that it is for.")],
    to: Annotated[Path, typer.Option(help="The file, or a folder to put it into.")],
    whole: Annotated[
        bool,
        typer.Option("--all/--since-last", help="All of its view, or what no file held yet."),
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Write what is new in a partner's view, and receipts due to it, into one signed file."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.carry import export as write
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        done = write(opened, party, to, clock, whole=whole, waiting=_waiting)
    if json:
        print_json(done)
    elif done.file is None:
        say(f"Nothing is new for {party}: no file was written.")
    else:
        say(
            f"{done.file}: file {done.number} for {party}, {done.objects} objects, "
            f"{done.receipts} receipts, {done.size:,} bytes"
        )


@carry_app.command(
    "import", epilog=example("noroshi import /media/stick/JPN-EU-00003.noroshi --node ./eu")
)
def import_(
    file: Annotated[Path, typer.Argument(help="A file that a partner exported for this node.")],
    despite_gap: Annotated[
        bool, typer.Option("--despite-gap", help="Take it though the file before it is missing.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Take what a partner wrote into a file, as a pull would. Again it changes nothing."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.carry import take
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        report = take(opened, file, clock, gap=despite_gap, waiting=_waiting)
    if json:
        print_json(report)
    elif report.repeated:
        say(f"File {report.number} of {report.peer} was imported before; nothing was done.")
    else:
        say(
            f"File {report.number} of {report.peer}: {report.objects} objects; {report.stored} "
            f"new, {report.known} known, {report.own} our own, {report.withdrawn} withdrawn, "
            f"{report.receipts} receipts, {report.refused} refused"
        )
        for reason, count in sorted(report.reasons.items()):
            say(f"  {count} refused: {reason}")
        if report.receipts_due:
            say(f"  {report.receipts_due} receipts are due: noroshi export {report.peer} --to …")
    if report.refused:
        raise typer.Exit(PARTLY)


def _waiting() -> None:
    from noroshi.cli.show import warn

    warn("Another process does the same for this peer; waiting until it is done.")
