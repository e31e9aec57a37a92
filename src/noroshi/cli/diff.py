"""`noroshi pact diff`: two sets of agreements compared by what they decide."""

from __future__ import annotations

from typing import Annotated

import typer

from noroshi.cli.options import CHANGED, HERE, JsonOption, NodeOption, example

diff_app = typer.Typer()

SetArgument = Annotated[
    str | None,
    typer.Argument(help="A folder, a revision of git, `law`, `files` (the node's) or `web`."),
]
WithoutOption = Annotated[
    list[str] | None, typer.Option("--without", help="After: suppose that this party left.")
]
WithOption = Annotated[
    list[str] | None, typer.Option("--with", help="After: suppose that this party came in.")
]
InOption = Annotated[
    list[str] | None,
    typer.Option("--in", help="The agreements it came into; all with [\\[joins]] when none."),
]


@diff_app.command(
    "diff",
    epilog=example(
        "noroshi pact diff --node ./jpn",
        "noroshi pact diff ./drafts --node ./jpn",
        "noroshi pact diff HEAD~1:agreements agreements",
        "noroshi pact diff --at 2024-10-31 --at 2024-11-30 --node ./jpn",
        "noroshi pact diff web --in-force eu-jpn-sia",
        "noroshi pact diff web --without USA --party KOR",
    ),
)
def pact_diff(
    before: SetArgument = None,
    after: SetArgument = None,
    at: Annotated[
        list[str] | None,
        typer.Option(help="On this day, now when none; twice: before and after each on its own."),
    ] = None,
    party: Annotated[
        str | None, typer.Option(help="Only what this party gives or receives.")
    ] = None,
    in_force: Annotated[
        list[str] | None,
        typer.Option(help="After: suppose that this agreement is in force."),
    ] = None,
    without: WithoutOption = None,
    with_: WithOption = None,
    into: InOption = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Compare what two sets of agreements decide: who will see what, and by which clause.

    Without sets, what loading the node's files would change; with one, the law against it. Ends
    with 5 where something is decided differently.
    """
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.comparing import Supposed, sides
    from noroshi.node.node import clock
    from noroshi.node.sets import Sets
    from noroshi.pact.report import lines, report

    days = [day for day in map(instant, at or ()) if day is not None]
    supposed = Supposed(
        tuple(in_force or ()), tuple(without or ()), tuple(with_ or ()), tuple(into or ())
    )
    with Sets(node) as sets:
        if party is not None:
            sets.parties.get(party)
        one, other, names = sides(sets, (before, after), days, supposed, clock())
        found = report(one, other, names, party)
    if json:
        print_json(found)
    else:
        for line in lines(found, one, other):
            say(line)
    if not found.same:
        raise typer.Exit(CHANGED)
