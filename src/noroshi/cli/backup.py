"""`noroshi backup`, `restore` and `resync`: a node in one file, and one that lives again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.store import Resync

backup_app = typer.Typer()
MOST = 20
"""Ids that are shown."""


@backup_app.command(
    epilog=example(
        "noroshi backup jpn.backup --node ./jpn",
        "noroshi backup jpn.backup --check",
    )
)
def backup(
    file: Annotated[Path, typer.Argument(help="The new file.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Take the keys along: then guard it like them.")
    ] = False,
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Take the kept positions along, all of them.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only check that a backup is whole.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Write a node to one file while it goes on working: store, node.toml, agreements."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.backup import backup as save
    from noroshi.node.backup import inspect
    from noroshi.node.node import Node, clock

    if check:
        saved = inspect(file)
    else:
        with Node.open(node) as opened:
            saved = save(opened, file, clock(), with_keys=with_keys, with_history=with_history)
    if json:
        print_json(saved)
        return
    keys = "with its keys" if saved.keys else "without its keys"
    say(f"{saved.file}: {saved.party}'s node at {saved.at}, {keys}, {saved.size:,} bytes, whole")


@backup_app.command(
    epilog=example(
        "noroshi restore jpn.backup --node ./jpn",
        "noroshi restore --node ./jpn  # the database was put back with pg_restore",
    )
)
def restore(
    file: Annotated[
        Path | None, typer.Argument(help="A backup; none where the store was put back otherwise.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where a store is in the way, keep it beside.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Put a node back from a backup. Nothing goes out until its partners said what they know."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.backup import restore as put_back
    from noroshi.node.node import clock

    done = put_back(file, node, clock(), replace=replace)
    if json:
        print_json(done)
        return
    say(f"{done.party}'s node is as it was at {done.saved_at}, in a new life ({done.life})")
    if done.kept:
        say(f"  the store that was here  {done.kept}")
    if done.law:
        say("  law         the agreement files here are its law now")
    if done.waiting:
        say(f"  waiting     {', '.join(done.waiting)}; nothing goes out before they answer")
        say("  next        noroshi serve, noroshi sync PEER; noroshi resync shows who answered")


@backup_app.command(
    epilog=example(
        "noroshi resync --node ./jpn",
        'noroshi resync --let-go FRA --why "its node is gone for good" --node ./jpn',
    )
)
def resync(
    let_go: Annotated[str | None, typer.Option(help="Wait no longer for this party.")] = None,
    why: Annotated[str, typer.Option(help="The reason, kept.")] = "",
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Who told a node that was put back what they hold from it. Exit 3 while it waits."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.elsewhere import elsewhere
    from noroshi.node.node import Node, clock
    from noroshi.node.resync import let_go as end
    from noroshi.node.resync import missing_law

    with Node.open(node) as opened:
        if let_go is not None:
            end(opened, let_go, why, clock())
        life, rows, shut = opened.store.life(), opened.store.resyncs(), opened.store.shut()
        lawless = {each.party for each in rows if missing_law(opened, each)}
        lost = elsewhere(opened)
    if json:
        print_json({"life": life, "shut": shut, "parties": rows, "elsewhere": lost})
    elif not life.n:
        say("This node never was put back from a backup.")
    else:
        for each in rows:
            say(f"{each.party}  {_words(each, each.party in lawless)}")
        say("Nothing goes out yet." if shut else "Everybody answered or was let go; all goes out.")
        for line in _lines(lost):
            say(line)
    if shut:
        raise typer.Exit(PARTLY)


def _lines(lost: dict[str, tuple[str, ...]]) -> list[str]:
    """What only partners have, the first of it."""
    if not lost:
        return []
    shown = [f"  {name}  {', '.join(parties)}" for name, parties in [*lost.items()][:MOST]]
    more = [f"  … {len(lost) - MOST} more: --json has them all"] if len(lost) > MOST else []
    first = f"Only partners have {len(lost)} records; noroshi recall takes them back by id:"
    return [first, *shown, *more]


def _words(each: Resync, lawless: bool) -> str:
    from noroshi.words.time import format_instant

    at = format_instant(each.at)
    if each.state == "let go":
        return f"let go {at}: {each.why}"
    if each.state == "waiting":
        return f"asked since {at}; its next noroshi sync with us answers"
    told = f"answered {at}: {each.learnt} disclosures and {each.ended} recalls were forgotten here"
    if lawless:
        told += f"; was served under agreements not known here ({(each.law or '')[:12]}): pact load"
    return told
