"""STIX 2.1 codec: bundles taken apart without touching a byte, findings written and read.

An object's bytes are what its hash and its signature are over, so nothing here re-serialises an
object that it received.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar

import msgspec

from noroshi.words import ids
from noroshi.words.evidence import Evidence
from noroshi.words.finding import Finding, Measure
from noroshi.words.kind import Both, Kind
from noroshi.words.nesting import MAX_DEPTH, too_deep
from noroshi.words.time import Span, format_instant, parse_instant


class Head(msgspec.Struct, frozen=True):
    """The common properties that noroshi routes by; everything else stays in the bytes."""

    type: str = ""
    id: str = ""
    spec_version: str | None = None
    created: str | None = None
    modified: str | None = None
    created_by_ref: str | None = None
    revoked: bool = False
    object_marking_refs: tuple[str, ...] = ()


class _Bundle(msgspec.Struct):
    type: str = ""
    objects: msgspec.Raw = msgspec.Raw(b"")


T = TypeVar("T")

TOO_DEEP: Final = f"JSON nested deeper than {MAX_DEPTH} levels"

_ARRAY = re.compile(rb"\s*\[")
_bundle = msgspec.json.Decoder(_Bundle)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(msgspec.Raw)
_head = msgspec.json.Decoder(Head)


def split(data: bytes) -> Iterator[bytes]:
    """The objects of a bundle, a TAXII envelope or an array, or the one object that `data` is, as
    the bytes they came in, white space around them left out.

    Raises `msgspec.DecodeError` or `msgspec.ValidationError` when `data` is not such JSON.
    """
    yield from taken_apart(data)[0]


def taken_apart(data: bytes) -> tuple[list[bytes], memoryview]:
    """What `split` gives, and the list that they stand in within a bundle or envelope, as a view
    of `data`; no bytes where there is none."""
    if _ARRAY.match(data):
        return [bytes(raw) for raw in _decoded(_list, data)], memoryview(b"")
    bundle = _decoded(_bundle, data)
    objects = memoryview(bundle.objects)
    if bundle.type == "bundle" or (not bundle.type and _ARRAY.match(objects)):
        return [bytes(raw) for raw in _decoded(_list, objects or b"[]")], objects
    return [bytes(_decoded(_one, data))], memoryview(b"")


def head(raw: bytes) -> Head:
    """The head of one object; `msgspec.DecodeError` where it is no JSON in UTF-8 or nested too
    deep to be followed, and its kind `msgspec.ValidationError` where a property has a wrong type.
    """
    if too_deep(raw):
        raise msgspec.DecodeError(TOO_DEEP)
    return _decoded(_head, raw)


def _decoded(decoder: msgspec.json.Decoder[T], data: bytes | memoryview) -> T:
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as problem:  # msgspec lets it through as it is
        raise msgspec.DecodeError(f"not UTF-8: {problem}") from problem
    except RecursionError as problem:
        raise msgspec.DecodeError(TOO_DEEP) from problem


def dated(common: Head) -> bool:
    """Whether the object bears a date of its own, of which its version follows."""
    return bool(common.modified or common.created)


def version_of(common: Head, received: int) -> int:
    """µs UTC of modified, else created, else when it was first received."""
    stamp = common.modified or common.created
    return parse_instant(stamp) if stamp else received


def made_at(raw: bytes, received: int) -> int:
    """When the object was made (µs UTC): as its creator says, never later than it was received."""
    try:
        created = head(raw).created
        return min(received, parse_instant(created)) if created else received
    except (msgspec.DecodeError, ValueError):
        return received


class FindingBody(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    tag="property-extension",
    tag_field="extension_type",
):
    """Our property extension of `event`: what a finding says beyond the Incident Core `event`.

    `evidence` are salted hashes: each can be checked by who holds the item, and tells others
    nothing. `sources` are lineages or, after a transform, their class.
    """

    kind: str
    span: Span
    observation: str | None = None
    detector: str | None = None
    detector_version: str | None = None
    params_sha256: str | None = None
    geometry: dict[str, Any] | None = None
    place: tuple[float, float, float] | None = None
    subjects: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    measures: dict[str, Measure] = {}
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    reliability: str = "F"
    credibility: int = 6
    transforms: tuple[str, ...] = ()
    reason: str | None = None
    replaced_by: str | None = None
    owner: str | None = None


def body_of(raw: bytes) -> FindingBody | None:
    """The finding that an `event` object carries; None when it carries none of ours."""
    found = _event.decode(raw).extensions.get(ids.FINDING_EXTENSION)
    return None if found is None else _body.decode(found)


class _Event(msgspec.Struct):
    extensions: dict[str, msgspec.Raw] = {}


_event = msgspec.json.Decoder(_Event)
_body = msgspec.json.Decoder(FindingBody)


def finding_body(finding: Finding, salt: bytes) -> FindingBody:
    """The whole finding as its extension, nothing removed; `salt` is the node's secret."""
    place = finding.place
    return FindingBody(
        kind=finding.kind,
        observation=finding.observation,
        span=finding.span,
        detector=finding.detector,
        detector_version=finding.detector_version,
        params_sha256=finding.params_sha256,
        geometry=msgspec.json.decode(place.geojson) if place and place.geojson else None,
        place=(place.lon, place.lat, place.radius_m) if place else None,
        subjects=finding.subjects,
        assets=finding.assets,
        measures=finding.measures,
        sources=tuple(sorted({each.lineage for each in finding.evidence})),
        evidence=tuple(
            sorted(evidence_hash(finding, n, salt) for n in range(len(finding.evidence)))
        ),
        reliability=finding.reliability,
        credibility=finding.credibility,
        reason=finding.reason,
        replaced_by=finding.replaced_by,
        owner=finding.owner,
    )


def evidence_hash(finding: Finding, n: int, salt: bytes) -> str:
    """Keyed hash of the n-th piece of evidence. The owner can later open it by showing the key
    of this one finding (HMAC of its id); it tells a guesser nothing."""
    return item_hash(finding.id, finding.evidence[n], salt)


def item_hash(id: str, item: Evidence, salt: bytes) -> str:
    """The hash that the finding `id` has of this piece of evidence."""
    key = hmac.digest(salt, id.encode(), "sha256")
    return hmac.digest(key, ids.canonical(item), "sha256").hex()


def event(
    id: str,
    body: FindingBody,
    kind: Kind,
    *,
    created: int,
    modified: int,
    marking_refs: tuple[str, ...] = (),
    revoked: bool = False,
) -> bytes:
    """The `event` object of a finding: canonical JSON, text in English from the kind's template."""
    properties: dict[str, Any] = {
        "type": "event",
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": ids.identity_id(body.owner) if body.owner else None,
        "created": format_instant(created),
        "modified": format_instant(modified),
        "revoked": revoked or None,
        "name": kind.en,
        "description": describe(body, kind, "en"),
        "status": "occurred",
        "event_types": [kind.name],
        "start_time": format_instant(body.span.t0),
        "end_time": format_instant(body.span.t1),
        "object_marking_refs": list(marking_refs) or None,
        "extensions": {
            ids.EVENT_EXTENSION: {"extension_type": "new-sdo"},
            ids.FINDING_EXTENSION: body,
        },
    }
    return ids.canonical({name: value for name, value in properties.items() if value is not None})


class _Gone:
    """Reads as an ellipsis, whatever number format the template asks for."""

    def __format__(self, spec: str) -> str:
        return "…"


class _Known(dict[str, Any]):
    """Format arguments where what a transform removed reads as an ellipsis."""

    def __missing__(self, key: str) -> _Gone:
        return _Gone()


def describe(body: FindingBody, kind: Kind, language: Literal["en", "ja"]) -> str:
    """One sentence about the finding from its kind's template, in the language asked for."""
    missing = (each for name, each in kind.none.items() if body.measures.get(name) == 0)
    texts = next(missing, Both(kind.text_en, kind.text_ja))
    template = texts.en if language == "en" else texts.ja
    place = "…"
    if body.place is not None:
        lon, lat, radius_m = body.place
        place = f"{abs(lat):.4f}°{'NS'[lat < 0]} {abs(lon):.4f}°{'EW'[lon < 0]} ± {radius_m:.0f} m"
    said = {
        name: getattr(kind.word(name, each), language) if isinstance(each, str) else each
        for name, each in body.measures.items()
    }
    known = _Known(said)
    known.update(subjects=", ".join(body.subjects) or "…", place=place)
    known.update(assets=", ".join(body.assets) or "…")
    return template.format_map(known)
