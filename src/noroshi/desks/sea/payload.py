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
"""Bits without which a type cannot be read: up to the last field used. Type 5 is sent with 420 to
426 bits and 24 A with 160, both in the wild and readable."""


class Position(msgspec.Struct, frozen=True):
    """Of types 1, 2, 3, 9, 18, 19 and 27; nan and -1 where not available."""

    mmsi: int
    type: int
    lon: float
    lat: float
    sog_kn: float
    cog_deg: float
    heading_deg: float
    status: int


class Static(msgspec.Struct, frozen=True):
    """Of types 5, 19 and 24; empty or 0 where not given."""

    mmsi: int
    name: str = ""
    callsign: str = ""
    imo: int = 0
    ship_type: int = 0
    draught_m: float = 0.0
    length_m: float = 0.0
    width_m: float = 0.0


class StationTime(msgspec.Struct, frozen=True):
    """Of types 4 and 11: what the sender's clock says, µs UTC."""

    mmsi: int
    t: int


Item = Position | Static | StationTime


def decode(payload: bytes, fill: int) -> tuple[Item, ...]:
    """What one whole payload says; empty for types that the desk has no use for, and for positions
    that are declared not available (longitude 181, latitude 91).

    Raises `ValueError` for a payload that is cut, not armoured text, or says impossible things.
    """
    if not payload or payload.translate(None, ARMOUR):
        raise ValueError("unreadable payload: not six-bit text" if payload else "empty payload")
    number = _SIX[payload[0]]
    reader = _READERS.get(number)
    if reader is None:
        return ()
    bits = len(payload) * 6 - fill
    if bits < LEAST_BITS[number]:
        raise ValueError(f"truncated payload: {bits} bits of type {number}")
    classes, vector = _pyais()
    try:
        message = classes[number].from_vector(vector(payload, fill))
    except Exception as problem:  # pyais raises whatever its converters raise
        raise ValueError(f"unreadable payload of type {number}: {problem}") from problem
    return reader(message)


@functools.cache
def _pyais() -> tuple[dict[int, Any], Callable[[bytes, int], Any]]:
    from pyais.bit_vector import bit_vector
    from pyais.messages import MSG_CLASS

    return dict(MSG_CLASS), bit_vector


_SIX: Final = [(code - 56 if code - 48 > 40 else code - 48) & 63 for code in range(256)]


def _position(message: Any) -> tuple[Item, ...]:
    number = message.msg_type
    lon, lat = message.lon, message.lat
    if lon == 181.0 or lat == 91.0:
        return ()
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise ValueError(f"impossible position: longitude {lon}, latitude {lat}")
    coarse = number == 27
    speed, course = float(message.speed), float(message.course)
    heading = getattr(message, "heading", 511)
    status = int(getattr(message, "status", 15))
    return (
        Position(
            message.mmsi,
            number,
            -180.0 if lon == 180.0 else lon,
            lat,
            math.nan if speed >= (63 if coarse else 1023 if number == 9 else 102.3) else speed,
            course if 0.0 <= course < 360.0 else math.nan,
            float(heading) if heading is not None and heading < 360 else math.nan,
            status if 0 <= status <= 14 else -1,
        ),
    )


def _extended(message: Any) -> tuple[Item, ...]:
    return (*_position(message), *_static(message))


def _static(message: Any) -> tuple[Item, ...]:
    if getattr(message, "partno", 0) not in (0, 1):
        raise ValueError(f"impossible part {message.partno} of type 24")
    bow, stern, port, starboard = (
        float(getattr(message, f"to_{side}", 0) or 0)
        for side in ("bow", "stern", "port", "starboard")
    )
    return (
        Static(
            message.mmsi,
            _text(getattr(message, "shipname", "")),
            _text(getattr(message, "callsign", "")),
            int(getattr(message, "imo", 0) or 0),
            int(getattr(message, "ship_type", 0) or 0),
            float(getattr(message, "draught", 0.0) or 0.0),
            bow + stern,
            port + starboard,
        ),
    )


def _text(value: str | None) -> str:
    return (value or "").partition("@")[0].strip()


def _station(message: Any) -> tuple[Item, ...]:
    date = (message.year, message.month, message.day)
    clock = (message.hour, message.minute, message.second)
    try:
        at = from_datetime(datetime(*date, *clock, tzinfo=UTC))
    except ValueError:
        return ()
    return (StationTime(message.mmsi, at),)


_READERS: Final[dict[int, Callable[[Any], tuple[Item, ...]]]] = {
    **dict.fromkeys((1, 2, 3, 9, 18, 27), _position),
    **dict.fromkeys((4, 11), _station),
    **dict.fromkeys((5, 24), _static),
    19: _extended,
}
