"""Variants: what each transform removes, and what an id gives away."""

from __future__ import annotations

import json
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_instance

from noroshi.exchange import variants
from noroshi.words.ids import INCIDENT_EXTENSION, canonical
from noroshi.words.kind import Kind
from noroshi.words.place import Place, distance_m
from noroshi.words.stix import FindingBody
from noroshi.words.time import HOUR, Span, parse_instant
from noroshi.words.transform import Identity, Position, Source, Text, Time, Transform

NOW = parse_instant("2026-03-01T12:34:56Z")
KIND = Kind(
    name="stop",
    desk="sea",
    pillar="maritime",
    en="Stop",
    ja="停止",
    text_en="{subjects}",
    text_ja="{subjects}",
    source="tests",
    tags={"where": "position", "when": "time", "by": "source", "who": "identity", "n": "plain"},
)
BODY = FindingBody(
    kind="stop",
    observation="observation--x",
    span=Span(NOW, NOW + HOUR),
    detector="sea/stop",
    detector_version="2",
    params_sha256="ab",
    geometry={"type": "Point", "coordinates": [139.7512, 35.2534]},
    place=(139.7512, 35.2534, 50.0),
    subjects=("mmsi:1",),
    assets=("cable:x",),
    measures={"where": 1, "when": 2, "by": 3, "who": 4, "n": 5, "untagged": 6},
    sources=("receiver 7",),
    evidence=("cd",),
    reliability="A",
    credibility=1,
    reason="seen again",
    owner="JPN",
)
GONE = {
    "position": {"geometry": None, "assets": ()},
    "time": {"span": BODY.span.truncated("h")},
    "source": {
        "sources": ("sea",),
        "evidence": (),
        "detector_version": None,
        "params_sha256": None,
    },
    "none": {
        "sources": (),
        "evidence": (),
        "detector": None,
        "detector_version": None,
        "params_sha256": None,
        "reliability": "F",
        "credibility": 6,
    },
    "identity": {"subjects": ()},
    "text": {"reason": None},
}


@pytest.mark.parametrize(
    ("transform", "gone", "measure"),
    [
        (Position(10_000), "position", "where"),
        (Time("h"), "time", "when"),
        (Source("class"), "source", "by"),
        (Source("none"), "none", "by"),
        (Identity(), "identity", "who"),
        (Text(), "text", None),
    ],
    ids=["position", "time", "source class", "source none", "identity", "text"],
)
def test_each_transform(transform: Transform, gone: str, measure: str | None) -> None:
    told = variants.redacted(BODY, (transform,), KIND, "EU")
    kept = {name: n for name, n in BODY.measures.items() if name not in (measure, "untagged")}
    expected = msgspec.structs.replace(
        BODY,
        observation=None,
        owner="EU",
        measures=kept,
        place=told.place if gone == "position" else BODY.place,
        transforms=told.transforms,
        **GONE[gone],
    )
    assert told == expected


@given(
    st.floats(-180, 179.99),
    st.floats(-85, 85),
    st.sampled_from([1_000, 10_000, 50_000]),
)
def test_a_coarse_place_covers_the_place_and_is_shared_by_the_cell(
    lon: float, lat: float, cell_m: int
) -> None:
    body = msgspec.structs.replace(BODY, place=(lon, lat, 0.0))
    coarse = variants.redacted(body, (Position(cell_m),), KIND, "JPN").place
    assert coarse is not None
    assert distance_m(lon, lat, coarse[0], coarse[1]) <= coarse[2] + 1
    again = variants.redacted(
        msgspec.structs.replace(BODY, place=(*coarse[:2], 0.0)), (Position(cell_m),), KIND, "JPN"
    )
    assert again.place == coarse
    assert Place(*coarse).radius_m >= cell_m / 2


def test_ids_look_random_and_are_keyed() -> None:
    secrets, transforms = (b"a" * 32, b"b" * 32), ((), (Position(1),), (Position(2), Text()))
    record = "event--" + str(uuid.UUID(int=7, version=4))
    made = {variants.variant_id(s, record, t) for s in secrets for t in transforms}
    assert len(made) == 6
    for each in made:
        found = uuid.UUID(each.removeprefix("event--"))
        assert (found.version, found.variant) == (4, uuid.RFC_4122)
    again = variants.variant_id(b"a" * 32, record, (Position(2), Text()))
    assert again in made


TAGS = {
    "name": "plain",
    "description": "text",
    "pattern": "identity",
    "pattern_type": "plain",
    "valid_from": "time",
    "external_references": "source",
    "is_family": "plain",
    "latitude": "position",
    "longitude": "position",
    "country": "plain",
    "relationship_type": "plain",
    "value": "identity",
}
STIX = msgspec.structs.replace(KIND, name="stix", tags=TAGS)
DATES = {"created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z"}
UUID = "11111111-1111-4111-8111-111111111111"


def reduced(object_: dict[str, Any], *transforms: Transform) -> dict[str, Any]:
    type_ = object_["type"]
    head = {"spec_version": "2.1", "id": f"{type_}--{UUID}"}
    dates = {} if type_ in ("url",) else DATES
    raw = msgspec.json.decode(
        json.dumps({**head, **dates, **object_}).encode(), type=variants.Properties
    )
    kept = variants.reduced(raw, type_, transforms, STIX)
    if not kept:
        return {}
    oid = f"{type_}--22222222-2222-4222-8222-222222222222"
    return json.loads(variants.issued(kept, oid, "JPN", NOW, NOW))


@pytest.mark.parametrize(
    ("object_", "transforms", "properties"),
    [
        (
            {"type": "malware", "name": "n", "is_family": True, "x_secret": 1, "description": "d"},
            (Position(1),),
            {"name", "is_family", "description"},
        ),
        ({"type": "malware", "name": "n", "is_family": True, "description": "d"}, (Text(),), None),
        ({"type": "indicator", "pattern": "p", "pattern_type": "stix"}, (Text(),), ()),
        (
            {
                "type": "indicator",
                "pattern": "[file:name = 'x']",
                "pattern_type": "stix",
                "valid_from": "2026-01-01T00:00:00Z",
            },
            (Source("class"),),
            {"pattern", "pattern_type", "valid_from"},
        ),
        (
            {"type": "location", "latitude": 1.0, "longitude": 2.0},
            (Position(1),),
            (),
        ),
        (
            {"type": "location", "latitude": 1.0, "longitude": 2.0, "country": "JP"},
            (Position(1),),
            {"country"},
        ),
        ({"type": "url", "value": "http://x"}, (Identity(),), ()),
        ({"type": "url", "value": "http://x"}, (Text(),), {"value"}),
        ({"type": "marking-definition", "name": "x"}, (Text(),), ()),
        ({"type": "tool", "description": "d"}, (Position(1),), ()),
    ],
    ids=[
        "untagged goes",
        "text goes",
        "no indicator without its date",
        "an indicator",
        "no location without a place",
        "country stays",
        "no url without its value",
        "a url",
        "markings are whole",
        "no tool without a name",
    ],
)
def test_other_objects(
    object_: dict[str, Any], transforms: tuple[Transform, ...], properties: Any
) -> None:
    made = reduced(object_, *transforms)
    if properties == ():
        assert made == {}
        return
    expected = {"name", "is_family"} if properties is None else properties
    common = {"type", "spec_version", "id"}
    dated = {"created", "modified", "created_by_ref"} if object_["type"] != "url" else set()
    assert set(made) == common | dated | expected
    assert UUID not in json.dumps(made)
    found = validate_instance(made, ValidationOptions(version="2.1"))
    assert found.is_valid, [str(each) for each in found.errors]


def test_a_track_is_renamed_so_that_its_source_cannot_be_confirmed() -> None:
    body = msgspec.structs.replace(BODY, subjects=("mmsi:431000001", "track:0011aabb-7"))
    told = variants.unsourced(body, b"secret")
    assert told.subjects[0] == "mmsi:431000001"
    assert "0011aabb" not in told.subjects[1]
    assert told == variants.unsourced(body, b"secret")
    assert told != variants.unsourced(body, b"another")


def test_an_incident_keeps_which_events_it_is_made_of_and_nothing_else_of_its_core() -> None:
    kind = msgspec.structs.replace(KIND, tags={"name": "plain"})
    core = {"extension_type": "property-extension", "event_refs": ["event--1"], "scores": [7]}

    def left(extensions: object) -> dict[str, object]:
        raw = canonical(
            {"type": "incident", "id": "incident--1", "name": "n", "extensions": extensions}
        )
        found = variants.left(raw, "incident", (Source(to="class"),), kind)
        return msgspec.json.decode(found or b"{}")

    kept = left({INCIDENT_EXTENSION: core, "extension-definition--2": {"place": "here"}})
    assert kept["extensions"] == {
        INCIDENT_EXTENSION: {"extension_type": "property-extension", "event_refs": ["event--1"]}
    }
    for odd in ([], {INCIDENT_EXTENSION: 1}, {INCIDENT_EXTENSION: {"scores": [7]}}, None):
        assert "extensions" not in left(odd)
