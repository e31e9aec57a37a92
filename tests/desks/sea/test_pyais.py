"""Field by field as pyais has it, on every real log: messages put together with nothing of ours.

Where the columns say something else than pyais on purpose, `expected` and `SETS` say so and why:
- longitude 180 is -180: the antimeridian has one name;
- "not available" (longitude 181, latitude 91, speed 102.3, course 360, heading 511, turn -128,
  status 15) is no value, and a position without a place is none;
- a ship's type is the code as sent; pyais gives another for codes that have no name;
- a position outside the globe is rejected; pyais gives it as it is;
- a message that is cut before the last field used is rejected whole; pyais gives what there is
  (type 19 of 168 bits in exactEarth's logs, with impossible names and speeds).
"""

from __future__ import annotations

import collections
import functools
import gzip
import math
import operator
import re

import pyais
import pytest
from pyais.constants import ShipType

from noroshi.desks.sea import read
from noroshi.words import compiling
from noroshi.words.desk import Columns

LOGS = (
    "aisdb-20211101.nm4", "aishub-20120314.nmea.gz", "amsa-20120127.nmea.gz",
    "amsa-timestamped.nmea", "dma-20100611-pghp.nmea.gz", "dma-20110628.nmea",
    "dma-20130318-replay.nmea", "dma-aislib-250-california-2017.nmea", "dma-small-cb.nmea",
    "exactearth-augmented-2.nmea.gz", "exactearth-augmented-3.nmea.gz",
    "exactearth-augmented.nmea.gz", "exactearth-tagblock.nmea", "kystverket-1000.nm4",
    "pyais-aegean-20150621.nmea",
)  # fmt: skip
LINES = 6_000
"""Of each log by default; all of them in a deep run."""

SENTENCE = re.compile(rb"!((..)VD[MO],(\d),(\d),([^,]*),([^,]*),([^,]+),([0-5]))\*([0-9A-F]{2})")
LEAST = {5: 420, 19: 301, 24: 160}
"""Bits of static data that is not cut."""

PLACED = (1, 2, 3, 9, 18, 19, 27)


def messages(data: bytes):
    """(bits, what pyais makes of it) of every message whose checksums are right."""
    parts = {}
    for line in data.splitlines():
        match = SENTENCE.search(line)
        if match is None or functools.reduce(operator.xor, match[1]) != int(match[9], 16):
            continue
        fields = [each.decode() for each in match.groups()[2:8]]
        key = (match[2], fields[0], *fields[2:4])
        together = parts.setdefault(key, {})
        if fields[1] in together or int(fields[1]) <= len(together):
            together = parts[key] = {}  # the rest of an earlier message never came
        together[fields[1]] = f"!AIVDM,{','.join(fields)}*00"
        if len(together) == int(fields[0]):
            parts.pop(key)
            payloads = [each.split(",")[-2] for each in together.values()]
            try:
                yield 6 * sum(map(len, payloads)) - int(fields[5]), pyais.decode(*together.values())
            except pyais.exceptions.AISBaseException:
                continue


def number(value: float, least: float, below: float) -> float | None:
    return round(float(value), 1) if least <= value < below else None


def expected(message) -> tuple | None:
    """A position's columns by pyais' fields; None where there is none."""
    said = message.asdict(enum_as_int=True)
    values = [said.get(name) for name in ("lon", "lat", "speed", "course")]
    last = {27: "course", 19: "to_starboard"}.get(said["msg_type"], "second")
    if None in values or said.get(last) is None:
        return None
    lon, lat, speed, course = values
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        return None
    fastest = {9: 1023, 27: 63}.get(said["msg_type"], 102.3)
    turn, status = said.get("turn", -128), said.get("status", 15)
    return (
        said["mmsi"], said["msg_type"], -180.0 if lon == 180 else lon, lat,
        number(speed, 0, fastest), number(course, 0, 360),
        number(said.get("heading", 511), 0, 360),
        int(status) if status < 15 else -1, None if turn == -128 else float(turn),
        said.get("second", 60), bool(said["accuracy"]),
    )  # fmt: skip


def columns(scene, data: bytes) -> list[Columns]:
    from noroshi.desks.sea import decode

    items = decode.read(scene.source(data), read.PATIENCE)
    return [item for item in items if isinstance(item, Columns)]


NAMES = ("mmsi", "type", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "status", "turn",
         "second", "accurate")  # fmt: skip


def plain(name: str, value):
    if isinstance(value, float) and math.isnan(value):
        return None
    return round(value, 1) if name in ("sog_kn", "cog_deg", "heading_deg") else value


SETS = {
    "name": lambda m: getattr(m, "shipname", ""),
    "callsign": lambda m: getattr(m, "callsign", ""),
    "imo": lambda m: getattr(m, "imo", 0),
    "destination": lambda m: getattr(m, "destination", ""),
    "draught_m": lambda m: round(getattr(m, "draught", 0.0), 1),
    "ship_type": lambda m: int(ShipType(getattr(m, "ship_type", 0) or 0)),
    "length_m": lambda m: (getattr(m, "to_bow", 0) or 0) + (getattr(m, "to_stern", 0) or 0),
    "width_m": lambda m: (getattr(m, "to_port", 0) or 0) + (getattr(m, "to_starboard", 0) or 0),
    "eta": lambda m: (
        int(f"{m.month:02}{m.day:02}{m.hour:02}{m.minute:02}")
        if getattr(m, "month", 0) and m.day
        else 0
    ),
}


def log(shared, name: str, deep: bool) -> bytes:
    data = (shared / "data/sea/nmea" / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    return data if deep else b"".join(data.splitlines(keepends=True)[-LINES:])


def compare(scene, data: bytes) -> None:
    batches, heard = columns(scene, data), list(messages(data))
    rows = scene.rows(batches)
    ours = collections.Counter(
        tuple(plain(name, value) for name, value in zip(NAMES, row, strict=True))
        for row in zip(*(rows[name].tolist() for name in NAMES), strict=True)
    )
    theirs = collections.Counter(
        each for each in (expected(m) for _, m in heard if m.msg_type in PLACED) if each is not None
    )
    assert ours == theirs
    static = scene.rows(batches, "static")
    spoken = [m for bits, m in heard if bits >= LEAST.get(m.msg_type, 10_000)]
    for name, field in SETS.items():
        said = {(m.mmsi, _tidy(field(m))) for m in spoken if _tidy(field(m))}
        kept = {
            (mmsi, _as_pyais(name, value))
            for mmsi, value in zip(static["mmsi"].tolist(), static[name].tolist(), strict=True)
            if _as_pyais(name, value)
        } if static else set()  # fmt: skip
        assert kept == said, name


def _tidy(value):
    return value.partition("@")[0].strip() if isinstance(value, str) else value


def _as_pyais(name: str, value):
    """Our value as pyais would have it."""
    if name == "ship_type":
        return int(ShipType(value))
    return round(value, 1) if isinstance(value, float) else value


pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not compiling.usable(), reason="nothing is compiled"),
]


@pytest.mark.parametrize("name", LOGS)
def test_every_field_is_as_pyais_has_it(scene, shared, name):
    compare(scene, log(shared, name, deep=False))


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGS[:3])
def test_every_field_of_whole_logs_is_as_pyais_has_it(scene, shared, name):
    compare(scene, log(shared, name, deep=True))
