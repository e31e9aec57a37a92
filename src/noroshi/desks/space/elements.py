"""Element sets: what a message must hold to be one, as columns; and OMM out.

Fields and units are those of CCSDS 502.0-B-3 as GP data has them: rev/day, degrees, B* in 1 / earth
radii. Only mean elements of SGP4 are taken: EPHEMERIS_TYPE 4 is SGP4-XP, whose elements under SGP4
give positions kilometres off without any sign of it.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import numpy as np

from noroshi.desks.space.kernels.constants import MU_KM3_S2
from noroshi.desks.space.times import instant, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from noroshi.words.desk import Array

NUMBERS: Final = {
    "n": "MEAN_MOTION", "e": "ECCENTRICITY", "i": "INCLINATION", "node": "RA_OF_ASC_NODE",
    "argp": "ARG_OF_PERICENTER", "m": "MEAN_ANOMALY", "bstar": "BSTAR", "ndot": "MEAN_MOTION_DOT",
}  # fmt: skip
OPTIONAL: Final = frozenset(("bstar", "ndot"))
THEORIES: Final = frozenset(("", "SGP4", "SGP/SGP4", "SGP", "SDP4"))
MOST_DIGITS: Final = 9

DTYPE: Final = np.dtype([
    ("norad", "i8"), ("epoch", "i8"), ("n", "f8"), ("e", "f8"), ("i", "f8"), ("node", "f8"),
    ("argp", "f8"), ("m", "f8"), ("bstar", "f8"), ("ndot", "f8"), ("place", "i8"), ("length", "i8"),
])  # fmt: skip
"""One element set. `place` and `length` say where it stands: a range of bytes; a row where `length`
is 0; the n-th object of a JSON or XML list where it is -1."""

COSPAR: Final = re.compile(r"\d{4}-\d{3}[A-Z]{1,3}")


def element(fields: Mapping[str, str]) -> tuple[Any, ...]:
    """The numbers of `DTYPE` but for its last two, then name, international designator, type and
    owner. `ValueError` naming the field, what was found and what was expected."""
    kind = fields.get("EPHEMERIS_TYPE", "")
    if kind not in ("", "0", "2", "3", "SGP4", "SGP"):
        why = "SGP4-XP elements, which SGP4 propagates kilometres off" if kind == "4" else "unknown"
        raise ValueError(f"EPHEMERIS_TYPE: found {kind} ({why}); expected 0")
    theory = fields.get("MEAN_ELEMENT_THEORY", "").upper()
    if theory not in THEORIES:
        raise ValueError(f"MEAN_ELEMENT_THEORY: found {theory}; expected SGP4")
    given = {
        ours: _number(fields, name, ours in OPTIONAL)
        for ours, name in NUMBERS.items()
        if ours != "n"
    }
    given["n"] = _motion(fields)
    _within("ECCENTRICITY", given["e"], 0.0, 1.0)
    _within("MEAN_MOTION", given["n"], 1e-9, 20.0)
    _within("INCLINATION", given["i"], 0.0, 180.0001)
    for name in ("node", "argp", "m"):
        _within(NUMBERS[name], given[name], -360.0, 720.0)
    try:
        epoch = instant(fields.get("EPOCH", ""))
    except ValueError as problem:
        raise ValueError(f"EPOCH: {problem}") from None
    cospar = fields.get("OBJECT_ID", "").upper()
    return (
        norad(fields.get("NORAD_CAT_ID", "")), epoch, *(given[name] for name in NUMBERS),
        fields.get("OBJECT_NAME", ""), cospar if COSPAR.fullmatch(cospar) else "",
        fields.get("OBJECT_TYPE", ""), fields.get("COUNTRY_CODE", "") or fields.get("COUNTRY", ""),
    )  # fmt: skip


def norad(text: str, field: str = "NORAD_CAT_ID") -> int:
    """A catalogue number of up to nine digits, or Alpha-5. `ValueError` naming the field."""
    if text[:1].isalpha():
        from noroshi.desks.space import tle

        try:
            return tle.number(text)
        except ValueError:
            raise ValueError(f"{field}: found {text[:40]!r}; expected a number") from None
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise ValueError(f"{field}: found {text[:40]!r}; expected a number of up to nine digits")
    return int(digits)


def _motion(fields: Mapping[str, str]) -> float:
    """Mean motion in rev/day; from the semi-major axis where that is given in its place."""
    if not fields.get("MEAN_MOTION") and fields.get("SEMI_MAJOR_AXIS"):
        axis = _number(fields, "SEMI_MAJOR_AXIS", False)
        _within("SEMI_MAJOR_AXIS", axis, 6_300.0, 1e7)
        return math.sqrt(MU_KM3_S2 / axis**3) * 86_400.0 / (2.0 * math.pi)
    return _number(fields, "MEAN_MOTION", False)


def _number(fields: Mapping[str, str], name: str, optional: bool) -> float:
    text = fields.get(name, "")
    return number(text, name) if text or not optional else 0.0


def number(text: str, field: str) -> float:
    """A finite number. `ValueError` naming the field."""
    if not text:
        raise ValueError(f"{field}: missing; expected a number")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{field}: found {text[:40]!r}; expected a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{field}: found {text[:40]!r}; expected a finite number")
    return value


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value < high:
        raise ValueError(f"{name}: found {value}; expected {low:g} to {high:g}")


def sgp4(table: Array) -> dict[str, Array]:
    """Rows of `DTYPE` in the units of `Catalogue`."""
    found = {"epoch": table["epoch"], "no": table["n"] * (math.pi / 720.0), "ecco": table["e"],
             "bstar": table["bstar"]}  # fmt: skip
    for theirs, ours in (("inclo", "i"), ("nodeo", "node"), ("argpo", "argp"), ("mo", "m")):
        found[theirs] = np.radians(table[ours])
    return found


# OMM out.


def omm_fields(row: Any, name: str, cospar: str) -> dict[str, str]:
    """One element set as OMM's fields, numbers with every digit that they have."""
    return {
        "OBJECT_NAME": name or "UNKNOWN",
        "OBJECT_ID": cospar or "UNKNOWN",
        "CENTER_NAME": "EARTH",
        "REF_FRAME": "TEME",
        "TIME_SYSTEM": "UTC",
        "MEAN_ELEMENT_THEORY": "SGP4",
        "EPOCH": iso(int(row["epoch"])),
        **{NUMBERS[key]: repr(float(row[key])) for key in ("n", "e", "i", "node", "argp", "m")},
        "EPHEMERIS_TYPE": "0",
        "CLASSIFICATION_TYPE": "U",
        "NORAD_CAT_ID": str(int(row["norad"])),
        "ELEMENT_SET_NO": "999",
        "BSTAR": repr(float(row["bstar"])),
        "MEAN_MOTION_DOT": repr(float(row["ndot"])),
        "MEAN_MOTION_DDOT": "0",
    }


FORMATS: Final = ("json", "csv", "kvn", "xml")
_MEAN: Final = frozenset(("EPOCH", *(NUMBERS[key] for key in ("n", "e", "i", "node", "argp", "m"))))
_ABOUT: Final = frozenset(
    ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "MEAN_ELEMENT_THEORY")
)


def write(sets: Iterable[dict[str, str]], form: str, originator: str, created: int) -> str:
    """Element sets as OMM in one of `FORMATS`. `originator` is who writes them."""
    rows = list(sets)
    if form == "json":
        return json.dumps(rows, indent=1) + "\n"
    if form == "csv":
        if not rows:
            return ""
        return "\n".join([",".join(rows[0]), *(",".join(each.values()) for each in rows)]) + "\n"
    head = {"CREATION_DATE": iso(created), "ORIGINATOR": originator}
    if form == "kvn":
        return "\n".join(_kvn({"CCSDS_OMM_VERS": "2.0", **head, **each}) for each in rows)
    return _xml_of(rows, head)


def _kvn(fields: dict[str, str]) -> str:
    return "".join(f"{key:<20} = {value}\n" for key, value in fields.items())


def _xml_of(rows: Sequence[dict[str, str]], head: dict[str, str]) -> str:
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<ndm>"]
    for each in rows:
        tle = {k: v for k, v in each.items() if k not in _ABOUT | _MEAN}
        parts.append(
            '<omm id="CCSDS_OMM_VERS" version="2.0">'
            f"<header>{_tags(head)}</header><body><segment>"
            f"<metadata>{_tags({k: each[k] for k in each if k in _ABOUT})}</metadata><data>"
            f"<meanElements>{_tags({k: each[k] for k in each if k in _MEAN})}</meanElements>"
            f"<tleParameters>{_tags(tle)}</tleParameters></data></segment></body></omm>"
        )
    return "\n".join([*parts, "</ndm>"]) + "\n"


def _tags(fields: dict[str, str]) -> str:
    return "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items())
