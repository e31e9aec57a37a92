"""Formats that are not STIX: what each piece becomes, under which label, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stix2
import stix2validator
from bundles import AT, declared
from hypothesis import given
from hypothesis import strategies as st
from intelligence import EVENT, attribute, body, came_from, event, read
from stix2patterns.validator import run_validator

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.intake.incidents import interval
from noroshi.desks.cyber.intake.misp_types import PATTERNS
from noroshi.desks.cyber.intake.patterns import kind_of, pattern_of, refanged
from noroshi.desks.cyber.intake.techniques import techniques_in
from noroshi.words.errors import BadInput
from noroshi.words.evidence import ByteRange, JsonPointer, Row
from noroshi.words.label import Tlp
from noroshi.words.record import Record
from noroshi.words.time import format_instant, parse_instant


def test_a_misp_event_is_a_report_of_indicators_and_notes() -> None:
    records, rejected = read(
        event(
            attribute(1, "ip-dst", "198.51.100.7", Tag=[{"name": "tlp:red"}]),
            attribute(2, "domain|ip", "evil.example|198.51.100.8"),
            attribute(3, "comment", "seen by the operator", to_ids=False),
            attribute(4, "sha256", "ab" * 32, deleted=True),
            Tag=[
                {"name": "tlp:green"},
                {"name": 'misp-galaxy:mitre-attack-pattern="X - T1059.001"'},
            ],
        )
    )
    assert rejected == []
    by_type = {each.kind: each for each in records}
    first = records[1]
    assert [each.kind for each in records] == [
        "identity", "indicator", "indicator", "note", "indicator", "report",
    ]  # fmt: skip
    assert first.id == "indicator--5a1b0c4e-7c64-4b3c-9d4e-000000000001"
    assert body(first)["pattern"] == "[ipv4-addr:value = '198.51.100.7']"
    assert first.label.strands[0].tlp is Tlp.RED
    assert records[2].label.strands[0].tlp is Tlp.GREEN
    assert records[4].status == "revoked"
    report = body(by_type["report"])
    assert report["id"] == f"report--{EVENT}"
    assert report["object_refs"] == [each.id for each in records[1:-1]]
    assert by_type["report"].version == parse_instant("2026-01-21T12:55:00Z")
    origin = came_from(first)
    assert (origin.format, origin.place) == ("misp", JsonPointer("/Event/Attribute/0"))
    assert json.loads(origin.text)["value"] == "198.51.100.7"
    assert origin.techniques == ("T1059.001",)


@pytest.mark.parametrize(
    ("level", "only", "orcon"),
    [("0", (), False), ("1", None, True), ("3", None, False), ("4", (), False), ("9", (), False)],
)
def test_what_misp_says_of_distribution_is_kept_to(level: str, only: object, orcon: bool) -> None:
    records, _ = read(event(attribute(1, "ip-dst", "198.51.100.7"), distribution=level))
    (strand,) = records[1].label.strands
    assert (strand.only, strand.orcon) == (only, orcon)


def test_an_attribute_is_no_less_restricted_than_its_event() -> None:
    wide = attribute(1, "ip-dst", "198.51.100.7", distribution="3", Tag=[{"name": "tlp:green"}])
    records, _ = read(event(wide, distribution="0", Tag=[{"name": "tlp:red"}]))
    (strand,) = records[1].label.strands
    assert (strand.tlp, strand.only) == (Tlp.RED, ())


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("ip-dst", "0.0.0.0/0", "holds 4,294,967,296 addresses"),
        ("ip-src", "::/0", "at least /19"),
        ("ip-src", "0.0.0.0", "unspecified"),
        ("domain", "", "not a domain name"),
        ("domain", "com", "not a domain name"),
        ("md5", "abc", "not the hex digits"),
        ("mutex", "a", "too short"),
        ("ip-dst|port", "198.51.100.7|99999", "not a port"),
        ("AS", "AS0", "not the number"),
    ],
)
def test_what_would_match_everything_or_nothing_is_refused(
    type_: str, value: str, reason: str
) -> None:
    good = attribute(2, "ip-dst", "198.51.100.7")
    records, rejected = read(event(attribute(1, type_, value), good))
    assert [each.kind for each in records] == ["identity", "indicator", "report"]
    assert [each.locator for each in rejected] == [JsonPointer("/Event/Attribute/0")]
    assert reason in rejected[0].reason


def test_an_event_by_itself_is_one_too() -> None:
    given = event(attribute(1, "domain", "evil.example"))
    wrapped, bare = read(given), read(given["Event"])
    assert [each.id for each in bare[0]] == [each.id for each in wrapped[0]]
    assert came_from(bare[0][1]).place == JsonPointer("/Attribute/0")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"Event": {"info": "x"}}', "missing required field `uuid`"),
        ('{"Event": {"uuid": "x", "info": "", "date": "2026-01-01"}}', "not a UUID"),
        ('{"Event": {"uuid": "5a1b', "truncated"),
        (json.dumps(event())[:-1].replace("2026-01-20", "soon") + "}", "not an RFC 3339"),
    ],
)
def test_an_event_that_is_none_is_rejected_with_its_reason(data: str, reason: str) -> None:
    records, rejected = read(data)
    assert records == []
    assert reason in rejected[0].reason


SAMPLES = {
    "ip-src|port": "2001:db8::1|443", "hostname|port": "a.evil.example|80", "url": "http://a.b/c'd",
    "email-src": "a@evil.example", "filename|sha1": "it's.exe|" + "a" * 40, "ssdeep": "3:abc:def",
    "regkey|value": "HKLM\\Run|a\\b.exe", "mac-address": "00:11:22:33:44:55", "AS": "AS64500",
    "user-agent": "Mozilla 'x'", "x509-fingerprint-sha1": "b" * 40, "filename": "back\\slash.exe",
    "sha512": "c" * 128, "email-subject": "Invoice", "domain|ip": "evil.example|198.51.100.0/24",
}  # fmt: skip


@pytest.mark.parametrize(("type_", "value"), SAMPLES.items())
def test_every_pattern_is_one_that_the_public_validator_takes(type_: str, value: str) -> None:
    assert run_validator(f"[{PATTERNS[type_](value)}]", "2.1") == []


def test_what_is_made_is_valid_stix() -> None:
    records, _ = read(event(*(attribute(n, *each) for n, each in enumerate(SAMPLES.items(), 1))))
    assert len(records) == len(SAMPLES) + 2
    options = stix2validator.ValidationOptions(version="2.1", disabled=["202", "210", "213"])
    for record in records:
        stix2.parse(record.raw.decode(), allow_custom=True)
        results = stix2validator.validate_instance(body(record), options)
        assert results.is_valid, (record.kind, [str(each) for each in results.errors])


def test_a_manifest_has_no_records_and_hashes_are_kept_by_event() -> None:
    listed = {EVENT: {"info": "x", "date": "2026-01-20", "timestamp": "1769000100"}}
    assert read(listed) == ([], [])
    records, rejected = read({**listed, EVENT.replace("5a", "5b"): {"info": "y"}})
    assert records == []
    assert "date" in rejected[0].reason
    lines = f"{'0' * 32},{EVENT}\n{'1' * 32},{EVENT}\n{'2' * 32},{EVENT.replace('1b', '2b')}\nx\n"
    records, rejected = read(lines)
    assert [came_from(each).hashed for each in records] == [
        ("0" * 32, "1" * 32), ("2" * 32,),
    ]  # fmt: skip
    assert body(records[0])["object_refs"] == [f"report--{EVENT}"]
    assert rejected[0].locator == ByteRange(210, 2)


def test_a_plain_list_is_an_indicator_a_line() -> None:
    text = "# bad\n198.51.100.7\nhxxp://evil[.]example/a  # page\n\n203.0.113.0/24\n0.0.0.0/0\n"
    lines = text + "\n".join(f"h{n}.evil.example" for n in range(20))
    records, rejected = read(lines)
    assert [body(each)["pattern"] for each in records[:3]] == [
        "[ipv4-addr:value = '198.51.100.7']",
        "[url:value = 'http://evil.example/a']",
        "[ipv4-addr:value = '203.0.113.0/24']",
    ]
    assert len(records) == 23
    assert "0.0.0.0/0 is no indicator" in rejected[0].reason
    origin = came_from(records[0])
    assert (origin.place, origin.text) == (ByteRange(6, 13), "198.51.100.7")
    later, _ = read(lines, retrieved=AT + 86_400_000_000)
    assert [each.id for each in later] == [each.id for each in records]


def test_a_table_of_indicators_by_its_columns() -> None:
    text = (
        "first_seen_utc,ioc_value,malware,tlp\n"
        '2026-01-02 03:04:05,"evil.example",Some T1071.001,red\n'
        "2026-01-02,198.51.100.7:8080,x,green\n"
        ",,,\n"
    )
    records, rejected = read(text)
    assert [body(each)["pattern"] for each in records] == [
        "[domain-name:value = 'evil.example']",
        "[ipv4-addr:value = '198.51.100.7']",
    ]
    assert [body(each)["valid_from"][:19] for each in records] == [
        "2026-01-02T03:04:05", "2026-01-02T00:00:00",
    ]  # fmt: skip
    assert [each.label.strands[0].tlp for each in records] == [Tlp.RED, Tlp.GREEN]
    assert came_from(records[0]).techniques == ("T1071.001",)
    assert rejected[0].locator == Row(3)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_what_is_taken_for_a_list(noise: bytes) -> None:
    data = b"198.51.100.7\n" * 9 + noise
    if desk.sniff(data, "x") > 0:
        records, _ = read(data)
        assert all(isinstance(each, Record) for each in records)


@given(st.ip_addresses())
def test_an_address_is_known_however_it_is_written(address: Any) -> None:
    assert kind_of(str(address)) == "ip"
    assert kind_of(refanged(str(address).replace(".", "[.]"))) == "ip"
    if not address.is_unspecified:
        assert run_validator(f"[{pattern_of(str(address))}]", "2.1") == []


def test_an_incident_keeps_its_interval_and_accuses_nobody() -> None:
    text = (
        "incident_id,name,description,start_date,end_date,incident_type,receiver_name,"
        "receiver_country,receiver_category,initiator_name\n"
        "17,Intrusion,Words,2024-03-01,Not available,Disruption; Hijacking,Grid One,Utopia,"
        "Critical infrastructure,Somebody\n"
        "18,Other,,soon,,,,,,\n"
    )
    (record,), rejected = read(text)
    origin = came_from(record)
    assert origin.span is not None
    assert [format_instant(each)[:10] for each in (origin.span.t0, origin.span.t1)] == [
        "2024-03-01", "2024-04-01",
    ]  # fmt: skip
    assert origin.span.precision == "month"
    assert origin.names == ("Grid One",)
    shown = body(record)
    assert "Somebody" not in json.dumps({k: v for k, v in shown.items() if k != "extensions"})
    assert "incident_type:hijacking" in shown["labels"]
    assert rejected[0].locator == Row(2)


def test_cells_that_list_in_the_notation_of_python_are_read_as_eurepoc_writes_them() -> None:
    text = (
        "ID,name,start_date,incident_type,receiver_name,receiver_country,receiver_category\n"
        "2,Defacement,2000-01-01,Disruption,[['Not available']],"
        "\"['Armenia', 'Korea, Republic of']\","
        "\"[['Media', '', \"\"Owners' groups\"\"], ['Media']]\"\n"
    )
    (record,), _ = read(text)
    assert came_from(record).names == ()
    assert body(record)["labels"] == [
        "incident_type:disruption", "receiver_category:media", "receiver_category:owners' groups",
        "receiver_country:armenia", "receiver_country:korea, republic of",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2024-03-05", "", ("2024-03-05", "2024-03-06", "day")),
        ("2024-03-01", "2024-03-09", ("2024-03-01", "2024-04-01", "month")),
        ("05.03.2024", "2024-04-01", ("2024-03-05", "2024-05-01", "month")),
        ("2024", "", ("2024-01-01", "2025-01-01", "year")),
    ],
)
def test_the_first_of_a_month_is_the_month(
    start: str, end: str, found: tuple[str, str, str]
) -> None:
    span = interval(start, end)
    assert (format_instant(span.t0)[:10], format_instant(span.t1)[:10], span.precision) == found


def test_an_incident_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it began"):
        interval("2024-03-05", "2024-03-04")


def test_numbers_of_techniques_and_nothing_like_them() -> None:
    texts = ["x - T1059.001", "T0817, CAPEC-66", "AT1059", "T105", "T10591", "T1059"]
    assert techniques_in(texts) == ("CAPEC-66", "T0817", "T1059", "T1059.001")


def test_a_default_of_clear_is_refused() -> None:
    with pytest.raises(BadInput, match="TLP CLEAR"):
        read(event(), declared(Tlp.CLEAR))


@pytest.mark.shared
def test_galaxies_are_read_whole(shared: Path) -> None:
    counts: dict[str, int] = {}
    for path in sorted((shared / "data/cyber/misp-galaxy").glob("s*.json")):
        data = path.read_bytes()
        if b'"values"' not in data:
            continue
        records, rejected = read(data)
        assert rejected == []
        assert len(records) == len(json.loads(data)["values"]), path.name
        counts[path.name] = len(records)
    assert counts["sparta-techniques.json"] > 50
