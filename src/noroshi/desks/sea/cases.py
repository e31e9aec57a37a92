"""The cases that are planted: what happens, and what must not be taken for it.

Each is a function of (at µs, lon, lat, rng) to the ships' reports and the truths about them. Cases
are those of known incidents (docs/sea.md, Planted truth); look-alikes are everyday traffic that a
naive rule would report: `silent` names the kinds that none of their ships may give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sail import AT_ANCHOR, Leg, Reports, ahead, sail
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np


class Truth(msgspec.Struct, frozen=True):
    """One thing that was planted. `kind` is what should be found of all `mmsis` over (t0, t1) µs,
    None for a look-alike; `silent` are kinds that may not be found of any of them. `line` is the
    drawn cable that the case needs, (lon, lat) in degrees."""

    case: str
    mmsis: tuple[int, ...]
    t0: int
    t1: int
    kind: str | None = None
    silent: tuple[str, ...] = ()
    line: tuple[tuple[float, float], ...] = ()


class Case(msgspec.Struct, frozen=True):
    """Reports and truths."""

    ships: list[Reports]
    truths: list[Truth]


FIRST: Final = 299_000_001
"""Planted ships have the country digits 299, which the ITU has given to nobody."""

DRAWN_M: Final = 5_000.0
"""A ship is at a drawn cable within this (`cross_drawn_m`): from then to then is the truth."""

ALONE: Final = ("encounter", "ships_in_company", "gap", "identity_swap", "identity_clash",
                "impossible_move", "loitering")  # fmt: skip
"""What is said of ships that do something unusual; stops and port visits are no alarm."""


def identity_swap(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship sends one MMSI for 6 h and, a minute later and about 15 m on, another (Shunxing-39,
    3 January 2025: 16:51, one minute, some 15 m)."""
    course, knots = float(rng.uniform(0, 360)), float(rng.uniform(0.4, 0.6))
    old = sail(FIRST, at, lon, lat, [Leg(6 * 3600, knots, course)], rng)
    there = ahead(lon, lat, knots * 1852 * 6 + 15.0, course)
    begin = at + 6 * HOUR + 60 * SECOND
    new = sail(FIRST + 1, begin, *there, [Leg(6 * 3600, knots, course)], rng)
    t0, t1 = int(old.t[-1]), int(new.t[0])
    return Case([old, new], [Truth("identity_swap", (FIRST, FIRST + 1), t0, t1, "identity_swap")])


def port_gap(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship is heard for 13 h, silent for 10 h as it calls and comes back, and heard again, while
    three others pass where it fell silent (Rajin shuttles, 2023–2025)."""
    course = float(rng.uniform(0, 360))
    call = [
        Leg(5 * 3600, 9.0, course, silent=True),
        Leg(5 * 3600, 9.0, course + 180, silent=True),
    ]
    away = [Leg(13 * 3600, 10.0, course), *call, Leg(4 * 3600, 10.0, course + 180)]
    ship = sail(FIRST, at, lon, lat, away, rng)
    off = ahead(lon, lat, 13 * 10 * 1852.0, course)
    passing = [
        sail(FIRST + 1 + n, at + (13 + 2 * n) * HOUR, *ahead(*off, 37_040.0, 120.0 * n + course),
             [Leg(4 * 3600, 10.0, 120.0 * n + course + 180)], rng)
        for n in range(3)
    ]  # fmt: skip
    t0, t1 = at + 13 * HOUR, at + 23 * HOUR
    return Case([ship, *passing], [Truth("port_gap", (FIRST,), t0, t1, "gap")])


def rendezvous(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Three ships come together, drift for 4 h within 200 m, and part: three encounters."""
    drift = float(rng.uniform(0, 360))
    ships: list[Reports] = []
    for n in range(3):
        here = ahead(lon, lat, 100.0, 120.0 * n)
        start = ahead(*here, 2 * 10 * 1852.0, 120.0 * n)
        legs = [Leg(2 * 3600, 10.0, 120.0 * n + 180), Leg(4 * 3600, 0.6, drift),
                Leg(2 * 3600, 10.0, 120.0 * n)]  # fmt: skip
        ships.append(sail(FIRST + n, at, *start, legs, rng))
    pairs = ((0, 1), (0, 2), (1, 2))
    t0, t1 = at + 2 * HOUR, at + 6 * HOUR
    return Case(ships, [
        Truth("rendezvous", (FIRST + a, FIRST + b), t0, t1, "encounter") for a, b in pairs
    ])  # fmt: skip


def convoy(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Four ships in line ahead, a nautical mile apart, at 13 kn for 5 h."""
    course = float(rng.uniform(0, 360))
    ships = [
        sail(FIRST + n, at, *ahead(lon, lat, 1852.0 * n, course), [Leg(5 * 3600, 13.0, course)],
             rng)
        for n in range(4)
    ]  # fmt: skip
    mmsis = tuple(FIRST + n for n in range(4))
    return Case(ships, [Truth("convoy", mmsis, at, at + 5 * HOUR, "ships_in_company")])


def drag(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship at 9.3 kn crosses a line at (lon, lat) at 8.8 kn for ten minutes, and goes on (Eagle S
    at Estlink 2, 25 December 2024). No loitering, no stop, no gap."""
    course = float(rng.uniform(0, 360))
    start = ahead(lon, lat, (9.3 * 3 + 8.8 / 12) * 1852.0, course + 180)
    legs = [Leg(3 * 3600, 9.3, course), Leg(600, 8.8, course), Leg(3 * 3600, 9.3, course)]
    ship = sail(FIRST, at, *start, legs, rng)
    over = at + 3 * HOUR + 300 * SECOND
    beside = int((300 + (DRAWN_M - 300 * 8.8 * KNOT_MS) / (9.3 * KNOT_MS)) * SECOND)
    ends = [ahead(lon, lat, 10_000.0, course + turn) for turn in (90.0, 270.0)]
    line = tuple((float(east), float(north)) for east, north in ends)
    truth = Truth("drag", (FIRST,), over - beside, over + beside, "crossing", ALONE, line)
    return Case([ship], [truth])


def loiter(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship slows to 1.2 kn for 8 h on the high sea, turning every two hours, and goes on."""
    course = float(rng.uniform(0, 360))
    slow = [Leg(7200, 1.2, course + 90.0 * n) for n in range(4)]
    legs = [Leg(2 * 3600, 12.0, course), *slow, Leg(2 * 3600, 12.0, course)]
    ship = sail(FIRST, at, *ahead(lon, lat, 24 * 1852.0, course + 180), legs, rng)
    return Case([ship], [Truth("loiter", (FIRST,), at + 2 * HOUR, at + 10 * HOUR, "loitering")])


def leap(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship is heard at one place for 3 h and from then on 400 km away."""
    course = float(rng.uniform(0, 360))
    before = sail(FIRST, at, lon, lat, [Leg(3 * 3600, 11.0, course)], rng)
    there = ahead(lon, lat, 400_000.0, course)
    after = sail(FIRST, at + 3 * HOUR, *there, [Leg(3 * 3600, 11.0, course)], rng)
    t0, t1 = int(before.t[-1]), int(after.t[0])
    return Case([before, after], [Truth("leap", (FIRST,), t0, t1, "impossible_move")])


def clash(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Two ships 200 km apart send one MMSI for 5 h."""
    course = float(rng.uniform(0, 360))
    legs = [Leg(5 * 3600, 11.0, course)]
    ships = [
        sail(FIRST, at, *ahead(lon, lat, 200_000.0 * n, course + 90), legs, rng) for n in range(2)
    ]
    return Case(ships, [Truth("clash", (FIRST,), at, at + 5 * HOUR, "identity_clash",
                              ("impossible_move",))])  # fmt: skip


def pilot_boarding(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A boat lies alongside a ship under way for a quarter of an hour and goes home."""
    course = float(rng.uniform(0, 360))
    ship = sail(FIRST, at, lon, lat, [Leg(3 * 3600, 7.0, course)], rng)
    meet = ahead(lon, lat, 7 * 1852.0, course)
    boat = sail(FIRST + 1, at + HOUR - 1800 * SECOND, *ahead(*meet, 7 * 1852.0, course + 90), [
        Leg(1800, 14.0, course - 90), Leg(900, 7.0, course), Leg(1800, 14.0, course + 90),
    ], rng)  # fmt: skip
    return _alike("pilot_boarding", [ship, boat], at, at + 3 * HOUR)


def tug_and_tow(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A tug at 5 kn with its tow 300 m behind, for 8 h."""
    course = float(rng.uniform(0, 360))
    ships = [
        sail(FIRST + n, at, *ahead(lon, lat, 300.0 * n, course), [Leg(8 * 3600, 5.0, course)], rng)
        for n in range(2)
    ]
    return _alike("tug_and_tow", ships, at, at + 8 * HOUR)


def bunkering(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A bunker barge alongside a ship at anchor for 5 h; (lon, lat) is to be an anchorage."""
    ships = [
        sail(FIRST + n, at, *ahead(lon, lat, 40.0 * n, 90.0), [Leg(5 * 3600, 0.0, 0.0, AT_ANCHOR)],
             rng)
        for n in range(2)
    ]  # fmt: skip
    return _at_rest(_alike("bunkering", ships, at, at + 5 * HOUR))


def ferry_pair(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Two ferries to and fro between the same ends, meeting midway each hour, for 8 h."""
    course = float(rng.uniform(0, 360))
    far = ahead(lon, lat, 18 * 1852.0, course)
    legs = [[Leg(3600, 18.0, course + 180 * ((n + k) % 2)) for k in range(8)] for n in range(2)]
    ships = [sail(FIRST + n, at, *((lon, lat), far)[n], legs[n], rng) for n in range(2)]
    return _alike("ferry_pair", ships, at, at + 8 * HOUR)


def rescue_helicopter(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A helicopter (MMSI 111…) at 130 kn, hovering for 40 min, and back: no vessel at all."""
    course = float(rng.uniform(0, 360))
    legs = [Leg(1800, 130.0, course), Leg(2400, 0.0, course), Leg(1800, 130.0, course + 180)]
    ship = sail(111_299_001, at, lon, lat, legs, rng)
    truth = Truth("rescue_helicopter", (111_299_001,), at, at + 2 * HOUR, None,
                  (*ALONE, "stop", "port_visit"))  # fmt: skip
    return Case([ship], [truth])


def port_queue(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Nine ships at anchor 450 m apart before a port for 12 h; (lon, lat) is to be an anchorage."""
    ships: list[Reports] = []
    for n in range(9):
        row = ahead(lon, lat, 450.0 * (n // 3), 0.0)
        here = ahead(*row, 450.0 * (n % 3), 90.0)
        ships.append(sail(FIRST + n, at, *here, [Leg(12 * 3600, 0.0, 0.0, AT_ANCHOR)], rng))
    return _at_rest(_alike("port_queue", ships, at, at + 12 * HOUR))


def outage(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Five ships within 30 km of one receiver that is down for 9 h: all fall silent together."""
    ships: list[Reports] = []
    for n in range(5):
        legs = [Leg(13 * 3600, 1.5, 72.0 * n), Leg(9 * 3600, 1.5, 72.0 * n, silent=True),
                Leg(3 * 3600, 1.5, 72.0 * n)]  # fmt: skip
        ships.append(sail(FIRST + n, at, *ahead(lon, lat, 6_000.0, 72.0 * n), legs, rng))
    mmsis = tuple(ship.mmsi for ship in ships)
    return Case(ships, [Truth("outage", mmsis, at + 13 * HOUR, at + 22 * HOUR, None, ("gap",))])


def _alike(name: str, ships: list[Reports], t0: int, t1: int) -> Case:
    return Case(ships, [Truth(name, tuple(ship.mmsi for ship in ships), t0, t1, None, ALONE)])


def _at_rest(case: Case) -> Case:
    """The same, where each ship is one stop and one port visit as well."""
    alike = case.truths[0]
    stays = [
        Truth(alike.case, (mmsi,), alike.t0, alike.t1, kind)
        for mmsi in alike.mmsis
        for kind in ("stop", "port_visit")
    ]
    return Case(case.ships, [alike, *stays])


CASES: Final[dict[str, Callable[[int, float, float, np.random.Generator], Case]]] = {
    each.__name__: each
    for each in (identity_swap, port_gap, rendezvous, convoy, drag, loiter, leap, clash,
                 pilot_boarding, tug_and_tow, bunkering, ferry_pair, rescue_helicopter, port_queue,
                 outage)
}  # fmt: skip
"""By name."""
