"""What goes out is STIX by the reference validator and the reference parser, and names no more
than its event."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stix2
from stix2validator import ValidationOptions, validate_instance

from noroshi.exchange import tombstone, variants, wire
from noroshi.exchange.refs import refs_of
from noroshi.words import ids
from noroshi.words.kind import Kind
from noroshi.words.label import Tlp, tlp_marking_id
from noroshi.words.party import packaged_parties
from noroshi.words.stix import FindingBody, body_of, event
from noroshi.words.time import HOUR, Span, parse_instant
from noroshi.words.transform import Identity, Position, Source, Text, Time, Transform

NOW = parse_instant("2026-03-01T12:00:00Z")
EVENT = "event--" + ids.uuid5(["test"])
KIND = Kind(
    name="encounter",
    desk="sea",
    pillar="maritime",
    en="Encounter",
    ja="会合",
    text_en="{subjects} met at {place}",
    text_ja="{subjects}が{place}で会合",
    source="tests",
    units={"hours": "h", "port": "name"},
    tags={"hours": "plain", "port": "position"},
)
BODY = FindingBody(
    kind="encounter",
    observation="observation--" + ids.uuid5(["seen"]),
    span=Span(NOW - HOUR, NOW),
    detector="sea/encounter",
    detector_version="1",
    params_sha256="ab" * 32,
    place=(139.75, 35.25, 250.0),
    subjects=("mmsi:431000001", "track:suez/7", "norad:25544"),
    assets=("port:JPTYO",),
    measures={"hours": 1.5, "port": "Tokyo"},
    sources=("own receivers",),
    evidence=("cd" * 32,),
    reliability="B",
    credibility=2,
    owner="JPN",
)
RAW = event(
    EVENT,
    BODY,
    KIND,
    created=NOW,
    modified=NOW,
    marking_refs=(tlp_marking_id(Tlp.GREEN),),
)
STRIPPED: tuple[Transform, ...] = (
    Position(10_000),
    Time("day"),
    Source("none"),
    Identity(),
    Text(),
)


def not_held(oid: str) -> bool:
    return False


def sent(raw: bytes, kind: Kind | None = KIND) -> list[dict[str, Any]]:
    party = wire.identity("JPN", packaged_parties())
    bodies = [each.body for each in wire.companions(raw, kind, not_held)]
    return [json.loads(each) for each in (party.body, raw, *bodies)]


def variant(*transforms: Transform) -> bytes:
    return variants.finding_variant(
        variants.variant_id(b"s" * 32, EVENT, transforms),
        variants.redacted(BODY, transforms, KIND, "JPN"),
        KIND,
        transforms,
        created=NOW,
        modified=NOW,
        marking_refs=(tlp_marking_id(Tlp.GREEN),),
        revoked=False,
    )


def stone() -> dict[str, Any]:
    return json.loads(tombstone.tombstone(b"s" * 32, "JPN", "EU", EVENT, (NOW,), NOW).body)


OBJECTS = [
    *((f"finding/{each['type']}", each) for each in sent(RAW)),
    *((f"variant/{each['type']}", each) for each in sent(variant(Position(10_000)))),
    *((f"stripped/{each['type']}", each) for each in sent(variant(*STRIPPED))),
    ("tombstone", stone()),
]
EACH = pytest.mark.parametrize(
    "object_", [each for _, each in OBJECTS], ids=[name for name, _ in OBJECTS]
)


@pytest.mark.parametrize(
    "object_", [each for _, each in OBJECTS], ids=[name for name, _ in OBJECTS]
)
def test_valid_by_the_reference_validator(object_: dict[str, Any]) -> None:
    found = validate_instance(object_, ValidationOptions(version="2.1"))
    assert found.is_valid, [str(each) for each in found.errors]


@pytest.mark.parametrize(
    "object_", [each for _, each in OBJECTS], ids=[name for name, _ in OBJECTS]
)
def test_parsed_by_the_reference_library(object_: dict[str, Any]) -> None:
    assert stix2.parse(object_, allow_custom=True)["id"] == object_["id"]


def test_the_library_gives_transmitters_the_same_id() -> None:
    @stix2.v21.CustomObservable(
        "vessel",
        [("mmsi", stix2.properties.StringProperty())],
        id_contrib_props=["mmsi"],
    )
    class Vessel:
        pass

    mine = wire.vessel("mmsi:431000001")
    assert mine is not None
    assert mine.oid == Vessel(mmsi="431000001").id


def test_a_finding_goes_with_what_readers_know() -> None:
    types = [each["type"] for each in sent(RAW)]
    assert types == [
        "identity",
        "event",
        "location",
        "relationship",
        "vessel",
        "relationship",
        "vessel",
        "relationship",
        "language-content",
    ]
    where = sent(RAW)[2]
    assert (where["longitude"], where["latitude"], where["precision"]) == BODY.place
    text = sent(RAW)[-1]
    assert text["contents"]["ja"]["description"].startswith("mmsi:431000001, track:suez/7")


def test_nothing_dangles() -> None:
    for raw in (RAW, variant(Position(10_000)), variant(*STRIPPED)):
        objects = sent(raw)
        present = {each["id"] for each in objects} | wire.PUBLIC_IDS
        for each in objects:
            assert refs_of(json.dumps(each).encode()).all <= present


def test_companions_of_a_variant_lead_to_the_variant_only() -> None:
    original = {each["id"] for each in sent(RAW) if each["type"] not in ("identity", "vessel")}
    text = json.dumps(sent(variant(Position(10_000))))
    assert not [each for each in original if each in text]


def test_a_retracted_finding_retracts_its_companions() -> None:
    raw = event(EVENT, BODY, KIND, created=NOW, modified=NOW + HOUR, revoked=True)
    assert {each.get("revoked", False) for each in sent(raw) if each["type"] == "location"} == {
        True
    }


def test_what_is_held_as_a_record_goes_for_itself() -> None:
    every = wire.companions(RAW, KIND, not_held)
    held = every[0].oid
    assert wire.companions(RAW, KIND, held.__eq__) == every[1:]


def test_an_unknown_kind_goes_without_text_of_ours() -> None:
    assert "language-content" not in [each["type"] for each in sent(RAW, None)]


def test_other_objects_have_no_companions() -> None:
    plain = json.dumps({"type": "event", "id": EVENT, "extensions": {}}).encode()
    assert wire.companions(plain, KIND, not_held) == []


def test_a_variant_says_what_was_done_and_no_more() -> None:
    body = body_of(variant(*STRIPPED))
    assert body is not None
    assert body == FindingBody(
        kind="encounter",
        observation=None,
        span=BODY.span.truncated("day"),
        detector=None,
        place=body.place,
        measures={"hours": 1.5},
        transforms=(
            "position to 10 km",
            "time to the day",
            "source removed",
            "identity removed",
            "free text removed",
        ),
        owner="JPN",
    )
    assert b"description" not in variant(*STRIPPED)


def test_a_tombstone_reads_back() -> None:
    body = tombstone.tombstone(b"s" * 32, "JPN", "EU", EVENT, (NOW, NOW + HOUR), NOW)
    found = tombstone.read(body.body)
    assert found == tombstone.Tombstone(body.oid, EVENT, (NOW, NOW + HOUR), NOW)
    refs = refs_of(body.body)
    assert refs.all == {ids.identity_id("JPN")}


@pytest.mark.parametrize(
    "raw",
    [
        RAW,
        b"{}",
        b"not json",
        b'{"type":"tombstone","id":"tombstone--1"}',
        b'{"type":"tombstone","id":"t","withdrawn_id":"x","withdrawn_at":"yesterday"}',
    ],
    ids=["an event", "nothing", "noise", "no id", "no date"],
)
def test_what_is_no_tombstone(raw: bytes) -> None:
    assert tombstone.read(raw) is None
