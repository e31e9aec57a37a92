"""What people type when they ask a desk: an asset, a time before, an instant, a number of lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, parse_duration, parse_partial

if TYPE_CHECKING:
    from collections.abc import Collection

    from noroshi.words.asset import Asset, AssetGraph
    from noroshi.words.time import Span

UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
SHOWN: Final = 6
"""Names of candidates that an error spells out."""


def duration(name: str, text: str | None) -> int:
    """`60m`, `1h30m`, `2d` or ISO 8601 as µs."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", text or "")
    if parts and "".join(number + unit for number, unit in parts) == text:
        return round(sum(float(number) * UNITS[unit] for number, unit in parts))
    try:
        return parse_duration(text or "")
    except ValueError:
        raise BadInput(
            f"--{name}", "not a time", found=text, expected="60m, 1h30m, 2d or PT60M"
        ) from None


def instant(name: str, text: str) -> Span:
    """An RFC 3339 instant, or a day, month or year as all its time."""
    try:
        return parse_partial(text)
    except ValueError:
        raise BadInput(
            f"--{name}", "not an instant", found=text, expected="2024-12-25T10:26:00Z or a date"
        ) from None


def count(name: str, text: str | None) -> int:
    """A whole number above 0."""
    if text is None or not text.isascii() or not text.isdigit() or int(text) < 1:
        raise BadInput(f"--{name}", "not a number of lines", found=text, expected="1 or more")
    return int(text)


def asset(graph: AssetGraph, text: str, kinds: Collection[str] | None = None) -> Asset:
    """The asset of one of `kinds`, or of any, with this id, or the only one that has `text` in it.

    Raises `BadInput` naming those it might be.
    """
    known = graph.assets.get(text)
    if known is not None and (kinds is None or known.kind in kinds):
        return known
    sought = text.casefold()
    among = [each for each in graph.assets.values() if kinds is None or each.kind in kinds]
    found = [each for each in among if sought in f"{each.id} {each.name}".casefold()]
    exact = [each for each in found if sought == each.name.casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact if len(exact) == 1 else found)[0]
    what = "asset" if kinds is None else " or ".join(sorted(kinds))
    if not found:
        raise BadInput(
            "asset", f"no {what} among {len(among)} has this in id or name", found=text,
            hint="noroshi assets list shows them, noroshi assets load brings more",
        )  # fmt: skip
    names = ", ".join(f"{each.id} ({each.name})" for each in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    raise BadInput(
        "asset", f"{len(found)} of them match {text!r}", expected=f"one of {names}{more}"
    )
