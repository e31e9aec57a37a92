"""Who was in a zone, and for how long: ship-days and transits by flag and type.

A flag is the country of the first three digits of the identity (ITU-R M.585), which a transmitter
says of itself. A transit is a stay of which both the coming and the going were seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.words import asked
from noroshi.words.desk import Answer, Option, Query
from noroshi.words.time import DAY, format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noroshi.words.desk import Ask, Held


class Group(msgspec.Struct):
    """Ships of one flag and type: how many, days spent in all, transits, and stays."""

    flag: str
    type: str
    ships: int = 0
    ship_days: float = 0.0
    transits: int = 0
    stays: int = 0


class Present(msgspec.Struct, frozen=True):
    """Who was in `zone` in [since, until), most days first."""

    zone: str
    name: str
    since: str
    until: str
    ships: int
    ship_days: float
    transits: int
    groups: tuple[Group, ...]


def presence(ask: Ask, given: Mapping[str, str | None]) -> Answer:
    """Ship-days and transits in a zone, by flag and type."""
    zone = asked.asset(ask.assets(), given["zone"] or "", ("zone",))
    since, until = _window(ask, zone.id, given)
    limit = asked.count("limit", given["limit"])
    found = ask.findings("zone_visit", since, until, zone.id)
    groups, ships = _groups(found, since, until)
    answer = Present(
        zone=zone.id,
        name=zone.name,
        since=format_instant(since),
        until=format_instant(until),
        ships=len(ships),
        ship_days=round(sum(each.ship_days for each in groups), 2),
        transits=sum(each.transits for each in groups),
        groups=tuple(groups),
    )
    return _told(answer, limit)


def _window(ask: Ask, zone: str, given: Mapping[str, str | None]) -> tuple[int, int]:
    """As asked; else as far as anybody was there."""
    since, until = given["since"], given["until"]
    t0 = None if since is None else asked.instant("since", since).t0
    t1 = None if until is None else asked.instant("until", until).t1
    if t0 is None or t1 is None:
        every = ask.findings("zone_visit", t0, t1, zone)
        t0 = min((each.t0 for each in every), default=t1 or 0) if t0 is None else t0
        t1 = max((each.t1 for each in every), default=t0) if t1 is None else t1
    return t0, max(t0, t1)


def _groups(found: Sequence[Held], since: int, until: int) -> tuple[list[Group], set[str]]:
    groups: dict[tuple[str, str], Group] = {}
    members: dict[tuple[str, str], set[str]] = {}
    for each in found:
        ship = each.subjects[0]
        key = (flag(ship), ship_type(each.measures.get("ship_type")))
        group = groups.setdefault(key, Group(*key))
        members.setdefault(key, set()).add(ship)
        group.ship_days += (min(each.t1, until) - max(each.t0, since)) / DAY
        whole = each.t0 >= since and each.t1 <= until
        seen = each.measures.get("entry") == each.measures.get("exit") == "seen"
        group.transits += int(whole and seen)
        group.stays += 1
    for key, group in groups.items():
        group.ships, group.ship_days = len(members[key]), round(group.ship_days, 3)
    order = sorted(groups.values(), key=lambda each: (-each.ship_days, each.flag, each.type))
    return order, {ship for ships in members.values() for ship in ships}


def flag(subject: str) -> str:
    """The country of `mmsi:…` by its first three digits; "unknown" for what has none."""
    scheme, _, number = subject.partition(":")
    if scheme != "mmsi":
        return "unknown"
    from pyais.util import get_country

    code, country = get_country(int(number))
    return "unknown" if code == "NA" and country == "Unknown" else country


_TYPES: Final = {2: "wing in ground", 4: "high-speed craft", 6: "passenger", 7: "cargo",
                 8: "tanker", 9: "other"}  # fmt: skip
_SINGLE: Final = {30: "fishing", 31: "tug and tow", 32: "tug and tow", 33: "dredger", 34: "diving",
                  35: "military", 36: "sailing", 37: "pleasure", 50: "pilot", 51: "rescue",
                  52: "tug", 53: "port tender", 54: "pollution control", 55: "law enforcement",
                  58: "medical"}  # fmt: skip


def ship_type(number: object) -> str:
    """The type of ship in a word (ITU-R M.1371-5, table 53)."""
    if not isinstance(number, int) or not 0 < number < 100:
        return "not given"
    return _SINGLE.get(number) or _TYPES.get(number // 10, "other")


def _told(answer: Present, limit: int) -> Answer:
    since, until = (each[:16].replace("T", " ") for each in (answer.since, answer.until))
    title = f"{answer.name} ({answer.zone}), {since} to {until} UTC"
    if not answer.groups:
        if answer.since == answer.until:
            title = f"{answer.name} ({answer.zone}), at any time"
        hint = "Hint: noroshi ingest FILE… reads tracks; noroshi assets load looks again"
        return Answer(value=answer, before=(f"{title}: no ship was heard there", hint))
    total = f"{answer.ships} ships, {answer.ship_days:.1f} ship-days, {answer.transits} transits"
    rows = tuple(
        (each.flag, each.type, str(each.ships), f"{each.ship_days:.2f}", str(each.transits),
         str(each.stays))
        for each in answer.groups[:limit]
    )  # fmt: skip
    more = len(answer.groups) - len(rows)
    return Answer(
        value=answer,
        before=(f"{title}: {total}", ""),
        columns=(("flag", False), ("type", False), ("ships", True), ("ship-days", True),
                 ("transits", True), ("stays", True)),
        rows=rows,
        after=(f"{more} more groups; --limit shows them.",) if more else (),
    )  # fmt: skip


QUERY: Final = Query(
    name="presence",
    help="Ship-days and transits in a zone, by flag and type of ship.",
    run=presence,
    options=(
        Option("zone", "Id of a zone, or part of its id or name.", required=True, positional=True),
        Option("since", "From when: RFC 3339, or a date. The first stay when not given."),
        Option("until", "Until when. The last stay when not given."),
        Option("limit", "At most this many lines.", "30"),
    ),
    examples=("luzon --since 2026-10 --until 2026-10 --node ./jpn",),
)
