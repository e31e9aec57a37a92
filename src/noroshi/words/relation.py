"""How assets hang together: the kinds that a declared file may name, the relations between them,
and what is wrong or doubtful with a graph.

    cable ─lands_at→ landing_point ─operated_by→ operator ─runs→ network ─located_in→ country
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from noroshi.words.asset import Asset, AssetEdge, AssetGraph

NOWHERE: Final = frozenset(
    {"operator", "network", "satellite", "host", "range", "domain", "country"}
)
"""Kinds that have no place of their own, or one that moves."""

KINDS: Final = NOWHERE | {
    "cable", "pipeline", "landing_point", "port", "anchorage", "terminal", "platform",
    "wind_farm", "power_plant", "ground_station", "exchange_point", "data_centre", "zone",
}  # fmt: skip

ANY: Final = frozenset[str]()
LINES: Final = frozenset({"cable", "pipeline"})
NETWORKED: Final = frozenset({"network", "range", "host", "domain", "satellite", "ground_station"})

RELATIONS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    # kinds it goes from and to; ANY: every kind
    "lands_at": (LINES, frozenset({"landing_point", "port", "terminal", "platform"})),
    "operated_by": (ANY, frozenset({"operator"})),
    "runs": (frozenset({"operator"}), NETWORKED),
    "located_in": (ANY, frozenset({"country"})),
    "serves": (frozenset({"ground_station", "network", "host", "data_centre"}), ANY),
    "belongs_to": (ANY, ANY),
    "depends_on": (ANY, ANY),
}
ONE_WAY: Final = ("belongs_to", "depends_on", "runs")
"""What is followed along these comes back to where it began only by mistake."""

SCHEMES: Final = ("asn", "domain", "ip", "net", "norad", "cospar", "product")

_PATTERNS: Final = {
    "asn": re.compile(r"[1-9]\d{0,9}"),
    "domain": re.compile(
        r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
    ),
    "norad": re.compile(r"[1-9]\d{0,8}"),
    "cospar": re.compile(r"\d{4}-\d{3}[A-Z]{0,3}"),
    "product": re.compile(r"[^\s:][^:]*:\S.*"),
}


def bad_identifier(text: str) -> str | None:
    """What is wrong with a `scheme:value`, or None."""
    scheme, _, value = text.partition(":")
    if scheme not in SCHEMES:
        return f"an identifier of no known scheme: {text!r} (of {', '.join(SCHEMES)})"
    try:
        if scheme == "ip":
            ipaddress.ip_address(value)
        elif scheme == "net":
            if not ipaddress.ip_network(value).prefixlen:
                return f"the whole address space is nobody's: {text!r}"
        elif _PATTERNS[scheme].fullmatch(value) is None:
            return f"not written as {scheme} is: {text!r}"
    except ValueError as problem:
        return f"not written as {scheme} is: {problem}"
    return None


def bad_edge(edge: AssetEdge, graph: AssetGraph) -> str | None:
    """What is wrong with one edge between known assets, or None. Kinds that are not ours fit
    everywhere."""
    said = f"edge {edge.a} {edge.relation} {edge.b}"
    if edge.relation not in RELATIONS:
        return f"{said}: no such relation (of {', '.join(RELATIONS)})"
    if edge.a == edge.b:
        return f"{said}: to itself"
    for end, allowed in zip((edge.a, edge.b), RELATIONS[edge.relation], strict=True):
        kind = graph.assets[end].kind
        if allowed and kind in KINDS and kind not in allowed:
            return f"{said}: {end} is a {kind}, not one of {', '.join(sorted(allowed))}"
    return None


def errors(graph: AssetGraph) -> Iterator[str]:
    """What no graph may have: edges of no known relation or between the wrong kinds, and things
    that depend on themselves."""
    for edge in graph.edges:
        wrong = bad_edge(edge, graph)
        if wrong:
            yield wrong
    for circle in _circles(graph):
        yield f"goes round in a circle: {' → '.join(circle)}"


def doubts(graph: AssetGraph, hub_degree: int = 64) -> Iterator[str]:
    """What may be meant, but seldom is: names that two assets have, hubs, and assets that hang on
    nothing."""
    named: dict[str, list[Asset]] = {}
    for _, asset in sorted(graph.assets.items()):
        own = {asset.name.casefold(), *(each.casefold() for each in asset.aliases)}
        for name in sorted({*own, *asset.identifiers}):
            named.setdefault(name, []).append(asset)
    for name, assets in sorted(named.items()):
        if len(assets) > 1:
            yield f"{name!r} is {', '.join(each.id for each in assets[:5])}"
    for name in sorted(graph.assets):
        degree = len(graph.near(name))
        if degree > hub_degree:
            yield f"{name} has {degree} neighbours: over {hub_degree} it hands nothing on to them"
    alone = [name for name in sorted(graph.assets) if _hangs_alone(graph, name)]
    if alone and len(alone) < len(graph.assets):
        more = f" and {len(alone) - 5} more" if len(alone) > 5 else ""
        yield f"no edge of {', '.join(alone[:5])}{more}"


def _hangs_alone(graph: AssetGraph, name: str) -> bool:
    return not graph.near(name) and graph.assets[name].kind != "zone"


def _circles(graph: AssetGraph) -> Iterator[list[str]]:
    """One circle for each asset that is first met again on the way (depth first, no recursion)."""
    onward: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.relation in ONE_WAY and edge.a != edge.b:
            onward.setdefault(edge.a, []).append(edge.b)
    done: set[str] = set()
    for first in sorted(onward):
        way: dict[str, Iterator[str]] = {} if first in done else {first: iter(onward[first])}
        while way:
            here = next(reversed(way))
            step = next(way[here], None)
            if step is None:
                done.add(here)
                del way[here]
            elif step in way:
                names = list(way)
                yield [*names[names.index(step) :], step]
            elif step not in done:
                way[step] = iter(onward.get(step, ()))
