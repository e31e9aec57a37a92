"""What we publish of our STIX extensions is what we write, and what docs/stix.md says."""

from __future__ import annotations

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import stix2validator

from noroshi.exchange import receipt
from noroshi.exchange.receipt import Onward, Receipt
from noroshi.exchange.tombstone import tombstone
from noroshi.exchange.wire import TOMBSTONE_EXTENSION, vessel
from noroshi.words import ids, origin
from noroshi.words.evidence import JsonPointer, Row
from noroshi.words.origin import Origin
from noroshi.words.stix import FindingBody
from noroshi.words.time import Span

SCHEMAS = importlib.resources.files("noroshi.data").joinpath("schemas")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "stix.md"
EVENT = "event--2a4c2b1e-6b0b-4d0e-9a3d-0d3f0e7a1c55"

BARE = FindingBody(kind="stop", observation=None, span=Span(0, 5), detector=None)
FULL = FindingBody(
    kind="stop",
    observation=EVENT.replace("event", "observation"),
    span=Span(0, 5, "h"),
    detector="sea.stop",
    detector_version="1",
    params_sha256="0" * 64,
    geometry={"type": "Point", "coordinates": [32.5, 29.9]},
    place=(32.5, 29.9, 300.0),
    subjects=("mmsi:353136000",),
    assets=("port:suez",),
    measures={"hours": 1.5, "port": "Suez", "vessels": 3},
    sources=("ais:a",),
    evidence=("1" * 64,),
    reliability="B",
    credibility=2,
    transforms=("time to the hour",),
    reason="moved",
    replaced_by=EVENT,
    owner="JPN",
)

ORIGIN = Origin(
    format="misp",
    lineage="feed:a",
    sha256="0" * 64,
    place=JsonPointer("/Event/Attribute/0"),
    text="{}",
    text_sha256="1" * 64,
    span=Span(0, 5, "month"),
    techniques=("T1059",),
    products=("example:relay",),
    names=("Grid One",),
    hashed=("2" * 32,),
)


def schema(name: str) -> Any:
    found = json.loads(SCHEMAS.joinpath(f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def wire(value: object) -> Any:
    return json.loads(msgspec.json.encode(value))


def written() -> dict[str, list[Any]]:
    """By schema: objects as the code writes them, the fullest first."""
    ship, track = vessel("mmsi:353136000"), vessel("track:ab12:7")
    assert ship is not None
    assert track is not None
    gone = (b"secret", "JPN", "EU", EVENT, (0, 1_000), 5_000)
    stones = tombstone(*gone, recalled=True), tombstone(*gone)
    steps = (Onward("FRA", "confirmed", "2026-01-01T00:00:00.000Z", (Onward("ITA", "waiting"),)),)
    said, bare = Receipt("tombstone--1", "EU", 5_000, 6_000, steps), Receipt("x", "EU", 1, 2)
    return {
        "finding": [wire(FULL), wire(BARE)],
        "vessel": [json.loads(ship.body), json.loads(track.body)],
        "tombstone": [json.loads(each.body) for each in stones],
        "receipt": [json.loads(receipt.receipt(each)) for each in (said, bare)],
        "origin": [wire(ORIGIN), wire(Origin("csv", "a", "0" * 64, Row(1)))],
    }


@pytest.mark.parametrize("name", ["finding", "vessel", "tombstone", "receipt", "origin"])
def test_what_we_write_is_what_the_schema_says(name: str) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    for each in written()[name]:
        validator.validate(each)
        for key in schema(name)["required"]:
            assert not validator.is_valid({k: v for k, v in each.items() if k != key}), key
    assert set().union(*written()[name]) == set(schema(name)["properties"])


@pytest.mark.parametrize(
    ("name", "key", "wrong"),
    [
        ("finding", "place", [32.5, 29.9]),
        ("finding", "place", [180, 29.9, 5]),
        ("finding", "reliability", "G"),
        ("finding", "credibility", 7),
        ("finding", "measures", {"hours": None}),
        ("finding", "subjects", ["353136000"]),
        ("finding", "extension_type", "new-sdo"),
        ("vessel", "mmsi", 353136000),
        ("vessel", "mmsi", "ship"),
        ("vessel", "track", "both are too many"),
        ("vessel", "extensions", {}),
        ("tombstone", "withdrawn_versions", "now"),
        ("tombstone", "type", "malware"),
        ("receipt", "onward", [{"party": "FRA", "state": "gone"}]),
        ("receipt", "withdrawal_id", ""),
        ("origin", "place", {"at": "page"}),
        ("origin", "techniques", "T1059"),
    ],
)
def test_the_schema_refuses(name: str, key: str, wrong: Any) -> None:
    validator = jsonschema.Draft202012Validator(schema(name))
    assert not validator.is_valid({**written()[name][0], key: wrong})


@pytest.mark.parametrize("name", ["finding", "vessel", "tombstone", "receipt", "origin"])
def test_the_page_has_a_row_for_every_property(name: str) -> None:
    section = PAGE.read_text("utf-8").split(f"\n## {name.capitalize()}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert named == set(schema(name)["properties"])


def test_the_extension_definitions_are_valid_and_carry_our_ids() -> None:
    bundle = json.loads(SCHEMAS.joinpath("extensions.json").read_text("utf-8"))
    options = stix2validator.ValidationOptions(version="2.1")
    assert stix2validator.validate_instance(bundle, options).is_valid
    found = {each["name"].removeprefix("noroshi "): each for each in bundle["objects"][1:]}
    ours = {
        "finding": ids.FINDING_EXTENSION,
        "vessel": ids.VESSEL_EXTENSION,
        "tombstone": TOMBSTONE_EXTENSION,
        "receipt": receipt.EXTENSION,
        "origin": origin.EXTENSION,
    }
    assert {name: each["id"] for name, each in found.items()} == ours
    for name, each in found.items():
        written_first = written()[name][0]
        body = (
            written_first
            if name in ("finding", "origin")
            else written_first["extensions"][each["id"]]
        )
        assert each["extension_types"] == [body["extension_type"]]
        assert each["schema"].startswith(f"{name}.json ")
        assert f"`{each['id']}`" in PAGE.read_text("utf-8")
