"""An asset graph for people to see: a tree of text, Graphviz's DOT, or a drawing (`svg`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from noroshi.words.asset import Asset, AssetGraph

COLUMNS: Final = (
    ("cable", "pipeline", "satellite", "host"),
    ("landing_point", "port", "ground_station", "terminal", "platform", "anchorage", "domain",
     "range", "wind_farm", "power_plant", "exchange_point", "data_centre", "zone"),
    ("operator",),
    ("network",),
    ("country",),
)  # fmt: skip
"""Kinds from left to right: from what lies in the sea to the country that it serves."""

COLOURS: Final = ("#d7e8f7", "#dff0d8", "#fdebc8", "#efdff5", "#e6e6e6")


def column(asset: Asset) -> int:
    """The column of an asset's kind; kinds of others stand with the first."""
    return next((n for n, kinds in enumerate(COLUMNS) if asset.kind in kinds), 0)


def around(graph: AssetGraph, name: str, hops: int) -> AssetGraph:
    """What lies within so many edges of one asset. Raises `KeyError` for one that is not there."""
    if name not in graph.assets:
        raise KeyError(name)
    far, queue = {name: 0}, deque([name])
    while queue:
        here = queue.popleft()
        for each in graph.near(here) if far[here] < hops else ():
            if each not in far:
                far[each] = far[here] + 1
                queue.append(each)
    return AssetGraph(
        tuple(graph.assets[each] for each in sorted(far)),
        tuple(edge for edge in graph.edges if edge.a in far and edge.b in far),
    )


def linked(graph: AssetGraph) -> AssetGraph:
    """Without the assets that hang on nothing."""
    return AssetGraph(
        tuple(asset for name, asset in sorted(graph.assets.items()) if graph.near(name)),
        graph.edges,
    )


def tree(graph: AssetGraph) -> Iterator[str]:
    """Lines of text: each asset that nothing leads to, and below it what it leads to. What was told
    already is named, and not told again."""
    onward: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges:
        onward.setdefault(edge.a, []).append((edge.relation, edge.b))
    led_to = {edge.b for edge in graph.edges}
    told: set[str] = set()
    roots = [name for name in sorted(graph.assets) if name not in led_to]
    for root in [*roots, *sorted(graph.assets)]:  # the latter for circles, which have no root
        if root not in told:
            yield from _branch(graph, onward, root, told)


def _branch(
    graph: AssetGraph, onward: dict[str, list[tuple[str, str]]], root: str, told: set[str]
) -> Iterator[str]:
    stack: list[tuple[str, str, str]] = [(root, "", "")]
    while stack:
        name, lead, below = stack.pop()
        again = name in told
        told.add(name)
        asset = graph.assets[name]
        called = asset.name + (f" · {asset.name_ja}" if asset.name_ja else "")
        more = " …" if again and name in onward else ""
        yield f"{lead}{name}  {called}{more}"
        steps = [] if again else onward.get(name, [])
        for n, (relation, to) in reversed(list(enumerate(steps))):
            last = n == len(steps) - 1
            mark, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
            stack.append((to, f"{below}{mark}{relation} ", below + rest))


def dot(graph: AssetGraph) -> Iterator[str]:
    """Lines of a DOT file (Graphviz's language): `dot -Tsvg`."""
    yield "digraph assets {"
    yield "  rankdir=LR; node [shape=box, style=filled, fontname=Helvetica];"
    for name, asset in sorted(graph.assets.items()):
        text, colour = _quoted(f"{asset.name}\n{asset.kind}"), _quoted(COLOURS[column(asset)])
        yield f"  {_quoted(name)} [label={text}, fillcolor={colour}];"
    for edge in graph.edges:
        yield f"  {_quoted(edge.a)} -> {_quoted(edge.b)} [label={_quoted(edge.relation)}];"
    yield "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
