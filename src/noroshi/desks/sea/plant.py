"""Planting: known events in real background, so that what is found can be counted.

`plant` follows the protocol of all desks: an inject, columns and a seed give columns and truths.
The background is not touched, except that an outage takes its rows within 60 km as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.sea.cases import CASES
from noroshi.desks.sea.sentence import spelt
from noroshi.desks.sea.sphere import chord_m, vectors
from noroshi.desks.sea.truths import FIRST, Truth
from noroshi.desks.sea.wear import Reception, station_name, wear
from noroshi.words.desk import Columns
from noroshi.words.errors import BadInput

if TYPE_CHECKING:
    from noroshi.words.desk import Array

OUTAGE_M: Final = 60_000.0
"""About the reach of a shore station with its aerial 60 m up (M.1371: VHF, radio horizon)."""


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to plant, where (degrees) and from when (µs UTC); `ships` moves its MMSIs on, so that
    several injects do not share ships; `reception` is how badly it was heard."""

    case: str
    at: int
    lon: float
    lat: float
    ships: int = 0
    reception: Reception = Reception()


def plant(inject: Inject, columns: Columns, seed: int) -> tuple[Columns, tuple[Truth, ...]]:
    """`columns` (kind `position`, by MMSI) with the case in it, and what is true of it.

    Raises `BadInput` for an unknown case or columns without MMSI.
    """
    added, truths = reports(inject, seed)
    if columns.kind != "position" or "mmsi" not in columns.arrays:
        raise BadInput("plant", "planting needs positions by MMSI", found=columns.kind)
    arrays = dict(columns.arrays)
    if inject.case == "outage":
        heard = ~_silenced(inject, truths[0], arrays)
        arrays = {name: values[heard] for name, values in arrays.items()}
    rows = _rows(arrays, added)
    merged = {name: np.concatenate([arrays[name], rows[name]]) for name in arrays}
    return Columns(columns.kind, columns.source, merged), truths


def reports(inject: Inject, seed: int) -> tuple[dict[str, Array], tuple[Truth, ...]]:
    """The planted rows alone, as they were written down in order of arrival: for `wear.speak`.

    Raises `BadInput` for an unknown case.
    """
    if inject.case not in CASES:
        raise BadInput("inject", "no such case", found=inject.case, expected=", ".join(CASES))
    rng = np.random.default_rng(seed)
    case = CASES[inject.case](inject.at, inject.lon, inject.lat, rng)
    worn = [wear(ship, inject.reception, rng) for ship in case.ships]
    whole = {name: np.concatenate([each[name] for each in worn]) for name in worn[0]}
    order = np.argsort(whole["t"], kind="stable")
    whole = {name: values[order] for name, values in whole.items()}
    whole["mmsi"] = whole["mmsi"] + inject.ships
    truths = tuple(
        msgspec.structs.replace(each, mmsis=tuple(mmsi + inject.ships for mmsi in each.mmsis))
        for each in case.truths
    )
    return whole, truths


def by_mmsi(columns: Columns) -> Columns:
    """Positions of numbered tracks as if each were a ship: 298000001 upwards, in order of name (the
    ITU has given 298 to nobody). Columns by MMSI are returned as they are."""
    if "track" not in columns.arrays:
        return columns
    arrays = dict(columns.arrays)
    number = np.unique(arrays.pop("track"), return_inverse=True)[1]
    return Columns(columns.kind, columns.source, {"mmsi": number + (FIRST - 1_000_000), **arrays})


def _silenced(inject: Inject, truth: Truth, arrays: dict[str, Array]) -> Array:
    here = vectors(np.array([inject.lon]), np.array([inject.lat]))
    near = chord_m(vectors(arrays["lon"], arrays["lat"]), here) <= OUTAGE_M
    return near & (arrays["t"] >= truth.t0) & (arrays["t"] < truth.t1)


_CONSTANT: Final[dict[str, Any]] = {
    "heading_deg": np.nan, "turn": np.nan, "accurate": False, "type": 1, "clock": 2,
    "precision": 1, "sound": True, "length": 1,
}  # fmt: skip


def _rows(arrays: dict[str, Array], added: dict[str, Array]) -> dict[str, Array]:
    """The planted rows in the background's columns; their places continue its own."""
    many = len(added["t"])
    place = "row" if "row" in arrays else "start"
    after = int(arrays[place].max()) + 1 if len(arrays[place]) else 1
    found: dict[str, Array] = {}
    for name, values in arrays.items():
        if name == place:
            given = np.arange(after, after + many)
        elif name == "station":
            names = [spelt(station_name(n).encode()) for n in range(int(added[name].max()) + 1)]
            given = np.array(names, dtype=np.uint64)[added[name]]
        elif name in added:
            given = added[name]
        else:
            given = np.full(many, _CONSTANT[name])
        found[name] = given.astype(values.dtype)
    return found
