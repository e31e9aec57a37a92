"""Look-alikes that are planted: everyday traffic that a naive rule would report.

Each is a function of (at µs, lon, lat, rng) to the ships' reports and what must not be said of
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sail import AT_ANCHOR, Leg, Reports, ahead, sail, turning
from noroshi.desks.sea.truths import (
    ALONE,
    DRAWN_M,
    FIRST,
    HALF_M,
    Case,
    Truth,
    alike,
    at_rest,
    cable,
    silent,
    square,
)
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    import numpy as np


def pilot_boarding(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A boat lies alongside a ship under way for a quarter of an hour and goes home."""
    course = float(rng.uniform(0, 360))
    ship = sail(FIRST, at, lon, lat, [Leg(3 * 3600, 7.0, course)], rng)
    meet = ahead(lon, lat, 7 * 1852.0, course)
    boat = sail(FIRST + 1, at + HOUR - 1800 * SECOND, *ahead(*meet, 7 * 1852.0, course + 90), [
        Leg(1800, 14.0, course - 90), Leg(900, 7.0, course), Leg(1800, 14.0, course + 90),
    ], rng)  # fmt: skip
    return alike("pilot_boarding", [ship, boat], at, at + 3 * HOUR)


def tug_and_tow(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A tug at 5 kn with its tow 300 m behind, for 8 h."""
    course = float(rng.uniform(0, 360))
    ships = [
        sail(FIRST + n, at, *ahead(lon, lat, 300.0 * n, course), [Leg(8 * 3600, 5.0, course)], rng)
        for n in range(2)
    ]
    return alike("tug_and_tow", ships, at, at + 8 * HOUR)


def bunkering(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A bunker barge alongside a ship at anchor for 5 h; (lon, lat) is to be an anchorage."""
    ships = [
        sail(FIRST + n, at, *ahead(lon, lat, 40.0 * n, 90.0), [Leg(5 * 3600, 0.0, 0.0, AT_ANCHOR)],
             rng)
        for n in range(2)
    ]  # fmt: skip
    return at_rest(alike("bunkering", ships, at, at + 5 * HOUR))


def ferry_pair(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Two ferries to and fro between the same ends, meeting midway each hour, for 8 h."""
    course = float(rng.uniform(0, 360))
    far = ahead(lon, lat, 18 * 1852.0, course)
    legs = [[Leg(3600, 18.0, course + 180 * ((n + k) % 2)) for k in range(8)] for n in range(2)]
    ships = [sail(FIRST + n, at, *((lon, lat), far)[n], legs[n], rng) for n in range(2)]
    return alike("ferry_pair", ships, at, at + 8 * HOUR)


def rescue_helicopter(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A helicopter (MMSI 111…) at 130 kn, hovering for 40 min, and back: no vessel at all."""
    course = float(rng.uniform(0, 360))
    legs = [Leg(1800, 130.0, course), Leg(2400, 0.0, course), Leg(1800, 130.0, course + 180)]
    ship = sail(111_299_001, at, lon, lat, legs, rng)
    truth = Truth("rescue_helicopter", (111_299_001,), at, at + 2 * HOUR, None,
                  (*ALONE, "stop", "port_visit"))  # fmt: skip
    return Case([ship], [truth])


def inland_ships(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Three barges on the Rhine about Worms, wherever (lon, lat) is: on every map's land."""
    ships = [
        sail(FIRST + n, at + n * 1800 * SECOND, 8.378 + 0.002 * n, 49.55 + 0.05 * n,
             [Leg(3 * 3600, 6.0, 10.0 + 180.0 * (n % 2))], rng)
        for n in range(3)
    ]  # fmt: skip
    return silent(alike("inland_ships", ships, at, at + 4 * HOUR), "position_on_land")


def lone_barge(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """One barge on the Mosel at Trier, a river port: alone in its log, and no finding for that."""
    ship = sail(FIRST, at, 6.640, 49.76, [Leg(3600, 5.0, 40.0)], rng)
    return silent(alike("lone_barge", [ship], at, at + HOUR), "position_on_land")


def dredger(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A dredger to and fro at 2.2 kn for 6 h across a cable: crossings, and no drag by its rank. It
    is slow over the cable, and that is told (loitering there); it lost none of its own speed."""
    course = float(rng.uniform(0, 360))
    legs = [Leg(3600, 2.2, course + 180.0 * (n % 2)) for n in range(6)]
    ship = sail(FIRST, at, *ahead(lon, lat, 1.1 * 1852.0, course + 180), legs, rng)
    case = alike("dredger", [ship], at, at + 6 * HOUR)
    truth = case.truths[0]
    quiet = tuple(each for each in ALONE if each != "loitering")
    line = cable(lon, lat, course)
    truth = msgspec.structs.replace(truth, silent=(*quiet, "drag"), line=line)
    there = Truth("dredger", (FIRST,), at, at + 6 * HOUR, "crossing")
    slow = Truth("dredger", (FIRST,), at, at + 6 * HOUR, "loitering")
    return Case(case.ships, [truth, there, slow])


def dragging_at_anchor(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship at anchor drags at 0.8 kn for an hour and holds again; (lon, lat) is to be an
    anchorage. It moves, and no alarm but the ledger's is due."""
    course = float(rng.uniform(0, 360))
    legs = [Leg(4 * 3600, 0.0, 0.0, AT_ANCHOR), Leg(3600, 0.8, course, AT_ANCHOR),
            Leg(4 * 3600, 0.0, 0.0, AT_ANCHOR)]  # fmt: skip
    case = alike("dragging_at_anchor", [sail(FIRST, at, lon, lat, legs, rng)], at, at + 9 * HOUR)
    stays = [
        Truth("dragging_at_anchor", (FIRST,), at + begin * HOUR, at + end * HOUR, kind)
        for kind, begin, end in (("stop", 0, 4), ("stop", 5, 9), ("port_visit", 0, 9))
    ]
    return Case(case.ships, [*case.truths, *stays])


def search_in_circles(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Two ships circle at 8 kn for three hours, a search: no area of false positions."""
    ships = [turning(FIRST + n, at, *ahead(lon, lat, 9_000.0 * n, 90.0), 1_500.0, 8.0, 3 * 3600,
                     0.0, rng) for n in range(2)]  # fmt: skip
    return silent(alike("search_in_circles", ships, at, at + 3 * HOUR), "spoofed_area")


def port_queue(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Nine ships at anchor 450 m apart before a port for 12 h; (lon, lat) is to be an anchorage."""
    ships: list[Reports] = []
    for n in range(9):
        row = ahead(lon, lat, 450.0 * (n // 3), 0.0)
        here = ahead(*row, 450.0 * (n % 3), 90.0)
        ships.append(sail(FIRST + n, at, *here, [Leg(12 * 3600, 0.0, 0.0, AT_ANCHOR)], rng))
    return at_rest(alike("port_queue", ships, at, at + 12 * HOUR))


def past_a_zone(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship passes a zone of 30 km along its side, 1.5 km outside: no stay in it."""
    course = float(rng.uniform(0, 360))
    beside = ahead(lon, lat, HALF_M + 1_500.0, course + 90)
    start = ahead(*beside, 30_000.0, course + 180)
    ship = sail(FIRST, at, *start, [Leg(3 * 3600, 11.0, course)], rng)
    case = silent(alike("past_a_zone", [ship], at, at + 3 * HOUR), "zone_visit")
    truth = msgspec.structs.replace(case.truths[0], area=square(lon, lat, course))
    return Case(case.ships, [truth])


def corrected_report(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """An operator reports a line dark from 3 h too early, and corrects that under the same
    reference; a ship that crossed at an even 11 kn was there. One outage, and no drag."""
    course = float(rng.uniform(0, 360))
    start = ahead(lon, lat, 3 * 11.0 * 1852.0, course + 180)
    ship = sail(FIRST, at, *start, [Leg(6 * 3600, 11.0, course)], rng)
    over, beside = at + 3 * HOUR, int(DRAWN_M / (11.0 * KNOT_MS) * SECOND)
    case = silent(alike("corrected_report", [ship], at, at + 6 * HOUR), "drag")
    return Case(case.ships, [
        *case.truths,
        Truth("corrected_report", (FIRST,), over - beside, over + beside, "crossing"),
        Truth("corrected_report", (FIRST,), over, over, "outage", line=cable(lon, lat, course),
              reported=(at, over)),
    ])  # fmt: skip


def outage(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Five ships within 30 km of one receiver that is down for 9 h: all fall silent together."""
    ships: list[Reports] = []
    for n in range(5):
        legs = [Leg(13 * 3600, 1.5, 72.0 * n), Leg(9 * 3600, 1.5, 72.0 * n, silent=True),
                Leg(3 * 3600, 1.5, 72.0 * n)]  # fmt: skip
        ships.append(sail(FIRST + n, at, *ahead(lon, lat, 6_000.0, 72.0 * n), legs, rng))
    mmsis = tuple(ship.mmsi for ship in ships)
    slow = [Truth("outage", (mmsi,), at, at + 13 * HOUR, "loitering") for mmsi in mmsis]
    truth = Truth("outage", mmsis, at + 13 * HOUR, at + 22 * HOUR, None, ("gap",))
    return Case(ships, [truth, *slow])
