"""`noroshi report`: a finding or an incident on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import HERE, NodeOption, example

report_app = typer.Typer()


@report_app.command(
    epilog=example(
        "noroshi report event--1c2f --pdf finding.pdf --node ./jpn",
        "noroshi report incident--1c2f --as EU --language ja --pdf incident.pdf --node ./jpn",
    )
)
def report(
    what: Annotated[str, typer.Argument(help="Id of a finding or an incident, or its start.")],
    pdf: Annotated[Path, typer.Option(help="The file to write.")],
    as_: Annotated[
        str | None, typer.Option("--as", help="As this partner has it from this node.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or ja.")] = "en",
    by: Annotated[str, typer.Option(help="Who prints it, to stand on it.")] = "",
    node: NodeOption = HERE,
) -> None:
    """Print a finding or an incident as PDF, its label at the head and foot of every page.

    A node's own incident is told as it was when the node last looked; a partner's is worked out.
    """
    from noroshi.cli.show import say
    from noroshi.console import printing
    from noroshi.console.beside import Beside
    from noroshi.node.node import Node, clock
    from noroshi.node.said import incident_of
    from noroshi.node.why import complete

    with Node.open(node) as opened:
        head = printing.head(opened, language, as_, by, clock())
        if not what.startswith("incident--"):
            document = printing.finding(opened, complete(opened, what), head)
        elif head.whose == opened.party:
            document = printing.kept(opened, incident_of(opened, what), head)
        else:
            told = Beside(opened.settings.folder).ask(0, "picture", "--as", head.whose)
            document = printing.incident(opened, told, what, head)
        pdf.write_bytes(printing.pdf(opened, document))
    say(f"{pdf}: {document.title}, {document.label}")
