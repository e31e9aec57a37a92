"""Two-line elements by their columns, with Alpha-5 numbers and checksums.

Columns as Space-Track documents them (space-track.org/documentation, "Basic Description of the Two
Line Element Format"). A line that is not as it should be is refused naming the field.
"""

from __future__ import annotations

import re
from typing import Final

from noroshi.desks.space.times import days_of, iso, of_day

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Alpha-5: A is 10 and Z 33; I and O are not used."""

GAPS: Final = {1: (2, 9, 18, 33, 44, 53, 62, 64), 2: (2, 8, 17, 26, 34, 43, 52)}
"""Columns, from 1, that are blank."""

DOT: Final = "first derivative of the mean motion"
DDOT: Final = "second derivative of the mean motion"

POINTS: Final = {
    1: {24: "epoch", 35: DOT},
    2: {12: "inclination", 21: "right ascension of the node", 38: "argument of perigee",
        47: "mean anomaly", 55: "mean motion"},
}  # fmt: skip
"""Columns that hold a decimal point."""

_NAMES: Final = {
    1: {2: "catalogue number", 9: "international designator", 18: "epoch", 33: DOT, 44: DDOT,
        53: "BSTAR", 62: "ephemeris type", 64: "element set number"},
    2: {2: "catalogue number", 8: "inclination", 17: "right ascension of the node",
        26: "eccentricity", 34: "argument of perigee", 43: "mean anomaly", 52: "mean motion"},
}  # fmt: skip


def number(text: str) -> int:
    """A catalogue number of five columns, in digits or Alpha-5 (up to 339,999)."""
    text = text.strip()
    if text[:1].isalpha():
        if text[0] not in LETTERS or len(text) != 5 or not text[1:].isdigit():
            raise ValueError(f"catalogue number (columns 3-7) {text!r} is not Alpha-5")
        return (LETTERS.index(text[0]) + 10) * 10_000 + int(text[1:])
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"catalogue number (columns 3-7) {text!r} is no number")
    return int(text)


def checksum(line: str) -> int:
    """Of the first 68 columns: digits count as they are, a minus as 1 (modulo 10)."""
    return sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10


def fields(first: str, second: str) -> dict[str, str]:
    """OMM's fields of two lines. `ValueError` naming line, columns, what was found and expected."""
    for n, line in ((1, first), (2, second)):
        _check(n, line)
    one, two = number(first[2:7]), number(second[2:7])
    if one != two:
        raise ValueError(f"catalogue number (columns 3-7) is {one} on line 1 and {two} on line 2")
    year, day = (
        _digits(first, 19, 20, "epoch's year"),
        _float(first[20:32], 1, 21, 32, "epoch's day"),
    )
    # Years 57 to 99 are of the 1900s: Sputnik flew in 1957.
    year += 1900 if year >= 57 else 2000
    if not 1.0 <= day < 1.0 + days_of(year):
        raise ValueError(
            f"line 1, columns 21-32, epoch's day: found {day}; {year} has {days_of(year)} days"
        )
    return {
        "NORAD_CAT_ID": str(one),
        "OBJECT_ID": cospar(first[9:17]),
        "EPOCH": iso(of_day(year, day)),
        "MEAN_MOTION": str(_float(second[52:63], 2, 53, 63, "mean motion")),
        "ECCENTRICITY": "0." + _decimals(second[26:33], 27, 33, "eccentricity"),
        "INCLINATION": str(_float(second[8:16], 2, 9, 16, "inclination")),
        "RA_OF_ASC_NODE": str(_float(second[17:25], 2, 18, 25, "right ascension of the node")),
        "ARG_OF_PERICENTER": str(_float(second[34:42], 2, 35, 42, "argument of perigee")),
        "MEAN_ANOMALY": str(_float(second[43:51], 2, 44, 51, "mean anomaly")),
        "EPHEMERIS_TYPE": first[62].strip() or "0",
        "CLASSIFICATION_TYPE": first[7].strip() or "U",
        "BSTAR": _exponent(first[53:61], 54, 61, "BSTAR"),
        "MEAN_MOTION_DOT": str(_float(first[33:43], 1, 34, 43, DOT)),
        "MEAN_MOTION_DDOT": _exponent(first[44:52], 45, 52, DDOT),
        "ELEMENT_SET_NO": first[64:68].strip() or "999",
    }  # fmt: skip


def cospar(text: str) -> str:
    """`98067A  ` as `1998-067A`; "" where there is none."""
    found = re.fullmatch(r"(\d\d)(\d{3})\s*([A-Z]{0,3})\s*", text)
    if found is None:
        return ""
    year = int(found[1])
    return f"{year + (1900 if year >= 57 else 2000)}-{found[2]}{found[3]}"


def _check(n: int, line: str) -> None:
    if len(line) not in (68, 69) and len(line.rstrip()) not in (68, 69):
        raise ValueError(f"line {n} has {len(line.rstrip())} columns; expected 69")
    for column, name in POINTS[n].items():
        if line[column - 1] != ".":
            raise ValueError(
                f"line {n}, column {column}, {name}: found {line[column - 1]!r}, expected a decimal"
                " point; the columns are shifted"
            )
    for column in GAPS[n]:
        if line[column - 1] != " ":
            raise ValueError(
                f"line {n}, column {column}, before {_NAMES[n][column]}: found"
                f" {line[column - 1]!r}, expected a blank; the columns are shifted"
            )
    given = line[68:69]
    if given.strip() and (not given.isdigit() or int(given) != checksum(line)):
        raise ValueError(
            f"line {n}, column 69, checksum: found {given!r}, expected {checksum(line)}"
        )


def _digits(line: str, low: int, high: int, name: str) -> int:
    text = line[low - 1 : high]
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"line 1, columns {low}-{high}, {name}: {text!r} is no number")
    return int(text)


def _float(text: str, n: int, low: int, high: int, name: str) -> float:
    try:
        return float(text.replace(" ", ""))
    except ValueError:
        raise ValueError(f"line {n}, columns {low}-{high}, {name}: {text!r} is no number") from None


def _decimals(text: str, low: int, high: int, name: str) -> str:
    text = text.replace(" ", "0")
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"line 2, columns {low}-{high}, {name}: {text!r} is no number")
    return text


_EXPONENT: Final = re.compile(r"([ +-]?)[ .]?(\d{1,5})([+-]\d|  )?")


def _exponent(text: str, low: int, high: int, name: str) -> str:
    """` 28098-4` is 0.28098e-4."""
    if not text.strip():
        return "0"
    found = _EXPONENT.fullmatch(text.strip()) or _EXPONENT.fullmatch(text)
    if found is None:
        raise ValueError(f"line 1, columns {low}-{high}, {name}: {text!r} is no number")
    sign = "-" if found[1] == "-" else ""
    return f"{sign}0.{found[2]}e{(found[3] or '0').strip() or '0'}"
