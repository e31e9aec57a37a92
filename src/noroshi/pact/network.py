"""Network: the agreements in force as layers of ties between legal parties, each measured apart.

A tie is two parties bound by one agreement; where the agreement has a hub, only ties with the hub.
A union stands as itself, not as its members. Layers are never put on top of one another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final, get_args

import msgspec

from noroshi.pact.format import Agreement
from noroshi.pact.graph import Graph, betweenness, components, cuts, density, graph
from noroshi.pact.policy import Policy
from noroshi.pact.vocabulary import Form, Layer
from noroshi.pact.web import layer_of

LAYERS: Final[tuple[Layer, ...]] = get_args(Layer)
Ties = Mapping[tuple[str, str], tuple[str, ...]]
"""By two parties in order, the agreements that tie them."""


class Measures(msgspec.Struct, frozen=True):
    """One layer. `cut`: parties whose loss would split it; `bridges`: ties whose loss would;
    `between`: the parties on most shortest paths, with their share; `hubs`: agreements that have
    one; `parts`: sizes of the connected parts, the largest first."""

    layer: str
    agreements: tuple[str, ...]
    parties: int
    ties: int
    density: float
    parts: tuple[int, ...]
    cut: tuple[str, ...]
    bridges: tuple[tuple[str, str], ...]
    between: tuple[tuple[str, float], ...]
    hubs: tuple[tuple[str, str], ...]


def in_layer(
    policy: Policy, at: int, layer: Layer, form: Form | None = None
) -> tuple[Agreement, ...]:
    """The agreements of a layer that bind two parties or more at `at` (µs UTC)."""
    return tuple(
        each
        for each in policy.agreements
        if layer_of(each) == layer
        and form in (None, each.head.form)
        and any(True for _ in pairs(policy, each, at))
    )


def pairs(policy: Policy, agreement: Agreement, at: int) -> Iterator[tuple[str, str]]:
    """The ties of one agreement at `at`."""
    bound = sorted(code for code, each in policy.bounds[agreement.id].items() if at in each.window)
    for one, other in itertools.combinations(bound, 2):
        if agreement.head.hub in (None, one, other):
            yield one, other


def tied(policy: Policy, at: int, layer: Layer, form: Form | None = None) -> Ties:
    """The ties of a layer at `at`, each with its agreements."""
    found: dict[tuple[str, str], list[str]] = {}
    for agreement in in_layer(policy, at, layer, form):
        for pair in pairs(policy, agreement, at):
            found.setdefault(pair, []).append(agreement.id)
    return {pair: tuple(names) for pair, names in sorted(found.items())}


def measured(policy: Policy, at: int, layer: Layer, form: Form | None = None) -> Measures:
    """The measures of one layer at `at`."""
    agreements = in_layer(policy, at, layer, form)
    found = graph(tied(policy, at, layer, form))
    cut, bridges = cuts(found)
    return Measures(
        layer=layer,
        agreements=tuple(each.id for each in agreements),
        parties=len(found),
        ties=sum(map(len, found.values())) // 2,
        density=density(found),
        parts=tuple(map(len, components(found))),
        cut=tuple(sorted(cut)),
        bridges=tuple(sorted(bridges)),
        between=_top(found),
        hubs=tuple((each.id, each.head.hub) for each in agreements if each.head.hub),
    )


def network(policy: Policy, at: int, form: Form | None = None) -> tuple[Measures, ...]:
    """Every layer at `at`, in the order of `LAYERS`; one without agreements has no parties."""
    return tuple(measured(policy, at, layer, form) for layer in LAYERS)


def _top(of: Graph) -> tuple[tuple[str, float], ...]:
    ranked = sorted(betweenness(of).items(), key=lambda each: (-each[1], each[0]))
    return tuple((party, round(value, 4)) for party, value in ranked[:3] if value)
