"""Polled feeds on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.polling import Polled

poll_app = typer.Typer()


@poll_app.command(
    epilog=example(
        "noroshi poll --node ./jpn",
        "noroshi poll taxii+https://cti.example/api/collections/a1/ --node ./jpn",
    )
)
def poll(
    uris: Annotated[
        list[str] | None, typer.Argument(help="Of these polled [\\[feed]]s; else of all.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Fetch what TAXII servers, MISP feeds and web addresses have that is new, and ingest it."""
    from noroshi.cli.show import print_json
    from noroshi.node.node import Node, clock
    from noroshi.node.polling import look, polled_feeds

    with Node.open(node) as opened:
        polled = [look(opened, feed, clock) for feed in polled_feeds(opened, uris or ())]
    if json:
        print_json(polled)
    else:
        for each in polled:
            _tell(each)
    if any(each.problem for each in polled):
        raise typer.Exit(1)


def _tell(each: Polled) -> None:
    from noroshi.cli.show import say

    report = each.report
    records = sum(source.records for source in report.sources)
    bad = f", {report.bad} parts bad" if report.bad else ""
    say(
        f"{each.uri}: {each.files} files, {records} new records{bad}; "
        f"{report.new} new findings, {report.changed} changed, {report.retracted} taken back"
    )
    if each.problem:
        say(f"  {each.problem}; the next poll goes on from here")
