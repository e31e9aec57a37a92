"""Rows made small: degrees in 1/600000, speeds and courses in tenths, as AIS sends them.

What a log of AIS says comes back to the last bit. Of a table of positions with finer degrees or
speeds, up to 0.1 m and 0.05 kn are lost. `turn`, `second` and `station` are not kept: nothing is
detected from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.words.time import DAY

if TYPE_CHECKING:
    from noroshi.words.desk import Array

DEGREE: Final = 600_000
"""Units of a degree: 1/10000 of a minute, in which ITU-R M.1371 gives positions. Readers round
degrees to six places, and so does `unpack`."""

UNKNOWN: Final = 65_535
"""Of a speed, course or heading that was not given."""

CELL_DEG: Final = 5
COLUMNS: Final = 360 // CELL_DEG

POSITION: Final = {
    "mmsi": "u4", "t": "i8", "lat": "i4", "lon": "i4", "sog": "u2", "cog": "u2", "heading": "u2",
    "status": "i1", "type": "u1", "marks": "u1", "place": "i8", "length": "u4",
}  # fmt: skip
"""A stored position. `marks`: precision in bits 0–2, clock in 3–4, 5 accurate, 6 sound. `place` is
a byte of the source, or a row where `length` is 0. A track without MMSI has `track` for `mmsi`."""

STATIC: Final = (
    "t", "name", "callsign", "imo", "ship_type", "draught_m", "length_m", "width_m", "destination",
    "eta",
)  # fmt: skip
"""What a vessel says of itself is kept as it is."""


def pack(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Positions as they are stored; undated ones (`clock` 0) have no day and are left out."""
    kept = arrays["clock"] > 0
    precision = arrays["precision"].astype(np.uint8)
    marks = precision | arrays["clock"].astype(np.uint8) << 3
    marks |= arrays.get("accurate", np.zeros(len(kept), bool)).astype(np.uint8) << 5
    marks |= arrays["sound"].astype(np.uint8) << 6
    packed = _identity(arrays) | {
        "t": arrays["t"],
        "lat": np.rint(arrays["lat"] * DEGREE),
        "lon": np.rint(arrays["lon"] * DEGREE),
        "sog": _tenths(arrays["sog_kn"]),
        "cog": _tenths(arrays["cog_deg"]),
        "heading": _tenths(arrays["heading_deg"]),
        "status": arrays["status"],
        "type": arrays["type"],
        "marks": marks,
    }
    packed |= _places(arrays)
    return {
        name: values[kept].astype(POSITION.get(name, values.dtype))
        for name, values in packed.items()
    }


def unpack(packed: Mapping[str, Array]) -> dict[str, Array]:
    """The columns of kind `position` that `pack` was given, as a desk takes them."""
    marks = packed["marks"]
    many = len(marks)
    return {
        **({"track": packed["track"]} if "track" in packed else {}),
        **({"mmsi": packed["mmsi"].astype(np.int64)} if "mmsi" in packed else {}),
        "t": packed["t"],
        "lon": np.round(packed["lon"] / DEGREE, 6),
        "lat": np.round(packed["lat"] / DEGREE, 6),
        "sog_kn": _units(packed["sog"]),
        "cog_deg": _units(packed["cog"]),
        "heading_deg": _units(packed["heading"]),
        "status": packed["status"],
        "turn": np.full(many, np.nan, np.float32),
        "second": np.full(many, 60, np.uint8),
        "station": np.zeros(many, np.uint64),
        "accurate": (marks >> 5 & 1).astype(bool),
        "type": packed["type"],
        "clock": marks >> 3 & 3,
        "precision": marks & 7,
        "sound": (marks >> 6 & 1).astype(bool),
        **_placed(packed),
    }


def pack_static(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """What vessels say of themselves, as it is stored."""
    return _identity(arrays) | {name: arrays[name] for name in STATIC} | _places(arrays)


def unpack_static(packed: Mapping[str, Array]) -> dict[str, Array]:
    """The columns of kind `static` that `pack_static` was given."""
    key = "mmsi" if "mmsi" in packed else "track"
    identity = packed[key].astype(np.int64) if key == "mmsi" else packed[key]
    return {key: identity} | {name: packed[name] for name in STATIC} | _placed(packed)


def days(t: Array) -> Array:
    """Days since 1970 of instants in µs UTC."""
    return t // DAY


def cells(lat: Array, lon: Array) -> Array:
    """The number of each packed position's cell of 5°: rows from the South Pole, columns from the
    antimeridian."""
    wide = CELL_DEG * DEGREE
    row = np.clip((lat.astype(np.int64) + 90 * DEGREE) // wide, 0, 180 // CELL_DEG - 1)
    column = np.clip((lon.astype(np.int64) + 180 * DEGREE) // wide, 0, COLUMNS - 1)
    return row * COLUMNS + column


def cell_name(cell: int) -> str:
    """`N55E010`: the south-western corner."""
    row, column = divmod(cell, COLUMNS)
    lat, lon = row * CELL_DEG - 90, column * CELL_DEG - 180
    return f"{'S' if lat < 0 else 'N'}{abs(lat):02d}{'W' if lon < 0 else 'E'}{abs(lon):03d}"


def _identity(arrays: Mapping[str, Array]) -> dict[str, Array]:
    if "mmsi" in arrays:
        return {"mmsi": arrays["mmsi"].astype(np.uint32)}
    return {"track": arrays["track"]}


def _places(arrays: Mapping[str, Array]) -> dict[str, Array]:
    if "row" in arrays:
        return {"place": arrays["row"], "length": np.zeros(len(arrays["row"]), np.uint32)}
    return {"place": arrays["start"], "length": arrays["length"].astype(np.uint32)}


def _placed(packed: Mapping[str, Array]) -> dict[str, Array]:
    """A file holds rows of one source, so all are bytes of a log or all are rows of a table."""
    if len(packed["length"]) and not packed["length"].any():
        return {"row": packed["place"]}
    return {"start": packed["place"], "length": packed["length"].astype(np.int32)}


def _tenths(values: Array) -> Array:
    return np.where(np.isfinite(values), np.rint(values.astype(np.float64) * 10), UNKNOWN)


def _units(values: Array) -> Array:
    return np.where(values == UNKNOWN, np.nan, values / 10.0).astype(np.float32)
