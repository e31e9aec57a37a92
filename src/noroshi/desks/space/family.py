"""What happens to many at once: break-ups, changes of a constellation."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.findings import Seen, subject
from noroshi.desks.space.kernels.constants import RADIUS_KM
from noroshi.desks.space.pinch import worked_back
from noroshi.words.place import Place, wrap_lon
from noroshi.words.time import DAY, MINUTE, SECOND, Span, format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

NAMED: Final = 12
"""Pieces of a family that a finding names as subjects; its measures count them all."""

ECCENTRIC_KM: Final = 15.0
"""Apogee and perigee of a piece lie farther apart than those of one that was launched so. Ours."""

PINCH_KM: Final = 15.0
"""Pieces of one break-up have all passed the height where it was: between perigee and apogee, give
or take what drag and short periods do. Ours."""

PINCH_SHARE: Final = 0.8
SPREAD_MIN: Final = 0.5
"""Periods of pieces differ by this many minutes at least (10th to 90th in a hundred). Ours: a
velocity of 12 m/s along the orbit, more than a release from a dispenser gives."""


def heights(rows: Array) -> tuple[Array, Array, Array]:
    """Apogee and perigee above the equator's radius (km), period (minutes), of mean elements."""
    from noroshi.desks.space.coefficients import coefficients

    table, _ = coefficients(sgp4(rows))
    axis = table["ao"] * RADIUS_KM
    e = table["ecco"]
    return (axis * (1 + e) - RADIUS_KM, axis * (1 - e) - RADIUS_KM, 1440.0 / rows["n"])


def _middle(rows: Array) -> Array:
    apogee, perigee, _ = heights(rows)
    return (apogee + perigee) / 2.0


def break_ups(state: State) -> Iterator[Seen]:
    """Families that grew by pieces whose orbits all go through one height.

    Pieces count as new that were first seen `breakup_days` or more after most of the catalogue was:
    one reading of a catalogue tells of no break-up."""
    parameters: Parameters = state.context.parameters
    table = state.table()
    if not len(table):
        return
    first_rows = table[np.append(True, np.diff(table["norad"]) != 0)]
    # Most objects were first seen when the catalogue was first looked at.
    begun = int(np.median(first_rows["epoch"]))
    families: dict[str, list[Any]] = {}
    for row in first_rows:
        known = state.known.get(int(row["norad"]))
        if known is not None and known.cospar:
            families.setdefault(known.cospar[:8], []).append(row)
    window = round(parameters.breakup_days * DAY)
    for name, members in sorted(families.items()):
        rows = np.array(members, table.dtype)
        new = rows[rows["epoch"] > begun + window]
        if len(new) < parameters.breakup_pieces:
            continue
        seen = _pinched(name, rows, new, begun, parameters)
        if seen is not None:
            yield seen


def begun_before(rows: Array, new: Array) -> Array:
    """Members of a family that are not new."""
    return rows[~np.isin(rows["norad"], new["norad"])]


def _pinched(name: str, rows: Array, new: Array, begun: int, parameters: Parameters) -> Seen | None:
    apogee, perigee, period = heights(new)
    low, high = np.percentile(period, [10, 90])
    if high - low < SPREAD_MIN:
        return None
    tries = np.unique(np.round(np.concatenate([apogee, perigee])))
    inside = perigee[None] - PINCH_KM <= tries[:, None]
    inside &= tries[:, None] <= apogee[None] + PINCH_KM
    many = inside.sum(1)
    # Of the heights that most pieces go through, the middle one.
    best = tries[many == many.max()]
    pinch = float(best[len(best) // 2])
    wide = (apogee - perigee > ECCENTRIC_KM) & inside[int(np.searchsorted(tries, pinch))]
    if wide.sum() < max(parameters.breakup_pieces, PINCH_SHARE * len(new) / 2):
        return None
    if many.max() < PINCH_SHARE * len(new):
        return None
    old = begun_before(rows, new)
    since = int(old["epoch"].max()) if len(old) else int(new["epoch"].min()) - DAY
    order = np.argsort(new["norad"])
    measures: dict[str, Measure] = {
        "family": name,
        "pieces": len(new),
        "known_before": len(old),
        "pinch_km": round(pinch),
        "periods_min": f"{float(period.min()):.2f} to {float(period.max()):.2f}",
        "apogees_km": f"{float(apogee.min()):.0f} to {float(apogee.max()):.0f}",
        "perigees_km": f"{float(perigee.min()):.0f} to {float(perigee.max()):.0f}",
        "through_pinch": round(float(many.max()) / len(new), 3),
        "instant": f"not seen together since {format_instant(begun)[:10]}",
    }
    t0, t1 = sorted((since, int(new["epoch"].min())))
    span = Span(t0, t1 + 1, "day")
    place = None
    origin, apart = worked_back(new, begun)
    if apart:
        # Pieces of an older break-up that were catalogued late.
        return None
    if origin is not None:
        within = round(origin.within_min * MINUTE)
        span = Span(origin.at - within, origin.at + within, "min")
        lon = round(wrap_lon(round(origin.lon, 2)), 2)
        place = Place(lon, round(origin.lat, 2), 1000.0 * math.ceil(origin.radius_km))
        measures |= {
            "instant": format_instant(origin.at // SECOND * SECOND),
            "within_min": round(origin.within_min, 1),
            "left_km": round(origin.spread_km, 1),
            "origin_km": round(origin.height_km, 1),
            "origin_deg": f"{origin.lon:.1f}, {origin.lat:.1f}",
        }
    return Seen("breakup", span,
                (f"family:{name}", *(subject(int(n)) for n in new["norad"][order[:NAMED]])),
                measures, tuple(new[order[:NAMED]]), cell=name,
                credibility=4 if origin is None else 2, place=place)  # fmt: skip


_NUMBER: Final = re.compile(r"[\s-]*\(?\d+[A-Z]?\)?$")
LEAST: Final = 20
"""Satellites that make a constellation."""

RAISED_KM: Final = 10.0
"""A satellite moved that changed its height by this much. Ours."""


def constellations(state: State) -> Iterator[Seen]:
    """Constellations of which a share changed height between their objects' first and last sets."""
    parameters: Parameters = state.context.parameters
    table = state.table()
    if not len(table):
        return
    starts = np.flatnonzero(np.append(True, np.diff(table["norad"]) != 0))
    ends = np.append(starts[1:], len(table)) - 1
    groups: dict[str, list[int]] = {}
    for n, first in enumerate(starts.tolist()):
        known = state.known.get(int(table["norad"][first]))
        if known is None or known.type in ("DEBRIS", "ROCKET BODY"):
            continue
        name = _NUMBER.sub("", known.name).strip()
        if name and name != known.name and not name.endswith((" DEB", " R/B")):
            groups.setdefault(name, []).append(n)
    for name, members in sorted(groups.items()):
        both = [n for n in members if table["epoch"][ends[n]] - table["epoch"][starts[n]] > DAY]
        if len(members) < LEAST or not both:
            continue
        old, new = table[starts[both]], table[ends[both]]
        change = _middle(new) - _middle(old)
        raised, lowered = int(np.sum(change > RAISED_KM)), int(np.sum(change < -RAISED_KM))
        if raised + lowered < max(3, parameters.constellation_share * len(both)):
            continue
        order = np.argsort(-np.abs(change))[: min(NAMED, raised + lowered)]
        chosen = sorted(order.tolist(), key=lambda k: int(new["norad"][k]))
        yield Seen(
            "constellation_change",
            Span(int(old["epoch"].min()), int(new["epoch"].max()) + 1, "day"),
            (f"constellation:{name}", *(subject(int(new["norad"][k])) for k in chosen)),
            {
                "constellation": name,
                "satellites": len(members),
                "compared": len(both),
                "raised": raised,
                "lowered": lowered,
                "most_km": round(float(np.abs(change).max()), 1),
            },
            tuple(new[k] for k in chosen), cell=name,
        )  # fmt: skip
