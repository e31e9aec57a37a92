"""`noroshi ledger`: who received what, by which clause; whether that account is whole; proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.exchange.heads import Head
    from noroshi.node.ledger import Line

ledger_app = typer.Typer(
    help="The account of every disclosure: who received which version, when, by which clause.",
    no_args_is_help=True,
)


@ledger_app.command(
    "show",
    epilog=example(
        "noroshi ledger show --to EU --since 2026-11-01 --node ./jpn",
        "noroshi ledger show --record event--1c2f --json --node ./jpn",
    ),
)
def show(
    to: Annotated[str | None, typer.Option("--to", help="Only what this party received.")] = None,
    record: Annotated[
        str | None, typer.Option(help="Only this record, or the start of its id.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only from then on (RFC 3339).")] = None,
    limit: Annotated[int, typer.Option(help="At most this many.", min=1)] = 50,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Show who received which version of what, when first, by which clause; the latest first."""
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.ledger import lines
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        found = lines(opened, party=to, record=record, since=instant(since), limit=limit)
        total = opened.store.ledger_size(to) if to else opened.store.counts()["ledger"]
    if json:
        print_json(found)
    elif found:
        _print(found)
        say(f"{len(found)} shown, of {total} disclosures{f' to {to}' if to else ''}.")
    else:
        say(f"No such disclosure, of {total}{f' to {to}' if to else ''}.")


def _print(found: list[Line]) -> None:
    from noroshi.cli.show import table

    heads = [("row", True), *((each, False) for each in ("at", "to", "object", "clauses"))]
    table(heads, [_cells(each) for each in found])


def _cells(each: Line) -> list[str]:
    name = f"{each.id} {each.version}"
    if each.record is not None:
        name = f"{name}\nmade of {each.record}"
    return [str(each.n), each.at, each.party, name, " ".join(each.clauses) or "public"]


@ledger_app.command("verify", epilog=example("noroshi ledger verify --node ./jpn"))
def verify(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Walk the whole ledger: every row follows, and every head that was signed still holds."""
    from noroshi.cli.show import bar, print_json, say
    from noroshi.node.ledger import verify as walk
    from noroshi.node.node import Node

    with Node.open(node) as opened, bar(quiet=json, counted=True) as progress:
        found = walk(opened, progress)
    if json:
        print_json(found)
        return
    say(f"{found.rows} disclosures, each in its place; {found.heads} signed heads still hold.")
    for party, size in found.parties.items():
        say(f"  {party}  {size}")


@ledger_app.command("head", epilog=example("noroshi ledger head EU --node ./jpn"))
def head(
    party: Annotated[str, typer.Argument(help="About what this party received.")],
    node: NodeOption = HERE,
) -> None:
    """Print our signed word on all that a party received: how many disclosures, under one hash."""
    from noroshi.cli.show import print_json
    from noroshi.node.ledger import head as sign
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        print_json(sign(opened, party, clock()))


@ledger_app.command("prove", epilog=example("noroshi ledger prove 12 --node ./jpn > row-12.json"))
def prove(
    row: Annotated[int, typer.Argument(help="Number of the row, as `show` prints it.", min=1)],
    node: NodeOption = HERE,
) -> None:
    """Print the proof of one row, which anybody checks with this node's public key alone."""
    from noroshi.cli.show import print_json
    from noroshi.node.ledger import prove as make
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        print_json(make(opened, row, clock()))


@ledger_app.command(
    "check",
    epilog=example(
        "noroshi ledger check row-12.json --key 3b6a…",
        "noroshi ledger check row-12.json --node ./eu",
    ),
)
def check(
    file: Annotated[Path, typer.Argument(help="What `prove` or `head` printed.")],
    key: Annotated[
        str | None, typer.Option(help="Public key (64 hex digits); else as pinned in --node.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Check a proof or a head with its party's public key; no node is needed where --key is.

    A node also holds it against what the party signed before: exit 3 where both cannot be true.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.exchange.heads import Head
    from noroshi.node.ledger import check as holds
    from noroshi.words.time import format_instant

    data = file.read_bytes()
    found = holds(data, str(file), _key(key, node, data, str(file)))
    wrong = None if key else _beside(node, found if isinstance(found, Head) else found.head)
    if json:
        print_json(found)
        if wrong is not None:
            raise typer.Exit(PARTLY)
        return
    head = found if isinstance(found, Head) else found.head
    if not isinstance(found, Head):
        row = found.row
        say(f"{head.party} disclosed {row.id} {format_instant(row.version)} to {row.party}")
        say(f"  at         {format_instant(row.at)}")
        say(f"  clauses    {row.clauses}")
        say(f"  bytes      {row.body_sha256}")
        say(f"  place      {found.place}, of the {head.size} signed {format_instant(head.at)}")
    else:
        say(f"{head.party} signed: {head.to} received {head.size} up to {format_instant(head.at)}")
    say(f"  signed by  {head.key}")
    if wrong is not None:
        say(f"  {wrong}; noroshi ledger splits shows both its words")
        raise typer.Exit(PARTLY)


def _beside(folder: Path, head: Head) -> str | None:
    """How the head contradicts what the node in `folder` has of the same party."""
    from noroshi.node.node import Node, clock
    from noroshi.node.witness import shown

    with Node.open(folder) as opened:
        return shown(opened, head, clock())


def _key(key: str | None, folder: Path, data: bytes, where: str) -> bytes:
    """The public key to check with: as given, or as the node in `folder` knows it."""
    from noroshi.node.ledger import said_by
    from noroshi.node.node import Node
    from noroshi.words.errors import BadInput

    if key is not None:
        try:
            found = bytes.fromhex(key)
        except ValueError:
            found = b""
        if len(found) != 32:
            raise BadInput("--key", "not a public key", expected="64 hex digits")
        return found
    with Node.open(folder) as opened:
        return said_by(opened, data, where)
