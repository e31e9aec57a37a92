"""`noroshi push`, `recall` and `recalls`: what is sent unasked, and what is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.exchange.receipt import Onward
    from noroshi.node.recall import Recalled

exchange_app = typer.Typer()


@exchange_app.command(epilog=example("noroshi push EU --node ./jpn"))
def push(
    peer: Annotated[str, typer.Argument(help="Party of the [\\[peer]] to send to.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Send a peer what is new in its view, and receipts that are due, instead of being asked."""
    import random

    from noroshi.cli.show import print_json, say
    from noroshi.node.calling import kept
    from noroshi.node.node import Node, clock
    from noroshi.node.push import push as send

    with Node.open(node) as opened:
        pushed = kept(opened, peer, "push", lambda: send(opened, peer, clock), clock, random.random)
    if json:
        print_json(pushed)
    else:
        say(
            f"{pushed.peer}: {pushed.objects} objects sent, {pushed.taken} taken, "
            f"{pushed.refused} refused; {pushed.receipts} receipts, {pushed.letters} letters"
        )
    if pushed.refused:
        raise typer.Exit(PARTLY)


@exchange_app.command(
    epilog=example(
        'noroshi recall event--1c2f --why "position was wrong" --within P7D --node ./jpn',
        'noroshi recall --kind stop --since 2021-03-22 --why "receiver clock was off" --dry-run',
    )
)
def recall(
    records: Annotated[list[str] | None, typer.Argument(help="Ids, or their starts.")] = None,
    why: Annotated[str, typer.Option(help="The reason, kept with the recall.")] = "",
    within: Annotated[str, typer.Option(help="By when others are to confirm (ISO 8601).")] = "P7D",
    kind: Annotated[str | None, typer.Option(help="Every live finding of this kind.")] = None,
    since: Annotated[str | None, typer.Option(help="… that ended after (RFC 3339).")] = None,
    until: Annotated[str | None, typer.Option(help="… that began before (RFC 3339).")] = None,
    lift_: Annotated[bool, typer.Option("--lift", help="Let them be given again instead.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who has them.")] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Take records of this node back from everybody who has them."""
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.recall import Query, chosen, holders, lift, recalled
    from noroshi.node.recall import recall as take
    from noroshi.words.time import parse_duration

    query = Query(tuple(records or ()), kind, instant(since), instant(until))
    with Node.open(node) as opened:
        ids = chosen(opened, query)
        if dry_run:
            had = holders(opened, ids)
            if json:
                print_json({"records": ids, "parties": had})
                return
            say(f"{len(ids)} records would be taken back")
            for party, count in had.items():
                say(f"  {party} was served {count} of them")
            return
        if lift_:
            lifted = lift(opened, ids, clock())
            if json:
                print_json({"lifted": lifted})
            else:
                say(f"{len(lifted)} of {len(ids)} records may be given again")
            return
        taken = take(opened, ids, why, parse_duration(within), clock())
        rows = [each for one in taken for each in recalled(opened, clock(), one)]
    if json:
        print_json(rows)
        return
    say(f"{len(taken)} of {len(ids)} records taken back; noroshi recalls shows who confirms")
    _print(rows[:20])


@exchange_app.command(epilog=example("noroshi recalls --node ./jpn"))
def recalls(
    record: Annotated[str | None, typer.Argument(help="Only this record.")] = None,
    open_only: Annotated[
        bool, typer.Option("--open", help="Only those that somebody has not confirmed.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What this node took back, and how far everybody is who had it. Exit 3 when overdue."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.push import settled
    from noroshi.node.recall import recalled
    from noroshi.node.why import complete

    with Node.open(node) as opened:
        name = None if record is None else complete(opened, record)
        rows = recalled(opened, clock(), name)
    if open_only:
        rows = tuple(each for each in rows if not all(map(settled, each.parties)))
    if json:
        print_json(rows)
    elif rows:
        _print(rows)
    else:
        say("Nothing was taken back." if not open_only else "Everything is confirmed.")
    if any(each.overdue for each in rows):
        raise typer.Exit(PARTLY)


def _print(rows: list[Recalled] | tuple[Recalled, ...]) -> None:
    from noroshi.cli.show import say

    for each in rows:
        late = f", overdue at {', '.join(each.overdue)}" if each.overdue else ""
        say(f"{each.id}  taken back {each.at}, due {each.due}{late}")
        say(f"  why: {each.why}")
        if each.lifted:
            say(f"  lifted {each.lifted}: it may be given again")
        for step in each.parties:
            _print_step(step, 1)
        if not each.parties:
            say("  nobody had been served it")


def _print_step(step: Onward, depth: int) -> None:
    from noroshi.cli.show import say

    words = {
        "confirmed": "confirmed that it is gone",
        "served": "fetched the withdrawal, has not confirmed",
        "waiting": "has not fetched the withdrawal yet",
        "unconfirmable": "cannot be heard from",
    }
    at = f" {step.at}" if step.at else ""
    say(f"{'  ' * depth}{step.party}  {words[step.state]}{at}")
    for beyond in step.onward:
        _print_step(beyond, depth + 1)
