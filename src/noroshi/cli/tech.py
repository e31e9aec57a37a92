"""`noroshi tech`: equipment and technology — may this item go there, and who could have it next?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from noroshi.cli.options import HERE, PARTLY, WITHHELD, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.technology import Screened
    from noroshi.pact.technology import Leg

tech_app = typer.Typer(
    help="Equipment and technology: permit, licence or prohibited; programmes; end users.",
    no_args_is_help=True,
)
ListOption = Annotated[
    list[Path] | None,
    typer.Option("--list", help="A list in the FollowTheMoney format, one JSON object a line."),
]
Threshold = Annotated[
    float, typer.Option(help="Show entries at least this much alike.", min=0.5, max=1.0)
]
_EXIT: Final = {"permit": 0, "licence": PARTLY, "prohibited": WITHHELD}


@tech_app.command(
    "ask",
    epilog=example(
        "noroshi tech ask item.toml --node ./jpn",
        "noroshi tech ask item.toml --list sanctions.ftm.json --node ./jpn",
    ),
)
def tech_ask(
    file: Annotated[Path, typer.Argument(help="The item, as a TOML file (docs/technology.md).")],
    lists: ListOption = None,
    threshold: Threshold = 0.85,
    at: Annotated[
        str | None, typer.Option(help="By the agreements of then (RFC 3339 or a date).")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """May this item go there, by which clauses, and on from there? Exit 0 for a permit, 3 where it
    takes a licence, 4 where it is prohibited."""
    from noroshi.cli.show import bar, instant, print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.technology import ask, read_transfer

    with Node.open(node) as opened, bar(quiet=json) as seen:
        item = read_transfer(opened, file)
        found = ask(
            opened, item, lists or (), instant(at) or clock(), threshold=threshold, seen=seen
        )
    if json:
        print_json(found)
    else:
        sending = item.transfer
        said = {"permit": "Permit", "licence": "Licence needed", "prohibited": "Prohibited"}
        codes = ", ".join(sending.control) or sending.right or ""
        say(f"{said[found.answer]}: {sending.item} ({codes}) from {sending.from_} to {sending.to}")
        say(f"  for {sending.end_use}")
        for leg in found.by_agreements.legs:
            _print_leg(leg)
        if found.by_agreements.reexport:
            say("Re-export")
            for leg in found.by_agreements.reexport:
                _print_leg(leg)
        if found.screened is not None:
            _print_screened(found.screened)
        elif item.end_user is not None:
            say("The end user was not screened: --list names a list.")
        say(f"Agreement set {found.by_agreements.agreement_set[:12]}.")
    if found.answer != "permit":
        raise typer.Exit(_EXIT[found.answer])


@tech_app.command(
    "screen",
    epilog=example('noroshi tech screen "Ромашка ООО" --list sanctions.ftm.json --country ru'),
)
def tech_screen(
    name: Annotated[str, typer.Argument(help="A name in any script.")],
    lists: ListOption = None,
    threshold: Threshold = 0.85,
    country: Annotated[str | None, typer.Option(help="ISO alpha-2, if known.")] = None,
    registration: Annotated[
        list[str] | None, typer.Option(help="A registration of any kind; may be repeated.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """The entries of a list that are like a name, with a score that explains itself. Exit 3 where
    there are any."""
    from noroshi.cli.show import bar, print_json
    from noroshi.node.technology import screen
    from noroshi.screen import Wanted

    if not lists:
        raise typer.BadParameter("--list names a list; noroshi ships none")
    wanted = Wanted(name, (), country, tuple(registration or ()))
    with bar(quiet=json) as seen:
        found = screen(wanted, lists, threshold=threshold, seen=seen)
    if json:
        print_json(found)
    else:
        _print_screened(found)
    if found.hits:
        raise typer.Exit(PARTLY)


@tech_app.command(
    "programme",
    epilog=example("noroshi tech programme gcap --node ./jpn"),
)
def tech_programme(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement, such as gcap.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """A programme: workshare, what each brought and what all made, and who agrees to a third."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        policy = opened.policy(at=clock())[1]
    held = policy.by_id.get(agreement)
    if held is None or not held.file.programme:
        known = [each.id for each in policy.agreements if each.file.programme]
        raise typer.BadParameter(
            f"{agreement!r} has no programme; {', '.join(known) or 'no agreement here'} has"
        )
    if json:
        print_json(held.file.programme)
        return
    for each in held.file.programme:
        reading = "our reading" if each.basis == "model" else each.basis
        say(f"{held.id}/{each.id}  {each.title} ({reading})")
        shares = ", ".join(f"{code} {share:g} %" for code, share in each.workshare.items())
        say(f"  workshare   {shares or 'not said'}")
        for word, rights in (("background", each.background), ("foreground", each.foreground)):
            for right in rights:
                say(
                    f"  {word:<11} {each.id}.{right.id}  of {', '.join(right.owners)}: {right.what}"
                )
                others = right.partners or tuple(
                    code for code in held.parties if code not in right.owners
                )
                say(f"              {', '.join(right.control)}; for {', '.join(right.end_use)}")
                say(f"              open to {', '.join(others) or 'its owners alone'}")
        thirds = {"none": "nobody may have it", "owners": "every owner must agree"}
        say(f"  thirds      {thirds[each.third]}")
        if each.note:
            say(f"  {each.note}")


def _print_leg(leg: Leg) -> None:
    from noroshi.cli.show import say

    part = "" if leg.owner == leg.sender else f", {leg.owner}'s part"
    by = f"by {leg.clause}" if leg.clause else "by no clause"
    say(f"  {leg.answer:<10} {leg.sender} to {leg.to}{part}: {by}")
    if leg.answer == "permit":
        return
    for code in leg.licence_of:
        say(f"    needs a licence of {code}")
    for miss in leg.misses:
        say(f"    {miss.clause}: {miss.condition} is {miss.found}; allowed: {miss.allowed}")
    if not leg.misses and not leg.licence_of:
        say("    No clause of an agreement covers it, and what is not permitted is denied.")


def _print_screened(found: Screened) -> None:
    from noroshi.cli.show import say

    for hit in found.hits:
        topics = f", {', '.join(hit.topics)}" if hit.topics else ""
        say(f"{hit.score:.2f}  {hit.caption} ({hit.schema}{topics})  {hit.entry}  {hit.where}")
        for reason in hit.reasons:
            say(f"      {reason.change:+.2f} {reason.feature}: {reason.text}")
    if found.hits:
        say("Alike is not the same: a person decides, and until then it takes a licence.")
    say(f"{len(found.hits)} alike of {found.read:,} entries read.")
    for each in found.unread[:5]:
        say(f"  {each.where}: {each.reason}")
    if len(found.unread) > 5:
        say(f"  and {len(found.unread) - 5:,} more lines that could not be read")
    if found.unread:
        say("A list that was not read whole may have more.")
