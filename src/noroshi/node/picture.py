"""The picture of a node: its live findings as a stream, or those that a partner has from it.

A partner's picture is made of the bytes that are in its view and of nothing else, so that neither
incidents nor rates nor thresholds know what is withheld from it.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from noroshi.desks.registry import kinds
from noroshi.exchange.served import Match
from noroshi.node.node import Node
from noroshi.picture.coverage import Seen
from noroshi.picture.lines import Line
from noroshi.picture.priors import Priors
from noroshi.picture.stream import Builder, Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.stix import FindingBody, body_of
from noroshi.words.time import format_instant

BATCH: Final = 10_000
TEXT: Final = "text"
"""The unit of measures that hold what somebody wrote."""
USUAL: Final = ("title", "text", "statement", "summary", "description", "content", "note")


def own(node: Node, priors: Priors) -> Stream:
    """All that this node holds and that lives."""
    return stream_of(node, held(node, priors).items())


def held(node: Node, priors: Priors) -> dict[str, Line]:
    """The live findings of this node as lines, by id."""
    found: dict[str, Line] = {}
    known = _pillars()
    for row in node.store.findings():  # those that live
        body = body_of(node.store.by_seq(row.seq).raw)
        if body is not None:
            found[row.id] = _line(row.id, body, _domain(body.kind, known, priors))
    return found


def line_of(node: Node, id: str, priors: Priors) -> Line | None:
    """One finding as a line; None where it does not live."""
    record = node.store.record(id)
    if record is None or record.status != "live":
        return None
    body = body_of(record.raw)
    return None if body is None else _line(id, body, _domain(body.kind, _pillars(), priors))


def stream_of(node: Node, lines: Iterable[tuple[str, Line]]) -> Stream:
    """Lines of this node's findings as a stream; names are those of its assets."""
    named = (line for _, line in lines)
    return _stream(f"findings of {node.party}", named, node.store.assets())


def seen(node: Node, priors: Priors) -> list[Seen]:
    """Where and when this node's desks could see, by domain."""
    return [
        Seen(
            priors.domain_of(kind, declared.pillar), each.where, each.span.t0, each.span.t1,
            each.quality,
        )
        for kind, declared in kinds().items()
        for each in node.store.coverage(kind)
    ]  # fmt: skip


def of_party(node: Node, party: str, priors: Priors, now: int) -> Stream:
    """What `party` has from this node at `now`, as it has it. Nothing is disclosed by looking."""
    node.parties.get(party)
    known = _pillars()
    lines = (
        _line(oid, body, _domain(body.kind, known, priors))
        for oid, body in _viewed(node, party, now)
    )
    return _stream(f"view of {party}", lines, node.store.assets())


def _viewed(node: Node, party: str, now: int) -> Iterator[tuple[str, FindingBody]]:
    """Findings in the view, each in its newest version there; what is retracted is none."""
    for oid, raw in _latest(node, party, "event", now):
        body = body_of(raw)
        if body is not None and body.reason is None:
            yield oid, body


def _latest(node: Node, party: str, type: str, now: int) -> Iterator[tuple[str, bytes]]:
    """Objects of a type in the view, each in its newest version there."""
    views, after = node.views(), 0
    latest: dict[str, tuple[int, bytes]] = {}
    while True:
        page = views.page(
            party, now, after_n=after, limit=BATCH, match=Match(type=(type,)), disclose=False
        )
        for each in page.entries:
            held = latest.get(each.oid)
            if held is None or held[0] < each.oversion:
                latest[each.oid] = each.oversion, each.body
        if not page.more:
            break
        after = page.entries[-1].n
    yield from ((oid, raw) for oid, (_, raw) in latest.items())


def notes_of_party(node: Node, party: str, now: int) -> Iterator[bytes]:
    """The notes that `party` has from this node, each in its newest version there."""
    return (raw for _, raw in _latest(node, party, "note", now))


def _stream(name: str, lines: Iterable[Line], graph: AssetGraph) -> Stream:
    builder = Builder(name, graph)
    remaining = iter(lines)
    while batch := list(itertools.islice(remaining, BATCH)):
        builder.add(batch, list(range(len(batch))))
    return builder.built()


@functools.cache
def _texts() -> dict[str, tuple[str, ...]]:
    """Of each kind the measures that hold what somebody wrote."""
    return {
        kind: tuple(name for name, unit in each.units.items() if unit == TEXT)
        for kind, each in kinds().items()
    }


def _said(body: FindingBody) -> str | None:
    """What the finding quotes, where it names no asset of its own: of kinds of a desk that is not
    here, under the names that texts usually have."""
    quoted = (body.measures.get(name) for name in _texts().get(body.kind, USUAL))
    return "\n".join(each for each in quoted if isinstance(each, str)) or None


def _pillars() -> dict[str, str]:
    return {kind: each.pillar for kind, each in kinds().items()}


def _domain(kind: str, known: Mapping[str, str], priors: Priors) -> str:
    return priors.domain_of(kind, known.get(kind, "other"))


def _line(id: str, body: FindingBody, domain: str) -> Line:
    lon, lat, radius = body.place or (None, None, None)
    return Line(
        id=id,
        domain=domain,
        kind=body.kind,
        t0=format_instant(body.span.t0),
        t1=format_instant(body.span.t1),
        precision=body.span.precision,
        lat=lat,
        lon=lon,
        radius=radius,
        assets=list(body.assets),
        text=_said(body),
        lineage=" + ".join(sorted(body.sources)) or None,
        reliability=body.reliability,
        credibility=body.credibility,
    )
