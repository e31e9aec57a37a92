"""`noroshi audience`: who may have one record, or how many of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.audience import Counted, Heard

audience_app = typer.Typer()


@audience_app.command(
    epilog=example("noroshi audience event--1b2c --node ./jpn", "noroshi audience --at 2026-01-01")
)
def audience(
    record: Annotated[
        str | None, typer.Argument(help="Record id, or the unique start of one; all when none.")
    ] = None,
    node: NodeOption = HERE,
    at: Annotated[str | None, typer.Option(help="By the law of this instant (RFC 3339).")] = None,
    known: Annotated[
        str | None, typer.Option(help="With what the node knew then; as of --at when not given.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Name every party that may have a record, or count for each how many of all it may have."""
    from noroshi.cli.show import instant, print_json
    from noroshi.node.audience import audience as heard
    from noroshi.node.audience import counted
    from noroshi.node.node import Node, clock

    moment, then = instant(at), instant(known)
    with Node.open(node) as opened:
        if record is None:
            numbers = counted(opened, now=clock(), at=moment, known=then)
            print_json(numbers) if json else print_counted(numbers)
        else:
            found = heard(opened, record, now=clock(), at=moment, known=then)
            print_json(found) if json else print_audience(found)


def print_audience(heard: Heard) -> None:
    """Who may have one record: those under the same clauses and transforms together."""
    from noroshi.cli.show import say
    from noroshi.words.transform import describe

    alike: dict[str, list[str]] = {}
    for party, release in heard.parties.items():
        changes = ", ".join(describe(each) for each in release.transforms)
        how = " and ".join(dict.fromkeys(release.clauses)) + (f": {changes}" if changes else "")
        alike.setdefault(how, []).append(party)
    say(f"{heard.record} may go to {len(heard.parties)} parties at {heard.at}.")
    for how, parties in alike.items():
        say(f"  {how}")
        say(f"    {', '.join(parties)}")


def print_counted(counted: Counted) -> None:
    """How many records each party may have."""
    from noroshi.cli.show import say, table

    say(f"{counted.records:,} live records at {counted.at}, epoch {counted.epoch}.")
    rows = [
        [party, f"{many:,}", f"{many / counted.records:.1%}"]
        for party, many in counted.parties.items()
    ]
    if rows:
        table([("party", False), ("may have", True), ("of all", True)], rows)
    else:
        say("Nobody may have any. Hint: noroshi pact load makes agreements the law of the node.")
