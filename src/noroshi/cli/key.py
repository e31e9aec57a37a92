"""`noroshi key`: the key that this node signs with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.rotate import Changed

key_app = typer.Typer(
    help="The key that this node signs with, and those it signed with before.",
    no_args_is_help=True,
)


@key_app.command("show", epilog=example("noroshi key show --node ./jpn"))
def show(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Show the key in use, as two people compare it, and the earlier ones."""
    from noroshi.cli.show import print_json
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        keys, used = opened.store.keys(opened.party), opened.keys
    if json:
        print_json({"key": used.fingerprint, "public_key": used.public_hex, "keys": keys})
        return
    print_spoken(used.fingerprint)
    typer.echo(f"  public_key = {used.public_hex}")
    for each in keys:
        if each.fingerprint != used.fingerprint:
            typer.echo(
                f"  before: {each.fingerprint}  {told(each.state, each.retired, each.since)}"
            )


@key_app.command("rotate", epilog=example("noroshi key rotate --node ./jpn"))
def rotate(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Sign with a new key from now on. Partners follow by themselves: the old key says so."""
    from noroshi.node.node import Node, clock
    from noroshi.node.rotate import rotate as change

    with Node.open(node) as opened:
        changed = change(opened, clock())
    _print(changed, json, "Partners learn it from what they fetch next; nothing is to be told.")


@key_app.command(
    "compromised",
    epilog=example("noroshi key compromised --since 2026-03-01T00:00:00Z --node ./jpn"),
)
def compromised(
    since: Annotated[str, typer.Option(help="When it may first have been another's (RFC 3339).")],
    key: Annotated[
        str | None, typer.Option(help="Fingerprint of an earlier key; the one in use when none.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say that somebody else may have had a key: give it up, and sign grants anew."""
    from noroshi.node.node import Node, clock
    from noroshi.node.rotate import compromise
    from noroshi.words.time import parse_instant

    with Node.open(node) as opened:
        changed = compromise(opened, parse_instant(since), clock(), key)
    _print(
        changed,
        json,
        f"{changed.signed_anew} grants and consents were signed anew. A new key is followed by "
        "nobody who was not told:\nread it to each partner, who pins it with noroshi peer add … "
        "--replace; this key then says that the other is not to be believed.",
    )


def _print(changed: Changed, json: bool, hint: str) -> None:
    from noroshi.cli.show import print_json, say

    if json:
        print_json(changed)
        return
    print_spoken(changed.key)
    typer.echo(f"  public_key = {changed.public}")
    say(hint)


def print_spoken(fingerprint: str, what: str = "key") -> None:
    """A fingerprint in words and in groups, as two people read it to one another."""
    from noroshi.exchange.phrase import phrase
    from noroshi.words.spoken import rows

    words = phrase(fingerprint)
    lines = [" ".join(words[n : n + 6]) for n in range(0, len(words), 6)]
    lines += [" ".join(phrase(fingerprint, "japanese")), *rows(fingerprint)]
    for n, row in enumerate(lines):
        typer.echo(f"  {what if n == 0 else '':<12} {row}")


def told(state: str, retired: int | None, since: int | None) -> str:
    """What a key counts for, in words."""
    from noroshi.cli.show import when

    if state == "former":
        return f"until {when(retired or 0)}"
    return f"distrusted since {when(since or 0)}" if state == "distrusted" else state
