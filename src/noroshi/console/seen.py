"""The picture as the node has it, or as any party would receive it, now or at a past instant.

A party's picture is decided finding by finding by the one decision that also governs what goes
out, and every finding is told after the transforms that were required. Nothing is drawn and then
hidden: what is withheld is not in the answer. Nothing is written and nothing is disclosed by
looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from noroshi.desks.registry import kinds
from noroshi.exchange import variants
from noroshi.exchange.decisions import Decisions
from noroshi.exchange.graph import made_at
from noroshi.node.node import Node
from noroshi.node.why import law
from noroshi.store import FindingRow
from noroshi.words.asset import Asset
from noroshi.words.errors import Refused
from noroshi.words.kind import Kind
from noroshi.words.label import Label, highest_tlp
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.stix import FindingBody, body_of
from noroshi.words.time import MS
from noroshi.words.told import Told
from noroshi.words.transform import described

OWN = Release("released")
PAGE = 5_000
MANY, CUT = 50, 200
"""Names of a mark, and characters of each: the whole stands in the finding itself."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding as somebody sees it. Instants are ms UTC, degrees WGS 84, metres. `id` is the
    node's own, whoever looks: only the owner asks. `clauses`, `transforms` and `verdict` say how a
    party comes to see it."""

    id: str
    kind: str
    t0: int
    t1: int
    precision: str
    owner: str
    tlp: str
    place: tuple[float, float, float] | None = None
    subjects: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    verdict: str = "released"
    clauses: tuple[str, ...] = ()
    transforms: tuple[Told, ...] = ()


class Seen(msgspec.Struct, frozen=True):
    """A picture: whose, by the law of when, under which epoch, after which event of the node.
    With `more` it is its beginning only, and `withheld` counts those of it. Where the node has no
    finding, `others` says how many records it holds all the same."""

    party: str
    at: int
    known: int
    epoch: int
    event: int
    marks: tuple[Mark, ...]
    withheld: int = 0
    more: bool = False
    others: int = 0


class One(NamedTuple):
    """A finding as somebody sees it, with the record behind and the decision."""

    row: FindingRow
    record: Record
    body: FindingBody
    release: Release


def seen(
    node: Node, party: str | None, *, now: int, at: int | None = None, known: int | None = None,
    first: int | None = None,
) -> Seen:  # fmt: skip
    """The picture of `party` (None: the node's own) by the law of `at`, as known at `known`. Raises
    `UnknownParty`. Live findings only: what is retracted, taken back or erased is in no picture.
    With `first` no more than so many are looked at, the earliest."""
    moment = now if at is None else at
    event = node.store.last_event()
    who = node.party if party is None else node.parties.get(party).code
    then, epoch, _ = law(node, moment, known, now=now)
    rows = node.store.findings(limit=None if first is None else first + 1)
    more = first is not None and len(rows) > first
    rows = rows[:first]
    levels: dict[int, tuple[Label, str]] = {}
    marks = tuple(mark(one, levels) for one in told(node, rows, who, now=now, at=at, known=known))
    withheld, others = len(rows) - len(marks), 0 if rows else node.store.count_live()
    return Seen(who, moment // MS, then // MS, epoch, event, marks, withheld, more, others)


def told(
    node: Node, rows: list[FindingRow], party: str, *, now: int, at: int | None, known: int | None
) -> Iterator[One]:
    """Of the findings in `rows` those that the party sees, as it sees them."""
    for one in decided(node, rows, party, now=now, at=at, known=known):
        if one.release.permitted:
            yield one


def decided(
    node: Node, rows: list[FindingRow], party: str, *, now: int, at: int | None, known: int | None,
    waits: bool = True,
) -> Iterator[One]:  # fmt: skip
    """Every finding in `rows` with the decision for `party`; its body is what would be told, and
    of one that is withheld the whole. Without `waits` as if a second person had agreed to all."""
    own = party == node.party
    moment = now if at is None else at
    then, _, policy = law(node, moment, known, now=now)
    hold = node.hold(party, then) if waits else None
    decisions = Decisions(policy, node.party, party, moment, hold=hold)
    registry = kinds()
    for start in range(0, len(rows), PAGE):
        some = rows[start : start + PAGE]
        records = node.store.by_seqs(sorted(each.seq for each in some))
        for row in some:
            record = records[row.seq]
            if not own and then < now:
                record = node.store.held(row.id, then) or record
            body = body_of(record.raw)
            if body is None:
                continue
            if own:
                yield One(row, record, body, OWN)
                continue
            made = made_at(record)
            release = decisions.of(record.label.key(), record.label, record.id, made)
            kind = registry.get(body.kind)
            if record.status != "live" or (release.transforms and kind is None):
                release = Release("withheld")
            elif release.permitted and release.transforms and kind is not None:
                body = redacted(node, body, release, kind)
            yield One(row, record, body, release)


def drawn_assets(node: Node, party: str | None, *, now: int, at: int | None = None) -> list[Asset]:
    """The node's assets as they are drawn in the picture of `party`: all in its own, in another's
    those that are public or whose file's label goes to it as it is. Raises `UnknownParty`."""
    held = list(node.store.assets().assets.values())
    who = node.party if party is None else node.parties.get(party).code
    if who == node.party:
        return held
    moment = now if at is None else at
    policy = law(node, moment, None, now=now)[2]
    decisions = Decisions(policy, node.party, who, moment)

    def goes(marks: Label, since: int) -> bool:
        release = decisions.of(marks.key(), marks, "", since)
        return release.permitted and not release.transforms

    return [
        each
        for each in held
        if each.evidence is None or goes(each.evidence.label, each.evidence.retrieved)
    ]


def redacted(node: Node, body: FindingBody, release: Release, kind: Kind) -> FindingBody:
    """The finding after the transforms of the release, as this node tells it."""
    return variants.told(body, release.transforms, kind, node.party, node.keys.derive("variants"))


def one(
    node: Node, id: str, party: str | None, *, now: int, at: int | None = None,
    known: int | None = None, waits: bool = True,
) -> One:  # fmt: skip
    """One finding as `party` (None: the node itself) sees it, or with the reason why it does not;
    `waits` as of `decided`. Raises `Refused` where there is none of this id."""
    row = node.store.finding(id)
    if row is None:
        raise Refused(f"no finding {id!r}")
    asked = party or node.party
    found = list(decided(node, [row], asked, now=now, at=at, known=known, waits=waits))
    if not found:
        raise Refused(f"{id!r} cannot be read")
    return found[0]


def mark(each: One, levels: dict[int, tuple[Label, str]] | None = None) -> Mark:
    """The finding as it stands in a picture; `levels` keeps what labels said already."""
    body, release, label = each.body, each.release, each.record.label
    # The store hands out one label for each cell: what it says is worked out once, and the label
    # kept, so that no other has its number.
    levels = {} if levels is None else levels
    held = levels.get(id(label)) or (label, highest_tlp(label).value)
    levels[id(label)] = held
    return Mark(
        id=each.row.id,
        kind=body.kind,
        t0=body.span.t0 // MS,
        t1=body.span.t1 // MS,
        precision=body.span.precision,
        owner=each.row.owner,
        tlp=held[1],
        place=body.place,
        subjects=tuple(each[:CUT] for each in body.subjects[:MANY]),
        assets=tuple(each[:CUT] for each in body.assets[:MANY]),
        verdict=release.verdict,
        clauses=tuple(dict.fromkeys(release.clauses)),
        transforms=tuple(described(each) for each in release.transforms),
    )
