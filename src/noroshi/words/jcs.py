"""One form for every JSON text that says the same: the JSON Canonicalization Scheme (RFC 8785).

What is signed is this form, so a copy that another server wrote out anew still verifies. The
standard leaves integers beyond 2^53 open; here they keep all their digits, or two different
numbers would be one. A member given twice has no canonical form: who reads it would decide.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import msgspec

_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BELOW: Final = bytes(range(0xEE))
"""Bytes of characters that stand in the same order in UTF-8 and UTF-16."""


def canonical(raw: bytes) -> bytes:
    """`raw` (a JSON text in UTF-8) in canonical form. `ValueError` says why it has none."""
    try:
        value = _decoder.decode(raw)
        made = _encoder.encode(value)
        if not made.isascii() and made.translate(None, _BELOW):
            made = _written(value).encode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(f"no canonical form: {problem}") from problem
    if made != raw and dropped(raw, made):
        raise ValueError("no canonical form: a member stands twice in one object")
    return made


def dropped(raw: bytes, made: bytes) -> bool:
    """Whether a member of the JSON text `raw` is not in `made`, its value written again: of two
    with one name the first is dropped, and its colon with it. No other colon comes or goes, unless
    one may be written as an escape: then only those outside of strings are counted."""
    count = _colons if b"\\" in raw and b"\\u003" in raw else _every_colon
    return count(raw) != count(made)


def number(literal: str) -> bytes:
    """A literal with fraction or exponent as ECMAScript writes that number (RFC 8785 §3.2.2.3)."""
    value = float(literal)
    if not math.isfinite(value):
        raise ValueError(f"no canonical form: the number {literal[:40]} is out of range")
    if value == 0:
        return b"0"
    sign = "-" if value < 0 else ""
    digits, point = _digits(repr(abs(value)))
    if point > 21 or point < -5:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{point - 1:+d}".encode()
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}".encode()
    if len(digits) <= point:
        return f"{sign}{digits}{'0' * (point - len(digits))}".encode()
    return f"{sign}{digits[:point]}.{digits[point:]}".encode()


def _digits(shortest: str) -> tuple[str, int]:
    """The significant digits, and how many of them (or zeros) stand before the point."""
    mantissa, _, exponent = shortest.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return digits.rstrip("0"), point


def _literal(text: str) -> msgspec.Raw:
    return msgspec.Raw(number(text))


def _written(value: Any) -> str:
    """`value` with members in the order of their names' UTF-16 code units (RFC 8785 §3.2.3)."""
    if isinstance(value, dict):
        names: list[str] = sorted(value, key=lambda name: name.encode("utf-16-be"))  # pyright: ignore
        return "{" + ",".join(f"{_text(each)}:{_written(value[each])}" for each in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"  # pyright: ignore[reportUnknownArgumentType]
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else _text(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _every_colon(raw: bytes) -> int:
    return raw.count(b":")


def _colons(raw: bytes) -> int:
    return _STRING.sub(b"", raw).count(b":")


_decoder = msgspec.json.Decoder(float_hook=_literal)
_encoder = msgspec.json.Encoder(order="sorted")
