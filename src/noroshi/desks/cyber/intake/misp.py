"""MISP events to STIX: an event is a report, what it looks for an indicator, the rest a note.

MISP's ids stay: `indicator--` and the UUID of the attribute, `report--` and that of the event. Tags
and clusters stay as labels, so that techniques are read off them; TLP and PAP tags are terms. What
MISP says of distribution is kept to: its own organisation and sharing groups, whose members are not
parties, are for nobody but the originator; communities need the originator's consent to go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.desks.cyber.intake.misp_types import PATTERNS
from noroshi.desks.cyber.intake.techniques import techniques_in
from noroshi.desks.cyber.terms import said
from noroshi.words.desk import Rejected
from noroshi.words.evidence import JsonPointer
from noroshi.words.time import SECOND, parse_instant, parse_partial

if TYPE_CHECKING:
    from noroshi.words.desk import Source
    from noroshi.words.record import Record

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

DISTRIBUTION: Final[Mapping[str, Terms]] = {
    "0": Terms(only=()),
    "1": Terms(orcon=True),
    "2": Terms(orcon=True),
    "3": SILENT,
    "4": WITHHELD,
    "5": SILENT,
}
"""By MISP's level: 0 your organisation, 1 this community, 2 connected communities, 3 all, 4 a
sharing group, 5 as the event."""


class _Tag(msgspec.Struct):
    name: str = ""


class _Attribute(msgspec.Struct):
    uuid: str
    type: str
    value: str
    category: str = ""
    to_ids: bool | int | str = False
    timestamp: str | int = 0
    comment: str | None = None
    distribution: str | int = "5"
    deleted: bool | int | str = False
    first_seen: str | None = None
    last_seen: str | None = None
    Tag: tuple[_Tag, ...] = ()


class _Object(msgspec.Struct):
    uuid: str = ""
    name: str = ""
    distribution: str | int = "5"
    deleted: bool | int | str = False
    Attribute: tuple[msgspec.Raw, ...] = ()


class _Organisation(msgspec.Struct):
    name: str = ""
    uuid: str = ""


class _Cluster(msgspec.Struct):
    tag_name: str = ""


class _Galaxy(msgspec.Struct):
    GalaxyCluster: tuple[_Cluster, ...] = ()


class _Event(msgspec.Struct):
    uuid: str
    info: str
    date: str
    timestamp: str | int = 0
    publish_timestamp: str | int = 0
    distribution: str | int = "3"
    Orgc: _Organisation | None = None
    Tag: tuple[_Tag, ...] = ()
    Galaxy: tuple[_Galaxy, ...] = ()
    Attribute: tuple[msgspec.Raw, ...] = ()
    Object: tuple[msgspec.Raw, ...] = ()


class _Whole(msgspec.Struct):
    Event: msgspec.Raw = msgspec.Raw(b"")
    response: tuple[msgspec.Raw, ...] = ()


class _Wrapped(msgspec.Struct):
    Event: msgspec.Raw


_EVENT = re.compile(rb'"Event"\s*:\s*\{')
_BARE = tuple(re.compile(each) for each in (rb'"Attribute"\s*:\s*\[', rb'"to_ids"\s*:'))
"""What an event by itself has, as PyMISP writes one."""


def sniff(head: bytes) -> float:
    """How surely `head` begins a MISP event or a list of them."""
    start = head.lstrip()[:1]
    if start in (b"{", b"[") and _EVENT.search(head[:4096]):
        return 0.95
    return 0.9 if start == b"{" and all(each.search(head) for each in _BARE) else 0.0


def read(source: Source, data: bytes) -> Iterator[Record | Rejected]:
    """The records of every event in `data`, and the attributes that are none, by pointer."""
    maker = Maker(source, "misp")
    try:
        events = list(_events(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        yield Rejected(source.sha256, JsonPointer(""), f"not a MISP event: {problem}", data[:65536])
        return
    for pointer, raw in events:
        try:
            event = msgspec.json.decode(raw, type=_Event)
            _uuid(event.uuid)
            made = parse_partial(event.date)
        except (msgspec.MsgspecError, ValueError) as problem:
            reason = f"not a MISP event: {problem}"
            yield Rejected(source.sha256, JsonPointer(pointer), reason, raw[:65536])
            continue
        yield from _Reading(maker, source.sha256, pointer, event, made.t0).records()


def _events(data: bytes) -> Iterator[tuple[str, bytes]]:
    text = data.removeprefix(b"\xef\xbb\xbf")
    if text.lstrip()[:1] == b"[":
        for number, each in enumerate(msgspec.json.decode(text, type=list[_Wrapped])):
            yield f"/{number}/Event", bytes(each.Event)
        return
    whole = msgspec.json.decode(text, type=_Whole)
    if whole.response:
        for number, each in enumerate(whole.response):
            inner = msgspec.json.decode(each, type=_Wrapped)
            yield f"/response/{number}/Event", bytes(inner.Event)
    elif whole.Event:
        yield "/Event", bytes(whole.Event)
    else:
        yield "", text


class _Reading:
    """One event: its report is made last, of what became of the rest."""

    def __init__(self, maker: Maker, sha256: str, at: str, event: _Event, made: int) -> None:
        self._maker, self._sha256, self._at, self._event, self._made = (
            maker,
            sha256,
            at,
            event,
            made,
        )
        self._members: list[str] = []
        self._changed = _instant(event.timestamp)
        self._tags = _tags(event.Tag) + tuple(
            cluster.tag_name for galaxy in event.Galaxy for cluster in galaxy.GalaxyCluster
        )
        self._terms = strictest(_distributed(event.distribution), *map(said, self._tags))
        self._organisation: str | None = None

    def records(self) -> Iterator[Record | Rejected]:
        yield from self._creator()
        yield from self._attributes(self._event.Attribute, self._at, self._terms, "")
        for number, raw in enumerate(self._event.Object):
            pointer = f"{self._at}/Object/{number}"
            try:
                each = msgspec.json.decode(raw, type=_Object)
            except (msgspec.MsgspecError, ValueError) as problem:
                yield Rejected(self._sha256, JsonPointer(pointer), str(problem), bytes(raw))
                continue
            yield from self._object(each, pointer)
        yield self._report()

    def _creator(self) -> Iterator[Record]:
        creator = self._event.Orgc
        if creator is None or not creator.name or not _UUID.fullmatch(creator.uuid):
            return
        self._organisation = f"identity--{creator.uuid.lower()}"
        yield self._maker.record(
            self._organisation, JsonPointer(f"{self._at}/Orgc"),
            msgspec.json.encode(creator).decode(),
            created=0, modified=0, terms=self._terms, name=creator.name,
            identity_class="organization",
        )  # fmt: skip

    def _object(self, each: _Object, pointer: str) -> Iterator[Record | Rejected]:
        before = len(self._members)
        terms = strictest(self._terms, _distributed(each.distribution))
        yield from self._attributes(each.Attribute, pointer, terms, each.name)
        members = self._members[before:]
        if not members or not _UUID.fullmatch(each.uuid):
            return
        name = f"grouping--{each.uuid.lower()}"
        self._members.append(name)
        yield self._maker.record(
            name, JsonPointer(pointer), "", created=self._made, modified=self._changed, terms=terms,
            name=f"MISP object: {each.name}", context="unspecified", object_refs=members,
            created_by_ref=self._organisation, revoked=_true(each.deleted),
        )  # fmt: skip

    def _attributes(
        self, raws: Iterable[msgspec.Raw], at: str, terms: Terms, within: str
    ) -> Iterator[Record | Rejected]:
        for number, raw in enumerate(raws):
            pointer = JsonPointer(f"{at}/Attribute/{number}")
            try:
                each = msgspec.json.decode(raw, type=_Attribute)
                record = self._attribute(each, pointer, bytes(raw).decode(), terms, within)
            except (msgspec.MsgspecError, ValueError, UnicodeDecodeError) as problem:
                yield Rejected(self._sha256, pointer, str(problem), bytes(raw))
                continue
            self._members.append(record.id)
            yield record

    def _attribute(
        self, each: _Attribute, at: JsonPointer, text: str, terms: Terms, within: str
    ) -> Record:
        _uuid(each.uuid)
        tags = (*self._tags, *_tags(each.Tag))
        terms = strictest(terms, _distributed(each.distribution), *map(said, _tags(each.Tag)))
        common: dict[str, Any] = {
            "created": self._made,
            "modified": _instant(each.timestamp) or self._changed,
            "terms": terms,
            "techniques": techniques_in(tags),
            "labels": sorted({tag for tag in tags if tag}),
            "created_by_ref": self._organisation,
            "revoked": _true(each.deleted),
        }
        if _true(each.to_ids) and each.type in PATTERNS:
            return self._maker.record(
                f"indicator--{each.uuid.lower()}", at, text,
                name=f"MISP {each.type}",
                description=each.comment or None,
                indicator_types=["unknown"],
                pattern=f"[{PATTERNS[each.type](each.value.strip())}]",
                pattern_type="stix",
                valid_from=_stamp(each.first_seen) or _shown(self._made),
                **common,
            )  # fmt: skip
        context = "/".join(part for part in (within, each.category, each.type) if part)
        return self._maker.record(
            f"note--{each.uuid.lower()}", at, text,
            abstract=context or None,
            content=f"{each.value}\n{each.comment or ''}".strip() or "(empty)",
            object_refs=[self._name],
            **common,
        )  # fmt: skip

    @property
    def _name(self) -> str:
        return f"report--{self._event.uuid.lower()}"

    def _report(self) -> Record:
        published = _instant(self._event.publish_timestamp) or self._changed or self._made
        return self._maker.record(
            self._name, JsonPointer(self._at), "", created=self._made,
            modified=max(self._changed, self._made), terms=self._terms,
            techniques=techniques_in(self._tags), labels=sorted({t for t in self._tags if t}),
            created_by_ref=self._organisation, name=self._event.info or "(no title)",
            report_types=["threat-report"], published=_shown(published),
            object_refs=self._members or [self._organisation or derived_id("note", self._name)],
        )  # fmt: skip


def _uuid(text: str) -> None:
    if not _UUID.fullmatch(text):
        raise ValueError(f"not a UUID: {text!r}")


def _tags(tags: Iterable[_Tag]) -> tuple[str, ...]:
    return tuple(each.name for each in tags)


def _distributed(level: str | int) -> Terms:
    """A level that nobody published withholds."""
    return DISTRIBUTION.get(str(level), WITHHELD)


def _true(value: bool | int | str) -> bool:
    return value in (True, 1, "1", "true")


def _instant(seconds: str | int) -> int:
    """MISP's seconds since 1970 as µs UTC; 0 where it says none. Raises `ValueError`."""
    if not str(seconds).isdigit() or int(seconds) > 253_402_300_799:
        raise ValueError(f"not seconds since 1970: {seconds!r}")
    return int(seconds) * SECOND


def _stamp(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return _shown(parse_instant(text))
    except ValueError:
        return None


def _shown(at: int) -> str:
    from noroshi.words.time import format_instant

    return format_instant(at)
