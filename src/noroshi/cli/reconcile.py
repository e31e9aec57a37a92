"""`noroshi ledger reconcile`, `statement` and `splits`: two ledgers held against one another."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from noroshi.cli.ledger import ledger_app
from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.reconcile import Reconciled


MOST: Final = 10
"""Differences of one kind that are spelt out."""


@ledger_app.command(
    "reconcile",
    epilog=example(
        "noroshi ledger reconcile EU --node ./jpn",
        "noroshi ledger reconcile EU --file eu-jpn.statement --node ./jpn",
    ),
)
def reconcile(
    peer: Annotated[str, typer.Argument(help="The partner to compare with.")],
    file: Annotated[
        Path | None, typer.Option(help="Its statement, where no connection leads to it.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Compare what was disclosed with what was received, from both sides. Exit 3: they differ."""
    from noroshi.cli.show import bar, print_json
    from noroshi.node.node import Node, clock
    from noroshi.node.reconcile import reconcile as compare
    from noroshi.node.speaking import of_file, over_the_wire

    with Node.open(node) as opened, bar(quiet=json, counted=True) as progress:
        now = clock()
        if file is not None:
            found = compare(opened, peer, of_file(opened, peer, file, now), now, progress)
        else:
            with over_the_wire(opened, peer, now) as ask:
                found = compare(opened, peer, ask, now, progress)
    if json:
        print_json(found)
    else:
        _print(found)
    if found.problems or any(each.kind != "forgotten" for each in found.differences):
        raise typer.Exit(PARTLY)


def _print(found: Reconciled) -> None:
    from noroshi.cli.show import say

    for side in found.sides:
        say(
            f"{side.giver} to {side.recipient}: {side.disclosed} disclosed by the ledger of "
            f"{side.giver}, {side.came} came by the word of {side.recipient}"
        )
    say(
        f"{found.compared} rows of {found.party}'s ledger gone through now, "
        f"{found.parts} of 256 parts of what it received differed"
    )
    if found.erased:
        say(f"{found.erased} rows were erased: nothing is left in them to compare")
    for problem in found.problems:
        say(f"NOT TRUE  {problem}")
    kinds = Counter((each.giver, each.kind) for each in found.differences)
    for (giver, kind), count in sorted(kinds.items()):
        say(f"{count:6}  {kind}, of what {giver} gave")
    shown: Counter[tuple[str, str]] = Counter()
    for each in found.differences:
        shown[each.giver, each.kind] += 1
        if shown[each.giver, each.kind] > MOST:
            continue
        version = "" if each.version is None else f" {_instant(each.version)}"
        say(f"{each.kind}  {each.giver}: {each.id}{version}")
        say(f"  {each.why}")
    if any(count > MOST for count in kinds.values()):
        say(f"Of each kind {MOST} are shown; --json has all.")
    if not found.differences and not found.problems:
        say("Both sides say the same.")


def _instant(at: int) -> str:
    from noroshi.words.time import format_instant

    return format_instant(at)


@ledger_app.command(
    "statement", epilog=example("noroshi ledger statement JPN --to eu-jpn.statement --node ./eu")
)
def statement(
    party: Annotated[str, typer.Argument(help="For whom: nobody else learns anything from it.")],
    to: Annotated[Path | None, typer.Option(help="The file; standard output where none.")] = None,
    node: NodeOption = HERE,
) -> None:
    """Write all that this node says to a partner of what went between the two, signed."""
    from noroshi.cli.show import say
    from noroshi.node.node import Node, clock
    from noroshi.node.speaking import statement as write

    with Node.open(node) as opened:
        data = write(opened, party, clock())
    if to is None:
        sys.stdout.buffer.write(data)
        return
    to.write_bytes(data)
    say(f"{to}: {len(data):,} bytes, for {party}")


@ledger_app.command("splits", epilog=example("noroshi ledger splits --json --node ./eu"))
def splits(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """List ledgers that partners split, with the two signed heads. Exit 3 where there are any."""
    import msgspec

    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        found = opened.store.splits()
    if json:
        heads = [{"one": msgspec.Raw(each.one), "other": msgspec.Raw(each.other)} for each in found]
        rows = [each._asdict() | pair for each, pair in zip(found, heads, strict=True)]
        print_json(rows)
    for each in found if not json else ():
        say(f"{each.party} about {each.recipient}, noticed {_instant(each.at)}: {each.why}")
        say(f"  one    {each.one.decode()}")
        say(f"  other  {each.other.decode()}")
    if not found and not json:
        say("No partner was found to have split its ledger.")
    if found:
        raise typer.Exit(PARTLY)
