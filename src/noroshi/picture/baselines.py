"""Two rules that others use, for comparison: three domains at one asset in three days, and points
that add up. Both see the same findings under the same keys."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec
import numpy as np

from noroshi.picture.join import Field

WITHIN_DAYS: Final = 3.0
POINTS: Final = (40.0, 30.0, 20.0, 10.0, 5.0, 0.0)
"""For a finding by its source's reliability, A to F."""
ANOTHER: Final = 50.0
"""For every domain beyond the first."""


class Alert(msgspec.Struct, frozen=True):
    """Findings (rows) that a rule put together, with its points."""

    points: float
    rows: tuple[int, ...]


def three_domains(field: Field) -> list[Alert]:
    """One alert where three domains report at one asset within three days, findings used once."""
    return [each for each in _alerts(field) if len(_domains(field, each.rows)) >= 3]


def additive(field: Field) -> list[Alert]:
    """Points of all findings at one asset within three days, and for several domains more; highest
    first, findings used once."""
    found = [each for each in _alerts(field) if len(_domains(field, each.rows)) >= 2]
    return sorted(found, key=lambda each: -each.points)


def _domains(field: Field, rows: tuple[int, ...]) -> set[int]:
    return {int(field.stream.domain[row]) for row in rows}


def _alerts(field: Field) -> list[Alert]:
    """Windows of three days from each finding under each key, best first, findings used once."""
    held = field.postings
    by_key: dict[int, list[int]] = defaultdict(list)
    for key, row in zip(held.key.tolist(), held.row.tolist(), strict=True):
        if not (held.cell[key] or held.weak[key]):
            by_key[key].append(row)
    windows: list[tuple[int, float, tuple[int, ...]]] = []
    for rows in by_key.values():
        start = field.start[rows]
        stop = np.searchsorted(start, start + WITHIN_DAYS, side="right")
        for first, last in enumerate(stop.tolist()):
            inside = tuple(rows[first:last])
            many = len(_domains(field, inside))
            if many >= 2:
                windows.append((many, _points(field, inside, many), inside))
    windows.sort(key=lambda each: (-each[0], -each[1], each[2]))
    used: set[int] = set()
    found: list[Alert] = []
    for _, points, inside in windows:
        if used.isdisjoint(inside):
            used.update(inside)
            found.append(Alert(points, inside))
    return found


def _points(field: Field, rows: tuple[int, ...], domains: int) -> float:
    reliability: list[int] = field.stream.reliability[list(rows)].tolist()
    return sum(POINTS[each] for each in reliability) + ANOTHER * (domains - 1)
