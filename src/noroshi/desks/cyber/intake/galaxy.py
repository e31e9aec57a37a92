"""MISP galaxies as reference: each cluster an object of STIX, with its names and its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.desks.cyber.intake.techniques import techniques_in
from noroshi.words.desk import Rejected, Restated
from noroshi.words.evidence import JsonPointer
from noroshi.words.time import floor

if TYPE_CHECKING:
    from noroshi.words.desk import Source

_HEAD = re.compile(rb'"values"\s*:\s*\[')
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

KINDS: Final = (
    ("threat-actor", "threat-actor"),
    ("attack-pattern", "attack-pattern"),
    ("techniques", "attack-pattern"),
    ("mitigations", "course-of-action"),
    ("countermeasures", "course-of-action"),
    ("malware", "malware"),
    ("ransomware", "malware"),
    ("tool", "tool"),
    ("country", "location"),
    ("region", "location"),
    ("sector", "identity"),
)
"""What a galaxy's type ends in, and what its clusters become; the others are a custom object."""

CUSTOM: Final = "x-misp-galaxy-cluster"
"""As MISP's own export calls a cluster that STIX has no word for."""


class _Cluster(msgspec.Struct):
    value: str
    uuid: str = ""
    description: str = ""
    meta: dict[str, Any] = {}


class _Galaxy(msgspec.Struct):
    type: str
    name: str
    values: tuple[msgspec.Raw, ...]


def sniff(head: bytes) -> float:
    """How surely `head` begins a file of clusters."""
    if head.lstrip()[:1] != b"{" or not _HEAD.search(head):
        return 0.0
    return 0.9 if b'"value"' in head and b'"description"' in head else 0.0


def read(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    """An object for every cluster of the galaxy."""
    try:
        galaxy = msgspec.json.decode(data, type=_Galaxy)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        yield Rejected(source.sha256, JsonPointer(""), f"not a galaxy: {problem}", data[:65536])
        return
    maker, day = Maker(source, "misp-galaxy"), floor(source.retrieved, "day")
    kind = next((known for end, known in KINDS if galaxy.type.endswith(end)), CUSTOM)
    for number, raw in enumerate(galaxy.values):
        at = JsonPointer(f"/values/{number}")
        try:
            each = msgspec.json.decode(raw, type=_Cluster)
            text = bytes(raw).decode()
        except (msgspec.MsgspecError, ValueError) as problem:
            yield Rejected(source.sha256, at, str(problem), bytes(raw))
            continue
        known = each.uuid.lower() if _UUID.fullmatch(each.uuid) else None
        name = f"{kind}--{known}" if known else derived_id(kind, galaxy.type, each.value)
        references, numbers = _references(galaxy, each)
        yield Restated(
            maker.record(
                name, at, text, created=day, modified=day,
                name=each.value, description=each.description or None,
                techniques=techniques_in(numbers), external_references=references,
                **_more(kind, each),
            )
        )  # fmt: skip


def _references(galaxy: _Galaxy, each: _Cluster) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    numbers = tuple(_texts(each.meta.get("external_id")))
    found = [{"source_name": galaxy.type, "external_id": number} for number in numbers]
    found += [
        {"source_name": galaxy.type, "url": url}
        for url in dict.fromkeys(_texts(each.meta.get("refs")))
    ]
    return found, numbers


def _more(kind: str, each: _Cluster) -> dict[str, Any]:
    others = list(dict.fromkeys(_texts(each.meta.get("synonyms"))))
    if kind in ("threat-actor", "attack-pattern"):
        return {"aliases": others}
    if kind in ("malware", "tool"):
        return {"aliases": others, **({"is_family": True} if kind == "malware" else {})}
    if kind == "location":
        iso = next(_texts(each.meta.get("ISO")), None)
        return {"country": iso, "region": None if iso else each.value.lower()}
    if kind == "identity":
        return {"identity_class": "class"}
    return {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in cast("list[Any]", value) if isinstance(each, str))
