"""Techniques of what is found: those that the indicator's source names, and those that the record
says it indicates, by number: a name is in ATT&CK or CAPEC, and may not be everybody's to read.

Only what is said of the indicator itself counts: that a tool can do forty things is no sign that it
did them here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.findings import rests_on
from noroshi.desks.cyber.intake.techniques import SOURCES, techniques_in
from noroshi.words.origin import origin_of

if TYPE_CHECKING:
    from noroshi.desks.cyber.state import State
    from noroshi.words.desk import Known
    from noroshi.words.evidence import Evidence
    from noroshi.words.record import Record

KINDS: Final = ("attack-pattern", "relationship")


class _Reference(msgspec.Struct):
    source_name: str = ""
    external_id: str | None = None


class _Pattern(msgspec.Struct):
    name: str = ""
    external_references: tuple[_Reference, ...] = ()
    labels: tuple[str, ...] = ()


class _Link(msgspec.Struct):
    relationship_type: str = ""
    source_ref: str = ""
    target_ref: str = ""


_pattern, _link = msgspec.json.Decoder(_Pattern), msgspec.json.Decoder(_Link)


class Reference:
    """Techniques by number and by id, and what indicates them, of the records of a node."""

    def __init__(self, known: Known | None) -> None:
        self.names: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.links: dict[str, list[tuple[str, str]]] = defaultdict(list)
        if known is None:
            return
        for _, record in known.records(("attack-pattern",)):
            self._pattern(record)
        for _, record in known.records(("relationship",)):
            self._link(record)

    def _pattern(self, record: Record) -> None:
        try:
            found = _pattern.decode(record.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        for each in found.external_references:
            if each.source_name in SOURCES and each.external_id:
                self.names.setdefault(each.external_id, found.name)
                self.numbers[record.id] = each.external_id

    def _link(self, record: Record) -> None:
        try:
            found = _link.decode(record.raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        if found.relationship_type == "indicates" and found.target_ref in self.numbers:
            self.links[found.source_ref].append((found.target_ref, record.id))


def told(record: Record, state: State) -> tuple[str, tuple[Evidence, ...]]:
    """The techniques of a record as text, and the relationships that say so as evidence."""
    reference = state.reference()
    origin = origin_of(record.raw)
    numbers = set(origin.techniques if origin else ())
    try:
        own = _pattern.decode(record.raw)
        numbers.update(techniques_in(own.labels))
        numbers.update(
            each.external_id or ""
            for each in own.external_references
            if each.source_name in SOURCES
        )
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    rests: list[Evidence] = []
    known = state.context.known
    for target, link in reference.links.get(record.id, []):
        said = known.record(link) if known else None
        if said is not None:
            numbers.add(reference.numbers[target])
            rests.append(rests_on(said))
    return ", ".join(sorted(numbers - {""})), tuple(rests)


def names(known: Known) -> dict[str, str]:
    """The names of techniques by number, for who reads."""
    return Reference(known).names
