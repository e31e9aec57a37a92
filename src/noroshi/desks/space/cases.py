"""What may be planted in a catalogue: events with their truth, and what only looks like one.

A case adds objects to a sky of its own, whose present is `sky.at`; histories lie before it. Element
sets are as far off as public ones are: metres in the semi-major axis, tens of metres along.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space.elements import DTYPE
from noroshi.desks.space.kernels.constants import MU_KM3_S2, RADIUS_KM
from noroshi.desks.space.synth import Sky, advanced, aged, fit, motion, state
from noroshi.words.time import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    from noroshi.words.desk import Array

BACK_DAYS: Final = 40
"""How long before the present histories begin."""


class Truth(msgspec.Struct, frozen=True):
    """One thing that was planted: `kind` is what should be found of `objects` (numbers) at an
    instant in (t0, t1) µs UTC, None for a look-alike; `size` is what should be measured, by name;
    `silent` are kinds that may not be found of any of them, `protected` who has an asset."""

    case: str
    objects: tuple[int, ...]
    t0: int
    t1: int
    kind: str | None = None
    size: dict[str, float] = {}
    silent: tuple[str, ...] = ()
    protected: tuple[int, ...] = ()


EVERY: Final = ("conjunction", "manoeuvre", "proximity", "shadowing", "breakup", "reentry",
                "constellation_change")  # fmt: skip


def conjunction(sky: Sky) -> list[Truth]:
    """A stray piece that passes a satellite below a kilometre within the day."""
    target = int(_alone(sky, 500, 1200, 74.0)["norad"])
    at, miss = sky.at + int(sky.rng.integers(1, 23)) * HOUR, float(sky.rng.uniform(0.05, 0.8))
    told = sky.meet(target, at, miss, float(sky.rng.uniform(40, 140)))
    return [Truth("conjunction", told.objects, at, at, "conjunction", {"miss_km": miss})]


def manoeuvre(sky: Sky) -> list[Truth]:
    """A keeper of its orbit, with daily sets, that burns once along it."""
    number = _kept(sky)
    day = int(sky.rng.integers(12, BACK_DAYS - 8))
    dv = float(sky.rng.uniform(0.03, 0.3)) * float(sky.rng.choice([-1, 1]))
    sky.history(number, BACK_DAYS, {day: (0.0, dv, 0.0)}, noise_m=float(sky.rng.uniform(2, 8)))
    at = sky.at - (BACK_DAYS - day) * DAY
    return [Truth("manoeuvre", (number,), at, at, "manoeuvre", {"dv_ms": abs(dv)})]


def inspector(sky: Sky) -> list[Truth]:
    """An object of the ring that stops beside a protected satellite, and stays."""
    target = int(_ring(sky)["norad"][0])
    arrives = int(sky.rng.integers(12, 26))
    told = sky.inspect(target, BACK_DAYS, arrives)
    t0 = sky.at - (BACK_DAYS - arrives) * DAY
    pair = tuple(sorted(told.objects))
    return [
        Truth("inspector", pair, t0, sky.at, "shadowing", protected=(target,)),
        Truth("inspector", pair, t0, sky.at, "proximity"),
        Truth("inspector", (told.objects[1],), t0, t0, "manoeuvre"),
    ]


def break_up(sky: Sky) -> list[Truth]:
    """A stage that comes apart; its pieces are catalogued over two weeks, their drag known to a
    fifth."""
    parent = int(_debris(sky)["norad"][0])
    at = (
        sky.at
        - int(sky.rng.integers(16, 22)) * DAY
        + int(sky.rng.integers(0, 24 * 60)) * 60_000_000
    )
    numbers = _pieces(sky, parent, at, int(sky.rng.integers(12, 30)))
    height = float(np.linalg.norm(state(sky.rows[sky.rows["norad"] == parent][0], at)[0]))
    return [Truth("break_up", (parent, *numbers), at, at, "breakup",
                  {"origin_km": height - RADIUS_KM})]  # fmt: skip


def re_entry(sky: Sky) -> list[Truth]:
    """An object that comes down some days on, through air that is not what its sets suppose."""
    low = float(sky.rng.uniform(165, 195))
    ballistic = float(sky.rng.uniform(0.004, 0.02))
    end, sinks = _fall(low, ballistic, sky.rng)
    axis = RADIUS_KM + low
    told = sky.add("FALLING DEB", "DEBRIS", {
        "n": motion(axis), "e": 4e-4, "i": float(sky.rng.uniform(40, 98)), "node": 10.0,
        "argp": 20.0, "m": 30.0,
    })  # fmt: skip
    row = sky.rows["norad"] == told["norad"]
    # Sets tell half the rate of the mean motion, as it was before their epoch.
    sky.rows["ndot"][row] = 0.75 * float(motion(axis)) * sinks / axis
    at = sky.at + round(end * DAY)
    return [Truth("re_entry", (int(told["norad"][0]),), at, at, "reentry", {"days": end})]


def raising(sky: Sky) -> list[Truth]:
    """A constellation of which a quarter is raised by 40 km: it changed, and nothing else is up."""
    rows = sky.walker(24, 4, float(sky.rng.uniform(350, 900)), 53.0)
    later = aged(rows, sky.at - DAY // 2)
    later["n"][::4] = motion(
        (MU_KM3_S2 / (later["n"][::4] * math.pi / 43_200) ** 2) ** (1 / 3) + 40
    )
    early = np.isin(sky.rows["norad"], rows["norad"])
    sky.rows[early] = aged(rows, sky.at - BACK_DAYS * DAY)
    sky.rows = np.concatenate([sky.rows, later])
    raised = tuple(rows["norad"][::4].tolist())
    return [Truth("raising", raised, sky.at - BACK_DAYS * DAY, sky.at, "constellation_change",
                  {"raised": 6.0}, ("breakup", "shadowing", "reentry"))]  # fmt: skip


# Look-alikes.


def storm(sky: Sky) -> list[Truth]:
    """Eight satellites of many planes that all sink on one day: the atmosphere."""
    day = int(sky.rng.integers(12, BACK_DAYS - 8))
    numbers: list[int] = []
    for _ in range(8):
        row = _alone(sky, 420, 480, 97.0)
        numbers.append(int(row["norad"]))
        axis = float((MU_KM3_S2 / (row["n"] * math.pi / 43_200.0) ** 2) ** (1.0 / 3.0))
        sets = _daily(sky, row)
        off = sky.rng.normal(0, 0.002, len(sets))
        sank = float(sky.rng.uniform(0.03, 0.15))
        off[day:] -= sank
        sets["n"] *= 1.0 - 1.5 * off / axis
        faster = 1.5 * sank / axis * float(row["n"]) * 360.0
        sets["m"] = (sets["m"] + faster * np.maximum(np.arange(len(sets)) - day, 0)) % 360.0
        _replace(sky, sets)
    t0 = sky.at - (BACK_DAYS - day) * DAY
    return [Truth("storm", tuple(numbers), t0, t0 + DAY, silent=("manoeuvre",))]


def refit(sky: Sky) -> list[Truth]:
    """A quiet object with one bad set, and a drag that is fitted anew."""
    number = _kept(sky)
    sky.history(number, BACK_DAYS, {}, noise_m=5.0)
    rows = np.flatnonzero(sky.rows["norad"] == number)
    bad = int(sky.rng.integers(10, BACK_DAYS - 10))
    sky.rows["n"][rows[bad]] *= 1.0 + 1e-5
    sky.rows["bstar"][rows[bad + 5 :]] *= 3.0
    t0 = sky.at - (BACK_DAYS - bad) * DAY
    return [Truth("refit", (number,), t0, t0, silent=("manoeuvre",))]


def twin(sky: Sky) -> list[Truth]:
    """One satellite with a set of the catalogue's and one of its operator's, of another number."""
    row = _alone(sky, 550, 570, 43.0)
    number = int(row["norad"])
    name, cospar, kind = sky.names[number]
    again = sky.add(name, kind, _same(row))
    other = int(again["norad"][0])
    sky.names[other] = (name, cospar, kind)
    sky.rows["m"][-1] += 0.003
    return [Truth("twin", (number, other), sky.at, sky.at, protected=(number,),
                  silent=("conjunction", "proximity", "shadowing"))]  # fmt: skip


def docked(sky: Sky) -> list[Truth]:
    """A ferry at a protected station, under two numbers for weeks."""
    row = _alone(sky, 400, 430, 51.6)
    ferry = sky.add("FERRY", "PAYLOAD", _same(row))
    pair = (int(row["norad"]), int(ferry["norad"][0]))
    for each in (row, ferry[0]):
        _replace(sky, _daily(sky, each))
    return [Truth("docked", pair, sky.at - BACK_DAYS * DAY, sky.at, protected=(pair[0],),
                  silent=("conjunction", "shadowing", "manoeuvre"))]  # fmt: skip


def launch(sky: Sky) -> list[Truth]:
    """Twenty satellites of one launch, new in the catalogue."""
    rows = sky.walker(20, 1, float(sky.rng.uniform(300, 600)), 70.0)
    mine = np.isin(sky.rows["norad"], rows["norad"])
    sky.rows[mine] = aged(rows, sky.at - 2 * DAY)
    return [Truth("launch", tuple(rows["norad"].tolist()), sky.at - 2 * DAY, sky.at,
                  silent=("breakup", "shadowing", "conjunction"))]  # fmt: skip


def late(sky: Sky) -> list[Truth]:
    """Pieces of a break-up of years ago that are catalogued now."""
    parent = int(_debris(sky)["norad"][0])
    launched = sky.names[parent][1][:8]
    row = sky.rows[sky.rows["norad"] == parent][0]
    numbers: list[int] = []
    for _ in range(10):
        r, v = state(row, int(row["epoch"]))
        piece = fit(r, v + sky.rng.normal(0, 0.03, 3), int(row["epoch"]))
        for angle in ("node", "argp", "m"):
            piece[angle] = float(sky.rng.uniform(0, 360))
        piece["epoch"] = sky.at - 3 * DAY
        numbers.append(sky.placed("OLD DEB", "DEBRIS", piece, launched))
    return [Truth("late", tuple(numbers), sky.at - 3 * DAY, sky.at, silent=("breakup",))]


def drifter(sky: Sky) -> list[Truth]:
    """An object that drifts past a protected satellite of the ring without stopping."""
    row = _ring(sky)[0]
    other = sky.add("DRIFTER", "PAYLOAD", _same(row))[0]
    rate = float(sky.rng.uniform(0.4, 1.5))
    sets = _daily(sky, other)
    sets["n"] += rate / 360.0
    sets["m"] = (sets["m"] + rate * (np.arange(len(sets)) - 20.0)) % 360.0
    _replace(sky, sets)
    _replace(sky, _daily(sky, row))
    pair = (int(row["norad"]), int(other["norad"]))
    return [Truth("drifter", pair, sky.at - BACK_DAYS * DAY, sky.at, protected=(pair[0],),
                  silent=("shadowing", "proximity", "manoeuvre"))]  # fmt: skip


CASES: Final[dict[str, Callable[[Sky], list[Truth]]]] = {
    each.__name__: each
    for each in (conjunction, manoeuvre, inspector, break_up, re_entry, raising,
                 storm, refit, twin, docked, launch, late, drifter)
}  # fmt: skip


def _same(row: Any) -> dict[str, float]:
    return {key: float(row[key]) for key in ("n", "e", "i", "node", "argp", "m", "bstar")}


def _alone(sky: Sky, low_km: float, high_km: float, incl: float) -> Any:
    """A satellite of its own, in a plane and at a place that nothing else was put into."""
    told = sky.walker(1, 1, float(sky.rng.uniform(low_km, high_km)), incl)
    mine = np.flatnonzero(sky.rows["norad"] == told["norad"])[0]
    for angle in ("node", "m"):
        sky.rows[angle][mine] = sky.rng.uniform(0, 360)
    return sky.rows[mine].copy()


def _kept(sky: Sky) -> int:
    """A satellite in low orbit whose history begins with its one set."""
    row = _alone(sky, 600, 1300, float(sky.rng.uniform(50, 100)))
    mine = sky.rows["norad"] == row["norad"]
    sky.rows[mine] = aged(sky.rows[mine], sky.at - BACK_DAYS * DAY)
    return int(row["norad"])


def _debris(sky: Sky) -> Array:
    rows = sky.debris(1, 650.0, 900.0)
    mine = sky.rows["norad"] == rows["norad"]
    sky.rows[mine] = aged(rows, sky.at - BACK_DAYS * DAY)
    return sky.rows[mine]


def _ring(sky: Sky) -> Array:
    """A satellite of the geostationary ring, with its set at the beginning of the history."""
    told = sky.add("RING", "PAYLOAD", {
        "n": 1.00273791, "e": 2e-4, "i": 0.05, "node": 30.0, "argp": 40.0,
        "m": float(sky.rng.uniform(0, 360)),
    })  # fmt: skip
    mine = sky.rows["norad"] == told["norad"]
    sky.rows[mine] = aged(told, sky.at - BACK_DAYS * DAY)
    return sky.rows[mine]


def _daily(sky: Sky, row: Any) -> Array:
    """A set a day until the present, the orbit turning as it does."""
    many = np.array([row] * (BACK_DAYS + 1), DTYPE)
    return np.concatenate([
        aged(many[n : n + 1], sky.at - (BACK_DAYS - n) * DAY) for n in range(BACK_DAYS + 1)
    ])  # fmt: skip


def _replace(sky: Sky, sets: Array) -> None:
    others = sky.rows[~np.isin(sky.rows["norad"], sets["norad"])]
    sky.rows = np.concatenate([others, sets])


def _pieces(sky: Sky, parent: int, at: int, many: int) -> list[int]:
    row = sky.rows[sky.rows["norad"] == parent][0]
    r, v = state(row, at)
    launched = sky.names[parent][1][:8]
    numbers: list[int] = []
    for _ in range(many):
        drag = float(sky.rng.lognormal(-7.5, 0.8))
        piece = fit(r, v + sky.rng.normal(0, 0.04, 3), at, drag)
        told = advanced(piece, at + round(float(sky.rng.uniform(1, 14)) * DAY))
        told["bstar"] = drag * (1.0 + float(sky.rng.normal(0, 0.2)))
        numbers.append(sky.placed("FRAGMENT DEB", "DEBRIS", told, launched))
    return numbers


HEIGHTS_KM: Final = (100.0, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200)
DENSITY: Final = (5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9, 1.233e-9, 7.815e-10,
                  5.194e-10, 3.581e-10, 2.541e-10)  # fmt: skip
"""kg/m³, U.S. Standard Atmosphere 1976, table I."""


def _fall(low_km: float, ballistic: float, rng: np.random.Generator) -> tuple[float, float]:
    """Days until 100 km, and km a day at first, of a round orbit with an area over mass times drag
    coefficient (m²/kg), through air that is a fifth denser or thinner from one day to another."""
    height, days, first = low_km, 0.0, 0.0
    step = 1e-3
    air = float(rng.lognormal(0.0, 0.2))
    while height > HEIGHTS_KM[0]:
        if int(days) != int(days - step):
            air = float(rng.lognormal(0.0, 0.2))
        density = math.exp(float(np.interp(height, HEIGHTS_KM, np.log(DENSITY)))) * air
        axis = (RADIUS_KM + height) * 1e3
        rate = ballistic * density * math.sqrt(MU_KM3_S2 * 1e9 * axis) * 86_400.0 / 1e3
        first = first or rate
        # No step of more than a hundred metres.
        step = min(1e-2, 0.1 / rate)
        height -= rate * step
        days += step
    return days, first
