"""What people say of incidents instead of the rules: kept with its reason, and a `note` that goes
to partners under the labels of all that was shown to who said it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast

import msgspec

from noroshi.node.node import Node
from noroshi.picture.hypotheses import HYPOTHESES, Mark, Overrule
from noroshi.store import IncidentRow, OverruleRow
from noroshi.words import ids
from noroshi.words.errors import BadInput, Refused
from noroshi.words.label import highest_tlp, join, tlp_marking_id
from noroshi.words.record import Record
from noroshi.words.time import MS, format_instant

NOTE: Final = "note"
OVERRULE: Final = "overrule"
MARKS: Final = ("consistent", "inconsistent", "neutral")
LONGEST: Final = 4_000


class _Note(msgspec.Struct):
    """What is read of a note that overrules."""

    type: str = ""
    content: str = ""
    labels: tuple[str, ...] = ()
    object_refs: tuple[str, ...] = ()
    created_by_ref: str | None = None
    revoked: bool = False


class _Item(msgspec.Struct):
    evidence: str
    shows: tuple[str, ...] = ()


class _Weighing(msgspec.Struct):
    items: tuple[_Item, ...]


class _Shown(msgspec.Struct):
    """The part of what was shown that an overrule rests on."""

    weighing: _Weighing


def overrule(
    node: Node, incident: str, evidence: str, hypothesis: str, mark: str, reason: str, who: str,
    now: int,
) -> OverruleRow:  # fmt: skip
    """Keep a person's mark, and make the note of it. Raises `BadInput` for what is none of the
    incident's evidence, hypotheses or marks; `Refused` for an incident that is not live here."""
    row = incident_of(node, incident)
    items = {x.evidence: x for x in msgspec.json.decode(row.shown, type=_Shown).weighing.items}
    for given, known, what in (
        (evidence, list(items), "item of evidence"),
        (hypothesis, list(HYPOTHESES), "hypothesis"),
        (mark, list(MARKS), "mark"),
    ):
        if given not in known:
            raise BadInput(row.id, f"no such {what}", found=given, expected=", ".join(known))
    if not 0 < len(reason.strip()) <= LONGEST or not who.strip():
        raise BadInput(row.id, "an overrule has a reason and a name", expected="--reason, --by")
    shown = (*row.findings, *items[evidence].shows)
    record = _record(node, row, evidence, hypothesis, mark, reason.strip(), shown, now)
    said = OverruleRow(
        now, row.id, row.findings, evidence, hypothesis, mark, reason.strip(), who, record.id
    )
    with node.store.write():
        node.store.put([record], at=now)
        node.store.put_overrule(said)
    return said


def incident_of(node: Node, start: str) -> IncidentRow:
    """The live incident with this id or this start of one; `Refused` unless there is one."""
    named = (start, f"incident--{start}")
    found = [e for e in node.store.incidents() if e.status == "live" and e.id.startswith(named)]
    if len(found) != 1:
        hint = "Hint: noroshi incidents list shows them"
        raise Refused(f"{len(found)} live incidents begin with {start!r}\n{hint}")
    return found[0]


def _record(
    node: Node, row: IncidentRow, evidence: str, hypothesis: str, mark: str, reason: str,
    shown: Iterable[str], now: int,
) -> Record:  # fmt: skip
    """The note. Who said it stays here; what was shown to them decides where it goes."""
    labels = [held.label for each in shown if (held := node.store.record(each)) is not None]
    label = join(*labels)
    at = now - now % MS
    name = ids.uuid5(["overrule", node.party, row.id, evidence, hypothesis, at])
    raw = ids.canonical(
        {
            "type": NOTE,
            "spec_version": "2.1",
            "id": f"note--{name}",
            "created_by_ref": ids.identity_id(node.party),
            "created": format_instant(at),
            "modified": format_instant(at),
            "content": reason,
            "labels": [
                OVERRULE, f"evidence:{evidence}", f"hypothesis:{hypothesis}", f"mark:{mark}",
            ],
            "object_refs": [row.id, *row.findings],
            "object_marking_refs": [tlp_marking_id(highest_tlp(label))],
        }
    )  # fmt: skip
    return Record(f"note--{name}", at, NOTE, "hybrid", node.party, label, raw, ids.sha256(raw), now)


def every_overrule(node: Node) -> tuple[Overrule, ...]:
    """What came with the notes of others, and what this node's people said: here their word counts
    before that of others, and a later one before an earlier."""
    own = node.store.overrules()
    ours = {each.record for each in own}
    said = [
        Overrule(
            e.incident, e.evidence, e.hypothesis, cast("Mark", e.mark), e.reason, e.who, e.findings
        )
        for e in own
    ]
    notes = (raw for raw in _notes(node) if raw[0] not in ours)
    return (*overrules_in(raw for _, raw in notes), *said)


def _notes(node: Node) -> Iterator[tuple[str, bytes]]:
    after = 0
    while page := node.store.of_kind(NOTE, after, limit=1_000):
        yield from ((each.id, each.raw) for _, each in page)
        after = page[-1][0]


def overrules_in(notes: Iterable[bytes]) -> Iterator[Overrule]:
    """The overrules among notes, by whom made them; what does not read is none."""
    for raw in notes:
        try:
            note = msgspec.json.decode(raw, type=_Note)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        said = {key: value for each in note.labels for key, _, value in [each.partition(":")]}
        incident = next((e for e in note.object_refs if e.startswith("incident--")), "")
        mark, hypothesis = said.get("mark", ""), said.get("hypothesis", "")
        if OVERRULE not in said or note.revoked:
            continue
        if mark not in MARKS or hypothesis not in HYPOTHESES:
            continue
        yield Overrule(
            incident, said.get("evidence", ""), hypothesis, mark, note.content,
            note.created_by_ref or "a partner",
            tuple(each for each in note.object_refs if each.startswith("event--")),
        )  # fmt: skip
