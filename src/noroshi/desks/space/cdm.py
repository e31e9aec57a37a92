"""Conjunction data messages (CCSDS 508.0-B-1): what stands in them, by field; and out, KVN or XML.

Distances are metres, as in the messages; the two states stay in kilometres. A covariance is the
position part of the message's lower triangle, in the object's own radial, transverse and normal
axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import msgspec

from noroshi.desks.space.elements import norad, number
from noroshi.desks.space.times import instant, iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STATE: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
COVARIANCE: Final = ("CR_R", "CT_R", "CT_T", "CN_R", "CN_T", "CN_N")
_HBR: Final = ("COMMENT HBR", "HBR", "COMMENT COMBINED HBR")


class Body(msgspec.Struct, frozen=True):
    """One of the two objects: number, name, state at closest approach
    (km, km/s), and CR_R, CT_R, CT_T, CN_R, CN_T, CN_N (m²), None where the message has none."""

    designator: str
    name: str
    cospar: str = ""
    frame: str = ""
    state: tuple[float, ...] | None = None
    covariance: tuple[float, ...] | None = None
    manoeuvrable: str = ""


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


# Out.

NOTE: Final = (
    "Screening grade: states from public mean elements by SGP4, kilometres uncertain along the"
    " orbit. Not for manoeuvre decisions."
)


def write(cdm: Cdm, form: str) -> str:
    """The message as `kvn` or `xml`, with what it has: covariances where they are known."""
    head = {
        "CREATION_DATE": iso(cdm.created)[:-3],
        "ORIGINATOR": cdm.originator,
        "MESSAGE_ID": cdm.message,
    }
    relative: dict[str, tuple[Any, str]] = {
        "TCA": (iso(cdm.tca)[:-3], ""),
        "MISS_DISTANCE": (f"{cdm.miss_m:.3f}", "m"),
    }
    if cdm.speed_ms is not None:
        relative["RELATIVE_SPEED"] = (f"{cdm.speed_ms:.3f}", "m/s")
    if cdm.probability is not None:
        relative["COLLISION_PROBABILITY"] = (f"{cdm.probability:.6e}", "")
        relative["COLLISION_PROBABILITY_METHOD"] = (cdm.method, "")
    bodies = [_fields(each, n) for n, each in enumerate((cdm.one, cdm.two), start=1)]
    return _kvn(head, relative, bodies) if form == "kvn" else _xml(head, relative, bodies)


def _fields(body: Body, n: int) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {
        "OBJECT": (f"OBJECT{n}", ""),
        "OBJECT_DESIGNATOR": (body.designator, ""),
        "CATALOG_NAME": ("SATCAT", ""),
        "OBJECT_NAME": (body.name or "UNKNOWN", ""),
        "INTERNATIONAL_DESIGNATOR": (body.cospar or "UNKNOWN", ""),
        "EPHEMERIS_NAME": ("NONE", ""),
        "COVARIANCE_METHOD": ("CALCULATED" if body.covariance else "DEFAULT", ""),
        "MANEUVERABLE": (body.manoeuvrable or "N/A", ""),
        "REF_FRAME": (body.frame, ""),
    }
    for name, value in zip(STATE, body.state or (), strict=False):
        found[name] = (f"{value:.9f}", "km/s" if name.endswith("DOT") else "km")
    for name, value in zip(COVARIANCE, body.covariance or (), strict=False):
        found[name] = (f"{value:.9e}", "m**2")
    return found


def _kvn(
    head: Mapping[str, str],
    relative: Mapping[str, tuple[Any, str]],
    bodies: Sequence[Mapping[str, tuple[Any, str]]],
) -> str:
    lines = ["CCSDS_CDM_VERS = 1.0", *(f"{key} = {value}" for key, value in head.items())]
    lines.append(f"COMMENT {NOTE}")
    for part in (relative, *bodies):
        lines += [f"{key} = {v}{f' [{unit}]' if unit else ''}" for key, (v, unit) in part.items()]
    return "\n".join(lines) + "\n"


def _xml(
    head: Mapping[str, str],
    relative: Mapping[str, tuple[Any, str]],
    bodies: Sequence[Mapping[str, tuple[Any, str]]],
) -> str:
    def tags(part: Mapping[str, tuple[Any, str]]) -> str:
        return "".join(
            f"<{key}{f' units={chr(34)}{unit}{chr(34)}' if unit else ''}>{escape(str(v))}</{key}>"
            for key, (v, unit) in part.items()
        )

    segments = ""
    for body in bodies:
        state = {key: body[key] for key in body if key in STATE}
        covariance = {key: body[key] for key in body if key in COVARIANCE}
        about = {key: body[key] for key in body if key not in state and key not in covariance}
        segments += (
            f"<segment><metadata>{tags(about)}</metadata><data>"
            f"<stateVector>{tags(state)}</stateVector>"
            f"<covarianceMatrix>{tags(covariance)}</covarianceMatrix></data></segment>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<cdm id="CCSDS_CDM_VERS" version="1.0"><header>'
        f"<COMMENT>{escape(NOTE)}</COMMENT>{tags({k: (v, '') for k, v in head.items()})}</header>"
        f"<body><relativeMetadataData>{tags(relative)}</relativeMetadataData>{segments}</body></cdm>\n"
    )
