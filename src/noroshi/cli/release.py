"""`noroshi release`: what a person gives past the clauses in an emergency, and who looks at it; and
what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.emergency import Row

release_app = typer.Typer(
    no_args_is_help=True,
    help="Release in an emergency; agree, as a second person, to what the agreements give.",
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


@release_app.command(epilog=example("noroshi release waiting EU --node ./jpn"))
def waiting(
    party: Annotated[str, typer.Argument(help="The party that would get it.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """List what the agreements give a party and waits for a second person, and what was asked.

    Nothing waits where `\\[console] two_person` is not set.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.twice import held_back
    from noroshi.node.twice import waiting as asked
    from noroshi.words.time import format_instant

    with Node.open(node) as opened:
        found = held_back(opened, opened.parties.get(party).code, clock())
        wishes = [each for each in asked(opened, clock()) if each.party == party]
    if json:
        print_json({"party": party, "records": found, "asked": wishes})
        return
    for each in found:
        say(each)
    say(f"{len(found)} records wait for a second person before they go to {party}")
    for wish in wishes:
        at = format_instant(wish.at)
        say(f"  {wish.id}: {wish.who} asked for {len(wish.ids)} of them at {at}")
    if found and not wishes:
        say(f"Hint: noroshi release ask {party} RECORD … --by NAME, or the console")


@release_app.command(epilog=example('noroshi release ask EU event--1c2f --by "A. Watch"'))
def ask(
    party: Annotated[str, typer.Argument(help="The party that is to get them.")],
    records: Annotated[list[str], typer.Argument(help="Record ids, or unique starts of them.")],
    by: Annotated[str, typer.Option(help="Who asks.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Ask that a second person agrees, within a day, to records that wait."""
    from noroshi.cli.show import print_json, say
    from noroshi.console.acts import Acts
    from noroshi.node import twice
    from noroshi.node.node import Node, clock
    from noroshi.node.why import complete
    from noroshi.words.errors import Refused

    with Node.open(node) as opened:
        ids = list(dict.fromkeys(complete(opened, each) for each in records))
        if not by.strip() or not twice.needed(opened, ids, party, clock()):
            raise Refused("none of these waits for a second person, or nobody asks")
        Acts(opened.settings).add(by, "ask", {"party": party, "records": ", ".join(ids)}, clock())
        wish = twice.ask(opened, ids, party, by.strip(), clock())
    if json:
        print_json(wish)
    else:
        say(f"{wish.id}: to be agreed to by somebody else: noroshi release agree {wish.id} --by …")


@release_app.command(epilog=example('noroshi release agree 3f9a --by "B. Law" --node ./jpn'))
def agree(
    wish: Annotated[str, typer.Argument(help="What was asked for, or the start of its id.")],
    by: Annotated[str, typer.Option(help="Who agrees: not who asked.")],
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it.")] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Agree, as a second person, that records go to a party; they are then in its view.

    The names are kept as they are given: who may run this on the node's machine is trusted with
    them. The console asks for a password.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.console.acts import Acts
    from noroshi.node import twice
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        now, who = clock(), by.strip()

        def note(each: twice.Wish) -> None:
            about = {"party": each.party, "asked_by": each.who, "records": ", ".join(each.ids)}
            Acts(opened.settings).add(who, "refuse" if refuse else "release", about, now)

        if refuse:
            note(found := twice.refuse(opened, wish, now))
        else:
            found = twice.agree(opened, wish, who, now, note)
    if json:
        print_json(found)
    elif refuse:
        say(f"{found.id} is refused: nothing goes")
    else:
        n = len(found.ids)
        are = "1 record is" if n == 1 else f"{n} records are"
        say(f"{are} in the view of {found.party}, as far as they may go")


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
