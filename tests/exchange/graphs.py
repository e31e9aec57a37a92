"""Random STIX graphs for the tests of views: every way in which one object can name another.

Each version carries markers of its own — a name, a source, a place — so that a test can look for
them in what was served without knowing how the views work.
"""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import msgspec

from noroshi.words import ids
from noroshi.words.kind import Kind
from noroshi.words.label import Label
from noroshi.words.record import Record
from noroshi.words.stix import FindingBody, event
from noroshi.words.time import DAY, HOUR, MS, Span, format_instant

KIND = Kind(
    name="stop",
    desk="sea",
    pillar="maritime",
    en="Vessel at rest",
    ja="船舶の停止",
    text_en="{subjects} at {place}, {port}, {hint}",
    text_ja="{subjects}が{place}、{port}",
    source="tests",
    units={"port": "name", "hours": "h", "hint": "text", "untagged": "1"},
    tags={"port": "position", "hours": "time", "hint": "source"},
)
STIX = msgspec.structs.replace(
    KIND,
    name="stix",
    desk="cyber",
    tags={
        "name": "plain",
        "description": "text",
        "is_family": "plain",
        "relationship_type": "plain",
        "content": "plain",
        "published": "plain",
        "identity_class": "plain",
        "latitude": "position",
        "longitude": "position",
        "x_from": "source",
        "where_sighted_refs": "source",
    },
)
KINDS = {"stop": KIND, "stix": STIX}
TYPES = ("malware", "relationship", "report", "sighting", "note", "event", "identity", "event")


class Made(msgspec.Struct, frozen=True):
    """A record, when it was made, and what to look for: `name` is in every part of it that is not
    removed, `source` and `place` in what a transform of that kind removes."""

    record: Record
    made: int
    name: str
    source: str
    place: str


def new_id(rng: random.Random, type_: str) -> str:
    return f"{type_}--{uuid.UUID(int=rng.getrandbits(128), version=4)}"


def version(
    rng: random.Random, oid: str, others: list[str], label: Label, owner: str, at: int
) -> Made:
    """A version of the object, referring to some of `others`, received at `at` (µs UTC)."""
    at -= at % MS
    created = at - rng.choice((0, 3, 20)) * DAY
    marks = [f"mark{rng.getrandbits(60):015x}" for _ in range(2)]
    name, source = marks
    place = f"{rng.randint(10, 80)}.{rng.randint(10**8, 10**9)}1"
    type_ = oid.partition("--")[0]
    if type_ == "event":
        raw = _event(rng, oid, others, owner, created, at, name, source, place)
        kind = "stop"
    else:
        raw = _plain(rng, oid, type_, others, created, at, name, source)
        kind = type_
    record = Record(oid, at, kind, "maritime", owner, label, raw, ids.sha256(raw), at)
    return Made(record, created, name, source, place if type_ == "event" else "")


def _event(
    rng: random.Random,
    oid: str,
    others: list[str],
    owner: str,
    created: int,
    at: int,
    name: str,
    source: str,
    place: str,
) -> bytes:
    body = FindingBody(
        kind="stop",
        observation="observation--" + ids.uuid5([oid]),
        span=Span(created - HOUR, created),
        detector="sea/stop",
        detector_version=source,
        place=(float(place), 35.5, 100.0),
        subjects=(f"mmsi:{rng.randint(100_000_000, 999_999_999)}",),
        assets=(place,),
        measures={"port": place, "hours": 1.5, "hint": source, "untagged": source},
        sources=(source,),
        evidence=("ab" * 32,),
        owner=owner,
        replaced_by=rng.choice([*(each for each in others if "event" in each), None]),
    )
    return event(oid, body, KIND, created=created, modified=at)


def _plain(
    rng: random.Random,
    oid: str,
    type_: str,
    others: list[str],
    created: int,
    at: int,
    name: str,
    source: str,
) -> bytes:
    one, two, three = (rng.choice(others) for _ in range(3))
    object_: dict[str, Any] = {
        "type": type_,
        "spec_version": "2.1",
        "id": oid,
        "created": format_instant(created),
        "modified": format_instant(at),
        "name": name,
        "x_from": source,
    }
    if rng.random() < 0.4:
        object_["created_by_ref"] = rng.choice((one, ids.identity_id("JPN")))
    if rng.random() < 0.25:
        object_["description"] = f"seen with {two}"
    if rng.random() < 0.2:
        object_["x_deep"] = [{"inner": {"some_ref": two}}, {"more_refs": [one, three]}]
    match type_:
        case "relationship":
            object_ |= {"relationship_type": "uses", "source_ref": one, "target_ref": two}
        case "report" | "note":
            object_ |= {"object_refs": [one, two, three], "content": name, "published": "x"}
        case "sighting":
            object_ |= {"sighting_of_ref": one, "where_sighted_refs": [two]}
        case _:
            object_ |= {"is_family": False, "identity_class": "group"}
    return json.dumps(object_).encode()
