"""`noroshi pact web`, `take`: the agreements that come with noroshi, listed, counted and chosen."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from noroshi.cli.network import network_app
from noroshi.cli.options import HERE, JsonOption, NodeOption, example

web_app = typer.Typer()
web_app.add_typer(network_app)

ClassOption = Annotated[str | None, typer.Option("--class", help="Only of this class: isa, acsa.")]
FormOption = Annotated[
    str | None, typer.Option(help="Only of this form: treaty, arrangement, non_binding.")
]
LayerOption = Annotated[
    str | None, typer.Option(help="Only of this layer: information, logistics.")
]
PartyOption = Annotated[str | None, typer.Option(help="Only with this party.")]


@web_app.command(
    "web",
    epilog=example(
        "noroshi pact web --party JPN",
        "noroshi pact web --class isa --form treaty --party JPN --in-force 2024-11",
        "noroshi pact web --class acsa --party JPN --signed 2024-11",
    ),
)
def pact_web(
    cls: ClassOption = None,
    form: FormOption = None,
    layer: LayerOption = None,
    party: PartyOption = None,
    signed: Annotated[
        str | None, typer.Option(help="Signed by the end of this day, month or year.")
    ] = None,
    in_force: Annotated[
        str | None, typer.Option(help="In force at the end of this day, month or year.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List and count the agreements that come with noroshi: the real web, nobody's law yet."""
    from noroshi.cli.show import ended, print_json, say
    from noroshi.node.catalogue import web
    from noroshi.node.node import clock
    from noroshi.pact.vocabulary import Class, Form, Layer
    from noroshi.pact.web import Wanted, partners, select
    from noroshi.words.party import packaged_parties

    parties = packaged_parties()
    if party is not None:
        parties.get(party)
    wanted = Wanted(
        registered("--class", cls, Class),
        registered("--form", form, Form),
        registered("--layer", layer, Layer),
        party,
        ended(signed),
        ended(in_force),
    )
    rows = select(web(parties), wanted, clock())
    others = partners(rows, party) if party is not None else ()
    if json:
        print_json({"agreements": rows, "count": len(rows), "partners": others})
        return
    for row in rows:
        several = len(row.parties) > 6
        who = f"{len(row.parties)} parties" if several else ", ".join(row.parties)
        dates = f"signed {row.signed or 'not'}, in force {row.in_force or 'not'}"
        say(f"{row.id:<20} {row.cls:<12} {who:<24} {dates}: {row.title}")
    clauses, model = sum(row.clauses for row in rows), sum(row.model for row in rows)
    say(f"{len(rows)} agreements{f', {len(others)} partners of {party}' if party else ''}.")
    say(f"{model} of their {clauses} clauses are our model and not text.")


def registered(option: str, value: str | None, words: Any) -> Any:
    """`value`, if it is one of the words."""
    from typing import get_args

    from noroshi.words.errors import BadInput

    known = get_args(words)
    if value is not None and value not in known:
        where, expected = f"command line: {option}", ", ".join(known)
        raise BadInput(where, "no such word", found=value, expected=expected)
    return value


@web_app.command("take", epilog=example("noroshi pact take jpn-gbr-isa jpn-usa-isa --node ./jpn"))
def pact_take(
    names: Annotated[list[str], typer.Argument(help="Ids, as `noroshi pact web` lists them.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Copy agreements of the catalogue into the node's folder; `pact load` makes them its law."""
    from noroshi.cli.show import print_json, say
    from noroshi.config import load_settings
    from noroshi.node.catalogue import take

    settings = load_settings(node)
    taken = take(names, settings.folder / settings.config.pact.folders[0])
    if json:
        print_json({"taken": [str(path) for path in taken]})
    else:
        for path in taken:
            say(str(path))
        say("Read them, then: noroshi pact check, noroshi pact load")
