"""`noroshi assets`: what is protected and watched — load it from files, list it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.words.asset import Asset, AssetGraph

assets_app = typer.Typer(
    help="What is protected and watched: cables, pipelines, ports, zones.",
    no_args_is_help=True,
)


@assets_app.command(
    epilog=example(
        "noroshi assets load --node ./jpn",
        "noroshi assets load cable-geo.json.gz zones.geojson --node ./jpn",
    )
)
def load(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files instead of those of \\[assets] files.")
    ] = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Read files of assets in place of those before, and let the desks look again."""
    from noroshi.cli.show import print_json, say, warn
    from noroshi.node.assets import load_assets
    from noroshi.node.node import Node, clock

    def waiting() -> None:
        warn("Another process reads into this node; waiting until it is done.")

    with Node.open(node) as opened:
        report = load_assets(opened, clock, files or None, waiting)
    if json:
        print_json(report)
        return
    for file in report.files:
        counts = ", ".join(f"{count} {kind}" for kind, count in file.kinds.items()) or "nothing"
        licence = f"; licence {file.licence}" if file.licence else ""
        say(f"{file.name}: {counts} ({file.layout}{licence})")
    say(f"{report.total} assets: {report.new} new, {report.changed} changed, {report.gone} gone")
    if report.unlabelled:
        say("  no label declared, so what is found at them is TLP RED for this node alone")
        say("  Hint: declare label under [assets] in node.toml")
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(report.found.found.items()))
    say(f"Findings: {found or 'none'}")
    say(
        f"  {report.found.new} new, {report.found.changed} changed, "
        f"{report.found.retracted} retracted, {report.found.unchanged} as before"
    )


@assets_app.command("list", epilog=example("noroshi assets list --kind cable --node ./jpn"))
def list_(
    node: NodeOption = HERE,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    match: Annotated[str | None, typer.Option(help="Only where id or name has this in it.")] = None,
    json: JsonOption = False,
) -> None:
    """List the assets of the node by id."""
    from noroshi.cli.show import print_json, say, table
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        held = opened.store.assets().assets
    sought = (match or "").casefold()
    rows = [
        each
        for _, each in sorted(held.items())
        if kind in (None, each.kind) and sought in f"{each.id} {each.name}".casefold()
    ]
    if json:
        print_json(rows)
    elif not rows:
        say(f"No such asset among {len(held)}. Hint: noroshi assets load")
    else:
        table(
            [("id", False), ("kind", False), ("name", False), ("owner", False), ("source", False)],
            [[each.id, each.kind, each.name, each.owner or "–", _source(each)] for each in rows],
        )


Files = Annotated[list[Path] | None, typer.Argument(help="Files instead of what the node holds.")]


@assets_app.command(epilog=example("noroshi assets check graph.toml"))
def check(
    files: Annotated[list[Path], typer.Argument(help="TOML or GeoJSON: docs/assets.md.")],
) -> None:
    """Say what is wrong with files of assets, and what is doubtful; nothing is loaded."""
    from noroshi.cli.show import say
    from noroshi.feeds.assets import read_graph
    from noroshi.words.relation import doubts

    graph = read_graph(files)
    say(f"{len(graph.assets)} assets, {len(graph.edges)} edges: nothing is wrong")
    for each in doubts(graph):
        say(f"  doubtful: {each}")


@assets_app.command(
    epilog=example(
        "noroshi assets draw --node ./jpn",
        "noroshi assets draw graph.toml --at cable:link --hops 2",
        "noroshi assets draw graph.toml --as svg > graph.svg",
    )
)
def draw(
    files: Files = None,
    node: NodeOption = HERE,
    as_: Annotated[str, typer.Option("--as", help="tree, dot (for Graphviz) or svg.")] = "tree",
    at: Annotated[str | None, typer.Option(help="Only what is near this asset.")] = None,
    hops: Annotated[int, typer.Option(help="So many edges from --at.", min=0)] = 2,
    alone: Annotated[bool, typer.Option("--alone", help="Also what hangs on nothing.")] = False,
) -> None:
    """Draw how assets hang together: cable, landing point, operator, network, country."""
    from noroshi.cli.show import warn
    from noroshi.picture.drawn import around, dot, linked, tree
    from noroshi.picture.svg import svg
    from noroshi.words.errors import BadInput

    ways = {"tree": tree, "dot": dot, "svg": svg}
    if as_ not in ways:
        raise BadInput("--as", "no such drawing", found=as_, expected=", ".join(ways))
    graph = _graph(files, node)
    if at is not None:
        try:
            graph = around(graph, at, hops)
        except KeyError as problem:
            hint = "noroshi assets list --match …"
            raise BadInput("--at", "no such asset", found=at, hint=hint) from problem
    shown = graph if alone or at else linked(graph)
    if not shown.assets:
        warn(f"None of {len(graph.assets)} assets has an edge to another. Hint: --alone shows them")
    for line in ways[as_](shown):
        typer.echo(line)


def _graph(files: list[Path] | None, node: Path) -> AssetGraph:
    from noroshi.feeds.assets import read_graph
    from noroshi.node.node import Node

    if files:
        return read_graph(files)
    with Node.open(node) as opened:
        return opened.store.assets()


def _source(asset: Asset) -> str:
    return f"{asset.source or '–'}{' (surveyed)' if asset.surveyed else ''}"
