"""Act: a visit, an exercise or a refuelling that somebody plans, as its file says it (`act/1`).

One TOML file: who hosts whom, where and when, with which ships and for what; who asked, and who
cleared it. What may happen is decided from the agreements (`pact.permitting`), not from this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from noroshi.pact.format import dated
from noroshi.pact.lines import Path
from noroshi.pact.permits import Aspect, Purpose, Supply
from noroshi.pact.reading import Problem, check_dates, nearest
from noroshi.pact.vocabulary import Block, ClauseId, Code, Date
from noroshi.words.party import Parties
from noroshi.words.time import Span

ActKind = Literal["port_visit", "exercise", "refuelling"]
Mmsi = Annotated[str, Meta(pattern=r"^\d{9}$", description='nine digits such as "431000001"')]


class Plan(Block, frozen=True, rename={"from_": "from"}):
    """`[act]`: `host` receives, organises or supplies; `guests` come or are supplied. `meets` are
    commitments that it would keep (`eu-jpn-sdp/C10`)."""

    id: ClauseId
    kind: ActKind
    host: Code
    guests: Annotated[tuple[Code, ...], Meta(min_length=1, description="at least one guest")]
    where: Literal["territory", "high_sea"]
    from_: Date
    to: Date
    purpose: Purpose
    title: str = ""
    place: str = ""
    lon: Annotated[float, Meta(ge=-180, lt=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    radius_km: Annotated[float, Meta(gt=0)] = 20.0
    supplies: tuple[Supply, ...] = ()
    persons: Annotated[int, Meta(ge=0)] | None = None
    meets: tuple[str, ...] = ()
    note: str = ""


class Ship(Block, frozen=True):
    """`[[ship]]`: one that takes part."""

    name: str
    party: Code
    mmsi: Mmsi | None = None


class Request(Block, frozen=True):
    """`[request]`: who asked, and when."""

    by: Code
    on: Date
    ref: str = ""


class Clearance(Block, frozen=True):
    """`[[clearance]]`: a party's yes, or its no; `until` ends it."""

    party: Code
    on: Date
    until: Date | None = None
    refused: bool = False
    ref: str = ""


class Agreed(Block, frozen=True, rename={"third": "for"}):
    """`[[consent]]`: a party's yes to a third that takes part."""

    party: Code
    third: Code
    on: Date
    ref: str = ""


class ActFile(Block, frozen=True):
    """A whole act file."""

    format: Literal["act/1"]
    act: Plan
    ship: tuple[Ship, ...] = ()
    request: Request | None = None
    clearance: tuple[Clearance, ...] = ()
    consent: tuple[Agreed, ...] = ()

    @property
    def span(self) -> Span:
        """From the earliest reading of its beginning to the latest of its end."""
        first, last = dated(self.act.from_), dated(self.act.to)
        if first is None or last is None:
            raise AssertionError("both dates are required")
        return Span(first.t0, max(first.t1, last.t1), "day")

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """What it asks for. Being supplied in port takes entry as well; what is handed over in an
        exercise or a visit takes a supply clause."""
        kind, found = self.act.kind, list[Aspect]()
        if kind == "port_visit" or self.act.where == "territory":
            found.append("entry")
        if kind == "exercise":
            found.append("exercise")
        if kind == "refuelling" or self.act.supplies:
            found.append("supply")
        return tuple(found)

    @property
    def supplies(self) -> tuple[Supply, ...]:
        """What is handed over; a refuelling hands over fuel at least."""
        more: tuple[Supply, ...] = ("fuel",) if self.act.kind == "refuelling" else ()
        return tuple(dict.fromkeys((*more, *self.act.supplies)))


def problems_of(file: ActFile, raw: dict[str, object], parties: Parties) -> Iterator[Problem]:
    """What the types of an act file cannot say: codes, dates, who belongs to whom."""
    yield from check_dates(raw, ("from", "to", "on", "until"))
    for path, code in _codes(file):
        if code not in parties:
            hint = nearest(code, parties.order) or "add it with [[party]] in node.toml"
            yield Problem(path, "unknown party", code, "a code of the party registry", hint)
    taking = (file.act.host, *file.act.guests)
    for i, guest in enumerate(file.act.guests):
        if guest == file.act.host or guest in file.act.guests[:i]:
            yield Problem(("act", "guests", i), "named twice", guest)
    for i, ship in enumerate(file.ship):
        if not any(parties.line(code)[-1] == parties.line(ship.party)[-1] for code in taking):
            wanted = "one of " + ", ".join(taking)
            yield Problem(("ship", i, "party"), "takes no part", ship.party, wanted)
    if (file.act.lon is None) != (file.act.lat is None):
        yield Problem(("act",), "half a place", None, "both lon and lat, or neither")
    if file.act.kind == "port_visit" and file.act.where != "territory":
        yield Problem(("act", "where"), "no port there", file.act.where, "territory")
    try:
        first, last = dated(file.act.from_), dated(file.act.to)
    except ValueError:
        return  # reported with the dates
    if first is not None and last is not None and last.t1 <= first.t0:
        yield Problem(("act", "to"), "ends before it begins", file.act.to, f"from {file.act.from_}")


def _codes(file: ActFile) -> Iterator[tuple[Path, str]]:
    yield ("act", "host"), file.act.host
    for i, code in enumerate(file.act.guests):
        yield ("act", "guests", i), code
    for i, ship in enumerate(file.ship):
        yield ("ship", i, "party"), ship.party
    if file.request is not None:
        yield ("request", "by"), file.request.by
    for i, each in enumerate(file.clearance):
        yield ("clearance", i, "party"), each.party
    for i, each in enumerate(file.consent):
        yield ("consent", i, "party"), each.party
        yield ("consent", i, "for"), each.third
