"""What the compiled decoder says otherwise than pyais, field by field, each with its reason.

    python tools/compare_pyais.py ../shared/data/sea/nmea

Every message of every log there is put together with nothing of ours and decoded by pyais, and laid
beside the row that begins at the same byte. A difference without a reason ends it with 1.
"""

from __future__ import annotations

import collections
import functools
import gzip
import math
import operator
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fuzz_nmea
import pyais

SENTENCE = re.compile(rb"!((..)VD[MO],(\d),(\d),([^,]*),([^,]*),([^,]+),([0-5]))\*([0-9A-F]{2})")
PLACED = (1, 2, 3, 9, 18, 19, 27)
CUT = {19: 301}
FIELDS = {"lon": "lon", "lat": "lat", "speed": "sog_kn", "course": "cog_deg",
          "heading": "heading_deg", "turn": "turn", "second": "second", "accuracy": "accurate",
          "status": "status", "mmsi": "mmsi", "msg_type": "type"}  # fmt: skip
SAID = {"shipname": "name", "callsign": "callsign", "destination": "destination", "imo": "imo",
        "draught": "draught_m", "ship_type": "ship_type"}  # fmt: skip
NOT_AVAILABLE = {"course": 360.0, "heading": 360, "status": 15}
"""From which value on a field says that it is not available; speed and turn are told below."""


def messages(data: bytes) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(byte, bits, fields) of every message whose checksums are right."""
    parts: dict[Any, dict[bytes, tuple[int, bytes]]] = {}
    begin = 0
    for line in data.splitlines(keepends=True):
        start, begin = begin, begin + len(line)
        match = SENTENCE.search(line)
        if match is None or functools.reduce(operator.xor, match[1]) != int(match[9], 16):
            continue
        count, number, sequence, channel, _, fill = match.groups()[2:8]
        key = (match[2], count, sequence, channel)
        together = parts.setdefault(key, {})
        if number in together or int(number) <= len(together):
            together = parts[key] = {}
        together[number] = (start, b"!AIVDM,%s*00" % b",".join(match.groups()[2:8]))
        if len(together) == int(count):
            parts.pop(key)
            lines = [each for _, each in together.values()]
            bits = 6 * sum(len(each.split(b",")[5]) for each in lines) - int(fill)
            try:
                said = pyais.decode(*lines).asdict(enum_as_int=True)
            except pyais.exceptions.AISBaseException:
                continue
            yield min(at for at, _ in together.values()), bits, said


def rows(data: bytes) -> dict[tuple[str, int], dict[str, Any]]:
    """Our rows by kind and first byte."""
    from noroshi.desks.sea import decode, read
    from noroshi.words.desk import Columns

    found: dict[tuple[str, int], dict[str, Any]] = {}
    for item in decode.read(fuzz_nmea.source(data), read.PATIENCE):
        if isinstance(item, Columns):
            names = list(item.arrays)
            for row in zip(*(item.arrays[name].tolist() for name in names), strict=True):
                one = dict(zip(names, row, strict=True))
                found[item.kind, one["start"]] = one
    return found


def missing(bits: int, said: dict[str, Any]) -> str:
    """Why a message that pyais gives has no position of ours."""
    last = {27: "course", 19: "to_starboard"}.get(said["msg_type"], "second")
    if said.get(last) is None or bits < CUT.get(said["msg_type"], 0):
        return "cut before the last field used: rejected"
    lon, lat = said["lon"], said["lat"]
    if lon == 181 or lat == 91:
        return "longitude 181 or latitude 91, not available: no position"
    if abs(lon) > 180 or abs(lat) > 90:
        return "a place outside the globe: rejected"
    return "NO REASON: no position"


def differs(name: str, theirs: Any, ours: Any, kind: int) -> str | None:
    """Why a field of a position is another; None where it is the same."""
    if isinstance(ours, float) and not math.isnan(ours) and name not in ("lon", "lat"):
        ours = round(ours, 1)
    if theirs == ours or (name == "accuracy" and bool(theirs) == ours):
        return None
    none = ours == -1 or (isinstance(ours, float) and math.isnan(ours))
    fastest = {9: 1023, 27: 63}.get(kind, 102.3)
    if name == "lon" and theirs == 180 and ours == -180:
        return "longitude 180 is -180: the antimeridian has one name"
    if none and (
        theirs >= NOT_AVAILABLE.get(name, math.inf)
        or (name == "speed" and theirs >= fastest)
        or (name == "turn" and theirs == -128)
    ):
        return f"{name} not available: no value"
    return f"NO REASON: {name} {theirs!r}, ours {ours!r}"


def told(name: str, theirs: Any, ours: Any) -> str | None:
    """The same of static data."""
    if isinstance(theirs, str):
        theirs = theirs.partition("@")[0].strip()
    ours = round(ours, 1) if isinstance(ours, float) else ours
    if (theirs or type(ours)()) == ours:
        return None
    if not theirs:
        return f"{name} not given: what the vessel said before is kept"
    if name == "ship_type":
        return "ship_type without a name in the recommendation: as sent, pyais gives another"
    return f"NO REASON: {name} {theirs!r}, ours {ours!r}"


def compared(data: bytes) -> tuple[int, collections.Counter[str]]:
    """(fields compared, differences by reason) of one log."""
    found, compared, ours = collections.Counter[str](), 0, rows(data)
    for start, bits, said in messages(data):
        kind = said["msg_type"]
        if kind in PLACED:
            row = ours.get(("position", start))
            if row is None:
                found[missing(bits, said)] += 1
                continue
            here = {name: said[name] for name in FIELDS if said.get(name) is not None}
            reasons = [differs(n, v, row[FIELDS[n]], kind) for n, v in here.items()]
            found.update(each for each in reasons if each is not None)
            compared += len(here)
        if kind in (5, 19, 24) and (row := ours.get(("static", start))) is not None:
            here = {name: said[name] for name in SAID if said.get(name) is not None}
            reasons = [told(n, v, row[SAID[n]]) for n, v in here.items()]
            found.update(each for each in reasons if each is not None)
            compared += len(here)
    return compared, found


def main() -> int:
    """Compare; 1 where a difference has no reason."""
    many, found = 0, collections.Counter[str]()
    for path in sorted(Path(sys.argv[1]).iterdir()):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        fields, here = compared(data)
        many, found = many + fields, found + here
        print(f"{path.name}: {fields:,} fields, {here.total():,} differ", flush=True)
    print(f"\n{many:,} fields of pyais compared")
    for reason, count in found.most_common():
        print(f"{count:>9,}  {reason}")
    return int(any(each.startswith("NO REASON") for each in found))


if __name__ == "__main__":
    raise SystemExit(main())
