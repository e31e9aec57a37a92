"""`noroshi release`: what a person gives past the clauses in an emergency, and who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.emergency import Row

release_app = typer.Typer(
    no_args_is_help=True,
    help="Release by hand, in an emergency only: agreements decide what goes otherwise.",
)


@release_app.command(
    epilog=example('noroshi release emergency event--1c2f USA --why "ship on fire" --by "A. Watch"')
)
def emergency(
    record: Annotated[str, typer.Argument(help="Record id, or the unique start of one.")],
    party: Annotated[str, typer.Argument(help="The one party that it goes to.")],
    why: Annotated[str, typer.Option(help="The reason, kept for ever.")],
    by: Annotated[str, typer.Option(help="Who answers for it.")],
    lasts: Annotated[str, typer.Option(help="For how long (ISO 8601), P3D at most.")] = "PT24H",
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Give a record of our own to a party that no clause gives it to, for some hours.

    It overrides that nobody permitted it, and nothing that anybody said against it: no prohibition,
    no named recipients, no embargo, no other originator; nor TLP RED, classified or controlled
    matter, personal data. The party may not pass it on. Somebody else has to review it.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.exchange.taxii.client import Patience, PeerError
    from noroshi.node.duties import Duties
    from noroshi.node.emergency import release
    from noroshi.node.node import Node, clock
    from noroshi.words.time import format_instant, parse_duration

    sent, problem = False, ""
    with Node.open(node) as opened:
        made = release(
            opened, record, party, why=why, by=by, lasts=parse_duration(lasts), now=clock()
        )
        duties = Duties(opened)
        duties.round(clock())
        try:
            if duties.waiting(party, clock()):
                sent = bool(duties.deliver(party, clock, Patience(attempts=1)))
        except PeerError as failed:
            problem = str(failed)
    if json:
        print_json({"release": made, "sent": sent, "problem": problem})
        return
    say(f"{made.id}: {made.record} is released to {party} until {format_instant(made.until)}")
    if sent:
        say(f"  {party} has taken it")
    elif problem:
        say(f"  not there yet, tried again each minute by noroshi work: {problem}")
    else:
        say(f"  {party} finds it in its view")
    say(f"  to be reviewed by somebody else: noroshi release review {made.id}")


@release_app.command(
    epilog=example('noroshi release review 3f9a --upheld --why "lives at risk" --by "B. Law"')
)
def review(
    release: Annotated[str, typer.Argument(help="The release, or the start of its id.")],
    why: Annotated[str, typer.Option(help="The finding of the review.")],
    by: Annotated[str, typer.Option(help="Who reviewed it: not who released it.")],
    upheld: Annotated[
        bool, typer.Option("--upheld", help="It was right, and ends in time.")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="It ends now, and is taken back from the party.")
    ] = False,
    recall: Annotated[
        bool, typer.Option("--recall", help="The record is taken back from everybody.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say whether an emergency release was right, or take it back."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.emergency import review as close
    from noroshi.node.node import Node, clock

    if upheld + withdraw + recall != 1:
        raise typer.BadParameter("one of --upheld, --withdraw and --recall")
    outcome: Literal["upheld", "withdrawn", "recalled"] = (
        "upheld" if upheld else "withdrawn" if withdraw else "recalled"
    )
    with Node.open(node) as opened:
        found = close(opened, release, outcome, who=by, why=why, now=clock())
    if json:
        print_json({"release": found.id, "outcome": outcome})
    else:
        say(f"{found.id} is {outcome}; noroshi release list shows how far that is")


@release_app.command(name="list", epilog=example("noroshi release list --node ./jpn"))
def list_(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """List emergency releases and their reviews. Exit 3 when a review is overdue."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.emergency import listed
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        rows = listed(opened, clock())
    if json:
        print_json(rows)
    else:
        for each in rows:
            _print(each)
        if not rows:
            say("Nothing was ever released in an emergency.")
    if any(each.overdue for each in rows):
        raise typer.Exit(PARTLY)


def _print(each: Row) -> None:
    from noroshi.cli.show import say

    say(f"{each.id}  {each.state}  {each.record} to {each.party}")
    say(f"  {each.since} until {each.until}, by {each.by}: {each.why}")
    if each.reviewer:
        say(f"  reviewed by {each.reviewer}: {each.reason}")
    else:
        say(f"  to be reviewed by {each.review}{', overdue' if each.overdue else ''}")
    if each.there:
        words = {"confirmed": "says that it is gone", "served": "fetched the withdrawal"}
        said = words.get(each.there, "has not fetched the withdrawal yet")
        say(f"  {each.party} {said}")
