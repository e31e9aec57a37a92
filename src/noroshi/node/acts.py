"""Acts: a planned visit, exercise or refuelling against the agreements and against what was seen.

What was seen is what the node's findings say of the ships that the plan names. A ship that no
finding speaks of was *not seen*; whether it was there is another question, since a warship often
sends no AIS.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from noroshi.desks.registry import kinds
from noroshi.node.calendar import commitment_of
from noroshi.node.node import Node
from noroshi.node.promises import seen as finding_seen
from noroshi.pact.act import ActFile, Ship, problems_of
from noroshi.pact.observing import recognised
from noroshi.pact.permitting import Permission, permit
from noroshi.pact.reading import read_file, whole
from noroshi.pact.shape import Problem
from noroshi.store import FindingRow
from noroshi.words.place import distance_m
from noroshi.words.time import DAY

Sight = Literal["there", "elsewhere", "seen", "not seen", "no MMSI"]
"""`seen`: the plan names no position to compare with. `there` also means at the time."""


def read_act(node: Node, path: Path) -> ActFile:
    """The act file at `path`; raises everything that is wrong with it, by file and line."""

    def check(file: ActFile, raw: dict[str, Any]) -> list[Problem]:
        return list(problems_of(file, raw, node.parties))

    return whole(read_file(path.read_bytes(), str(path), ActFile, check))


def ask(node: Node, act: ActFile, now: int) -> Permission:
    """Whether the act may happen by the law of the node at `now`."""
    return permit(node.policy(at=now)[1], act, now)


class Sighting(msgspec.Struct, frozen=True):
    """A finding about a ship during the act: `km` from the place planned, if both are known."""

    finding: str
    kind: str
    t0: int
    t1: int
    km: float | None


class ShipSeen(msgspec.Struct, frozen=True):
    """A planned ship, and the findings about it around the time of the act, nearest first."""

    ship: Ship
    sight: Sight
    sightings: tuple[Sighting, ...]


class Seen(msgspec.Struct, frozen=True):
    """An act against the findings of the node. `others` kept company with a planned ship and are
    not in the plan; `shows` are the findings that the rules of commitments named in `meets`
    recognise."""

    act: str
    ships: tuple[ShipSeen, ...]
    others: tuple[str, ...]
    shows: tuple[tuple[str, str], ...]
    findings: int


def seen(node: Node, act: ActFile, now: int, *, slack: int = DAY) -> Seen:
    """What the node's findings from `slack` (µs) before the act to `slack` after it say of it."""
    span = act.span
    rows = node.store.findings(since=span.t0 - slack, until=span.t1 + slack)
    ships = tuple(_ship(act, each, rows) for each in act.ship)
    planned = {f"mmsi:{each.mmsi}" for each in act.ship if each.mmsi is not None}
    about = [row for row in rows if planned & set(row.subjects)]
    others = {
        each for row in about for each in row.subjects
        if each not in planned and row.kind in ("ships_in_company", "encounter")
    }  # fmt: skip
    return Seen(
        act.act.id, ships, tuple(sorted(others)), tuple(_shows(node, act, about, now)), len(rows)
    )


def _ship(act: ActFile, ship: Ship, rows: list[FindingRow]) -> ShipSeen:
    if ship.mmsi is None:
        return ShipSeen(ship, "no MMSI", ())
    found = [_sighting(act, row) for row in rows if f"mmsi:{ship.mmsi}" in row.subjects]
    found.sort(key=lambda each: (each.km is None, each.km or 0.0, each.t0, each.finding))
    if not found:
        return ShipSeen(ship, "not seen", ())
    span = act.span
    there = any(
        each.km is not None
        and each.km <= act.act.radius_km
        and span.t0 < each.t1
        and each.t0 < span.t1
        for each in found
    )
    placed = any(each.km is not None for each in found)
    return ShipSeen(ship, "there" if there else "elsewhere" if placed else "seen", tuple(found))


def _sighting(act: ActFile, row: FindingRow) -> Sighting:
    km = None
    plan = act.act
    if None not in (plan.lon, plan.lat, row.lon, row.lat):
        away = distance_m(plan.lon or 0.0, plan.lat or 0.0, row.lon or 0.0, row.lat or 0.0)
        km = round(max(0.0, away - (row.radius_m or 0.0)) / 1000, 1)
    return Sighting(row.id, row.kind, row.t0, row.t1, km)


def _shows(
    node: Node, act: ActFile, about: list[FindingRow], now: int
) -> Iterator[tuple[str, str]]:
    """(commitment, finding) where the rule of a commitment that the act would keep recognises what
    was seen of its ships."""
    _, policy = node.policy(at=now)
    known = kinds()
    for name in act.act.meets:
        rule = commitment_of(policy, name).observe
        for row in about:
            if rule is not None and recognised(rule, finding_seen(row, known), node.parties):
                yield name, row.id
