"""Picturing: the network and a supposition about it, in lines for people.

The three answers stand apart under their own heads. Every page ends with what is our model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from noroshi.pact.figures import Figure
from noroshi.pact.legal import InLayer, Legal, Tied
from noroshi.pact.network import Measures
from noroshi.pact.policy import Policy
from noroshi.pact.telling import model, ours
from noroshi.pact.web import based
from noroshi.words.time import format_instant

SHOWN = 12


class Cut(msgspec.Struct, frozen=True):
    """A finding and a party that it could reach under one side alone, with the path there; of
    several strands, that of the first."""

    id: str
    party: str
    path: tuple[str, ...]


class Information(msgspec.Struct, frozen=True):
    """`findings`: how many were looked at. `lost` and `gained`: `KOR > JPN` → findings, the first
    of them in `losing` and `gaining`. Flows from or to the party itself that leaves or comes
    (`of_itself`) are counted apart: they are no surprise."""

    findings: int
    lost: dict[str, int]
    gained: dict[str, int]
    of_itself: dict[str, int]
    losing: tuple[Cut, ...]
    gaining: tuple[Cut, ...]


class Supposition(msgspec.Struct, frozen=True):
    """A party leaves (`without`) or comes in (`with`). `information` is None where no node was
    asked, `capability` where no data were given."""

    party: str
    word: str
    set: str
    agreements: int
    at: str
    legal: Legal
    information: Information | None
    capability: tuple[Figure, ...] | None


def network_lines(found: Sequence[Measures], policy: Policy, name: str, at: int) -> Iterator[str]:
    """The layers, each with its measures."""
    yield f"{name}, {len(policy.agreements)} agreements at {format_instant(at)[:10]}"
    for each in found:
        yield f"{each.layer}: {_layer(each)}"
        if each.agreements:
            yield f"  whose loss would split it: {', '.join(each.cut) or 'nobody'}"
            bridges = ", ".join("–".join(pair) for pair in each.bridges)
            yield f"  ties whose loss would split it: {bridges or 'none'}"
            between = ", ".join(f"{party} {value:.0%}" for party, value in each.between)
            yield f"  on most shortest paths: {between or 'nobody'}"
        for agreement, hub in each.hubs:
            yield f"  {agreement} goes through its hub {hub}"
    agreements = {each for layer in found for each in layer.agreements}
    clauses = [
        clause for each in policy.agreements if each.id in agreements for clause, _ in based(each)
    ]
    yield "Layers are measured apart; the selection of agreements is what the figures describe."
    yield from model(policy, policy, clauses)


def _layer(each: Measures) -> str:
    if not each.agreements:
        return "no agreement in force"
    parts = ", ".join(str(size) for size in each.parts[:5])
    return (
        f"{len(each.agreements)} agreements, {each.parties} parties, {each.ties} ties, "
        f"density {each.density:.2f}, parts of {parts or 'none'}"
    )


def lines(found: Supposition) -> Iterator[str]:
    """The report for people."""
    head = f"{found.set}, {found.agreements} agreements at {found.at[:10]}"
    yield f"{head}, {found.word} {found.party}"
    yield from _legal(found.legal)
    yield from _information(found)
    yield from _capability(found)
    yield from _model(found.legal)


def _legal(found: Legal) -> Iterator[str]:
    yield "LEGAL"
    yield f"  Agreements that end: {len(found.ends)}"
    yield from (f"    {_tied(each)}: {each.why}" for each in found.ends)
    yield f"  Agreements that go on between others than before: {len(found.goes_on)}"
    yield from (f"    {_tied(each)}: {_few(each.parties)}" for each in found.goes_on)
    for head, clauses in (
        ("Clauses that stop", found.stop),
        ("Clauses that reach fewer", found.narrow),
        ("Clauses that start", found.start),
        ("Clauses that reach more", found.widen),
        ("Commitments of agreements that end", found.commitments),
    ):
        if clauses:
            yield f"  {head} ({len(clauses)}): {', '.join(clauses)}"
    for each in found.layers:
        yield f"  Layer {each.before.layer}: {_change(each)}"


def _tied(each: Tied) -> str:
    return f"{each.id} ({each.layer or 'no layer'}): {each.title}"


def _change(each: InLayer) -> str:
    one, other = each.before, each.after
    said = (
        f"{len(one.agreements)} → {len(other.agreements)} agreements, "
        f"{one.parties} → {other.parties} parties, {one.ties} → {other.ties} ties, "
        f"{len(one.parts)} → {len(other.parts)} parts"
    )
    return f"{said}; without a tie: {', '.join(each.left)}" if each.left else said


def _information(found: Supposition) -> Iterator[str]:
    yield "INFORMATION"
    info = found.information
    if info is None:
        yield "  Unknown: no node was asked (--node)."
        return
    if not info.findings:
        yield "  This node's store holds no findings."
        return
    yield f"  {info.findings:,} findings of this node's store were followed."
    for head, counts, cuts in (
        ("lose its only path", info.lost, info.losing),
        ("gain a path", info.gained, info.gaining),
    ):
        yield f"  {_times(sum(counts.values()))} {head} between others."
        yield from (f"    {pair}: {count:,}" for pair, count in counts.items())
        yield from (f"      {each.id} by {' > '.join(each.path)}" for each in cuts[:SHOWN])
    if info.of_itself:
        said = ", ".join(f"{pair}: {count:,}" for pair, count in info.of_itself.items())
        yield f"  From and to {found.party} itself: {said}"


def _capability(found: Supposition) -> Iterator[str]:
    yield "CAPABILITY"
    if found.capability is None:
        yield "  Unknown: no data were given (--data)."
        return
    for each in found.capability:
        if each.value is None:
            yield f"  {each.what}: unknown, {each.why}"
        else:
            names = f": {', '.join(each.names)}" if each.names else ""
            where = f"[{each.source}, {each.years}]"
            yield f"  {each.what}: {each.value:,.6g} {each.unit}{names} {where}"


def _model(found: Legal) -> Iterator[str]:
    clauses = {*found.stop, *found.narrow, *found.start, *found.widen}
    if clauses:
        yield ours(found.model, clauses)


def _times(count: int) -> str:
    return "None would" if not count else f"{count:,} times one would"


def _few(codes: Iterable[str]) -> str:
    named = [*codes]
    return ", ".join(named) if len(named) <= SHOWN else f"{len(named)} parties"
