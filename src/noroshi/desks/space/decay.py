"""What is coming down: when, how surely, and over whom.

A near-circular orbit sinks faster as the air grows denser. The scale height H of the air grows with
height by b a kilometre, so that H at a time t is H0 (1 - (1 + b) s t / H0) ^ (b / (1 + b)), s being
the rate at first, which the element set tells (King-Hele 1987, chapters 4 and 5). The track
follows that orbit: SGP4 gives up before the end. Where along it the object comes down is not known
better than the window, in which it goes round the Earth many times.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space import territory
from noroshi.desks.space.coefficients import DAY_US, JD_1970, gmst
from noroshi.desks.space.conjunction import current, start
from noroshi.desks.space.family import heights
from noroshi.desks.space.findings import Seen, subject
from noroshi.desks.space.kernels.constants import J2, MU_KM3_S2, RADIUS_KM
from noroshi.words.place import Place, distance_m, wrap_lon
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, Span, format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array

SCALE_KM, SCALE_AT_KM, GRADIENT = 27.0, 180.0, 0.3
"""Scale height of the air 180 km up, and by how much it grows with height (CIRA-72, moderate
activity): 9 km where an object comes down."""

POWER: Final = GRADIENT / (1.0 + GRADIENT)

ROUND_KM: Final = 300.0
"""More eccentric orbits lose their apogee first, and are not judged by this."""

END_KM: Final = 120.0
"""Where an object comes down within the hour."""

STEP_S: Final = 20
"""Between two points of a track: 155 km."""

TOLD: Final = 12
"""Territories that a finding names, those passed most often first."""


class Fall(msgspec.Struct, frozen=True):
    """One object that sinks: its set, µs UTC of the end and of its window, km, km a day."""

    row: Any
    end: int
    t0: int
    t1: int
    apogee_km: float
    perigee_km: float
    sinks_km_d: float


def falls(state: State) -> list[Fall]:
    """Objects that are about to come down, by number."""
    parameters: Parameters = state.context.parameters
    if not len(state.table()):
        return []
    at = start(state.table(), parameters)
    rows = current(state, at)
    rows = rows[(at - rows["epoch"]) < parameters.old_days * DAY]
    if not len(rows):
        return []
    apogee, perigee, _ = heights(rows)
    low = (perigee < parameters.reentry_km) | (rows["n"] > parameters.reentry_rev)
    low &= (rows["ndot"] > 0) & (apogee - perigee < ROUND_KM)
    found: list[Fall] = []
    for n in np.flatnonzero(low).tolist():
        row = rows[n]
        middle_km = float(apogee[n] + perigee[n]) / 2.0
        axis = middle_km + RADIUS_KM
        # NDOT of a set is half the rate, in rev/day².
        sinks = 2.0 / 3.0 * axis * 2.0 * float(row["ndot"]) / float(row["n"])
        scale, end = _scale(max(middle_km, END_KM + 1.0)), _scale(END_KM)
        days = scale / sinks / (1.0 + GRADIENT) * (1.0 - (end / scale) ** (1.0 / POWER))
        last = int(row["epoch"]) + round(days * DAY)
        wide = round(max(0.2 * days, 0.1) * DAY)
        if days <= parameters.reentry_days and last + wide >= at:
            found.append(Fall(row, last, last - wide, last + wide, float(apogee[n]),
                              float(perigee[n]), sinks))  # fmt: skip
    return found


def _scale(height_km: float) -> float:
    return SCALE_KM + GRADIENT * (height_km - SCALE_AT_KM)


def track(fall: Fall) -> tuple[Array, Array, Array]:
    """Instants (µs UTC) through the window, and the longitude and geocentric latitude below the
    object at each, as if it stayed up to the window's end at no less than 120 km."""
    row = fall.row
    epoch = int(row["epoch"])
    at = np.arange(epoch, fall.t1 + 1, STEP_S * SECOND)
    days = (at - epoch) / DAY
    above = (fall.apogee_km + fall.perigee_km) / 2.0
    scale = _scale(max(above, END_KM + 1.0))
    left = 1.0 - (1.0 + GRADIENT) * fall.sinks_km_d * days / scale
    less = np.maximum(left, (_scale(END_KM) / scale) ** (1.0 / POWER)) ** POWER
    axis = RADIUS_KM + above - scale / GRADIENT * (1.0 - less)
    incl = math.radians(float(row["i"]))
    motion = np.sqrt(MU_KM3_S2 / axis**3)
    oblate = 1.5 * J2 * (RADIUS_KM / axis) ** 2 * motion
    # First-order secular rates of a round orbit (Vallado, Fundamentals, 9.6).
    turns = motion + oblate * (4.0 * math.cos(incl) ** 2 - 1.0)
    about = math.radians(float(row["argp"])) + _true(float(row["m"]), float(row["e"]))
    along = about + np.concatenate([[0.0], np.cumsum(turns[:-1] * STEP_S)])
    node = math.radians(float(row["node"])) - np.concatenate(
        [[0.0], np.cumsum(oblate[:-1] * STEP_S)]
    ) * math.cos(incl)
    lat = np.degrees(np.arcsin(math.sin(incl) * np.sin(along)))
    east = node + np.arctan2(math.cos(incl) * np.sin(along), np.cos(along))
    lon = np.degrees(east - gmst(at / DAY_US + JD_1970))
    kept = at >= fall.t0
    return at[kept], (lon[kept] + 180.0) % 360.0 - 180.0, lat[kept]


def _true(mean_deg: float, e: float) -> float:
    """True anomaly, to the first power of a small eccentricity."""
    mean = math.radians(mean_deg)
    return mean + 2.0 * e * math.sin(mean)


def passed(fall: Fall) -> dict[str, list[tuple[int, int]]]:
    """By code of territory, from when to when (µs UTC) the track passes it in the window."""
    at, lon, lat = track(fall)
    return {
        code: [(int(at[a]), int(at[b])) for a, b in stretches]
        for code, stretches in territory.passes(lon, lat).items()
    }


def often(over: dict[str, list[tuple[int, int]]]) -> str:
    """How often each territory is passed, the most often first."""
    most = sorted(over, key=lambda code: (-len(over[code]), code))
    more = f" and {len(most) - TOLD} more" if len(most) > TOLD else ""
    return ", ".join(f"{code} {len(over[code])}" for code in most[:TOLD]) + more or "none"


def below(fall: Fall) -> Place | None:
    """The place below at the expected instant, with the window's track as its outline and a radius
    that holds it; None for a window of more than a day, which goes all round the Earth."""
    if fall.t1 - fall.t0 > DAY:
        return None
    at, lon, lat = track(fall)
    middle = int(np.argmin(np.abs(at - fall.end)))
    lon, lat = lon.round(2), lat.round(2)
    here = round(wrap_lon(float(lon[middle])), 2), float(lat[middle])
    every = np.unique(np.append(np.arange(0, len(at), MINUTE // (STEP_S * SECOND)), len(at) - 1))
    cuts = np.flatnonzero(np.abs(np.diff(lon[every])) > 180.0) + 1
    lines = [
        np.stack([lon[part], lat[part]], axis=1).tolist()
        for part in np.split(every, cuts)
        if len(part) > 1
    ]
    far = max(distance_m(*here, *point) for line in lines for point in line)
    outline = {"type": "MultiLineString", "coordinates": lines}
    return Place(*here, float(math.ceil(far)), msgspec.json.encode(outline))


def re_entries(state: State) -> Iterator[Seen]:
    """A finding for each object that is about to come down."""
    for each in falls(state):
        over = passed(each)
        incl = float(each.row["i"])
        yield Seen(
            "reentry", Span(each.t0, each.t1, "h"), (subject(int(each.row["norad"])),),
            {
                "expected": format_instant(each.end),
                "window_h": round((each.t1 - each.t0) / HOUR, 1),
                "perigee_km": round(each.perigee_km, 1),
                "apogee_km": round(each.apogee_km, 1),
                "sinks_km_d": round(each.sinks_km_d, 2),
                "latitudes_deg": round(min(incl, 180.0 - incl), 1),
                "territories": len(over),
                "passes": often(over),
            },
            (each.row,), credibility=3, place=below(each),
        )  # fmt: skip
