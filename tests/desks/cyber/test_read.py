"""Reading STIX: every object with its own bytes, every bad part with its place and reason."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import stix2validator
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.read import MAX_BYTES, read
from noroshi.words import ids
from noroshi.words.desk import Rejected, Source
from noroshi.words.errors import BadInput
from noroshi.words.evidence import ByteRange, JsonPointer
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

AT = parse_instant("2026-03-01T00:00:00Z")
STAMP = "2026-01-01T00:00:00.000Z"
LABEL = label(Strand("JPN", "cyber", "*", Tlp.AMBER))
ID = "malware--2a4c2b1e-6b0b-4d0e-9a3d-0d3f0e7a1c55"


def source(data: bytes, name: str = "feed.json") -> Source:
    return Source(name, name, AT, ids.sha256(data), LABEL, "JPN", "C", lambda: io.BytesIO(data))


def sorted_out(data: bytes) -> tuple[list[Record], list[Rejected]]:
    items = list(read(source(data)))  # the reader of STIX: to the desk, what is none is a log
    records = [each for each in items if isinstance(each, Record)]
    rejected = [each for each in items if isinstance(each, Rejected)]
    assert len(records) + len(rejected) == len(items)
    return records, rejected


def malware(**changes: Any) -> dict[str, Any]:
    """A sound object; a change to None takes the property away."""
    found = {
        "type": "malware",
        "spec_version": "2.1",
        "id": ID,
        "created": STAMP,
        "modified": STAMP,
        "name": "狼煙",
        "is_family": False,
        **changes,
    }
    return {key: value for key, value in found.items() if value is not None}


def bundle(*objects: Any) -> bytes:
    return json.dumps({"type": "bundle", "id": "bundle--x", "objects": objects}).encode()


SHAPES = {
    "bundle": bundle(malware()),
    "TAXII envelope": json.dumps({"more": False, "objects": [malware()]}).encode(),
    "array": json.dumps([malware()]).encode(),
    "one object": json.dumps(malware()).encode(),
    "one object, indented, in lines": json.dumps(malware(), indent=2).encode() + b"\n\n",
    "byte order mark": b"\xef\xbb\xbf" + bundle(malware()),
    "escaped": json.dumps(malware(), ensure_ascii=True).encode(),
    "UTF-8": json.dumps(malware(), ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_the_record(shape: str) -> None:
    (record,), rejected = sorted_out(SHAPES[shape])
    assert rejected == []
    assert json.loads(record.raw) == malware()
    assert record.raw in SHAPES[shape]
    assert record.raw[:1] + record.raw[-1:] == b"{}"
    assert desk.sniff(SHAPES[shape][: 64 << 10], "x") == 1.0


def test_json_lines_place_their_bad_lines_by_bytes() -> None:
    good, other = json.dumps(malware()), json.dumps(malware(id=ID.replace("2a", "3a")))
    lines = [good, "", '{"type": "malware",', "\t" + other + "\r", json.dumps(malware(id=None))]
    data = "\n".join(lines).encode()
    records, rejected = sorted_out(data)
    assert [record.raw.decode() for record in records] == [good, other]
    for each in rejected:
        assert isinstance(each.locator, ByteRange)
        start, length = each.locator.start, each.locator.length
        assert data[start : start + length] == each.raw
    reasons = [each.reason for each in rejected]
    assert "ends at byte 19" in reasons[0]
    assert "without `id`" in reasons[1]


def test_lines_may_be_bundles() -> None:
    found = [malware(id=ID.replace("2a", f"{n}a")) for n in range(4)]
    data = bundle(found[0], found[1]) + b"\n" + bundle(found[2], 5, found[3]) + b"\n"
    records, (bad,) = sorted_out(data)
    assert [json.loads(record.raw) for record in records] == found
    assert isinstance(bad.locator, ByteRange)
    assert data[bad.locator.start : bad.locator.start + bad.locator.length] == b"5"


BAD_OBJECTS: dict[str, tuple[Any, str]] = {
    "no id": (malware(id=None), "malware without `id`"),
    "null id": ({**malware(), "id": None}, "$.id"),
    "id is no id": (malware(id="malware--1234"), "not a STIX id: found 'malware--1234'"),
    "id of another type": (malware(id=ID.replace("malware", "tool")), "is not of the type"),
    "id with a line end": (malware(id=ID + "\n"), "not a STIX id"),
    "no type": (malware(type=None), "no `type`"),
    "type is a number": (malware(type=7), "$.type"),
    "no created": (malware(created=None), "no `created`"),
    "no modified": (malware(modified=None), "no `modified`"),
    "created is no instant": (malware(created="yesterday"), "'yesterday'"),
    "created without a zone": (malware(created="2026-01-01T00:00:00"), "`created`"),
    "modified is no instant": (malware(modified="2026-02-30T00:00:00Z"), "`modified`"),
    "modified before created": (malware(modified="2025-01-01T00:00:00Z"), "is before created"),
    "modified is a number": (malware(modified=1), "$.modified"),
    "unknown spec_version": (malware(spec_version="3.0"), "expected 2.0 or 2.1"),
    "markings are a string": (malware(object_marking_refs="x"), "$.object_marking_refs"),
    "revoked is a word": (malware(revoked="yes"), "$.revoked"),
    "bundle in a bundle": (
        {"type": "bundle", "id": ID.replace("malware", "bundle")},
        "a bundle inside a bundle",
    ),
    "marking-definition without created": (
        {"type": "marking-definition", "id": ID.replace("malware", "marking-definition")},
        "no `created`",
    ),
    "custom type with half its times": (
        malware(type="x-thing", id=ID.replace("malware", "x-thing"), modified=None),
        "no `modified`",
    ),
    "new-sdo without times": (
        {
            "type": "dossier",
            "id": ID.replace("malware", "dossier"),
            "extensions": {"extension-definition--1": {"extension_type": "new-sdo"}},
        },
        "no `created`",
    ),
    "relationship without an end": (
        malware(type="relationship", id=ID.replace("malware", "relationship"), source_ref=ID),
        "`target_ref` is not a STIX id: found None",
    ),
    "not an object": (17, "Expected `object`"),
    "a list": ([malware()], "Expected `object`"),
}


@pytest.mark.parametrize("case", BAD_OBJECTS)
def test_a_bad_object_is_kept_aside_and_the_rest_goes_through(case: str) -> None:
    bad, reason = BAD_OBJECTS[case]
    good = malware(id=ID.replace("2a", "3a"))
    records, (rejected,) = sorted_out(bundle(good, bad))
    assert [json.loads(record.raw) for record in records] == [good]
    assert rejected.locator == JsonPointer("/objects/1")
    assert reason in rejected.reason
    assert rejected.source == ids.sha256(bundle(good, bad))
    assert json.loads(rejected.raw) == bad


@pytest.mark.filterwarnings("ignore:jsonschema:DeprecationWarning")
@pytest.mark.parametrize(
    "case",
    [case for case in BAD_OBJECTS if case not in ("id with a line end", "bundle in a bundle")],
)
def test_the_validator_of_oasis_refuses_it_too(case: str) -> None:
    """Of the two left out it accepts the first by a `$` in its pattern, the second as a bundle."""
    options = stix2validator.ValidationOptions(version="2.1")
    try:
        valid = stix2validator.validate_instance(BAD_OBJECTS[case][0], options).is_valid
    except (stix2validator.ValidationError, TypeError, AttributeError):
        valid = False
    assert not valid
    assert stix2validator.validate_instance(malware(), options).is_valid


@pytest.mark.parametrize(
    "table",
    [
        {"type": "ipv4-addr", "id": ID.replace("malware", "ipv4-addr"), "value": "192.0.2.1"},
        {"type": "x-host", "id": ID.replace("malware", "x-host"), "value": "a custom observable"},
        malware(spec_version=None, labels=["ransomware"], is_family=None),
        malware(x_custom={"deep": [1, {"type": "malware"}]}),
        malware(created="2026-01-01T00:00:00.123456789Z", modified="2026-01-02T00:00:00Z"),
    ],
    ids=["observable", "custom observable", "STIX 2.0", "custom property", "many digits"],
)
def test_what_the_standard_allows_is_accepted(table: dict[str, Any]) -> None:
    (record,), rejected = sorted_out(bundle(table))
    assert rejected == []
    assert json.loads(record.raw) == table


def test_a_key_that_stands_twice_is_refused_wherever_it_stands() -> None:
    red, clear = ids.canonical("marking-definition--a"), ids.canonical("marking-definition--b")
    raw = json.dumps(malware()).encode()[:-1]
    twice = (
        raw + b', "object_marking_refs": [' + red + b'], "object_marking_refs": [' + clear + b"]}"
    )
    deep = raw + b', "x": [{"a": 1, "\\u0061": 2}]}'
    for bad, key in ((twice, "object_marking_refs"), (deep, "a")):
        records, (rejected,) = sorted_out(b'{"type":"bundle","objects":[' + bad + b"]}")
        assert records == []
        assert f"the key '{key}' stands twice" in rejected.reason


@pytest.mark.parametrize("between", [b"", b'"x": [], '])
def test_a_second_list_of_objects_is_not_passed_over(between: bytes) -> None:
    one, other = json.dumps(malware()).encode(), json.dumps(malware(name="b")).encode()
    for second in (one, other, b""):
        lists = b'"objects": [' + one + b"], " + between + b'"objects": [' + second + b"]"
        records, (rejected,) = sorted_out(b'{"type": "bundle", ' + lists + b"}")
        assert records == []
        assert "the key 'objects' stands twice" in rejected.reason


def test_text_that_is_not_utf_8_is_named_by_its_byte() -> None:
    good, bad = json.dumps(malware()).encode(), json.dumps(malware(name="?")).encode()
    records, (rejected,) = sorted_out(
        b'{"type":"bundle","objects":[' + good + b"," + bad.replace(b"?", b"\xff") + b"]}"
    )
    assert len(records) == 1
    assert rejected.locator == JsonPointer("/objects/1")
    assert f"not UTF-8 at byte {bad.index(b'?')}" in rejected.reason


WHOLE_SOURCES = {
    "truncated": (bundle(malware(), malware())[:-40], "it ends at byte"),
    "cut in a string": (bundle(malware())[:60], "it ends at byte 60"),
    "trailing text": (bundle(malware()) + b" and more", "not JSON at byte"),
    "braces around": (b"<" + bundle(malware()) + b">", "not JSON at byte 0"),
    "empty": (b"", "it ends at byte 0"),
    "a number": (b"17", "Expected `object`"),
    "noise": (bytes(range(256)) * 9, "not JSON at byte 0"),
    "deep": (b'{"type":"bundle","objects":' + b"[" * 100_000, "nested deeper"),
    "UTF-16": (bundle(malware()).decode().encode("utf-16"), "not JSON at byte 0"),
}


@pytest.mark.parametrize("case", WHOLE_SOURCES)
def test_what_cannot_be_taken_apart_is_one_rejection_of_the_whole(case: str) -> None:
    data, reason = WHOLE_SOURCES[case]
    records, (rejected,) = sorted_out(data)
    assert records == []
    assert rejected.locator == ByteRange(0, len(data))
    assert reason in rejected.reason
    assert rejected.raw == data[: 64 << 10]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"type": "bundle", "ob', "truncated JSON: it ends at byte 22"),
        (b'{\n  "indicators": [\n    "198.51.100.7",', "truncated JSON: it ends at byte 39"),
        (b'{\n  "indicators": [\n    "198.51.100.7"]\n}', "of no format that is read here"),
        (b'{"event": 1}\n{"event": 2}\n', None),
        (b"[Sun Nov 29 10:00:00 2026] [error] refused\n", None),
    ],
    ids=["a bundle", "other JSON", "a document", "lines", "a bracket"],
)
def test_half_a_document_is_no_log_of_one_line(data: bytes, reason: str | None) -> None:
    (item,) = desk.read(source(data))
    assert isinstance(item, Rejected) == (reason is not None)
    assert reason is None or (isinstance(item, Rejected) and reason in item.reason)


def test_an_object_nested_too_deep_is_rejected_by_itself() -> None:
    deep = json.dumps(malware())[:-1] + ', "x": ' + "[" * 5_000 + "]" * 5_000 + "}"
    _, (rejected,) = sorted_out(deep.encode())
    assert "nested deeper" in rejected.reason


def test_repeats_are_one_record_and_a_conflict_keeps_the_first() -> None:
    first, other = malware(), malware(name="another")
    later = malware(modified="2026-02-01T00:00:00Z", revoked=True)
    records, (rejected,) = sorted_out(bundle(first, later, first, other))
    assert [json.loads(record.raw) for record in records] == [first, later]
    assert [record.status for record in records] == ["live", "revoked"]
    assert rejected.locator == JsonPointer("/objects/3")
    assert "conflicting version" in rejected.reason


def test_versions_are_compared_as_instants_not_as_text() -> None:
    one = malware(modified="2026-02-01T00:00:00Z")
    same = malware(modified="2026-02-01T00:00:00.000Z")
    records, (rejected,) = sorted_out(bundle(one, same))
    assert len(records) == 1
    assert "conflicting version" in rejected.reason


def test_a_source_too_large_is_refused_with_both_sizes() -> None:
    data = bundle(malware())
    assert list(read(source(data), max_bytes=len(data)))
    with pytest.raises(BadInput) as refused:
        list(read(source(data, "big.json"), max_bytes=len(data) - 1))
    for words in ("big.json", f"at most {len(data) - 1} bytes", "Hint: split it"):
        assert words in str(refused.value)
    assert MAX_BYTES == 256 * 1024 * 1024


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (json.dumps(malware(id=None)).encode(), 0.5),
        (bundle(malware())[:90], 0.5),
        (bundle(malware())[:150], 1.0),
        (b"<" + bundle(malware()), 0.5),
        (b'{"type": "threat-actor", "values": [], "uuid": "7cdff317"}', 0.0),
        (b'{"name": "x", "created": "y"}', 0.0),
        (b"!AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0*5C\r\n", 0.0),
        (b"mmsi,lon,lat,t\n1,2,3,4\n", 0.0),
        (bytes(range(256)), 0.0),
        (b"#separator \\x09\n", 0.9),
        (b"#separator\t\\x09\n", 0.9),
        (b"", 0.0),
    ],
)
def test_sniff(head: bytes, expected: float) -> None:
    assert desk.sniff(head, "anything.bin") == expected


@given(st.binary(max_size=300))
def test_noise_never_raises(data: bytes) -> None:
    records, rejected = sorted_out(data)
    assert not records
    assert len(rejected) <= 1 or b"{" in data


@given(st.data())
def test_a_flipped_byte_never_raises_nor_rewrites(data: st.DataObject) -> None:
    whole = bytearray(bundle(malware(), malware(id=ID.replace("2a", "3a"))))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    records, _ = sorted_out(bytes(whole))
    assert all(record.raw in bytes(whole) for record in records)
