"""What is true of a planted case: which ships did what, and what must not be said of them."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.desks.sea.sail import Reports, ahead


class Truth(msgspec.Struct, frozen=True):
    """One thing that was planted. `kind` is what should be found of all `mmsis` over (t0, t1) µs,
    None for a look-alike; `silent` are kinds that may not be found of any of them. `line` is the
    drawn cable that the case needs and `area` the rim of its zone, (lon, lat) in degrees.
    `reported` are the instants (µs) since when an operator said it was dark, the last one last."""

    case: str
    mmsis: tuple[int, ...]
    t0: int
    t1: int
    kind: str | None = None
    silent: tuple[str, ...] = ()
    line: tuple[tuple[float, float], ...] = ()
    area: tuple[tuple[float, float], ...] = ()
    reported: tuple[int, ...] = ()

    @property
    def ref(self) -> str:
        """Of the operator's report."""
        return f"planted-{self.mmsis[0]}"


class Case(msgspec.Struct, frozen=True):
    """Reports and truths."""

    ships: list[Reports]
    truths: list[Truth]


FIRST: Final = 299_000_001
"""Planted ships have the country digits 299, which the ITU has given to nobody."""

DRAWN_M: Final = 5_000.0
"""A ship is at a drawn cable within this (`cross_drawn_m`): from then to then is the truth."""

ALONE: Final = ("encounter", "ships_in_company", "gap", "identity_swap", "identity_clash",
                "impossible_move", "loitering", "position_on_land", "spoofed_area")  # fmt: skip
"""What is said of ships that do something unusual; stops and port visits are no alarm."""


def cable(lon: float, lat: float, course: float) -> tuple[tuple[float, float], ...]:
    """A line of 20 km across a course."""
    ends = [ahead(lon, lat, 10_000.0, course + turn) for turn in (90.0, 270.0)]
    return tuple((float(east), float(north)) for east, north in ends)


HALF_M: Final = 15_000.0
"""From the middle of a planted zone to its sides."""


def square(lon: float, lat: float, course: float) -> tuple[tuple[float, float], ...]:
    """The rim of a zone about (lon, lat) with two sides along `course`, closed."""
    corners = [ahead(lon, lat, 2**0.5 * HALF_M, course + 45.0 + 90.0 * n) for n in range(4)]
    return tuple((float(east), float(north)) for east, north in [*corners, corners[0]])


def silent(case: Case, *more: str) -> Case:
    """The same, silent of more."""
    truth = case.truths[0]
    whole = msgspec.structs.replace(truth, silent=(*truth.silent, *more))
    return Case(case.ships, [whole, *case.truths[1:]])


def alike(name: str, ships: list[Reports], t0: int, t1: int) -> Case:
    return Case(ships, [Truth(name, tuple(ship.mmsi for ship in ships), t0, t1, None, ALONE)])


def at_rest(case: Case) -> Case:
    """The same, where each ship is one stop and one port visit as well."""
    truth = case.truths[0]
    stays = [
        Truth(truth.case, (mmsi,), truth.t0, truth.t1, kind)
        for mmsi in truth.mmsis
        for kind in ("stop", "port_visit")
    ]
    return Case(case.ships, [truth, *stays])
