"""What reception does to reports, and how stations write them down.

`wear` loses, repeats, misdates and delays; `speak` writes NMEA 0183 in the dialects that the
reader knows (docs/sea.md, AIS logs), so that decoding and detecting can be tested as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import msgspec
import numpy as np

if TYPE_CHECKING:
    from noroshi.desks.sea.sail import Reports
    from noroshi.words.desk import Array

Dialect = Literal["tag", "tag_ms", "pghp", "uscg", "epoch_ms"]
"""Tag block with `c:` in seconds or in ms; a `$PGHP` line before; station and epoch after the
checksum as the United States Coast Guard has it; epoch in ms after it (exactEarth)."""

DIALECTS: Final = cast("tuple[Dialect, ...]", get_args(Dialect))


class Reception(msgspec.Struct, frozen=True):
    """How badly a network hears: share of reports lost, stations that may each hear one, error of
    their clocks (seconds, standard deviation, one per station), share and delay of late ones, and
    by how many seconds the clock of some station, by number, is ahead for good."""

    lost: float = 0.2
    stations: int = 3
    heard_again: float = 0.3
    clock_s: float = 1.0
    late: float = 0.02
    late_s: int = 3_600
    wrong: tuple[tuple[int, float], ...] = ()


def wear(reports: Reports, reception: Reception, rng: np.random.Generator) -> dict[str, Array]:
    """Columns of what was written down, in order of arrival, and `station` of each row.

    A report that is not lost is heard by one station, and by each other with `heard_again`.
    """
    many = len(reports.t)
    chance = rng.random((many, reception.stations))
    first = rng.integers(0, reception.stations, many)
    heard = chance < reception.heard_again
    heard[np.arange(many), first] = True
    heard &= (rng.random(many) >= reception.lost)[:, np.newaxis]
    row, station = np.nonzero(heard)
    clocks = np.clip(
        rng.normal(0.0, reception.clock_s, reception.stations), -2.0, 2.0
    )  # a station with NTP is not farther out
    for number, ahead in reception.wrong:
        clocks[number] += ahead
    t = reports.t[row] + np.round(clocks[station]).astype(np.int64) * 1_000_000
    delay = np.where(rng.random(len(row)) < reception.late, reception.late_s, 0) * 1_000_000
    order = np.lexsort((station, t + delay))
    columns = {
        name: getattr(reports, name)[row][order]
        for name in ("lon", "lat", "sog_kn", "cog_deg", "status")
    }
    return columns | {
        "mmsi": np.full(len(row), reports.mmsi)[order],
        "t": t[order],
        "second": (reports.t // 1_000_000 % 60)[row][order],
        "station": station[order],
    }


def speak(columns: dict[str, Array], dialect: Dialect) -> bytes:
    """The rows as lines of NMEA: type 1 of a ship, type 9 of a search and rescue aircraft."""
    names = ("mmsi", "t", "lon", "lat", "sog_kn", "cog_deg", "status", "station", "second")
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return b"".join(
        _line(_sentence(mmsi, lon, lat, sog, cog, status, second), t, station, dialect).encode()
        for mmsi, t, lon, lat, sog, cog, status, station, second in rows
    )


def beacons(
    mmsi: int, since: int, until: int, lon: float, lat: float, ahead_s: float, station: int,
    dialect: Dialect,
) -> bytes:  # fmt: skip
    """A base station's reports (type 4, every 10 s) over [since, until) µs, as a station whose
    clock is `ahead_s` ahead wrote them down."""
    from pyais.encode import encode_msg
    from pyais.messages import MessageType4

    lines: list[str] = []
    for at in range(since, until, 10_000_000):
        utc = np.datetime64(at, "us").item()
        message = MessageType4.create(
            mmsi=mmsi, year=utc.year, month=utc.month, day=utc.day, hour=utc.hour,
            minute=utc.minute, second=utc.second, lon=lon, lat=lat,
        )  # fmt: skip
        (sentence,) = encode_msg(message, talker_id="AI", sentence_type="VDM")
        lines.append(_line(sentence, at + round(ahead_s * 1e6), station, dialect))
    return "".join(lines).encode()


def station_name(station: int) -> str:
    """As the dialects name it."""
    return f"r00000{station}"


def _sentence(
    mmsi: int, lon: float, lat: float, sog: float, cog: float, status: int, second: int
) -> str:
    from pyais.encode import encode_msg
    from pyais.messages import MessageType1, MessageType9

    given = {
        "mmsi": mmsi,
        "lon": lon,
        "lat": lat,
        "speed": 102.3 if np.isnan(sog) else sog,
        "course": 360.0 if np.isnan(cog) else cog,
        "second": second,
    }
    if mmsi // 1_000_000 == 111:
        message = MessageType9.create(**given | {"speed": int(given["speed"])}, alt=300)
    else:
        message = MessageType1.create(
            **given, status=status if status >= 0 else 15, heading=511, turn=-128
        )
    (sentence,) = encode_msg(message, talker_id="AI", sentence_type="VDM")
    return sentence


def _line(sentence: str, t: int, station: int, dialect: Dialect) -> str:
    seconds = t // 1_000_000
    name = station_name(station)
    if dialect == "uscg":
        return f"{sentence},{name},{seconds}\n"
    if dialect == "epoch_ms":
        return f"{sentence},{t // 1000}\n"
    if dialect == "pghp":
        when = np.datetime64(t, "us").astype("datetime64[ms]").item()
        fields = f"PGHP,1,{when.year},{when.month},{when.day},{when.hour},{when.minute}," + (
            f"{when.second},{when.microsecond // 1000},000,,00200{station:04d},1,{sentence[-2:]}"
        )
        return f"${fields}*{_xor(fields)}\n{sentence}\n"
    tag = f"s:{name},c:{t // 1000 if dialect == 'tag_ms' else seconds}"
    return f"\\{tag}*{_xor(tag)}\\{sentence}\n"


def _xor(text: str) -> str:
    value = 0
    for each in text.encode():
        value ^= each
    return f"{value:02X}"
