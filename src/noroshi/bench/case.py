"""A case: what is measured, beside whom, and how many times the peer's rate is wanted."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """Rates of repeats made in turns, ours and the peer's, in the case's unit.

    `theirs` is empty and `missing` says why where the peer could not be run.
    """

    ours: tuple[float, ...]
    theirs: tuple[float, ...] = ()
    peer_version: str | None = None
    missing: str | None = None


class Case(msgspec.Struct, frozen=True):
    """`run(quick)` measures; `target` is the least ratio of our median to the peer's, `least` the
    least median of ours by itself. Without a peer (`""`) only `least` counts."""

    name: str
    area: str
    unit: str
    target: float
    peer: str
    run: Callable[[bool], Measured]
    least: float | None = None


class Row(msgspec.Struct, frozen=True):
    """One line of the report. `spread` is (highest − lowest) / median of the repeats."""

    name: str
    value: float
    unit: str
    peer: str
    peer_version: str | None
    peer_value: float | None
    ratio: float | None
    target: float
    met: bool
    spread: float
    peer_spread: float | None
    missing: str | None
    least: float | None = None


def spread(values: Sequence[float]) -> float:
    """(highest − lowest) / median: how far the repeats lie apart."""
    return (max(values) - min(values)) / statistics.median(values)


def row(case: Case, measured: Measured) -> Row:
    """The line for `case`; a peer that is missing leaves its target unmet."""
    value = statistics.median(measured.ours)
    peer_value = statistics.median(measured.theirs) if measured.theirs else None
    ratio = value / peer_value if peer_value else None
    enough = case.least is None or value >= case.least
    beside = not case.peer or (ratio is not None and ratio >= case.target)
    return Row(
        name=case.name,
        value=value,
        unit=case.unit,
        peer=case.peer,
        peer_version=measured.peer_version,
        peer_value=peer_value,
        ratio=ratio,
        target=case.target,
        met=enough and beside,
        spread=spread(measured.ours),
        peer_spread=spread(measured.theirs) if measured.theirs else None,
        missing=measured.missing,
        least=case.least,
    )
