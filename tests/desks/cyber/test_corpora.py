"""Real intelligence: ATT&CK, CAPEC, DISARM and the examples of OASIS, counted by plain JSON."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from pathlib import Path

import pytest
import stix2

from noroshi.desks.cyber import desk
from noroshi.words import ids
from noroshi.words.desk import Rejected, Source
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

AT = parse_instant("2026-03-01T00:00:00Z")
LABEL = label(Strand("JPN", "cyber", "*", Tlp.AMBER))


def sorted_out(data: bytes) -> tuple[list[Record], list[Rejected]]:
    source = Source("a", "a", AT, ids.sha256(data), LABEL, "JPN", "C", lambda: io.BytesIO(data))
    items = list(desk.read(source))
    records = [each for each in items if isinstance(each, Record)]
    return records, [each for each in items if isinstance(each, Rejected)]


def slices(data: bytes) -> list[bytes]:
    """Oracle: the objects of a bundle found by the standard library's scanner over the text."""
    text = data.decode()
    scanner = json.JSONDecoder()
    at = text.index("[", text.index('"objects"')) + 1
    found: list[bytes] = []
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return found
        _, end = scanner.raw_decode(text, at)
        found.append(text[at:end].encode())
        at = end


CORPORA = {
    "attack/ics-attack-18.1.stix21.json": 1_826,
    "attack/mobile-attack-17.1.stix21.json.gz": 2_148,
    "attack/capec.stix21.reassembled.json.gz": 2_683,
    "disarm/DISARM.stix21.json": 698,
    "oasis/cti-documentation-examples/poisonivy.json": 155,
    "oasis/cti-documentation-examples/apt1.json": 76,
    "oasis/stix2-json-schemas-examples/infrastructure.json": 10,
}


def corpus(shared: Path, name: str) -> bytes:
    path = shared / "data/cyber" / name
    return gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()


def check_corpus(data: bytes, count: int) -> None:
    records, rejected = sorted_out(data)
    expected = json.loads(data)["objects"]
    assert rejected == []
    assert len(records) == len(expected) == count
    assert [record.id for record in records] == [found["id"] for found in expected]
    assert [record.kind for record in records] == [found["type"] for found in expected]
    assert [record.sha256 for record in records] == [
        hashlib.sha256(raw).hexdigest() for raw in slices(data)
    ]
    for record, found in zip(records, expected, strict=True):
        assert hashlib.sha256(record.raw).hexdigest() == record.sha256
        stamp = found.get("modified") or found.get("created")
        assert record.version == (parse_instant(stamp) if stamp else AT)
        assert (record.status == "revoked") == bool(found.get("revoked"))
        assert (record.owner, record.pillar, record.received) == ("JPN", "cyber", AT)
        (strand,) = record.label.strands
        assert (strand.kind, strand.tlp, strand.only) == (found["type"], Tlp.AMBER, None)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), CORPORA.items())
def test_real_bundles_whole(shared: Path, name: str, count: int) -> None:
    check_corpus(corpus(shared, name), count)


@pytest.mark.shared
@pytest.mark.slow
def test_the_enterprise_bundle_of_stix_2_0(shared: Path) -> None:
    check_corpus(corpus(shared, "attack/enterprise-attack-18.1.stix20.reassembled.json.gz"), 24_771)


@pytest.mark.shared
def test_every_example_of_oasis_is_read_or_rejected_as_it_should_be(shared: Path) -> None:
    """The validator's own invalid inputs are rejected, everything else is accepted."""
    examples = sorted((shared / "data/cyber/oasis").glob("*-examples/**/*.json"))
    assert len(examples) > 20
    for path in examples:
        records, rejected = sorted_out(path.read_bytes())
        assert bool(rejected) == path.name.startswith("invalid_"), path.name
        assert bool(records) != path.name.startswith("invalid_"), path.name


@pytest.mark.shared
def test_the_standard_library_of_stix_reads_what_we_accept(shared: Path) -> None:
    data = corpus(shared, "attack/ics-attack-18.1.stix21.json")
    records, _ = sorted_out(data)
    for record in records[::40]:
        parsed = stix2.parse(record.raw.decode(), allow_custom=True)
        assert (parsed["type"], parsed["id"]) == (record.kind, record.id)
