"""`noroshi act`: visits, exercises and refuellings — may this happen, and what was seen of it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from noroshi.cli.options import HERE, PARTLY, WITHHELD, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.acts import Seen
    from noroshi.pact.permitting import Permission, Way

act_app = typer.Typer(
    help="Visits, exercises and refuellings: may it happen, what is missing, what was seen of it.",
    no_args_is_help=True,
)
FileArgument = Annotated[Path, typer.Argument(help="The act, as a TOML file (docs/acts.md).")]
_EXIT: Final = {"permitted": 0, "missing": PARTLY, "denied": WITHHELD}
_SAID: Final = {
    "permitted": "may happen",
    "missing": "may happen once nothing is missing",
    "denied": "may not happen",
}


@act_app.command(
    "ask",
    epilog=example(
        "noroshi act ask visit.toml --node ./jpn",
        "noroshi act ask exercise.toml --at 2026-03-01 --json --node ./jpn",
    ),
)
def act_ask(
    file: FileArgument,
    at: Annotated[
        str | None, typer.Option(help="As things stood then (RFC 3339 or a date).")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """May this act happen, under which agreements, and what is missing? Exit 0 when it may, 3 when
    something is missing, 4 when it may not."""
    from noroshi.cli.show import instant, print_json
    from noroshi.node.acts import ask, read_act
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        act = read_act(opened, file)
        found = ask(opened, act, instant(at) or clock())
    if json:
        print_json(found)
    else:
        _print_permission(act.act.id, found)
    if found.verdict != "permitted":
        raise typer.Exit(_EXIT[found.verdict])


@act_app.command("seen", epilog=example("noroshi act seen visit.toml --node ./jpn"))
def act_seen(
    file: FileArgument,
    slack: Annotated[
        str, typer.Option(help="Look this long before and after as well (ISO 8601).")
    ] = "P1D",
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What the node's findings say of the ships that were planned, and who else was with them."""
    from noroshi.cli.show import print_json
    from noroshi.node.acts import read_act, seen
    from noroshi.node.node import Node, clock
    from noroshi.words.errors import BadInput
    from noroshi.words.time import parse_duration

    try:
        widened = parse_duration(slack)
    except ValueError:
        raise BadInput("--slack", "not a duration", found=slack, expected="P1D") from None
    with Node.open(node) as opened:
        found = seen(opened, read_act(opened, file), clock(), slack=widened)
    if json:
        print_json(found)
    else:
        _print_seen(found)


def _print_permission(name: str, found: Permission) -> None:
    from noroshi.cli.show import say

    say(f"{name} {_SAID[found.verdict]}.")
    for each in found.asked:
        say(f"{each.verdict:<9} {each.aspect} of {each.guest}, host {each.host}")
        for clause in each.forbidden:
            say(f"  forbidden by {clause}")
        if each.way is not None:
            _print_way(each.way, "by")
        else:
            for way in each.tried:
                _print_way(way, "not by")
            if not each.tried and not each.forbidden:
                say("  No agreement of the two permits it, and what is not permitted is denied.")
                say("  Hint: noroshi pact web lists agreements that this node has not taken.")
    say(f"Agreement set {found.agreement_set[:12]}.")


def _print_way(way: Way, word: str) -> None:
    from noroshi.cli.show import say

    basis = {"text": "the text says so", "practice": "established practice"}
    say(f"  {word} {way.clause} ({basis.get(way.basis, 'our reading')})")
    for term in way.terms:
        sign = {"met": "ok", "missing": "missing", "failed": "fails"}[term.state]
        say(f"    {sign:<8}{term.condition}: {term.found}; wanted: {term.wanted}")


def _print_seen(found: Seen) -> None:
    from noroshi.cli.show import say, when

    for each in found.ships:
        say(f"{each.sight:<9} {each.ship.name} ({each.ship.party}, {each.ship.mmsi or 'no MMSI'})")
        for one in each.sightings[:3]:
            away = "" if one.km is None else f", {one.km:g} km from the place"
            say(f"  {one.kind} {when(one.t0)} to {when(one.t1)}{away}  {one.finding}")
        if len(each.sightings) > 3:
            say(f"  and {len(each.sightings) - 3} findings more")
    if found.others:
        say(f"Not in the plan, and in company with its ships: {', '.join(found.others)}")
    for commitment, finding in found.shows:
        say(f"The rule of {commitment} recognises {finding}.")
        say(f"  noroshi pact keep {commitment} {finding} --by NAME")
    if not found.ships:
        say("The act names no ships.")
    if not found.findings:
        say("No finding of that time at all: whether anybody looked is not known.")
    elif any(each.sight == "not seen" for each in found.ships):
        say("Not seen is not absent: a warship often sends no AIS.")
