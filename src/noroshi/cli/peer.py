"""`noroshi peer`: the nodes this one exchanges with, and their keys."""

from __future__ import annotations

from typing import Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

peer_app = typer.Typer(
    help="The nodes that this one exchanges with, and which of their keys count.",
    no_args_is_help=True,
)


@peer_app.command("list", epilog=example("noroshi peer list --node ./jpn"))
def list_(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """List the peers: their keys, and what they said of them."""
    from noroshi.cli.key import told
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node
    from noroshi.node.peers import peers

    with Node.open(node) as opened:
        rows = peers(opened)
    if json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row.party}  {row.state}")
        for key in row.keys:
            words = told(key.state, key.retired, key.since)
            say(f"  key {key.fingerprint}  {words} (from {key.source})")
        for problem in row.problems:
            say(f"  problem: {problem}")
    if not rows:
        say("No [[peer]] in node.toml.")


@peer_app.command(
    "distrust",
    epilog=example(
        "noroshi peer distrust EU --key 3f9a2c41 --since 2026-03-01T00:00:00Z --node ./jpn"
    ),
)
def distrust(
    party: Annotated[str, typer.Argument(help="The party whose key it is.")],
    key: Annotated[str, typer.Option(help="Fingerprint of the key, or the start of it.")],
    since: Annotated[str, typer.Option(help="When it may first have been another's (RFC 3339).")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Believe nothing that comes under this key from now on, whatever date it bears.

    What came before stays; what came since `--since` is shown as doubtful.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.node.keyring import distrust as give_up
    from noroshi.node.node import Node, clock
    from noroshi.words.spoken import digits
    from noroshi.words.time import parse_instant

    with Node.open(node) as opened:
        opened.settings.peer(party)
        done = give_up(opened.store, party, digits(key), parse_instant(since), clock())
    if json:
        print_json(done)
    else:
        say(f"{party}: nothing that comes under {done.fingerprint} counts any more.")
