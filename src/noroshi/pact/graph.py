"""Graph: the few measures that networks of parties need, on sets of neighbours.

Undirected and simple. Components, articulation points and bridges in one walk each (Hopcroft and
Tarjan 1973), betweenness by Brandes (2001). All are tested against a public library.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

Graph = Mapping[str, frozenset[str]]
"""Each party's neighbours; both ends of a tie name each other."""


def graph(
    ties: Iterable[tuple[str, str]], parties: Iterable[str] = ()
) -> dict[str, frozenset[str]]:
    """The graph of `ties`, with `parties` that may have none. A tie to oneself is none."""
    found: dict[str, set[str]] = {party: set() for party in parties}
    for one, other in ties:
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {party: frozenset(found[party]) for party in sorted(found)}


def without(of: Graph, party: str) -> dict[str, frozenset[str]]:
    """The graph without a party and its ties."""
    return {each: ties - {party} for each, ties in of.items() if each != party}


def ties(of: Graph) -> int:
    """How many ties there are."""
    return sum(map(len, of.values())) // 2


def density(of: Graph) -> float:
    """Ties by the ties that there could be; 0 where there could be none."""
    size = len(of)
    return 2 * ties(of) / (size * (size - 1)) if size > 1 else 0.0


def alone(of: Graph) -> frozenset[str]:
    """The parties without a tie."""
    return frozenset(party for party, near in of.items() if not near)


def components(of: Graph) -> list[frozenset[str]]:
    """The connected parts, the largest first; of equal ones the first by code."""
    found: list[frozenset[str]] = []
    seen: set[str] = set()
    for start in of:
        if start not in seen:
            part, waiting = {start}, [start]
            while waiting:
                near = of[waiting.pop()] - part
                part |= near
                waiting += near
            seen |= part
            found.append(frozenset(part))
    return sorted(found, key=lambda part: (-len(part), min(part)))


def cuts(of: Graph) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """(articulation points, bridges): whose loss, and the loss of which tie, would split a part."""
    points: set[str] = set()
    bridges: set[tuple[str, str]] = set()
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    for root in of:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        path = [(root, "", iter(of[root]))]
        branches = 0
        while path:
            here, came, rest = path[-1]
            there = next(rest, None)
            if there is None:
                path.pop()
                if not path:
                    break
                above = path[-1][0]
                low[above] = min(low[above], low[here])
                if low[here] > order[above]:
                    bridges.add((min(above, here), max(above, here)))
                if above == root:
                    branches += 1
                elif low[here] >= order[above]:
                    points.add(above)
            elif there not in order:
                order[there] = low[there] = len(order)
                path.append((there, here, iter(of[there])))
            elif there != came:
                low[here] = min(low[here], order[there])
        if branches > 1:
            points.add(root)
    return frozenset(points), frozenset(bridges)


def betweenness(of: Graph) -> dict[str, float]:
    """By party, the share of shortest paths between others that pass through it, 0 to 1."""
    found = dict.fromkeys(of, 0.0)
    for source in of:
        order, paths, near = _shortest(of, source)
        carried = dict.fromkeys(order, 0.0)
        for party in reversed(order):
            for before in near[party]:
                carried[before] += paths[before] / paths[party] * (1 + carried[party])
            if party != source:
                found[party] += carried[party]
    pairs = (len(of) - 1) * (len(of) - 2)
    return {party: value / pairs if pairs else 0.0 for party, value in found.items()}


def _shortest(of: Graph, source: str) -> tuple[list[str], dict[str, int], dict[str, list[str]]]:
    """(parties by distance, number of shortest paths to each, whom those come by)."""
    far, paths, near = {source: 0}, {source: 1}, {source: list[str]()}
    waiting, order = deque([source]), list[str]()
    while waiting:
        here = waiting.popleft()
        order.append(here)
        for there in of[here]:
            if there not in far:
                far[there], paths[there], near[there] = far[here] + 1, 0, []
                waiting.append(there)
            if far[there] == far[here] + 1:
                paths[there] += paths[here]
                near[there].append(here)
    return order, paths, near
