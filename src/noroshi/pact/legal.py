"""Legal: which agreements and clauses stop, start, narrow or widen between two sides.

Read off the same lanes as the diff, so that a clause that stops is one that no longer carries
anything to anybody, whatever its file says.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.pact.network import LAYERS, Measures, measured, pairs, tied
from noroshi.pact.sides import Reader, Side
from noroshi.pact.vocabulary import Layer
from noroshi.pact.web import based, layer_of

Flows = dict[str, dict[tuple[str, str], int]]
"""By clause, (originator, pillar) → the parties that it reaches."""


class Tied(msgspec.Struct, frozen=True):
    """An agreement, and between whom it goes on; `why` it ends, where it does."""

    id: str
    title: str
    layer: str | None
    parties: tuple[str, ...]
    why: str = ""


class InLayer(msgspec.Struct, frozen=True):
    """A layer before and after; `left`: parties that had a tie in it and have none."""

    before: Measures
    after: Measures
    left: tuple[str, ...]


class Legal(msgspec.Struct, frozen=True):
    """`ends`: agreements that tie nobody any more; `goes_on`: those that tie others than before.
    Clauses that `stop`, reach fewer (`narrow`), `start`, reach more (`widen`). `commitments` of
    agreements that end. `model`: of all those clauses, what is our reading and not text."""

    ends: tuple[Tied, ...]
    goes_on: tuple[Tied, ...]
    stop: tuple[str, ...]
    narrow: tuple[str, ...]
    start: tuple[str, ...]
    widen: tuple[str, ...]
    commitments: tuple[str, ...]
    layers: tuple[InLayer, ...]
    model: tuple[str, ...]


def legal(before: Reader, after: Reader) -> Legal:
    """What stands otherwise in `after`."""
    one, other = flows(before, after), flows(after, before)
    names = {*one, *other}
    kinds = {name: _kind(one.get(name, {}), other.get(name, {})) for name in names}
    ends = tuple(_ending(before.side, after.side))
    ended = {each.id for each in ends}
    named = {kind: tuple(sorted(n for n in names if kinds[n] == kind)) for kind in _KINDS}
    touched = {name for name in names if kinds[name]}
    model = {
        clause
        for side in (before, after)
        for each in side.policy.agreements
        for clause, basis in based(each)
        if clause in touched and basis == "model"
    }
    return Legal(
        ends,
        tuple(_going_on(before.side, after.side)),
        **named,
        commitments=tuple(
            f"{each.id}/{promise.id}"
            for each in before.policy.agreements
            if each.id in ended
            for promise in each.file.commitment
        ),
        layers=tuple(_layers(before.side, after.side)),
        model=tuple(sorted(model)),
    )


_KINDS = ("stop", "narrow", "start", "widen")


def flows(of: Reader, beside: Reader) -> Flows:
    """What the agreements that stand otherwise on the other side let flow."""
    found: Flows = {}
    for name in of.policy.by_id:
        if of.state(name) != beside.state(name):
            for key, said in of.of(name).items():
                own = of.masks.below(key[0])
                for lane in said.lanes:
                    mask = 0
                    for _, direct, _ in lane.reach:
                        mask |= direct & ~own
                    if mask:
                        found.setdefault(lane.id, {})[key] = mask
    return found


def _kind(one: dict[tuple[str, str], int], other: dict[tuple[str, str], int]) -> str:
    if not one or not other:
        return "stop" if one else "start"
    keys = {*one, *other}
    lost = any(one.get(key, 0) & ~other.get(key, 0) for key in keys)
    new = any(other.get(key, 0) & ~one.get(key, 0) for key in keys)
    return "narrow" if lost else "widen" if new else ""


def _ties(side: Side, name: str) -> tuple[tuple[str, str], ...]:
    agreement = side.policy.by_id.get(name)
    return () if agreement is None else tuple(pairs(side.policy, agreement, side.at))


def _ending(before: Side, after: Side) -> Iterator[Tied]:
    for each in before.policy.agreements:
        if _ties(before, each.id) and not _ties(after, each.id):
            yield _tied(before, each.id, _why(after, each.id, each.head.hub))


def _why(after: Side, name: str, hub: str | None) -> str:
    bounds = after.policy.bounds.get(name, {})
    bound = [code for code, each in bounds.items() if after.at in each.window]
    if hub is not None and len(bound) > 1:
        return f"its hub {hub} left"
    return "fewer than two parties are left" if bound else "it is over"


def _going_on(before: Side, after: Side) -> Iterator[Tied]:
    for each in after.policy.agreements:
        ties = _ties(after, each.id)
        if ties and ties != _ties(before, each.id):
            yield _tied(after, each.id, "")


def _tied(side: Side, name: str, why: str) -> Tied:
    agreement = side.policy.by_id[name]
    parties = {code for pair in _ties(side, name) for code in pair}
    return Tied(name, agreement.title, layer_of(agreement), tuple(sorted(parties)), why)


def _layers(before: Side, after: Side) -> Iterator[InLayer]:
    for layer in LAYERS:
        had, has = _tied_in(before, layer), _tied_in(after, layer)
        if had != has:
            one, other = (measured(*side, layer) for side in (before, after))
            yield InLayer(one, other, tuple(sorted(had.keys() - has.keys())))


def _tied_in(side: Side, layer: Layer) -> dict[str, int]:
    found: dict[str, int] = {}
    for pair in tied(*side, layer):
        for code in pair:
            found[code] = found.get(code, 0) + 1
    return found
