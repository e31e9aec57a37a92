"""Rows gathered into columns: what every reader of the sea desk yields.

Kind `position`: `mmsi` (int64) or `track` (str), `t` µs UTC, `lon`, `lat` degrees, `sog_kn`,
`cog_deg`, `heading_deg` (nan: not given), `status` (ITU-R M.1371 table 47, -1: not given), `turn`
degrees a minute (nan: not given), `second` of the position (60: not given), `accurate` (to 10 m),
`type` (AIS message type, 0: a table), `clock` (0 undated, 1 by the last known time of the source,
2 own, 3 own and corrected by `clocks`), `precision` (code of `tracks.PRECISIONS`), `sound` (no tag
block with a wrong checksum), `station` that heard it (`sentence.spelt`, 0: not given), and `start`
and `length` in bytes, or `row`.
Kind `static`: identity, `t`, `name`, `callsign`, `imo`, `ship_type`, `draught_m`, `length_m`,
`width_m`, `destination`, `eta` (digits `mmddhhmm`, 0: not given), and the place; only where
something differs from the vessel's last.
Kind `message`: of every AIS message of another type, and of base stations', `mmsi`, `t`, `type`,
`clock`, `lon`, `lat` (nan: none), `station`, `utc` (µs, what a base station says the time is, 0:
not given), and the place. `payload.message` tells what else is in it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from noroshi.words.desk import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.words.desk import Source

_POSITION: Final = {
    "t": "i8", "lon": "f8", "lat": "f8", "sog_kn": "f4", "cog_deg": "f4", "heading_deg": "f4",
    "status": "i1", "turn": "f4", "second": "u1", "accurate": "?", "type": "u1", "clock": "u1",
    "precision": "u1", "sound": "?", "station": "u8",
}  # fmt: skip
_STATIC: Final = {
    "t": "i8", "name": "U", "callsign": "U", "imo": "i8", "ship_type": "i2", "draught_m": "f4",
    "length_m": "f4", "width_m": "f4", "destination": "U", "eta": "i4",
}  # fmt: skip
_MESSAGE: Final = {
    "t": "i8", "type": "u1", "clock": "u1", "lon": "f8", "lat": "f8", "station": "u8", "utc": "i8",
}  # fmt: skip
_PLACES: Final = {"row": {"row": "i8"}, "bytes": {"start": "i8", "length": "i4"}}

_REMEMBERED: Final = 200_000
"""Vessels whose last static data are remembered; more than that are simply told again."""


class Batch:
    """Rows so far; `take` turns them into columns and starts again."""

    def __init__(
        self,
        source: Source,
        identity: Literal["mmsi", "track"],
        place: Literal["row", "bytes"],
        size: int,
    ) -> None:
        self._source, self._size = source, size
        key = {identity: "i8" if identity == "mmsi" else "U"}
        self._kinds = {
            "position": key | _POSITION | _PLACES[place],
            "static": key | _STATIC | _PLACES[place],
            "message": key | _MESSAGE | _PLACES[place],
        }
        self._rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in self._kinds}
        self._last: dict[int | str, tuple[Any, ...]] = {}

    @property
    def full(self) -> bool:
        """Whether it is time to `take`."""
        return any(len(rows) >= self._size for rows in self._rows.values())

    def position(
        self, identity: int | str, t: int, lon: float, lat: float, *place: int,
        sog_kn: float, cog_deg: float, heading_deg: float, status: int, turn: float = math.nan,
        second: int = 60, accurate: bool = False, type: int, clock: int, precision: int,
        sound: bool = True, station: int = 0,
    ) -> None:  # fmt: skip
        """One position."""
        self._rows["position"].append(
            (identity, t, lon, lat, sog_kn, cog_deg, heading_deg, status, turn, second, accurate,
             type, clock, precision, sound, station, *place)
        )  # fmt: skip

    def message(
        self, identity: int, t: int, type: int, clock: int, lon: float, lat: float, station: int,
        utc: int, *place: int,
    ) -> None:  # fmt: skip
        """One message that is neither a position nor static data of a ship."""
        self._rows["message"].append((identity, t, type, clock, lon, lat, station, utc, *place))

    def static(
        self, identity: int | str, t: int, *place: int, name: str = "", callsign: str = "",
        imo: int = 0, ship_type: int = 0, draught_m: float = 0.0, length_m: float = 0.0,
        width_m: float = 0.0, destination: str = "", eta: int = 0,
    ) -> None:  # fmt: skip
        """What a vessel says of itself, with what it said before of the rest; nothing if nothing
        is new."""
        said = (name, callsign, imo, ship_type, draught_m, length_m, width_m, destination, eta)
        before = self._last.get(identity, said)
        said = tuple(new or old for new, old in zip(said, before, strict=True))
        if self._last.get(identity) == said:
            return
        if len(self._last) >= _REMEMBERED:
            self._last.clear()
        self._last[identity] = said
        self._rows["static"].append((identity, t, *said, *place))

    def take(self) -> Iterator[Columns]:
        """The gathered rows as columns, positions first; nothing for a kind without rows."""
        for kind, rows in self._rows.items():
            if rows:
                columns = zip(*rows, strict=True)
                yield Columns(kind, self._source, {
                    name: np.array(values, dtype=dtype)
                    for (name, dtype), values in zip(self._kinds[kind].items(), columns,
                                                     strict=True)
                })  # fmt: skip
        self._rows = {kind: [] for kind in self._kinds}
