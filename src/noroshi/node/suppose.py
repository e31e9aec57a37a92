"""Suppose: a party leaves, or comes in. Three answers: legal, information, capability."""

from __future__ import annotations

from pathlib import Path

from noroshi.node.layers import load
from noroshi.node.paths import information
from noroshi.node.sets import Sets
from noroshi.pact.capability import capability
from noroshi.pact.figures import Figure
from noroshi.pact.legal import legal
from noroshi.pact.masks import Masks
from noroshi.pact.picturing import Supposition
from noroshi.pact.sides import Reader, Side
from noroshi.pact.supposing import joining
from noroshi.pact.supposing import without as leaving
from noroshi.words.time import format_instant


def suppose(
    sets: Sets,
    name: str | None,
    party: str,
    into: tuple[str, ...],
    *,
    without: bool,
    at: int,
    data: Path | None = None,
    whose: tuple[str, ...] = (),
) -> Supposition:
    """What the set `name` (None: the node's law, else the real web) would be without `party`, or
    with it in the agreements of `into`. Information needs a node, capability `data`: without them
    those answers are None. Raises `UnknownParty`, `BadInput`."""
    sets.parties.get(party)
    for each in whose:
        sets.parties.get(each)
    called = name or sets.default
    policy = sets.named(called, at)
    changed = leaving(policy, party, at) if without else joining(policy, party, at, into)
    before, after = Side(policy, at), Side(changed, at)
    masks = Masks(sets.parties)
    node = sets.node
    paths = None if node is None else information(node, before, after, (party,))
    return Supposition(
        party,
        "without" if without else "with",
        called,
        len(policy.agreements),
        format_instant(at),
        legal(Reader(before, masks), Reader(after, masks)),
        paths,
        None if data is None else _capability(sets, data, party, whose, without),
    )


def _capability(
    sets: Sets, data: Path, party: str, whose: tuple[str, ...], without: bool
) -> tuple[Figure, ...]:
    series, _ = load(data)
    own = () if sets.node is None else (sets.node.party,)
    return capability(series, party, whose or own, leaves=without)
