"""AIS logs: equal to pyais used plainly on every real file, and each dialect by itself."""

from __future__ import annotations

import collections
import functools
import gzip
import math
import operator
import re

import pyais
import pytest

from noroshi.desks.sea import desk
from noroshi.words.evidence import ByteRange
from noroshi.words.time import parse_instant

FILES = (
    "aisdb-20211101.nm4",
    "aishub-20120314.nmea.gz",
    "amsa-20120127.nmea.gz",
    "amsa-timestamped.nmea",
    "dma-20100611-pghp.nmea.gz",
    "dma-20110628.nmea",
    "dma-20130318-replay.nmea",
    "dma-aislib-250-california-2017.nmea",
    "dma-small-cb.nmea",
    "exactearth-augmented-2.nmea.gz",
    "exactearth-augmented-3.nmea.gz",
    "exactearth-augmented.nmea.gz",
    "exactearth-tagblock.nmea",
    "kystverket-1000.nm4",
    "pyais-aegean-20150621.nmea",
)

SENTENCE = re.compile(rb"!((..)VD[MO],(\d),(\d),([^,]*),([^,]*),([^,]+),([0-5]))\*([0-9A-F]{2})")


def plain_positions(data: bytes) -> collections.Counter:
    """(mmsi, type, lon, lat, course) of every position whose checksums are right, each message
    put together by number and channel alone and read by `pyais.decode`, with nothing of ours."""
    found, parts = collections.Counter(), {}
    for line in data.splitlines():
        match = SENTENCE.search(line)
        if match is None or functools.reduce(operator.xor, match[1]) != int(match[9], 16):
            continue
        fields = [each.decode() for each in match.groups()[2:8]]
        key = (match[2], fields[0], *fields[2:4])
        together = parts.setdefault(key, {})
        together[fields[1]] = f"!AIVDM,{','.join(fields)}*00"
        if len(together) == int(fields[0]):
            message = _plain(parts.pop(key).values())
            if message is not None:
                found[message] += 1
    return found


def _plain(lines) -> tuple | None:
    try:
        message = pyais.decode(*lines)
    except pyais.exceptions.AISBaseException:
        return None
    if message.msg_type not in (1, 2, 3, 9, 18, 27):
        return None
    key = (message.mmsi, message.msg_type, message.lon, message.lat)
    if None in key or not (abs(key[2]) <= 180 and abs(key[3]) <= 90):
        return None
    return (*key, None if message.course is None or message.course >= 360 else
            round(message.course, 1))  # fmt: skip


LINES = 15_000
"""Of each log by default; all of them in a deep run."""


def log(shared, name: str) -> bytes:
    data = (shared / "data/sea/nmea" / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_positions_equal_pyais_on_real_logs(scene, shared, name):
    agree(scene, b"".join(log(shared, name).splitlines(keepends=True)[:LINES]))


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", ["aishub-20120314.nmea.gz", "amsa-20120127.nmea.gz"])
def test_positions_equal_pyais_on_whole_logs(scene, shared, name):
    agree(scene, log(shared, name))


def agree(scene, data: bytes) -> None:
    """Every position as pyais has it, and the bytes that each names decode by themselves to it."""
    arrays = scene.rows(scene.read(data)[0])
    heard = collections.Counter(
        (mmsi, kind, lon, lat, None if math.isnan(cog) else round(cog, 1))
        for mmsi, kind, lon, lat, cog in zip(
            *(arrays[each].tolist() for each in ("mmsi", "type", "lon", "lat", "cog_deg")),
            strict=True,
        )
        if kind != 19
    )
    assert heard.total() > 0
    assert heard == plain_positions(data)
    for index in range(0, len(arrays["t"]), max(1, len(arrays["t"]) // 20)):
        start, length = int(arrays["start"][index]), int(arrays["length"][index])
        again = scene.rows(scene.read(data[start : start + length])[0])
        assert again["mmsi"][0] == arrays["mmsi"][index]
        assert again["lat"][0] == arrays["lat"][index]


def sentence(body: str) -> bytes:
    check = functools.reduce(operator.xor, body.encode())
    return f"!{body}*{check:02X}".encode()


POSITION = b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23"
PART_1 = b"!AIVDM,2,1,3,A,56K8@vh2:w;D`OG??R0dTq9UF0l59F222222221@:HE694o`0@ORT80j0`<r3PDR,0*0D"
PART_2 = b"!AIVDM,2,2,3,A,E0JH882,2*52"
AT = "2015-12-05T10:00:00Z"
EPOCH = parse_instant(AT) // 1_000_000


def one(scene, *lines: bytes):
    columns, rejected = scene.read(b"\r\n".join(lines) + b"\r\n")
    return scene.rows(columns), rejected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"\\s:x,c:%d*00\\" % EPOCH + POSITION], EPOCH * 1000),
        ([b"\\c:%d123*00\\" % EPOCH + POSITION], EPOCH * 1000 + 123),
        ([b"\\\\s:x,c:%d*00\\\\" % EPOCH + POSITION], EPOCH * 1000),
        ([b"\\c:%d*00\\" % EPOCH, POSITION], EPOCH * 1000),
        ([POSITION + b",%d" % EPOCH], EPOCH * 1000),
        ([POSITION + b",%d123" % EPOCH], EPOCH * 1000 + 123),
        ([POSITION + b",rABC,s26938,d-096,T12.3,x5,%d" % EPOCH], EPOCH * 1000),
        ([b"$PGHP,1,2015,12,5,10,0,0,5,219,,2190048,1,23*00", POSITION], EPOCH * 1000 + 5),
        ([b"syslog: " + POSITION + b",%d" % EPOCH], EPOCH * 1000),
    ],
    ids=["tag block", "milliseconds", "doubled backslash", "tag block alone", "suffix",
         "suffix in ms", "USCG suffix", "PGHP", "prefixed"],
)  # fmt: skip
def test_a_message_has_its_own_time(scene, lines, expected):
    arrays, rejected = one(scene, *lines)
    assert rejected == []
    assert (arrays["clock"][0], arrays["t"][0]) == (2, expected * 1000)


def station(second: int) -> bytes:
    body = pyais.encode_dict(
        {"type": 4, "mmsi": 2190048, "year": 2015, "month": 12, "day": 5, "hour": 10,
         "minute": 0, "second": second, "lon": 10.0, "lat": 56.0}
    )[0]  # fmt: skip
    return body.encode()


def test_base_stations_date_what_has_no_time_once_three_agree(scene):
    lines = [POSITION, station(0), station(1), POSITION, station(2), POSITION]
    arrays, _ = one(scene, *lines)
    assert arrays["clock"].tolist() == [0, 0, 1]
    assert arrays["t"][2] == (EPOCH + 1) * 1_000_000
    assert arrays["precision"][2] == 2


def test_a_satellites_late_delivery_dates_nothing(scene):
    pghp = b"$PGHP,1,2015,12,5,10,0,0,5,316,,316000002,1,23*00,%d000" % (EPOCH + 5_000)
    late = POSITION + b",%d000" % (EPOCH + 5_000)
    arrays, _ = one(scene, pghp, late, late)
    assert arrays["clock"].tolist() == [2, 0]
    assert arrays["t"][0] == EPOCH * 1_000_000 + 5_000


def statics(scene, *lines: bytes):
    columns, rejected = scene.read(b"\n".join(lines) + b"\n")
    return scene.rows(columns, "static").get("mmsi", []), [each.reason for each in rejected]


OTHER = PART_1.replace(b",3,A,", b",3,B,").replace(b"*0D", b"*0E")
OTHER_2 = PART_2.replace(b",3,A,", b",3,B,").replace(b"*52", b"*51")


@pytest.mark.parametrize(
    ("lines", "ships", "reasons"),
    [
        ([PART_1, PART_2], 1, []),
        ([PART_2, PART_1], 1, []),
        ([PART_1, POSITION, PART_2], 1, []),
        ([PART_1, OTHER, OTHER_2, PART_2], 1, []),
        ([PART_1, PART_1, PART_2, PART_2], 1, []),
        ([b"\\g:1-2-77,s:a*00\\" + PART_1, b"\\g:2-2-77*00\\" + PART_2], 1, []),
        ([b"\\g:1-2-77*00\\" + PART_1, b"\\g:2-2-78*00\\" + PART_2], 0,
         ["part 2 of 2 never came", "part 1 of 2 never came"]),
        ([b"\\1G2:77*00\\" + PART_1, b"\\2G2:77*00\\" + PART_2], 1, []),
        ([PART_1], 0, ["part 2 of 2 never came"]),
        ([PART_2, *[POSITION] * 30, PART_1, PART_2], 1, ["part 1 of 2 never came"]),
        ([PART_1, *[POSITION] * 3_000, PART_2], 0,
         ["part 2 of 2 never came", "part 1 of 2 never came"]),
    ],
    ids=["in order", "reversed", "interleaved", "two channels", "heard twice", "grouped",
         "other group", "old groups", "cut off", "an end without its beginning", "too far apart"],
)  # fmt: skip
def test_fragments(scene, lines, ships, reasons):
    mmsi, rejected = statics(scene, *lines)
    assert (len(mmsi), rejected) == (ships, reasons)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (POSITION[:-1] + b"4", "wrong checksum: 24 written, 23 computed"),
        (POSITION[:30], "truncated: no checksum"),
        (sentence("AIVDM,1,1,,A,13HOI:0P0000VOHLCn,0"), "truncated payload: 108 bits of type 1"),
        (sentence("AIVDM,1,1,,A,13HOI:0P0000VOH~CnHQKwvL05Ip,0"), "unreadable payload"),
        (sentence("AIVDM,1,1,,B,,0"), "empty payload"),
        (sentence("AIVDM,1,1,A"), "truncated: 4 of 7 fields"),
        (sentence("AIVDM,2,3,1,A,55,0"), "impossible fields: part"),
        (sentence("AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,6"), "impossible fields: 6 fill"),
        (b"\x00\xfe\x13 noise", "not a sentence"),
    ],
    ids=["checksum", "truncated", "short payload", "not six-bit", "empty", "fields", "part",
         "fill bits", "noise"],
)  # fmt: skip
def test_a_bad_line_is_kept_aside_with_its_place_and_the_rest_goes_on(scene, line, reason):
    before, after = POSITION + b"\n", b"\n" + POSITION + b"\n"
    columns, rejected = scene.read(before + line + after)
    assert len(scene.rows(columns)["t"]) == 2
    (bad,) = rejected
    assert bad.reason.startswith(reason)
    assert bad.raw == line.strip()
    assert bad.locator == ByteRange(len(before), len(line) + 1)


def test_sentinels_are_not_values(scene):
    body = {"type": 1, "mmsi": 257000001, "lon": 10.0, "lat": 56.0, "speed": 102.3,
            "course": 360.0, "heading": 511, "status": 15}  # fmt: skip
    arrays, _ = one(scene, pyais.encode_dict(body)[0].encode())
    assert math.isnan(arrays["sog_kn"][0])
    assert math.isnan(arrays["cog_deg"][0])
    assert math.isnan(arrays["heading_deg"][0])
    assert arrays["status"][0] == -1
    nowhere, rejected = one(
        scene, pyais.encode_dict(body | {"lon": 181.0, "lat": 91.0})[0].encode()
    )
    assert (nowhere, rejected) == ({}, [])


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (POSITION + b"\n", True),
        (b"\\c:1*00\\" + POSITION + b"\n" + POSITION, True),
        (b"$GPZDA,1*00\n" + POSITION, True),
        (b'{"type":"bundle","id":"bundle--1","objects":[]}', False),
        (b'{"type":"location","id":"location--1","latitude":1,"longitude":2,"timestamp":1}', False),
        (b'{"mmsi":1,"timestamp":"x","lat":1,"lon":2}', True),
        (b"ID,ais_pos_timestamp,longitude,latitude\n", True),
        (b"a,b,c\n1,2,3\n", False),
        (bytes(range(256)) * 20, False),
        (b"", False),
    ],
    ids=["sentence", "tag block", "mixed", "STIX", "STIX location", "JSON lines", "CSV",
         "other CSV", "noise", "empty"],
)  # fmt: skip
def test_sniff(head, sure):
    assert (desk.sniff(head, "any") > 0.5) == sure
