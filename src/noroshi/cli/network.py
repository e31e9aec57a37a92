"""`noroshi pact network`, `without`, `with`, `data`, `years`: the web as a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

network_app = typer.Typer()

SetOption = Annotated[
    str | None,
    typer.Option(
        "--set", help="A folder, a revision of git, `law` or `web`; the node's law, else the web."
    ),
]
AtOption = Annotated[str | None, typer.Option(help="On this day; now when none.")]
DataOption = Annotated[
    Path | None, typer.Option(help="Folder of public datasets (CSV), for capability.")
]
ForOption = Annotated[
    list[str] | None, typer.Option("--for", help="Whose capability; the node's party when none.")
]
FolderArgument = Annotated[Path, typer.Argument(help="Folder of public datasets (CSV).")]


@network_app.command(
    "network",
    epilog=example(
        "noroshi pact network --set web",
        "noroshi pact network --set web --form treaty --at 2024-11-30",
    ),
)
def pact_network(
    of: SetOption = None,
    at: AtOption = None,
    form: Annotated[
        str | None, typer.Option(help="Only of this form: treaty, arrangement, non_binding.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Measure the agreements in force layer by layer: ties, parts, and whose loss would split them.

    Layers are never put on top of one another."""
    from noroshi.cli.show import instant, print_json, say
    from noroshi.cli.web import registered
    from noroshi.node.node import clock
    from noroshi.node.sets import Sets
    from noroshi.pact.network import network
    from noroshi.pact.picturing import network_lines
    from noroshi.pact.vocabulary import Form

    when = instant(at) or clock()
    with Sets(node) as sets:
        name = of or sets.default
        policy = sets.named(name, when)
    found = network(policy, when, registered("--form", form, Form))
    if json:
        print_json({"set": name, "layers": found})
        return
    for line in network_lines(found, policy, name, when):
        say(line)


@network_app.command(
    "without",
    epilog=example(
        "noroshi pact without USA --set web",
        "noroshi pact without USA --data ./datasets --for JPN --node ./jpn",
    ),
)
def pact_without(
    party: Annotated[str, typer.Argument(help="The party that leaves every agreement.")],
    of: SetOption = None,
    at: AtOption = None,
    data: DataOption = None,
    whose: ForOption = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What would stop without a party: clauses, the only paths of findings, and capability."""
    _supposed(party, (), "without", (of, at, data, whose, node), json)


@network_app.command(
    "with",
    epilog=example(
        "noroshi pact with IND --in eu-jpn-sdp --node ./jpn",
        "noroshi pact with KOR --in gcap --set web",
    ),
)
def pact_with(
    party: Annotated[str, typer.Argument(help="The party that comes in.")],
    into: Annotated[
        list[str] | None,
        typer.Option("--in", help="The agreements it comes into; all with [\\[joins]] when none."),
    ] = None,
    of: SetOption = None,
    at: AtOption = None,
    data: DataOption = None,
    whose: ForOption = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What would start with a party: clauses, paths of findings, and capability."""
    _supposed(party, tuple(into or ()), "with", (of, at, data, whose, node), json)


def _supposed(
    party: str,
    into: tuple[str, ...],
    word: str,
    asked: tuple[str | None, str | None, Path | None, list[str] | None, Path],
    json: bool,
) -> None:
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.node import clock
    from noroshi.node.sets import Sets
    from noroshi.node.suppose import suppose
    from noroshi.pact.picturing import lines

    of, at, data, whose, node = asked
    with Sets(node) as sets:
        found = suppose(
            sets, of, party, into, without=word == "without", at=instant(at) or clock(),
            data=data, whose=tuple(whose or ()),
        )  # fmt: skip
    if json:
        print_json(found)
        return
    for line in lines(found):
        say(line)


@network_app.command("data", epilog=example("noroshi pact data ./datasets"))
def pact_data(folder: FolderArgument, json: JsonOption = False) -> None:
    """Read public datasets and say what they hold, and which rows were left out and why."""
    from collections import Counter

    from noroshi.cli.show import print_json, say
    from noroshi.node.layers import load

    _, sources = load(folder)
    if json:
        print_json(sources)
        return
    for each in sources:
        say(f"{each.file}: {each.source}, {each.years}, {each.rows:,} rows")
        for reason, count in Counter(bad.reason for bad in each.bad).most_common(5):
            first = next(bad.line for bad in each.bad if bad.reason == reason)
            say(f"  {count:,} left out, the first at line {first}: {reason}")


@network_app.command(
    "years",
    epilog=example(
        "noroshi pact years ./datasets", "noroshi pact years ./datasets --dataset cow --json"
    ),
)
def pact_years(
    folder: FolderArgument,
    dataset: Annotated[str, typer.Option(help="atop, cow or dcad.")] = "atop",
    measure: Annotated[
        str, typer.Option(help="The obligation: defense, consul, nonagg, general, sector.")
    ] = "defense",
    json: JsonOption = False,
) -> None:
    """The network of one obligation, year by year, as a public dataset has it."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.layers import load
    from noroshi.pact.capability import shape, yearly
    from noroshi.words.errors import BadInput

    data, _ = load(folder)
    series = data.get(dataset)
    if series is None or measure not in series.by:
        known = ", ".join(f"{each}: {', '.join(data[each].by)}" for each in data)
        raise BadInput(str(folder), f"no {measure} of {dataset}", expected=known)
    rows = [(year, *shape(of)) for year, of in yearly(series, measure)]
    names = ("year", "states", "ties", "parts", "largest", "cut_points", "bridges")
    if json:
        print_json({
            "source": series.dataset.source,
            "years": [dict(zip(names, row, strict=True)) for row in rows],
        })  # fmt: skip
        return
    say(f"{series.dataset.source}, {measure}, {series.years}")
    say("  ".join(f"{name:>10}" for name in names))
    for row in rows:
        say("  ".join(f"{value:>10}" for value in row))
