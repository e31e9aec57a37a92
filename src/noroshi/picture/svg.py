"""An asset graph as SVG: a column for each kind of thing, assets of a column ordered so that few
edges cross (Sugiyama's barycentre sweeps, 1981)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from noroshi.picture.drawn import COLOURS, column
from noroshi.words.asset import AssetGraph

WIDE: Final = 190
HIGH: Final = 34
GAP_X: Final = 90
GAP_Y: Final = 14
EDGE: Final = 20
SWEEPS: Final = 6
LETTERS: Final = 26
"""Letters of a name that fit a box; a full-width one counts for two."""


def svg(graph: AssetGraph) -> Iterator[str]:
    """Lines of the drawing. Every box and edge has a title for readers of screens."""
    columns = [each for each in _columns(graph) if each]
    at = {
        name: (EDGE + x * (WIDE + GAP_X), EDGE + y * (HIGH + GAP_Y))
        for x, names in enumerate(columns)
        for y, name in enumerate(names)
    }
    width = 2 * EDGE + max(1, len(columns)) * (WIDE + GAP_X) - GAP_X
    height = 2 * EDGE + max([1, *map(len, columns)]) * (HIGH + GAP_Y) - GAP_Y
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="Helvetica, sans-serif" font-size="12">'
    )
    yield f"<title>{len(graph.assets)} assets, {len(graph.edges)} edges</title>"
    for edge in graph.edges:
        yield _edge(at[edge.a], at[edge.b], f"{edge.a} {edge.relation} {edge.b}", edge.relation)
    for name in sorted(graph.assets):
        yield _box(graph, name, *at[name])
    yield "</svg>"


def _columns(graph: AssetGraph) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in COLOURS]
    for name, asset in sorted(graph.assets.items()):
        columns[column(asset)].append(name)
    for sweep in range(SWEEPS):
        way = columns if sweep % 2 == 0 else list(reversed(columns))
        for names in way:
            place = {name: n for each in columns for n, name in enumerate(each)}
            mean = {name: _mean(graph, name, place) for name in names}
            names.sort(key=lambda name: (mean[name], name))
    return columns


def _mean(graph: AssetGraph, name: str, place: dict[str, int]) -> float:
    near = [place[each] for each in graph.near(name)]
    return sum(near) / len(near) if near else float(place[name])


def _edge(a: tuple[int, int], b: tuple[int, int], title: str, relation: str) -> str:
    x0, y0, x1, y1 = a[0] + WIDE, a[1] + HIGH // 2, b[0], b[1] + HIGH // 2
    if a[0] > b[0]:  # against the reading direction
        x0, x1 = a[0], b[0] + WIDE
    elif a[0] == b[0]:  # within a column: out and back on the right
        x1 = b[0] + WIDE
    bend = GAP_X // 2 if x1 >= x0 else -GAP_X // 2
    back = bend if a[0] == b[0] else -bend
    return (
        f'<path d="M{x0},{y0} C{x0 + bend},{y0} {x1 + back},{y1} {x1},{y1}" fill="none" '
        f'stroke="#888"><title>{escape(title)}</title></path>'
        f'<text x="{(x0 + x1 + (GAP_X if a[0] == b[0] else 0)) // 2}" y="{(y0 + y1) // 2 - 3}" '
        f'fill="#888" font-size="9" text-anchor="middle">{escape(relation)}</text>'
    )


def _box(graph: AssetGraph, name: str, x: int, y: int) -> str:
    asset = graph.assets[name]
    colour = quoteattr(COLOURS[column(asset)])
    return (
        f"<g><title>{escape(name)}: {escape(asset.name)}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="4" fill={colour} '
        f'stroke="#666"/><text x="{x + 8}" y="{y + 15}">{escape(_short(asset.name))}</text>'
        f'<text x="{x + 8}" y="{y + 28}" font-size="9" fill="#555">'
        f"{escape(_short(name, LETTERS + 8))}</text></g>"
    )


def _short(text: str, most: int = LETTERS) -> str:
    used, kept = 0, ""
    for each in text:
        used += 2 if unicodedata.east_asian_width(each) in "WF" else 1
        if used > most:
            return kept + "…"
        kept += each
    return kept
