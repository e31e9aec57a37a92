"""Conjunction data messages (CCSDS 508.0-B-1): what stands in them, by field.

Distances are metres, as in the messages; the two states stay in kilometres. A covariance is the
position part of the message's lower triangle, in the object's own radial, transverse and normal
axes, and then the rows of the three rates.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.space.elements import norad, number
from noroshi.desks.space.times import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STATE: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
COVARIANCE: Final = ("CR_R", "CT_R", "CT_T", "CN_R", "CN_T", "CN_N")
RATES: Final = (
    "CRDOT_R", "CRDOT_T", "CRDOT_N", "CRDOT_RDOT", "CTDOT_R", "CTDOT_T", "CTDOT_N", "CTDOT_RDOT",
    "CTDOT_TDOT", "CNDOT_R", "CNDOT_T", "CNDOT_N", "CNDOT_RDOT", "CNDOT_TDOT", "CNDOT_NDOT",
)  # fmt: skip
_HBR: Final = ("COMMENT HBR", "HBR", "COMMENT COMBINED HBR")


class Body(msgspec.Struct, frozen=True):
    """One of the two objects: number, name, state at closest approach
    (km, km/s), and CR_R, CT_R, CT_T, CN_R, CN_T, CN_N (m²), None where the message has none.
    `assumed` where the sender says that the covariance is a default and not its object's own;
    `comment` is written and not read again."""

    designator: str
    name: str
    cospar: str = ""
    frame: str = ""
    state: tuple[float, ...] | None = None
    covariance: tuple[float, ...] | None = None
    manoeuvrable: str = ""
    rates: tuple[float, ...] | None = None
    assumed: bool = False
    comment: str = ""


class Cdm(msgspec.Struct, frozen=True):
    """A conjunction as its sender sees it: instants in µs UTC, metres, m/s."""

    tca: int
    created: int
    originator: str
    message: str
    miss_m: float
    speed_ms: float | None
    probability: float | None
    method: str
    hbr_m: float | None
    one: Body
    two: Body


def conjunction(fields: Mapping[str, str], objects: Sequence[Mapping[str, str]]) -> Cdm:
    """The message's content. `ValueError` naming the block and field that is missing or wrong."""
    if len(objects) != 2:
        raise ValueError(
            f"OBJECT: found {len(objects)} object blocks; expected OBJECT1 and OBJECT2"
        )
    one, two = _ordered(objects)
    return Cdm(
        tca=_time(fields, "TCA"),
        created=_time(fields, "CREATION_DATE"),
        originator=fields.get("ORIGINATOR", ""),
        message=fields.get("MESSAGE_ID", ""),
        miss_m=_size(fields, "MISS_DISTANCE", optional=False) or 0.0,
        speed_ms=_size(fields, "RELATIVE_SPEED"),
        probability=_size(fields, "COLLISION_PROBABILITY", most=1.0),
        method=fields.get("COLLISION_PROBABILITY_METHOD", ""),
        hbr_m=_radius(fields),
        one=_body(one, "OBJECT1"),
        two=_body(two, "OBJECT2"),
    )  # fmt: skip


def _ordered(objects: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
    """The two blocks by what they say they are; in their order where they do not say."""
    said = [each.get("OBJECT", "").upper() for each in objects]
    if said in (["OBJECT1", "OBJECT2"], ["", ""]):
        return objects
    if said == ["OBJECT2", "OBJECT1"]:
        return objects[::-1]
    raise ValueError(f"OBJECT: found {' and '.join(said)}; expected OBJECT1 and OBJECT2")


def _radius(fields: Mapping[str, str]) -> float | None:
    return next((_size(fields, each) for each in _HBR if each in fields), None)


def _size(
    fields: Mapping[str, str], name: str, optional: bool = True, most: float = math.inf
) -> float | None:
    """A number of the relative data that is never below 0."""
    value = _number(fields, name, "relative data", optional)
    if value is not None and not 0.0 <= value <= most:
        expected = "0 or more" if most == math.inf else f"0 to {most:g}"
        raise ValueError(f"relative data, {name}: found {value:g}; expected {expected}")
    return value


def _body(fields: Mapping[str, str], block: str) -> Body:
    designator = fields.get("OBJECT_DESIGNATOR", "").lstrip("0")
    where = f"{block}, OBJECT_DESIGNATOR"
    if not designator:
        raise ValueError(f"{where}: missing")
    return Body(
        designator=str(norad(designator, where)),
        name=fields.get("OBJECT_NAME", ""),
        cospar=fields.get("INTERNATIONAL_DESIGNATOR", ""),
        frame=fields.get("REF_FRAME", ""),
        state=_all(fields, STATE, block, "state vector"),
        covariance=_all(fields, COVARIANCE, block, "covariance"),
        manoeuvrable=fields.get("MANEUVERABLE", ""),
        rates=_all(fields, RATES, block, "covariance"),
        assumed=fields.get("COVARIANCE_METHOD", "").upper() == "DEFAULT",
    )


def _all(
    fields: Mapping[str, str], names: Sequence[str], block: str, what: str
) -> tuple[float, ...] | None:
    """All of a group of numbers, or none where none is there."""
    present = [name for name in names if fields.get(name)]
    if not present:
        return None
    missing = [name for name in names if name not in present]
    if missing:
        raise ValueError(f"{block}, {missing[0]}: missing, though the {what} has {present[0]}")
    return tuple(_number(fields, name, block) or 0.0 for name in names)


def _number(
    fields: Mapping[str, str], name: str, block: str, optional: bool = False
) -> float | None:
    text = fields.get(name, "").partition("[")[0].strip()
    if optional and text.upper() in ("", "N/A", "NONE"):
        return None
    return number(text, f"{block}, {name}")


def _time(fields: Mapping[str, str], name: str) -> int:
    if not fields.get(name):
        raise ValueError(f"{name}: missing; expected an instant")
    try:
        return instant(fields[name])
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None
