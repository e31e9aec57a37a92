"""One finding opened: what it says, under which label, from what, and what became of it since."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from noroshi.console.seen import One, one
from noroshi.console.sending import explained
from noroshi.desks.registry import kinds
from noroshi.node.audience import audience
from noroshi.node.doubt import doubts
from noroshi.node.node import Node
from noroshi.node.recall import Recalled, recalled
from noroshi.pact.explain import heard
from noroshi.words.kind import Both, Kind
from noroshi.words.label import Label
from noroshi.words.stix import FindingBody, describe
from noroshi.words.time import format_instant
from noroshi.words.told import Told
from noroshi.words.transform import described

RAW_MOST = 200_000
"""Characters of an object that are shown."""


class Strand(msgspec.Struct, frozen=True, omit_defaults=True):
    """One strand of a label, in words."""

    originator: str
    tlp: str
    classes: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()
    orcon: bool = False
    handling: tuple[str, ...] = ()
    exercise: str | None = None
    expires: str | None = None
    not_before: str | None = None
    grant: str | None = None


class Said(msgspec.Struct, frozen=True):
    """A measure as it is read: what it is called, its value, its unit."""

    name: str
    called: Both
    value: Both
    unit: Both


class Version(msgspec.Struct, frozen=True):
    """A version of the record: when, how it stands, and by whose hands it came."""

    version: str
    received: str
    status: str
    sha256: str
    hops: tuple[str, ...] = ()


class Held(msgspec.Struct, frozen=True):
    """A party that had the record from us, and since when."""

    party: str
    served: str | None


class Detail(msgspec.Struct, frozen=True):
    """Everything about one finding as `party` sees it; for a party only what it would read, and
    for the owner beside it `why`, line by line, and what the party `hears` of the decision."""

    id: str
    party: str
    verdict: str
    kind: str
    name_en: str
    name_ja: str
    text_en: str
    text_ja: str
    body: FindingBody | None
    measures: tuple[Said, ...]
    clauses: tuple[str, ...]
    transforms: tuple[Told, ...]
    why: tuple[Told, ...] = ()
    hears: Told | None = None
    strands: tuple[Strand, ...] = ()
    doubts: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    audience: dict[str, tuple[Told, ...]] = {}
    held: tuple[Held, ...] = ()
    recalls: tuple[Recalled, ...] = ()
    raw: str = ""


def detail(
    node: Node, id: str, party: str | None, *, now: int, at: int | None = None,
    known: int | None = None,
) -> Detail:  # fmt: skip
    """The finding as `party` (None: the node itself) sees it. Raises `Refused`."""
    found = one(node, id, party, now=now, at=at, known=known)
    own = party is None or party == node.party
    body = found.body if found.release.permitted else None
    kind = kinds().get(found.body.kind)
    told = Detail(
        id=id,
        party=party or node.party,
        verdict=found.release.verdict,
        kind=found.body.kind,
        name_en=kind.en if kind else found.body.kind,
        name_ja=kind.ja if kind else found.body.kind,
        text_en=describe(body, kind, "en") if body and kind else "",
        text_ja=describe(body, kind, "ja") if body and kind else "",
        body=body,
        measures=tuple(_measures(body, kind)) if body and kind else (),
        clauses=tuple(dict.fromkeys(found.release.clauses)),
        transforms=tuple(described(each) for each in found.release.transforms),
    )
    if own:
        return _owned(node, found, told, now)
    why = explained(node, found, party or node.party, now=now, at=at, known=known)
    return msgspec.structs.replace(told, why=why, hears=heard(found.release))


def _owned(node: Node, found: One, told: Detail, now: int) -> Detail:
    """What only the owner reads."""
    record = found.record
    receiving = audience(node, record.id, now=now).parties
    where = node.store.whereabouts(record.id, node.public)
    return msgspec.structs.replace(
        told,
        strands=tuple(_strands(record.label)),
        doubts=tuple(f"{each.party}: {each.key}" for each in doubts(node, record)),
        versions=tuple(_versions(node, record.id)),
        audience={
            party: tuple(described(each) for each in release.transforms)
            for party, release in receiving.items()
        },
        held=tuple(Held(each.party, _instant(each.served)) for each in where),
        recalls=recalled(node, now, record.id),
        raw=record.raw.decode("utf-8", "replace")[:RAW_MOST],
    )


def _measures(body: FindingBody, kind: Kind) -> Iterator[Said]:
    for name, value in sorted(body.measures.items()):
        yield Said(name, kind.called(name), kind.word(name, value), kind.unit(name))


def _strands(joined: Label) -> Iterator[Strand]:
    for each in joined.strands:
        yield Strand(
            originator=each.originator,
            tlp=each.tlp.value,
            classes=tuple(f"{mark.scheme} {mark.level}" for mark in each.classes),
            only=each.only,
            denied=each.denied,
            orcon=each.orcon,
            handling=each.handling,
            exercise=each.exercise,
            expires=_instant(each.expires),
            not_before=_instant(each.not_before),
            grant=each.grant,
        )


def _versions(node: Node, id: str) -> Iterator[Version]:
    for seq, _ in node.store.versions(id):
        record = node.store.by_seq(seq)
        yield Version(
            format_instant(record.version),
            format_instant(record.received),
            record.status,
            record.sha256,
            tuple(f"{hop.party} {format_instant(hop.at)}" for hop in record.hops),
        )


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
