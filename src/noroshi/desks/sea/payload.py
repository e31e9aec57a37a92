"""AIS payloads to fields: the one place that knows the decoder underneath (pyais for now).

Message types after ITU-R M.1371-5, annex 8. Sentinels become nan, -1 or nothing here, so that no
later room has to know them.
"""

from __future__ import annotations

import functools
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.words.time import from_datetime

if TYPE_CHECKING:
    from collections.abc import Callable

ARMOUR: Final = bytes([*range(48, 88), *range(96, 120)])
"""The 64 characters that carry six bits each (IEC 61162-1, AIS encapsulation)."""

LEAST_BITS: Final = {1: 143, 2: 143, 3: 143, 4: 78, 5: 420, 9: 134, 11: 78, 18: 139, 19: 301,
                     24: 160, 27: 94}  # fmt: skip
"""Bits without which a type cannot be read: up to the last field used; of other types those of the
sender's identity. Type 5 is sent with 420 to 426 bits and 24 A with 160, both in the wild and
readable."""

IDENTITY_BITS: Final = 38
PART_B_BITS: Final = 162
PLACE_BITS: Final = {4: 134, 11: 134, 21: 219}
"""Bits up to the end of the place, in types whose place is of use but not needed."""

LAST_TYPE: Final = 28
"""The highest message type there is (ITU-R M.1371-6)."""


class Position(msgspec.Struct, frozen=True):
    """Of types 1, 2, 3, 9, 18, 19 and 27; nan, -1 and second 60 where not available.

    `turn` in degrees a minute, 127 and -127 where the ship has no turn indicator and turns faster
    than 5° in 30 s; `second` of the minute, above 60 where the position does not come from a
    working receiver; `accurate`: to 10 m or better.
    """

    mmsi: int
    type: int
    lon: float
    lat: float
    sog_kn: float
    cog_deg: float
    heading_deg: float
    status: int
    turn: float
    second: int
    accurate: bool


class Static(msgspec.Struct, frozen=True):
    """Of types 5, 19 and 24; empty or 0 where not given. `eta` is month, day, hour and minute UTC
    as the digits `mmddhhmm`, an hour of 24 and a minute of 60 being not available."""

    mmsi: int
    name: str = ""
    callsign: str = ""
    imo: int = 0
    ship_type: int = 0
    draught_m: float = 0.0
    length_m: float = 0.0
    width_m: float = 0.0
    destination: str = ""
    eta: int = 0


class Other(msgspec.Struct, frozen=True):
    """Of any other type, and of the base stations' types 4 and 11: who, and where if it says so.
    What else it says `message` tells."""

    mmsi: int
    type: int
    lon: float = math.nan
    lat: float = math.nan


class StationTime(msgspec.Struct, frozen=True):
    """Of types 4 and 11: what the sender's clock says, µs UTC."""

    mmsi: int
    t: int


Item = Position | Static | StationTime | Other


def decode(payload: bytes, fill: int) -> tuple[Item, ...]:
    """What one whole payload says; empty for positions that are declared not available
    (longitude 181, latitude 91).

    Raises `ValueError` for a payload that is cut, not armoured text, or says impossible things.
    """
    number, bits = checked(payload, fill)
    reader = _READERS.get(number)
    if reader is None:
        return (Other(_sender(payload), number),)
    if number == 24:
        _check_part(_field(payload, 38, 2), bits)
    return reader(_message(payload, fill, number), payload, bits)


def message(payload: bytes, fill: int) -> dict[str, Any]:
    """Every field of one whole payload of any type, by pyais' names. Raises `ValueError`."""
    number, _ = checked(payload, fill)
    return _message(payload, fill, number).asdict()


def checked(payload: bytes, fill: int) -> tuple[int, int]:
    """(type, bits). Raises `ValueError` where the payload cannot be one of its type."""
    if not payload or payload.translate(None, ARMOUR):
        raise ValueError("unreadable payload: not six-bit text" if payload else "empty payload")
    number, bits = _SIX[payload[0]], len(payload) * 6 - fill
    if not 1 <= number <= LAST_TYPE:
        raise ValueError(f"no such message type: {number}")
    if bits < LEAST_BITS.get(number, IDENTITY_BITS):
        raise ValueError(f"truncated payload: {bits} bits of type {number}")
    return number, bits


def _message(payload: bytes, fill: int, number: int) -> Any:
    classes, vector = _pyais()
    try:
        return classes[number].from_vector(vector(payload, fill))
    except Exception as problem:  # pyais raises whatever its converters raise
        raise ValueError(f"unreadable payload of type {number}: {problem}") from problem


def _check_part(part: int, bits: int) -> None:
    if part > 1:
        raise ValueError(f"impossible part {part} of type 24")
    if part == 1 and bits < PART_B_BITS:
        raise ValueError(f"truncated payload: {bits} bits of type 24")


def _sender(payload: bytes) -> int:
    """Bits 8 to 38 of a payload."""
    return _field(payload, 8, 30)


def _field(payload: bytes, start: int, width: int) -> int:
    """An unsigned field that is whole in the payload."""
    first, last = start // 6, (start + width - 1) // 6
    value = functools.reduce(lambda so_far, code: so_far << 6 | _SIX[code],
                             payload[first : last + 1], 0)  # fmt: skip
    return value >> (last + 1) * 6 - start - width & (1 << width) - 1


@functools.cache
def _pyais() -> tuple[dict[int, Any], Callable[[bytes, int], Any]]:
    from pyais.bit_vector import bit_vector
    from pyais.messages import MSG_CLASS

    return dict(MSG_CLASS), bit_vector


_SIX: Final = [(code - 56 if code - 48 > 40 else code - 48) & 63 for code in range(256)]


def _position(message: Any, payload: bytes, bits: int) -> tuple[Item, ...]:
    number = message.msg_type
    lon, lat = message.lon, message.lat
    if lon == 181.0 or lat == 91.0:
        return ()
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError(f"impossible position: longitude {lon}, latitude {lat}")
    fastest = 63 if number == 27 else 1023 if number == 9 else 102.3
    speed, course = float(message.speed), float(message.course)
    heading = getattr(message, "heading", 511)
    status = int(getattr(message, "status", 15))
    turn = float(getattr(message, "turn", -128.0))
    return (
        Position(
            message.mmsi,
            number,
            _west(lon),
            lat,
            math.nan if speed >= fastest else speed,
            course if 0.0 <= course < 360.0 else math.nan,
            float(heading) if heading < 360 else math.nan,
            status if 0 <= status <= 14 else -1,
            math.nan if turn == -128.0 else turn,
            getattr(message, "second", 60),
            bool(message.accuracy),
        ),
    )


def _west(lon: float) -> float:
    """The antimeridian has one longitude."""
    return -180.0 if lon == 180.0 else lon


def _extended(message: Any, payload: bytes, bits: int) -> tuple[Item, ...]:
    return (*_position(message, payload, bits), *_static(message, payload, bits))


def _static(message: Any, payload: bytes, bits: int) -> tuple[Item, ...]:
    bow, stern, port, starboard = (
        float(getattr(message, f"to_{side}", 0) or 0)
        for side in ("bow", "stern", "port", "starboard")
    )
    # As sent: pyais gives another code, or 0, for one that the recommendation has no name for.
    part_b = getattr(message, "partno", None) == 1
    coded = {5: 232, 19: 263}.get(message.msg_type, 40 if part_b else None)
    return (
        Static(
            message.mmsi,
            _text(getattr(message, "shipname", "")),
            _text(getattr(message, "callsign", "")),
            int(getattr(message, "imo", 0) or 0),
            0 if coded is None else _field(payload, coded, 8),
            float(getattr(message, "draught", 0.0) or 0.0),
            bow + stern,
            port + starboard,
            _text(getattr(message, "destination", "")),
            _eta(message) if message.msg_type == 5 else 0,
        ),
    )


def _text(value: str | None) -> str:
    return (value or "").partition("@")[0].strip()


def _eta(message: Any) -> int:
    if not (message.month and message.day):
        return 0
    return ((message.month * 100 + message.day) * 100 + message.hour) * 100 + message.minute


def _station(message: Any, payload: bytes, bits: int) -> tuple[Item, ...]:
    date = (message.year, message.month, message.day)
    clock = (message.hour, message.minute, message.second)
    placed = _placed(message, payload, bits)
    try:
        at = from_datetime(datetime(*date, *clock, tzinfo=UTC))
    except ValueError:
        return placed
    return (StationTime(message.mmsi, at), *placed)


def _placed(message: Any, payload: bytes, bits: int) -> tuple[Item, ...]:
    lon, lat = message.lon, message.lat
    if bits < PLACE_BITS[message.msg_type] or not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        return (Other(message.mmsi, message.msg_type),)
    return (Other(message.mmsi, message.msg_type, _west(lon), lat),)


_READERS: Final[dict[int, Callable[[Any, bytes, int], tuple[Item, ...]]]] = {
    **dict.fromkeys((1, 2, 3, 9, 18, 27), _position),
    **dict.fromkeys((4, 11), _station),
    **dict.fromkeys((5, 24), _static),
    19: _extended,
    21: _placed,
}
