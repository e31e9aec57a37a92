"""The events that are planted, as known incidents had them (docs/sea.md), and all cases.

Each is a function of (at µs, lon, lat, rng) to the ships' reports and the truths about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from noroshi.desks.sea import alikes
from noroshi.desks.sea.parameters import KNOT_MS
from noroshi.desks.sea.sail import Leg, Reports, ahead, sail, turning
from noroshi.desks.sea.truths import (
    ALONE,
    DRAWN_M,
    FIRST,
    HALF_M,
    Case,
    Truth,
    cable,
    square,
)
from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np


def identity_swap(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship sends one MMSI for 6 h and, a minute later and about 15 m on, another (Shunxing-39,
    3 January 2025: 16:51, one minute, some 15 m)."""
    course, knots = float(rng.uniform(0, 360)), float(rng.uniform(0.4, 0.6))
    old = sail(FIRST, at, lon, lat, [Leg(6 * 3600, knots, course)], rng)
    there = ahead(lon, lat, knots * 1852 * 6 + 15.0, course)
    begin = at + 6 * HOUR + 60 * SECOND
    new = sail(FIRST + 1, begin, *there, [Leg(6 * 3600, knots, course)], rng)
    t0, t1 = int(old.t[-1]), int(new.t[0])
    return Case([old, new], [
        Truth("identity_swap", (FIRST, FIRST + 1), t0, t1, "identity_swap"),
        Truth("identity_swap", (FIRST,), at, t0, "loitering"),
        Truth("identity_swap", (FIRST + 1,), t1, int(new.t[-1]), "loitering"),
    ])  # fmt: skip


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
        *(Truth("rendezvous", (FIRST + a, FIRST + b), t0, t1, "encounter") for a, b in pairs),
        *(Truth("rendezvous", (FIRST + n,), t0, t1, "loitering") for n in range(3)),
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
    line = cable(lon, lat, course)
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
    course = 270.0 if lon > 30.0 else 90.0  # the tables' sea lies between
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


def brief_rendezvous(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Two ships meet, lie 80 m apart for 50 min, and part: a short encounter."""
    drift = float(rng.uniform(0, 360))
    ships: list[Reports] = []
    for n in range(2):
        here = ahead(lon, lat, 40.0, 180.0 * n)
        start = ahead(*here, 2 * 10 * 1852.0, 180.0 * n)
        legs = [Leg(2 * 3600, 10.0, 180.0 * n + 180), Leg(50 * 60, 0.6, drift),
                Leg(2 * 3600, 10.0, 180.0 * n)]  # fmt: skip
        ships.append(sail(FIRST + n, at, *start, legs, rng))
    t0, t1 = at + 2 * HOUR, at + 2 * HOUR + 3000 * SECOND
    pair = (FIRST, FIRST + 1)
    return Case(ships, [Truth("brief_rendezvous", pair, t0, t1, "encounter")])


def over_a_cable(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship slows to 0.8 kn for an hour and a half over a cable, and goes on: loitering there, and
    a crossing."""
    course = float(rng.uniform(0, 360))
    start = ahead(lon, lat, (2 * 10 + 0.6) * 1852.0, course + 180)
    legs = [Leg(7200, 10.0, course), Leg(5400, 0.8, course), Leg(7200, 10.0, course)]
    ship = sail(FIRST, at, *start, legs, rng)
    line = cable(lon, lat, course)
    t0, t1 = at + 2 * HOUR, at + 2 * HOUR + 5400 * SECOND
    beside = int((DRAWN_M - 0.6 * 1852.0) / (10 * KNOT_MS) * SECOND)
    return Case([ship], [
        Truth("over_a_cable", (FIRST,), t0, t1, "loitering", (), line),
        Truth("over_a_cable", (FIRST,), t0 - beside, t1 + beside, "crossing"),
    ])  # fmt: skip


def circles(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Four ships 60 km and more away are heard for 3 h on a circle at exactly 20 kn (as at Point
    Reyes, June 2019), then where they really are: one area."""
    ships: list[Reports] = []
    radius = float(rng.uniform(1_500.0, 4_000.0))
    for n in range(4):
        home = ahead(lon, lat, 60_000.0 + 20_000.0 * n, 90.0 + 180.0 * (n % 2))
        course = float(rng.uniform(0, 360))
        ships.append(sail(FIRST + n, at, *home, [Leg(3 * 3600, 11.0, course)], rng))
        ships.append(turning(FIRST + n, at + 3 * HOUR, lon, lat, radius, 20.0, 3 * 3600,
                             90.0 * n, rng))  # fmt: skip
        there = ahead(*home, 6 * 11 * 1852.0, course)
        ships.append(sail(FIRST + n, at + 6 * HOUR, *there, [Leg(3 * 3600, 11.0, course)], rng))
    mmsis = tuple(FIRST + n for n in range(4))
    truth = Truth("circles", mmsis, at + 3 * HOUR, at + 6 * HOUR, "spoofed_area",
                  ("impossible_move", "identity_clash", "loitering", "encounter"))  # fmt: skip
    return Case(ships, [truth])


def block(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """Seven ships up to 90 km about are all heard at one spot 250 km off within four minutes, for
    two hours, and then where they really are: one area, no seven moves."""
    ships: list[Reports] = []
    spot = ahead(lon, lat, 250_000.0, float(rng.uniform(0, 360)))
    for n in range(7):
        home = ahead(lon, lat, 15_000.0 * (n % 6 + 1), 51.0 * n)
        course = float(rng.uniform(0, 360))
        before = 2 * 3600 + int(rng.integers(0, 240))
        ships.append(sail(FIRST + n, at, *home, [Leg(before, 10.0, course)], rng))
        here = ahead(*spot, float(rng.uniform(0, 800)), float(rng.uniform(0, 360)))
        begin = at + before * SECOND
        ships.append(sail(FIRST + n, begin, *here, [Leg(7200, 0.0, 0.0)], rng))
        there = ahead(*home, 10.0 * 1852.0 * (before + 7200) / 3600, course)
        ships.append(sail(FIRST + n, begin + 2 * HOUR, *there, [Leg(7200, 10.0, course)], rng))
    mmsis = tuple(FIRST + n for n in range(7))
    truth = Truth("block", mmsis, at + 2 * HOUR, at + 4 * HOUR, "spoofed_area",
                  ("impossible_move", "identity_clash", "encounter"))  # fmt: skip
    return Case(ships, [truth])


def on_land(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship is heard for two hours at 12 kn in the Sahara, wherever (lon, lat) is."""
    lon, lat = 24.0 + lon % 1.0, 25.0 + lat % 1.0
    ship = sail(FIRST, at, lon, lat, [Leg(7200, 12.0, float(rng.uniform(0, 360)))], rng)
    return Case([ship], [Truth("on_land", (FIRST,), at, at + 2 * HOUR, "position_on_land")])


def zone_transit(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship at 12 kn straight through a zone of 30 km."""
    course = float(rng.uniform(0, 360))
    ship = sail(FIRST, at, *ahead(lon, lat, 40_000.0, course + 180), [Leg(4 * 3600, 12.0, course)],
                rng)  # fmt: skip
    t0, t1 = (at + int((40_000.0 + side * HALF_M) / (12.0 * KNOT_MS) * SECOND) for side in (-1, 1))
    area = square(lon, lat, course)
    return Case([ship], [Truth("zone_transit", (FIRST,), t0, t1, "zone_visit", ALONE, area=area)])


def along_a_rim(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship zigzags along the side of a zone, in and out every twenty minutes: one stay."""
    course = float(rng.uniform(0, 360))
    outside = ahead(lon, lat, HALF_M + 600 * 8.0 * KNOT_MS / 2**0.5, course + 90)
    start = ahead(*outside, 10_000.0, course + 180)
    legs = [Leg(1200, 8.0, course + 45.0 * (-1) ** (n + 1)) for n in range(6)]
    ship = sail(FIRST, at, *start, [*legs, Leg(3600, 8.0, course + 90)], rng)
    truth = Truth("along_a_rim", (FIRST,), at + 600 * SECOND, at + 6600 * SECOND, "zone_visit",
                  ALONE, area=square(lon, lat, course))  # fmt: skip
    return Case([ship], [truth])


def cable_failed(at: int, lon: float, lat: float, rng: np.random.Generator) -> Case:
    """A ship at 11 kn crosses a line at 9.5 kn for five minutes, and the operator reports it dark
    from then on (Balticconnector, 8 October 2023)."""
    course = float(rng.uniform(0, 360))
    start = ahead(lon, lat, (11.0 * 3 + 9.5 / 24) * 1852.0, course + 180)
    legs = [Leg(3 * 3600, 11.0, course), Leg(300, 9.5, course), Leg(3 * 3600, 11.0, course)]
    over = at + 3 * HOUR + 150 * SECOND
    beside = int((150 + (DRAWN_M - 150 * 9.5 * KNOT_MS) / (11.0 * KNOT_MS)) * SECOND)
    return Case([sail(FIRST, at, *start, legs, rng)], [
        Truth("cable_failed", (FIRST,), over - beside, over + beside, "crossing", ALONE),
        Truth("cable_failed", (FIRST,), over, over, "outage", line=cable(lon, lat, course),
              reported=(over,)),
    ])  # fmt: skip


CASES: Final[dict[str, Callable[[int, float, float, np.random.Generator], Case]]] = {
    each.__name__: each
    for each in (
        identity_swap, port_gap, rendezvous, convoy, drag, loiter, leap, clash,
        alikes.pilot_boarding, alikes.tug_and_tow, alikes.bunkering, alikes.ferry_pair,
        alikes.rescue_helicopter, alikes.port_queue, alikes.outage, brief_rendezvous, over_a_cable,
        circles, block, on_land, zone_transit, along_a_rim, cable_failed, alikes.inland_ships,
        alikes.lone_barge, alikes.dredger,
        alikes.dragging_at_anchor, alikes.search_in_circles, alikes.past_a_zone,
        alikes.corrected_report,
    )
}  # fmt: skip
"""By name."""
