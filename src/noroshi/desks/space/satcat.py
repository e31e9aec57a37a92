"""Catalogues of satellites: who owns what, what it is, and when it came and went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from noroshi.desks.space.elements import COSPAR, norad

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {"PAY": "PAYLOAD", "R/B": "ROCKET BODY", "DEB": "DEBRIS", "UNK": "UNKNOWN"}
"""As CelesTrak writes them, to Space-Track's."""


def entry(fields: Mapping[str, str]) -> tuple[Any, ...]:
    """Number, name, international designator, type, owner, launch and decay (days, "" where not
    given) of one row of Space-Track's or CelesTrak's SATCAT. `ValueError` naming the field."""
    cospar = (fields.get("OBJECT_ID") or fields.get("INTLDES") or "").upper()
    kind = fields.get("OBJECT_TYPE", "")
    return (
        norad(fields.get("NORAD_CAT_ID", "")),
        fields.get("OBJECT_NAME") or fields.get("SATNAME") or "",
        cospar if COSPAR.fullmatch(cospar) else "",
        _TYPES.get(kind, kind),
        fields.get("COUNTRY") or fields.get("OWNER") or "",
        _day(fields, "LAUNCH", "LAUNCH_DATE"),
        _day(fields, "DECAY", "DECAY_DATE"),
    )


def _day(fields: Mapping[str, str], *names: str) -> str:
    text = next((fields[name] for name in names if fields.get(name)), "")
    if text and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"{names[0]}: found {text[:40]!r}; expected a date")
    return text
