"""The codec: bundles apart by their bytes, findings to `event` objects and back."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words import ids, stix
from noroshi.words.evidence import ByteRange, Evidence
from noroshi.words.finding import Finding
from noroshi.words.kind import Kind
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.place import Place
from noroshi.words.time import MINUTE, Span, parse_instant

KIND = Kind(
    name="stop",
    desk="sea",
    pillar="maritime",
    en="Stop",
    ja="停船",
    text_en="{subjects} lay still for {hours:.1f} h at {place}",
    text_ja="{subjects}が{place}で{hours:.1f}時間停船",
    source="a test",
    units={"hours": "h"},
)
LABEL = label(Strand("JPN", "maritime", "stop", Tlp.GREEN))
T0 = parse_instant("2021-03-23T05:40:00Z")

objects = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers() | st.text(max_size=8), max_size=4
).map(lambda found: {**found, "type": "malware"})
spaces = st.text(alphabet=" \n\t\r", max_size=3)


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A list of objects in JSON with white space anywhere, and the bytes of each."""
    texts = [
        json.dumps(found, indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))
        for found in draw(st.lists(objects, max_size=4))
    ]
    listed = ",".join(draw(spaces) + text + draw(spaces) for text in texts)
    return f"{draw(spaces)}[{listed}]{draw(spaces)}".encode(), [text.encode() for text in texts]


@given(laid_out())
def test_objects_come_out_as_the_bytes_that_went_in(made: tuple[bytes, list[bytes]]) -> None:
    listed, raws = made
    bundle = b' {"type": "bundle", "id": "bundle--x", "objects": ' + listed + b"} \n"
    assert list(stix.split(bundle)) == raws
    assert list(stix.split(b'{"more": false, "objects": ' + listed + b"}")) == raws
    assert list(stix.split(listed)) == raws
    for raw in raws:
        assert list(stix.split(b"\n" + raw + b" ")) == [raw]


def test_a_bundle_may_be_empty_and_objects_may_be_a_property() -> None:
    assert list(stix.split(b'{"type": "bundle"}')) == []
    observed = b'{"type": "observed-data", "objects": {"0": {"type": "file"}}}'
    assert list(stix.split(observed)) == [observed]


@pytest.mark.parametrize("data", [b"", b"{", b"noise", b"7", b'{"type":"bundle","objects":{}}'])
def test_what_is_no_bundle_raises(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        list(stix.split(data))


def test_text_that_is_not_utf_8_raises_the_error_of_bad_json() -> None:
    for data in (b'{"type":"\xff"}', b'{"id":"\xff"}'):
        with pytest.raises(msgspec.DecodeError):
            stix.head(data)
    with pytest.raises(msgspec.DecodeError):
        list(stix.split(b'{"type":"\xff"}'))


def test_the_version_is_modified_else_created_else_received() -> None:
    early, late = "2020-01-01T00:00:00Z", "2021-01-01T00:00:00.5Z"
    assert stix.version_of(stix.Head(created=early, modified=late), 7) == parse_instant(late)
    assert stix.version_of(stix.Head(created=early), 7) == parse_instant(early)
    assert stix.version_of(stix.Head(), 7) == 7


def finding(**changes: Any) -> Finding:
    evidence = tuple(
        Evidence("suez.csv", lineage, T0, "0" * 64, ByteRange(start, 80), LABEL)
        for start, lineage in ((10, "ais:b"), (500, "ais:a"), (900, "ais:a"))
    )
    whole = Finding(
        id="event--5b1b2f0e-2c53-5f0e-8f0e-0a1b2c3d4e5f",
        observation="observation--5b1b2f0e-2c53-5f0e-8f0e-0a1b2c3d4e60",
        version=0,
        owner="JPN",
        kind="stop",
        span=Span(T0, T0 + 30 * MINUTE),
        place=Place(32.58, 30.01, 300.0, b'{"type":"Point","coordinates":[32.58,30.01]}'),
        subjects=("mmsi:353136000",),
        assets=("port:suez",),
        measures={"hours": 0.5},
        evidence=evidence,
        detector="sea.stop",
        detector_version="1",
        params_sha256="1" * 64,
        reliability="B",
        credibility=2,
    )
    return msgspec.structs.replace(whole, **changes)


def event_of(found: Finding) -> bytes:
    body = stix.finding_body(found, b"salt")
    return stix.event(found.id, body, KIND, created=T0, modified=T0 + MINUTE)


def test_an_event_says_what_the_finding_says() -> None:
    raw = event_of(finding())
    body = stix.body_of(raw)
    assert body is not None
    assert body == stix.finding_body(finding(), b"salt")
    assert body.sources == ("ais:a", "ais:b")
    table = json.loads(raw)
    assert table["id"] == finding().id
    assert table["start_time"] == "2021-03-23T05:40:00.000Z"
    assert table["end_time"] == "2021-03-23T06:10:00.000Z"
    assert table["created_by_ref"] == ids.identity_id("JPN")
    assert (
        table["description"] == "mmsi:353136000 lay still for 0.5 h at 30.0100°N 32.5800°E ± 300 m"
    )
    assert raw == event_of(finding())


def test_the_standard_library_of_stix_reads_the_event() -> None:
    read = stix2.parse(event_of(finding()), allow_custom=True)
    assert read["id"] == finding().id
    assert ids.FINDING_EXTENSION in read["extensions"]


def test_an_object_without_our_extension_carries_no_finding() -> None:
    assert stix.body_of(b'{"type":"event","extensions":{}}') is None
    assert stix.body_of(b'{"type":"malware"}') is None


def test_evidence_is_named_by_a_keyed_hash_that_its_own_key_opens() -> None:
    found = finding()
    key = hmac.new(b"salt", found.id.encode(), hashlib.sha256).digest()
    opened = hmac.new(key, ids.canonical(found.evidence[0]), hashlib.sha256).hexdigest()
    assert stix.evidence_hash(found, 0, b"salt") == opened
    hashes = stix.finding_body(found, b"salt").evidence
    assert opened in hashes
    assert len(set(hashes)) == 3
    assert not set(hashes) & set(stix.finding_body(found, b"other").evidence)


def test_a_description_shows_what_was_removed_as_an_ellipsis() -> None:
    bare = stix.FindingBody(
        kind="stop", observation=None, span=Span(T0, T0), detector=None, owner="JPN"
    )
    assert stix.describe(bare, KIND, "en") == "… lay still for … h at …"
    assert stix.describe(bare, KIND, "ja") == "…が…で…時間停船"


def test_a_southern_western_place_reads_so() -> None:
    body = stix.finding_body(finding(place=Place(-70.25, -53.5, 12.0)), b"salt")
    assert stix.describe(body, KIND, "en").endswith("53.5000°S 70.2500°W ± 12 m")


@pytest.mark.shared
def test_attack_for_ics_splits_into_the_objects_that_json_sees(shared: Path) -> None:
    data = (shared / "data/cyber/attack/ics-attack-18.1.stix21.json").read_bytes()
    expected = json.loads(data)["objects"]
    raws = list(stix.split(data))
    assert len(raws) == len(expected) == 1_826
    assert [json.loads(raw) for raw in raws] == expected
    assert [stix.head(raw).id for raw in raws] == [found["id"] for found in expected]
