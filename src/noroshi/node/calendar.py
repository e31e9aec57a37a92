"""Calendar: the commitments of this node, what may show one kept, and the word of a person.

What a rule of the agreement recognises among findings and records is a candidate. It counts when a
person has said so (`noroshi pact keep`), and no longer when the record was retracted or withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from noroshi.desks.registry import kinds
from noroshi.node.node import Node
from noroshi.node.promises import seen
from noroshi.node.why import complete
from noroshi.pact.calendar import Deed, Deeds, Entry, began, calendar
from noroshi.pact.ical import spelt
from noroshi.pact.observing import Seen, Tested, conditions, recognised, rule
from noroshi.pact.policy import Policy
from noroshi.pact.promised import Commitment
from noroshi.pact.shape import nearest
from noroshi.store import Word
from noroshi.words.errors import BadInput, Refused
from noroshi.words.record import Record
from noroshi.words.stix import body_of
from noroshi.words.time import Span, parse_partial

_STEP = 1000


class Candidate(msgspec.Struct, frozen=True):
    """A record that the rule of a commitment recognises, and of which nobody said anything yet."""

    record: str
    span: Span
    kind: str
    owner: str


class Line(msgspec.Struct, frozen=True):
    """An entry of the calendar with its rule in words, what the rule recognises, latest first, and
    what a person confirmed that no longer counts."""

    entry: Entry
    rule: str | None
    note: str
    candidates: tuple[Candidate, ...]
    gone: tuple[str, ...]


class Row(msgspec.Struct, frozen=True):
    """A line for scripts: dates as far as they are known, instants never."""

    id: str
    status: str
    text: str
    kind: str
    lead: dict[str, str]
    without: tuple[str, ...]
    every: str | None
    next_due: str | None
    resources: str
    evidence: tuple[dict[str, str], ...]
    rule: str | None
    candidates: tuple[str, ...]
    no_more: tuple[str, ...]
    turns: tuple[dict[str, str], ...]


def row(line: Line) -> Row:
    """A line of the calendar for scripts."""
    entry, each = line.entry, line.entry.commitment
    return Row(
        entry.id, entry.status, each.text, each.kind, each.lead, entry.without, each.every,
        None if entry.next is None else spelt(entry.next.due), each.resources,
        tuple(
            {"on": spelt(d.span), "by": d.by, "ref": d.ref, "note": d.note} for d in entry.deeds
        ),
        line.rule, tuple(one.record for one in line.candidates), line.gone,
        tuple({"due": spelt(t.due), "state": t.state} for t in entry.turns),
    )  # fmt: skip


def lines(node: Node, now: int, until: int | None = None) -> tuple[Line, ...]:
    """The calendar of the agreements that stand at `now` (µs UTC), with due dates to `until`."""
    _, policy = node.policy(at=now)
    words = node.store.words()
    counted, gone = _deeds(node, words)
    entries = calendar(policy, counted, now, until)
    said = {(each.commitment, each.ref) for each in words}
    found = {
        each.id: candidates(
            node, each.commitment, began(policy.by_id[each.agreement], each.commitment), now
        )
        for each in entries
    }
    return tuple(
        Line(
            each,
            None if each.commitment.observe is None else rule(each.commitment.observe),
            "" if each.commitment.observe is None else each.commitment.observe.note,
            tuple(one for one in found[each.id] if (each.id, one.record) not in said),
            gone.get(each.id, ()),
        )
        for each in entries
    )


def candidates(node: Node, each: Commitment, since: int, now: int) -> list[Candidate]:
    """What the rule recognises among findings and records from `since` on, the latest first."""
    if each.observe is None:
        return []
    known, found = kinds(), list[Candidate]()
    for kind in each.observe.kinds:
        for row in node.store.findings(kind=kind, since=since, until=now):
            if row.t0 >= since and recognised(each.observe, seen(row, known), node.parties):
                span = Span(row.t0, row.t1, "s")
                found.append(Candidate(row.id, span, row.kind, row.owner))
        for record in () if kind in known else _of_kind(node, kind):
            if since <= record.version <= now:
                about = Seen(record.kind, record.owner, record.pillar)
                if recognised(each.observe, about, node.parties):
                    span = Span(record.version, record.version, "ms")
                    found.append(Candidate(record.id, span, record.kind, record.owner))
    return sorted(found, key=lambda one: (-one.span.t0, one.record))


class Said(msgspec.Struct, frozen=True):
    """What `keep` wrote, whether it is new, and how the rule of the commitment sees the record."""

    word: Word
    new: bool
    tests: tuple[Tested, ...]


def keep(
    node: Node,
    commitment: str,
    *,
    record: str | None,
    document: str | None,
    on: str | None,
    by: str,
    kept: bool,
    note: str,
    now: int,
) -> Said:
    """Write a person's word about a commitment of the law at `now`: a record (an id or its start)
    or a document shows it kept, or does not. `on` is when it happened; a record has a time of its
    own. Raises `Refused` where that cannot be, `BadInput` for a date that is none."""
    _, policy = node.policy(at=now)
    promise = commitment_of(policy, commitment)
    if not by.strip():
        raise Refused("nobody says so\nHint: --by names the person who confirms")
    if (record is None) == (document is None):
        raise Refused(
            "a record or --document shows it\nHint: noroshi pact calendar names candidates"
        )
    span = None if on is None else _date(on)
    tests: tuple[Tested, ...] = ()
    if record is not None:
        held = node.store.record(complete(node, record))
        if held is None:
            raise Refused(f"no record {record!r}")
        about, happened = _about(node, held)
        span = span or happened
        tests = () if promise.observe is None else conditions(promise.observe, about, node.parties)
        ref = held.id
    else:
        ref = document or ""
    if span is None:
        raise Refused("a document does not say when\nHint: --on 2026-07-23, or in part 2026-07")
    if span.t0 > now:
        raise Refused("it lies ahead, so it was not kept yet")
    word = Word(commitment, ref, span, kept, by.strip(), note, now)
    return Said(word, node.store.put_word(word), tests)


def commitment_of(policy: Policy, name: str) -> Commitment:
    """The commitment `eu-jpn-sdp/C06`; `Refused`, with the nearest, where there is none."""
    known = {
        f"{agreement.id}/{each.id}": each
        for agreement in policy.agreements
        for each in agreement.file.commitment
    }
    if name not in known:
        hint = nearest(name, tuple(known)) or "noroshi pact calendar names them"
        raise Refused(f"no commitment {name!r} in the law of this node\nHint: {hint}")
    return known[name]


def _deeds(node: Node, words: Iterable[Word]) -> tuple[Deeds, dict[str, tuple[str, ...]]]:
    """What was confirmed and counts, by commitment, and the records of which that is over."""
    counted: dict[str, list[Deed]] = {}
    gone: dict[str, tuple[str, ...]] = {}
    for each in words:
        if not each.kept:
            continue
        record = node.store.record(each.ref)
        if record is not None and record.status != "live":
            gone[each.commitment] = (*gone.get(each.commitment, ()), each.ref)
            continue
        deed = Deed(each.span, each.by, each.ref, each.note)
        counted.setdefault(each.commitment, []).append(deed)
    return counted, gone


def _about(node: Node, record: Record) -> tuple[Seen, Span]:
    """The record as a rule looks at it, and when what it tells of happened."""
    body = body_of(record.raw)
    if body is not None:
        about = Seen(record.kind, record.owner, record.pillar, body.subjects, body.measures)
        return about, body.span
    about = Seen(record.kind, record.owner, record.pillar)
    return about, Span(record.version, record.version, "ms")


def _of_kind(node: Node, kind: str) -> Iterator[Record]:
    after = 0
    while rows := node.store.of_kind(kind, after, limit=_STEP):
        yield from (record for _, record in rows)
        after = rows[-1][0]


def _date(text: str) -> Span:
    try:
        return parse_partial(text)
    except ValueError:
        raise BadInput(
            "--on", "not a date", found=text, expected='2026-07-23, or in part "2026-07"'
        ) from None
