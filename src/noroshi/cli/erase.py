"""`noroshi erase` and `erasures`: what a record was goes, that something was erased stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.erase import Erased

erase_app = typer.Typer()
MOST: Final = 10
"""Records that are named of those which refer to it."""


@erase_app.command(
    epilog=example(
        'noroshi erase event--1c2f --why "court order 12/2026" --node ./jpn',
        'noroshi erase event--1c2f --why "court order 12/2026" --despite --node ./jpn',
    )
)
def erase(
    record: Annotated[str, typer.Argument(help="Record id, or the unique start of one.")],
    why: Annotated[str, typer.Option(help="The reason: all that stays, so without names.")] = "",
    despite: Annotated[
        bool, typer.Option("--despite", help="Do not wait for who has not confirmed.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Destroy a record: every version and variant, its label, and what the ledger says of it.

    Who was served is told first that it is taken back; it goes once they confirmed. The chain of
    the ledger and every proof given before still hold. Exit 3 while somebody is waited for, or
    where the store's files could not be cleared.
    """
    from noroshi.cli.show import print_json
    from noroshi.node.erase import erase as destroy
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        done = destroy(opened, record, why, clock(), despite=despite)
        postgres = not hasattr(opened.settings.store_at, "parent")
    if json:
        print_json(done)
    else:
        _print(done, postgres)
    if done.erased is None or not done.scrubbed:
        raise typer.Exit(PARTLY)


def _print(done: Erased, postgres: bool) -> None:
    from noroshi.cli.show import say

    if done.erased is None:
        say(
            f"Taken back, and kept until {', '.join(done.waiting)} confirmed that it is gone there."
        )
        say("  then      the same command again; noroshi recalls shows who confirmed")
        say("  or        --despite erases it here now; what they hold stays with them")
    else:
        gone = done.erased
        say(f"Erased: {gone.versions} versions, and what {gone.rows} rows of the ledger said.")
        say(f"  left      {gone.id}: that something was, when it went, and why")
        if gone.left_over:
            say(f"  not yet   {gone.left_over} withdrawals that nobody fetched still name it;")
            say("            noroshi erasures --finish, once they were")
        if done.waiting:
            say(f"  holding   {', '.join(done.waiting)} never confirmed that it is gone there")
        say("  backups   those made before hold it still: destroy them, or never restore them")
        for each in done.copies:
            say(f"            {each}")
        say("  sources   it comes back if what it was read from is read again")
        if postgres:
            say("  database  deleted rows stay in its files and log: VACUUM FULL; see its backups")
        elif not done.scrubbed:
            say("  NOT YET   a process reads the store: end serve and work, then")
            say("            noroshi erasures --finish")
    for each in done.naming[:MOST]:
        say(f"  named by  {each}: its own bytes say that there was such a record")
    if len(done.naming) > MOST:
        say(f"            and {len(done.naming) - MOST} more; --json has all")


@erase_app.command(epilog=example("noroshi erasures --node ./jpn"))
def erasures(
    finish: Annotated[
        bool, typer.Option("--finish", help="Erase what had to stay until it was fetched.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """List what was erased: when, why, how much; never what."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.erase import erasures as listed
    from noroshi.node.erase import sweep
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        done, scrubbed = sweep(opened) if finish else (0, True)
        if finish and not done:
            scrubbed = opened.store.scrub()
        found = list(listed(opened))
    if json:
        print_json([each._asdict() for _, each in found])
    for at, each in found if not json else ():
        left = f"; {each.left_over} withdrawals still name it" if each.left_over else ""
        say(f"{each.id}  {at}  {each.versions} versions, {each.rows} rows of the ledger{left}")
        say(f"  why: {each.why}")
    if not found and not json:
        say("Nothing was erased.")
    if finish and not json:
        say(f"{done} withdrawals were erased; the files are {'' if scrubbed else 'not '}clear.")
    if not scrubbed:
        raise typer.Exit(PARTLY)
