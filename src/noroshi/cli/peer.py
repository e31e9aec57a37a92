"""`noroshi peer`: the nodes this one exchanges with, and their keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.config.editing import Value
    from noroshi.node.introduce import Met
    from noroshi.node.node import Node
    from noroshi.node.peers import Line

peer_app = typer.Typer(
    help="The nodes that this one exchanges with, and which of their keys count.",
    no_args_is_help=True,
)


@peer_app.command(
    "add",
    epilog=example(
        "noroshi peer add https://node.eu.example/ --node ./jpn",
        "noroshi peer add EU --public-key 3b6a… --node ./jpn",
        "noroshi peer add https://node.eu.example/ --fingerprint 'abandon … about' --node ./jpn",
    ),
)
def add(
    peer: Annotated[str, typer.Argument(help="Where its node answers, or its party.")],
    public_key: Annotated[
        str | None, typer.Option(help="Its key in hex, where the node is not asked for it.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="With a party: where its node answers.")] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(help="What they said, words or hex: then nobody is asked (for scripts)."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where it is a peer already, with another key.")
    ] = False,
    user: Annotated[str | None, typer.Option(help="Our account there.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File with the password or token of our account there.")
    ] = None,
    cert: Annotated[Path | None, typer.Option(help="The certificate we come with, PEM.")] = None,
    cert_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    account: Annotated[str | None, typer.Option(help="Its account here.")] = None,
    mode: Annotated[str | None, typer.Option(help="pull, push, both or file.")] = None,
    every: Annotated[str | None, typer.Option(help="How often, ISO 8601 (PT5M).")] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Pin a partner's key and certificate: compare the words by voice, then say yes.

    The rest of node.toml stays as it is. The same words stand in `noroshi key show` over there.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.node import introduce
    from noroshi.node.node import Node, clock

    if (cert is None) != (cert_key is None) or (user is None) != (password_file is None):
        raise typer.BadParameter("--cert goes with --cert-key, and --user with --password-file")
    with Node.open(node) as opened:
        if "://" in peer:
            ours = (cert, cert_key) if cert and cert_key else None
            met = introduce.meet(peer, ours)
        elif public_key is not None:
            met = introduce.given(peer, public_key, url)
        else:
            raise typer.BadParameter(f"{peer}: give a URL, or a party with --public-key")
        introduce.check(opened, met, replace=replace)
        _compare(opened, met, fingerprint)
        more: dict[str, Value] = {
            name: value
            for name, value in {
                "account": account,
                "mode": mode,
                "every": every,
                "user": user,
            }.items()
            if value is not None
        }
        for name, file in {"cert": cert, "key": cert_key}.items():
            more |= {} if file is None else {name: _within(node, file)}
        if password_file is not None:
            more["password"] = {"file": _within(node, password_file)}
        new = introduce.pin(opened.settings, met, more, clock(), replace=replace)
        opened.store.drop_calls(met.party)
    if json:
        print_json({"peer": met, "new": new})
        return
    say(f"{met.party} is a peer{' now' if new else ': its table in node.toml was changed'}.")
    if mode == "file":
        say(f"  next  noroshi export {met.party} --to FOLDER --node {node}")
    elif account is None and new:
        say(f"  next  noroshi account add {met.party.lower()} --party {met.party} --node {node}")
    say("  A running serve takes it up when it is started again.")


def _compare(node: Node, met: Met, said: str | None) -> None:
    """Let two people compare the fingerprint, unless what was `said` is it."""
    import sys

    from noroshi.cli.key import print_spoken
    from noroshi.exchange.phrase import is_of
    from noroshi.words.errors import Refused
    from noroshi.words.spoken import digits

    if said is not None:
        if digits(said) != met.fingerprint and not is_of(said, met.fingerprint):
            raise Refused(
                f"{met.party}: the key at {met.url or 'hand'} has the fingerprint "
                f"{met.fingerprint}, which is not what was said\n"
                "Hint: all 64 digits, or the twelve words; if those are theirs, somebody else "
                "answers there"
            )
        return
    typer.echo(f"{node.parties.get(met.party).en} ({met.party}) at {met.url or 'no address'}")
    print_spoken(met.fingerprint)
    if met.tls is not None and met.vouched:
        typer.echo(f"  certificate  {met.tls}\n               the same key speaks for it")
    elif met.tls is not None:
        typer.echo(
            f"  certificate  {met.tls}\n               compare this as well: nothing speaks for it"
        )
    if not sys.stdin.isatty():
        raise Refused(
            "nobody is here to compare this\n"
            "Hint: in a script, --fingerprint with what they said, by a way that you trust"
        )
    if not typer.confirm("Call them. Do they read the same from `noroshi key show`?"):
        raise Refused("nothing was written: who answers there is not who you were told")


def _within(folder: Path, file: Path) -> str:
    """The file as node.toml names it: relative to its folder where it lies within."""
    whole, home = file.resolve(), folder.resolve()
    return str(whole.relative_to(home)) if whole.is_relative_to(home) else str(whole)


@peer_app.command("remove", epilog=example("noroshi peer remove EU --node ./jpn"))
def remove(
    party: Annotated[str, typer.Argument(help="The party of the [\\[peer]].")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Take a peer out of node.toml. What it was given it still has: see `noroshi ledger show`.

    Its accounts are a matter of `noroshi account revoke`, what it holds one of `noroshi recall`.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.node.introduce import drop

    taken = drop(load_settings(node), party)
    if json:
        print_json({"party": party, "removed": taken})
        return
    say(f"{party} is no peer any more. These lines were taken out of node.toml:")
    say(taken.rstrip())
    say("A running serve takes it up when it is started again.")


@peer_app.command("list", epilog=example("noroshi peer list --node ./jpn"))
def list_(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """List the peers: how it goes with each, their keys, and what they said of them.

    A circuit is closed while the peer answers, open while it is left alone after failures, and
    half-open when the next call may find it back.
    """
    from noroshi.cli.key import told
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.peers import peers

    with Node.open(node) as opened:
        rows = peers(opened, clock())
    if json:
        print_json(rows)
        return
    for row in rows:
        every = f", every {row.every}" if row.every else ""
        say(f"{row.party}  {row.state}  {row.mode}{every}  {row.url or 'no url'}")
        for line in row.lines:
            _print_line(line)
        for key in row.keys:
            words = told(key.state, key.retired, key.since)
            say(f"  key {key.fingerprint}  {words} (from {key.source})")
        for problem in row.problems:
            say(f"  problem: {problem}")
    if not rows:
        say("No [[peer]] in node.toml.")


def _print_line(line: Line) -> None:
    from noroshi.cli.show import say

    if line.failures:
        tries = f"{line.failures} failures since {line.since}, next try from {line.due}"
        say(f"  {line.way}  circuit {line.circuit}: {tries}")
        say(f"    {line.problem}")
    elif line.tried and line.tried > (line.ok or ""):
        say(f"  {line.way}  circuit {line.circuit}, called {line.tried}, no answer yet")
    elif line.ok:
        say(f"  {line.way}  circuit {line.circuit}, answered {line.ok}")
    else:
        say(f"  {line.way}  never called")


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
