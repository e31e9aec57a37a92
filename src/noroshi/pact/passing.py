"""Passing: how far one lane carries a class of strands, and how far its originator meant it to go.

`held` follows the grants: what is sealed into one, and what a holder does with it who knows no
agreement at all, which is the holder that passes on most. `meant` follows the agreements of the
originator. No leak is: nobody holds who was not meant to (docs/pact.md, "Proved").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from noroshi.pact.format import When
from noroshi.pact.lanes import Lane
from noroshi.pact.masks import Masks
from noroshi.words.transform import Transform, union


class Limiting(NamedTuple):
    """A prohibition (no transforms) or a requirement, and the parties it is about."""

    id: str
    when: When
    meant: int
    transforms: tuple[Transform, ...]


class Ground(NamedTuple):
    """What is alike for all lanes of a class: who may ever receive (`room`: not the originator's
    own parties, not those a prohibition names), requirements that speak of the class, parties that
    a consent names when the originator releases it (`agreed`) and when a holder does, who has it
    under a grant (`later`), and whether the originator controls the strand."""

    masks: Masks
    own: int
    room: int
    required: tuple[Limiting, ...]
    agreed: int
    later: int
    orcon: bool

    @property
    def barred(self) -> int:
        """Whom prohibitions keep out."""
        return self.masks.everyone & ~self.own & ~self.room


class Open(NamedTuple):
    """A lane with the parties that it reaches for records made at one time, under one marking."""

    lane: Lane
    direct: int
    beyond: int


def direct(ground: Ground, way: Open) -> int:
    """To whom the originator itself may release."""
    mask = way.direct & ground.room
    return mask & ground.agreed if way.lane.clause.approval == "each" else mask


class Outgoing(NamedTuple):
    """Direct recipients to whom a lane brings the strand with the same `transforms`."""

    way: Open
    given: int
    transforms: tuple[Transform, ...]


def outgoing(ground: Ground, way: Open) -> list[Outgoing]:
    """The direct recipients of a lane in groups to whom the same transforms go."""
    groups = [Outgoing(way, direct(ground, way), way.lane.transforms)]
    for each in ground.required:
        groups = [
            part
            for group in groups
            for part in (
                Outgoing(way, group.given & each.meant, union(group.transforms, each.transforms)),
                Outgoing(way, group.given & ~each.meant, group.transforms),
            )
        ]
    return [group for group in groups if group.given]


def demanding(ground: Ground, transforms: tuple[Transform, ...]) -> int:
    """The parties for whom more than `transforms` is required."""
    found = 0
    for each in ground.required:
        if union(transforms, each.transforms) != transforms:
            found |= each.meant
    return found


def held(ground: Ground, group: Outgoing) -> int:
    """Everybody that holds what went out to `group`, in that form, after any number of hops."""
    return group.given | onward(ground, group)


def onward(ground: Ground, group: Outgoing) -> int:
    """To whom a holder may pass the strand by its grant. A grant says the same at every holder,
    so one step reaches all that any number of hops reaches."""
    way = group.way
    excluded = ground.barred | demanding(ground, group.transforms)
    match way.lane.clause.onward:
        case "none":
            return 0
        case "originator_consent":
            return ground.later
        case "free":
            # Sealed as consent where some parties are not to have it (`grants`).
            asked = excluded or way.lane.clause.approval == "each"
            mask = ground.later if asked else ground.masks.everyone
        case "parties":
            mask = recipients(ground, way, excluded)
    return mask & ground.later if ground.orcon else mask


def recipients(ground: Ground, way: Open, excluded: int) -> int:
    """Whom a grant of the lane names, and those below them."""
    may = way.beyond & ground.room & ~excluded
    if way.lane.clause.approval == "each":
        may &= ground.agreed
    found = 0
    for code in way.lane.bodies:
        below = ground.masks.below(code)
        if may & ground.masks.bit(code) and not below & excluded:
            found |= below
    return found


def meant(ground: Ground, group: Outgoing) -> int:
    """Whom the originator lets have what went out to `group`, in that form: its own; the group
    itself; with `parties` those it would release to if the hub were no matter; with `free` all whom
    no limit names; and whom it named in a consent. Nobody for whom more transforms are required;
    under originator control, or approval item by item, onward only with consent."""
    way = group.way
    named = way.lane.clause.approval == "each" or ground.orcon
    fit = ground.room & ~demanding(ground, group.transforms)
    agreed = ground.agreed | ground.later
    if named:
        fit &= agreed
    found = ground.own | agreed | group.given
    match way.lane.clause.onward:
        case "parties":
            return found | (way.beyond & fit)
        case "free":
            return found | fit
        case _:
            return found


def excluding(masks: Masks, own: int, prohibitions: Sequence[Limiting]) -> int:
    """`room` of a ground: everybody but the originator's own and those whom a prohibition names."""
    mask = masks.everyone & ~own
    for each in prohibitions:
        mask &= ~each.meant
    return mask
