"""Variants: what goes in place of a record where an agreement asks for less of it.

A variant is an object of its own. Its id is keyed by a secret of the node, so that it says nothing
of the record, and is the same for one record and one set of transforms: two partners who compare
what they hold learn no more than each was given. Field tags in `kinds.toml` say what a transform
touches; what no tag names is dropped.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from noroshi.exchange.counts import countless, tells, untelling
from noroshi.exchange.needs import STRUCTURE, complete
from noroshi.exchange.needs import whole as still_whole
from noroshi.exchange.parts import taken_out
from noroshi.exchange.refs import REQUIRED
from noroshi.words import ids
from noroshi.words.kind import Kind, Tag
from noroshi.words.place import Place, snapped
from noroshi.words.stix import FindingBody, event
from noroshi.words.time import format_instant
from noroshi.words.transform import (
    Change,
    Identity,
    Position,
    Source,
    Text,
    Time,
    Without,
    describe,
)

STIX_KIND: Final = "stix"
"""The entry of `kinds.toml` whose tags speak of STIX properties rather than measures."""

TRACK: Final = "track:"
"""The scheme of subjects that only their source tells apart."""

Transforms = tuple[Change, ...]
Properties = dict[str, msgspec.Raw]

_properties = msgspec.json.Decoder(Properties)

_extensions = msgspec.json.Decoder(dict[str, msgspec.Raw])

_CORE: Final = frozenset({"extension_type", "determination", "investigation_status", "event_refs"})
"""What of Incident Core no transform touches."""

_TOUCHES: Final[Mapping[type[Change], Tag]] = {
    Position: "position",
    Time: "time",
    Source: "source",
    Identity: "identity",
    Text: "text",
}

_WHOLE: Final = frozenset({"marking-definition", "extension-definition", "language-content"})
"""Types whose meaning is their exact content, and translations of fields that a transform would
have to look into: never transformed."""


def key_of(transforms: Transforms) -> str:
    """The transforms as canonical JSON: what names a set of them in the store."""
    return ids.canonical(transforms).decode()


def lasting(transforms: Transforms) -> Transforms:
    """What one variant has in common through its versions: of parts the markings that they stand
    under, not where they stand, which a new version may change."""
    return tuple(
        Without((), each.terms) if isinstance(each, Without) else each for each in transforms
    )


def variant_id(secret: bytes, record_id: str, transforms: Transforms) -> str:
    """The id of a record's variant: the record's type, and a UUID (version 4 in form) that is the
    HMAC-SHA256 of record and transforms by a secret of the node."""
    named = ids.canonical([record_id, key_of(lasting(transforms))])
    keyed = hmac.digest(secret, named, "sha256")
    type_ = record_id.partition("--")[0]
    return f"{type_}--{uuid.UUID(bytes=keyed[:16], version=4)}"


def touched(transforms: Transforms) -> frozenset[Tag]:
    """The tags of fields that these transforms remove."""
    return frozenset(_TOUCHES[type(each)] for each in transforms if not isinstance(each, Without))


def redacted(body: FindingBody, transforms: Transforms, kind: Kind, owner: str) -> FindingBody:
    """What a finding says after `transforms`, as `owner` (the party that transforms) tells it."""
    gone = touched(transforms)
    kept = {
        name: value
        for name, value in body.measures.items()
        if name in kind.tags
        and kind.tags[name] not in gone
        and not ("identity" in gone and kind.tags[name] == "count" and tells(value, 0))
    }
    body = msgspec.structs.replace(
        body,
        observation=None,
        measures=kept,
        owner=owner,
        transforms=tuple(describe(each) for each in transforms),
    )
    for transform in transforms:
        body = _applied(body, transform, kind)
    return body


def told(
    body: FindingBody, transforms: Transforms, kind: Kind, owner: str, secret: bytes
) -> FindingBody:
    """All that `transforms` do to a finding; `secret` is the node's, for names of tracks."""
    found = redacted(body, transforms, kind, owner)
    return unsourced(found, secret) if "source" in touched(transforms) else found


def unsourced(body: FindingBody, secret: bytes) -> FindingBody:
    """`body` with subjects that are numbered by their source under names that do not tell which.

    `track:…` carries a digest of its source's lineage, which a guesser could confirm. The new name
    is keyed by a secret of the node, the same for every finding about that track.
    """
    subjects = tuple(sorted(renamed(each, secret) for each in body.subjects))
    return msgspec.structs.replace(body, subjects=subjects)


def renamed(subject: str, secret: bytes) -> str:
    """A subject under the name that does not tell its source; others as they are."""
    if not subject.startswith(TRACK):
        return subject
    return TRACK + hmac.digest(secret, subject.encode(), "sha256").hex()[:16]


def _applied(body: FindingBody, transform: Change, kind: Kind) -> FindingBody:
    """`body` after one transform; measures were seen to before."""
    replace = msgspec.structs.replace
    match transform:
        case Position(cell_m):
            place = _coarse(body.place, cell_m)
            # An asset lies where it lies: to name it is to give the position.
            return replace(body, place=place, geometry=None, assets=())
        case Time(to):
            return replace(body, span=body.span.truncated(to))
        case Source(to="class"):
            told = replace(body, sources=(kind.desk,), evidence=())
            return replace(told, detector_version=None, params_sha256=None)
        case Source():
            # The grade speaks of the source: F6 is "cannot be judged" (STANAG 2511).
            told = replace(body, sources=(), evidence=(), reliability="F", credibility=6)
            return replace(told, detector=None, detector_version=None, params_sha256=None)
        case Identity():
            return replace(body, subjects=())
        case Text():
            return replace(body, reason=None)
        case Without():
            raise AssertionError("a finding has no parts that are marked apart")


def _coarse(
    place: tuple[float, float, float] | None, cell_m: int
) -> tuple[float, float, float] | None:
    if place is None:
        return None
    cell = snapped(Place(*place), cell_m)
    return cell.lon, cell.lat, cell.radius_m


def reduced(properties: Properties, type: str, transforms: Transforms, kind: Kind) -> Properties:
    """The tagged properties that `transforms` leave of an object that is no finding; empty where
    what is left would be no object of its type. `issued` gives them id, dates and creator."""
    gone = touched(transforms)
    if not gone:
        return properties
    structure = STRUCTURE.union(REQUIRED.get(type, ()))
    kept = {
        name: value
        for name, value in properties.items()
        if name in structure or (name in kind.tags and kind.tags[name] not in gone)
    }
    if type == "incident" and (core := _core(properties)):
        kept["extensions"] = core
    return kept if complete(kept, type) and type not in _WHOLE else {}


def _core(properties: Properties) -> msgspec.Raw | None:
    """Of an incident's extensions what says which events it is made of: no transform touches that,
    and where the references lead the closure sees to."""
    try:
        extensions = _extensions.decode(properties.get("extensions", b"{}"))
        core = _properties.decode(extensions.get(ids.INCIDENT_EXTENSION, b"{}"))
    except msgspec.DecodeError:  # somebody's, and not as Incident Core says
        return None
    kept = {name: value for name, value in core.items() if name in _CORE}
    if "event_refs" not in kept:
        return None
    return msgspec.Raw(msgspec.json.encode({ids.INCIDENT_EXTENSION: kept}))


def left(raw: bytes, type: str, transforms: Transforms, kind: Kind | None) -> bytes | None:
    """The object without its marked parts, where `transforms` take some out, and what the others
    leave of that; None where it would be no object of its type."""
    properties = _properties.decode(raw)
    before = frozenset(properties)
    for each in transforms:
        if isinstance(each, Without):
            parted = taken_out(raw, each)
            if parted is None:
                return None
            properties = _properties.decode(parted)
            if not still_whole(properties, before, type):
                return None
    if touched(transforms):
        properties = {} if kind is None else reduced(properties, type, transforms, kind)
    told = untelling(type, raw, properties)
    return msgspec.json.encode(told) if told and not countless(properties, told) else None


def issued(
    properties: Mapping[str, msgspec.Raw], id: str, owner: str, created: int, modified: int
) -> bytes:
    """`properties` as an object of `owner` under `id`, with its own dates (µs UTC) where its like
    has dates: a cyber-observable object has none (STIX 2.1 §3.1)."""
    said: dict[str, object] = {**properties, "id": id}
    if "created" in properties:
        said["created"] = format_instant(created)
        said["modified"] = format_instant(modified)
        said["created_by_ref"] = ids.identity_id(owner)
    else:
        said.pop("created_by_ref", None)
        said.pop("modified", None)
    return ids.canonical(said)


def finding_variant(
    id: str,
    body: FindingBody,
    kind: Kind,
    transforms: Transforms,
    *,
    created: int,
    modified: int,
    marking_refs: tuple[str, ...],
    revoked: bool,
) -> bytes:
    """The `event` of a redacted finding; its text is made anew from what is left."""
    raw = event(
        id,
        body,
        kind,
        created=created,
        modified=modified,
        marking_refs=marking_refs,
        revoked=revoked,
    )
    if Text() not in transforms:
        return raw
    properties = msgspec.json.decode(raw, type=Properties)
    properties.pop("description", None)
    return ids.canonical(properties)
