"""Permits: the blocks of an agreement file about what forces may do at one another's, apart from
what they tell one another: come in, exercise, and be supplied."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from noroshi.pact.vocabulary import Basis, Block, ClauseId, Code, Duration

Aspect = Literal["entry", "exercise", "supply"]
"""What an act asks for: to come into the host's territory, to exercise with it, to be supplied."""

Supply = Literal[
    "fuel", "food", "water", "transport", "maintenance", "parts", "medical", "facilities",
    "ammunition", "weapons",
]  # fmt: skip
Purpose = Literal[
    "port_call", "exercise", "training", "disaster_relief", "evacuation", "peacekeeping",
    "counter_piracy", "operation",
]  # fmt: skip
Clearing = Annotated[
    str,
    Meta(pattern=r"^(host|guest|[A-Z][A-Z0-9.]+)$", description='"host", "guest" or a party code'),
]


class Permit(Block, frozen=True):
    """`[[permit]]`: what forces of one party may do with another's, and what it takes."""

    id: ClauseId
    basis: Basis
    acts: Annotated[tuple[Aspect, ...], Meta(min_length=1, description="at least one of them")]
    host: tuple[Code, ...] | None = None
    guest: tuple[Code, ...] | None = None
    purposes: tuple[Purpose, ...] | None = None
    supplies: tuple[Supply, ...] = ()
    ships_max: Annotated[int, Meta(ge=1)] | None = None
    days_max: Annotated[int, Meta(ge=1)] | None = None
    persons_max: Annotated[int, Meta(ge=1)] | None = None
    request: Duration | None = None
    clearance: tuple[Clearing, ...] = ()
    third: Literal["none", "mutual_consent"] = "none"
    cites: tuple[str, ...] = ()
    note: str = ""


class Act(Block, frozen=True):
    """A condition on an act and two that take part; every field given must match."""

    acts: tuple[Aspect, ...] | None = None
    host: tuple[Code, ...] | None = None
    guest: tuple[Code, ...] | None = None
    purposes: tuple[Purpose, ...] | None = None
    supplies: tuple[Supply, ...] | None = None


class Forbid(Block, frozen=True):
    """`[[forbid]]`: wins over every permit, for acts of a party to this agreement."""

    id: ClauseId
    basis: Basis
    when: Act
    cites: tuple[str, ...] = ()
    note: str = ""
