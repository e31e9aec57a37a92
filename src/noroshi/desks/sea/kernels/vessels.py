"""What each vessel last said of itself, so that only what is new becomes a row."""

from __future__ import annotations

from typing import Any

from noroshi.desks.sea.kernels.jit import generic, inner, int64, uint64
from noroshi.desks.sea.kernels.layout import REMEMBERED, VESSEL_SLOTS, Memory, StaticRow


@inner
def slot_of(mmsi: int, x: Memory) -> int:
    """The slot of `x.index` with the vessel's row plus one, or the empty one where it goes."""
    slot = int64((uint64(mmsi) * uint64(0x9E3779B97F4A7C15)) >> uint64(45))
    while x.index[slot] != 0 and x.vessels[x.index[slot] - 1].mmsi != mmsi:
        slot = (slot + 1) & (VESSEL_SLOTS - 1)
    return slot


@generic
def filled(out: Any, before: Any) -> bool:
    """Fills an empty text from the one before; whether they are then equal."""
    if out[0] == 0:
        for place in range(len(before)):
            out[place] = before[place]
        return True
    for place in range(len(before)):
        if out[place] != before[place]:
            return False
    return True


@inner
def completed(out: StaticRow, before: StaticRow) -> bool:
    """Fills what `out` lacks from `before`; whether they then say the same."""
    same = filled(out.name, before.name)
    same = filled(out.callsign, before.callsign) and same
    same = filled(out.destination, before.destination) and same
    out.imo = out.imo if out.imo else before.imo
    out.eta = out.eta if out.eta else before.eta
    out.ship_type = out.ship_type if out.ship_type else before.ship_type
    out.draught_dm = out.draught_dm if out.draught_dm else before.draught_dm
    out.length_m = out.length_m if out.length_m else before.length_m
    out.width_m = out.width_m if out.width_m else before.width_m
    return (
        same
        and out.imo == before.imo
        and out.eta == before.eta
        and out.ship_type == before.ship_type
        and out.draught_dm == before.draught_dm
        and out.length_m == before.length_m
        and out.width_m == before.width_m
    )


@inner
def told(out: StaticRow, x: Memory) -> bool:
    """Completes `out` by what its vessel said before; whether anything in it is new."""
    slot = slot_of(out.mmsi, x)
    known = x.index[slot] != 0
    if known:
        before = x.vessels[x.index[slot] - 1]
        if completed(out, before):
            return False
    if x.known >= REMEMBERED:
        for each in range(VESSEL_SLOTS):
            x.index[each] = 0
        x.known = 0
        slot, known = slot_of(out.mmsi, x), False
    if not known:
        x.index[slot] = x.known + 1
        x.known += 1
    x.vessels[x.index[slot] - 1] = out
    return True
