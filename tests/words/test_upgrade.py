"""STIX 2.0 as 2.1: valid, whole, and known again."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stix2validator

from noroshi.words import ids
from noroshi.words.origin import origin_of
from noroshi.words.upgrade import FORMAT, became, named, upgraded

STAMP = "2017-05-31T21:30:19.735Z"
UUID = "f38eaa4c-1a9c-4d7b-9d3e-4d7b9d3e1a9c"
ENDS = {"source_ref": f"malware--{UUID}", "target_ref": f"tool--{UUID}"}
OLD: dict[str, dict[str, Any]] = {
    "attack-pattern": {"name": "a", "x_mitre_version": "1.0"},
    "identity": {"name": "i", "identity_class": "organization", "labels": ["x"]},
    "indicator": {
        "labels": ["malicious-activity", "tlp:green"], "valid_from": STAMP,
        "pattern": "[ipv4-addr:value = '198.51.100.7'] START '2017-01-01T00:00:00Z' "
        "STOP '2018-01-01T00:00:00Z'",
    },
    "intrusion-set": {"name": "s", "aliases": ["t"]},
    "malware": {"name": "m", "labels": ["ransomware"]},
    "marking-definition": {"definition_type": "statement", "definition": {"statement": "(c)"}},
    "relationship": {"relationship_type": "uses", **ENDS},
    "report": {
        "name": "r", "published": STAMP, "labels": ["malware"], "object_refs": [*ENDS.values()],
    },
    "sighting": {"sighting_of_ref": f"malware--{UUID}"},
    "threat-actor": {"name": "t", "labels": ["spy"]},
    "tool": {"name": "t", "labels": ["remote-access"]},
    "vulnerability": {"name": "v", "external_references": [{"source_name": "s", "url": "http://s"}]},
}  # fmt: skip


def old(type: str, **more: Any) -> bytes:
    common = {"type": type, "id": f"{type}--{UUID}", "created": STAMP}
    dated = {} if type == "marking-definition" else {"modified": STAMP}
    return json.dumps({**common, **dated, **OLD[type], **more}).encode()


@pytest.mark.parametrize("kind", OLD)
def test_each_type_is_valid_and_nothing_is_lost(kind: str) -> None:
    raw = old(kind)
    new = upgraded(raw)
    assert new is not None
    kept = {key: value for key, value in json.loads(raw).items() if key != "pattern"}
    assert json.loads(new).items() >= kept.items()
    options = stix2validator.ValidationOptions(version="2.1", disabled=["202", "210", "213"])
    found = stix2validator.validate_instance(
        json.loads(named(new, "JPN", ids.sha256(raw))), options
    )
    assert found.is_valid, [str(each) for each in found.errors]


def test_types_are_read_off_labels_of_the_vocabulary_alone() -> None:
    made = json.loads(upgraded(old("indicator")) or b"")
    assert made["indicator_types"] == ["malicious-activity"]
    assert made["pattern_type"] == "stix"
    assert json.loads(upgraded(old("malware")) or b"")["is_family"] is True


@pytest.mark.parametrize(
    "more",
    [{"spec_version": "2.1"}, {"created": None}, {"created": 7}, {"labels": "spy"}],
    ids=["2.1", "an observable", "no date", "labels that are none"],
)
def test_what_is_not_of_2_0_or_cannot_be_read_stays(more: dict[str, Any]) -> None:
    assert upgraded(old("threat-actor", **more)) is None


def test_instants_are_marked_and_what_stands_in_quotes_is_not() -> None:
    pattern = (
        r"[a:b = 'it\'s START \'x\''] START '2017-01-01T00:00:00Z' STOP '2018-01-01T00:00:00Z'"
    )
    made = json.loads(upgraded(old("indicator", pattern=pattern)) or b"")
    assert made["pattern"] == pattern.replace("START '2", "START t'2").replace("STOP '", "STOP t'")
    made = json.loads(upgraded(old("indicator", pattern=made["pattern"])) or b"")
    assert "tt'" not in made["pattern"]


def test_what_it_became_is_known_by_its_bytes() -> None:
    raw = old("malware")
    new = named(upgraded(raw) or b"", "JPN", ids.sha256(raw))
    origin = origin_of(new)
    assert origin is not None
    assert (origin.format, origin.lineage, origin.sha256) == (FORMAT, "JPN", ids.sha256(raw))
    assert became(raw, new)
    assert not became(raw, new.replace(b'"m"', b'"n"'))
    assert not became(old("malware", name="n"), new)
    assert not became(raw, raw)
