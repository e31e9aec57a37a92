"""A whole payload to a row of positions, static data or messages. Mirrors `payload.decode`."""

from __future__ import annotations

from typing import Final

import numpy as np

from noroshi.desks.sea.kernels.bits import letters, signed, unsigned
from noroshi.desks.sea.kernels.clock import dated, station
from noroshi.desks.sea.kernels.jit import inlined, inner, int64
from noroshi.desks.sea.kernels.layout import (
    EMPTY,
    NO_PART,
    NO_TYPE,
    NOT_SIX_BIT,
    NOWHERE,
    TRUNCATED,
    Memory,
)
from noroshi.desks.sea.kernels.text import NEVER, instant
from noroshi.desks.sea.kernels.vessels import told
from noroshi.desks.sea.payload import IDENTITY_BITS, LAST_TYPE, LEAST_BITS, PART_B_BITS

LEAST: Final = np.array([LEAST_BITS.get(each, IDENTITY_BITS) for each in range(LAST_TYPE + 1)])
NAN: Final = np.nan


@inner
def reject(x: Memory, code: int, first: int, second: int) -> None:
    """A row for the line in hand."""
    row = x.rejected
    x.rejected = row + 1
    out = x.reject[row]
    out.code, out.first, out.second = code, first, second
    out.start, out.end = x.line_start, x.line_end


@inner
def arrival(x: Memory) -> int:
    """The time of arrival of type 5 as the digits `mmddhhmm`; 0 without a date."""
    month, day = unsigned(x, 274, 4), unsigned(x, 278, 5)
    if month == 0 or day == 0:
        return 0
    hour, minute = unsigned(x, 283, 5), unsigned(x, 288, 6)
    return ((month * 100 + day) * 100 + hour) * 100 + minute


@inner
def static(kind: int, bits: int, x: Memory) -> None:
    """Of types 5, 19 and 24, into the next free row, which stays if something in it is new."""
    out = x.static[x.statics]
    out.mmsi = unsigned(x, 8, 30)
    out.t, _, _ = dated(x)
    out.start, out.length = x.start, x.end - x.start
    out.imo = out.eta = out.ship_type = out.draught_dm = 0
    sides, named, called, bound = 0, 0, 0, 0
    if kind == 5:
        out.imo, out.ship_type = unsigned(x, 40, 30), unsigned(x, 232, 8)
        called, named, sides, bound = 70, 112, 240, 302
        out.draught_dm, out.eta = unsigned(x, 294, 8), arrival(x)
    elif kind == 19:
        named, sides, out.ship_type = 143, 271, unsigned(x, 263, 8)
    elif unsigned(x, 38, 2) == 0:
        named = 40
    else:
        out.ship_type, called = unsigned(x, 40, 8), 90
        # A craft of a mother ship sends that ship's identity in place of its own size.
        sides = 0 if out.mmsi // 10_000_000 == 98 else 132
    # A field from bit `bits` on is empty.
    letters(x, bits, named if named else bits, 20, out.name)
    letters(x, bits, called if called else bits, 7, out.callsign)
    letters(x, bits, bound if bound else bits, 20, out.destination)
    out.length_m = out.width_m = 0
    if sides:
        out.length_m = unsigned(x, sides, 9) + unsigned(x, sides + 9, 9)
        out.width_m = unsigned(x, sides + 18, 6) + unsigned(x, sides + 24, 6)
    if told(out, x):
        x.statics += 1


@inner
def part(bits: int, x: Memory) -> None:
    """Type 24, static data of class B in two parts."""
    number = unsigned(x, 38, 2)
    if number > 1:
        reject(x, NO_PART, number, 0)
    elif number == 1 and bits < PART_B_BITS:
        reject(x, TRUNCATED, bits, 24)
    else:
        static(24, bits, x)


@inlined
def degrees(raw: int) -> float:
    """1/10,000 minutes as degrees to six decimals: 5/3 of it is never halfway between integers,
    so this is the correctly rounded value."""
    return ((10 * raw + 3) // 6) / 1e6


@inlined
def west(lon: float) -> float:
    """The antimeridian has one longitude."""
    return -180.0 if lon == 180.0 else lon


@inlined
def turned(raw: int) -> float:
    """Degrees a minute (M.1371 table 48, 4.733 √ROT); 127 and -127 as they are."""
    if raw == -128:
        return NAN
    if raw == 127 or raw == -127:
        return float(raw)
    value = raw / 4.733
    return np.copysign(np.rint(value * value), raw) if raw else 0.0


@inlined
def motion(kind: int, x: Memory, row: int) -> None:
    """Speed, course and all else that a position comes with; sentinels become nan, -1 and 60."""
    rows = x.position
    status, turn, second, heading = 15, -128, 60, 511
    speed, fastest, course = 0.0, 102.3, 0.0
    if kind <= 3:
        status, turn = unsigned(x, 38, 4), signed(x, 42, 8)
        speed, rows.accurate[row] = unsigned(x, 50, 10) / 10.0, unsigned(x, 60, 1)
        course, heading = unsigned(x, 116, 12) / 10.0, unsigned(x, 128, 9)
        second = unsigned(x, 137, 6)
    elif kind == 9:
        speed, fastest, rows.accurate[row] = (
            float(unsigned(x, 50, 10)),
            1023.0,
            unsigned(x, 60, 1),
        )
        course, second = unsigned(x, 116, 12) / 10.0, unsigned(x, 128, 6)
    elif kind == 27:
        rows.accurate[row], status = unsigned(x, 38, 1), unsigned(x, 40, 4)
        speed, fastest = float(unsigned(x, 79, 6)), 63.0
        course = float(unsigned(x, 85, 9))
    else:
        speed, rows.accurate[row] = unsigned(x, 46, 10) / 10.0, unsigned(x, 56, 1)
        course, heading = unsigned(x, 112, 12) / 10.0, unsigned(x, 124, 9)
        second = unsigned(x, 133, 6)
    rows.status[row] = status if status <= 14 else -1
    rows.turn[row], rows.second[row] = turned(turn), second
    rows.sog_kn[row] = NAN if speed >= fastest else speed
    rows.cog_deg[row] = course if course < 360.0 else NAN
    rows.heading_deg[row] = heading if heading < 360 else NAN


@inlined
def position(kind: int, x: Memory) -> bool:
    """Of types 1, 2, 3, 9, 18, 19 and 27; False where it says an impossible place."""
    if kind == 27:
        lon = ((10_000 * signed(x, 44, 18) + 3) // 6) / 1e6
        lat = ((10_000 * signed(x, 62, 17) + 3) // 6) / 1e6
    elif kind == 18 or kind == 19:
        lon, lat = degrees(signed(x, 57, 28)), degrees(signed(x, 85, 27))
    else:
        lon, lat = degrees(signed(x, 61, 28)), degrees(signed(x, 89, 27))
    if lon == 181.0 or lat == 91.0:
        return True
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        reject(x, NOWHERE, 0, 0)
        out = x.reject[x.rejected - 1]
        out.lon, out.lat = lon, lat
        return False
    rows, row = x.position, x.positions
    x.positions += 1
    rows.mmsi[row], rows.type[row] = unsigned(x, 8, 30), kind
    rows.lon[row], rows.lat[row] = west(lon), lat
    rows.t[row], rows.clock[row], rows.precision[row] = dated(x)
    rows.start[row], rows.length[row] = x.start, x.end - x.start
    rows.sound[row], rows.station[row] = x.line_sound, x.heard_by
    motion(kind, x, row)
    return True


@inner
def heard(x: Memory) -> int:
    """What a base station's clock says, µs UTC; 0 for what is no time."""
    at = instant(
        unsigned(x, 38, 14), unsigned(x, 52, 4), unsigned(x, 56, 5),
        unsigned(x, 61, 5), unsigned(x, 66, 6), unsigned(x, 72, 6),
    )  # fmt: skip
    if at == NEVER:
        return 0
    station(x, at)
    return at


@inner
def other(kind: int, bits: int, utc: int, x: Memory) -> None:
    """A row of kind `message`, with the place of base stations and aids to navigation."""
    out = x.message[x.messages]
    x.messages += 1
    out.mmsi, out.type = unsigned(x, 8, 30), kind
    out.t, out.clock, _ = dated(x)
    out.start, out.length = x.start, x.end - x.start
    out.station, out.utc = x.heard_by, utc
    place = 0
    if bits >= 134 and (kind == 4 or kind == 11):
        place = 79
    elif bits >= 219 and kind == 21:
        place = 164
    out.lon = out.lat = NAN
    if place:
        lon, lat = degrees(signed(x, place, 28)), degrees(signed(x, place + 28, 27))
        if abs(lon) <= 180.0 and abs(lat) <= 90.0:
            out.lon, out.lat = west(lon), lat


@inlined
def message(armoured: int, size: int, fill: int, x: Memory) -> None:
    """Takes the payload of `size` characters, with `fill` bits too many, that is in `x.words`,
    its place and time beside it."""
    if size == 0:
        reject(x, EMPTY, 0, 0)
        return
    if not armoured:
        reject(x, NOT_SIX_BIT, 0, 0)
        return
    kind, bits = unsigned(x, 0, 6), size * 6 - fill
    if not 1 <= kind <= LAST_TYPE:
        reject(x, NO_TYPE, kind, 0)
    elif bits < LEAST[kind]:
        reject(x, TRUNCATED, bits, kind)
    elif kind <= 3 or kind == 9 or kind == 18 or kind == 27:
        position(kind, x)
    elif kind == 19:
        if position(kind, x):
            static(kind, bits, x)
    elif kind == 5:
        static(kind, bits, x)
    elif kind == 24:
        part(bits, x)
    else:
        utc = int64(0)
        if kind == 4 or kind == 11:
            utc = heard(x)
        other(kind, bits, utc, x)
