"""What a line of the ledger of crossings means among the others: reasons, signs, rank.

Ships may be looked at in any groups, in any processes: `rejudged` says of the crossings of them all
what `judge` says where they are found together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from noroshi.words.time import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.words.finding import Finding, Measure

DROP: Final = "drop"


class Row(msgspec.Struct):
    """A line of the ledger: who was where, from when to when (µs), its measures, whether a loss of
    speed is a drop, and the reason for it, "" where none is known."""

    ship: str
    asset: str
    t_in: int
    t_out: int
    measures: dict[str, Measure]
    dropped: bool
    reason: str

    @property
    def loss(self) -> float:
        """The share of the baseline that was lost; nan without a baseline."""
        return number(self.measures, "loss_share")


def judge(ledger: list[Row], parameters: Parameters) -> None:
    """Fill in reasons of traffic, signs and rank."""
    _slowed_by_traffic(ledger, parameters)
    again = _repeated(ledger, parameters)
    for row_number, row in enumerate(ledger):
        told, signs = row.measures, list[str]()
        if row.dropped and not row.reason:
            more = number(told, "drift_deg") - number(told, "drift_before_deg")
            signs = [
                name
                for name, holds in (
                    (DROP, True),
                    ("lasting", number(told, "slow_min") * 60 >= parameters.drag_min_s),
                    ("repeated", row_number in again),
                    ("drift", more >= parameters.drag_drift_deg),
                    ("engine", told.get("nav_status") == 0),
                )
                if holds
            ]
        row.measures |= {
            "reason": row.reason or "none",
            "drag_signs": " ".join(signs) or "none",
            "drag_rank": len(signs),
        }


def rejudged(findings: Iterable[Finding], parameters: Parameters) -> list[Finding]:
    """The findings, their crossings judged among all of them."""
    every = list(findings)
    ledger = {n: _row(each) for n, each in enumerate(every) if each.kind == "crossing"}
    judge(list(ledger.values()), parameters)
    return [
        msgspec.structs.replace(each, measures=ledger[n].measures) if n in ledger else each
        for n, each in enumerate(every)
    ]


def _row(each: Finding) -> Row:
    """The line again from its finding: what was judged among a few is forgotten."""
    said = str(each.measures["reason"])
    dropped = said != "none" or DROP in str(each.measures["drag_signs"]).split()
    reason = said if said not in ("none", "traffic") else ""
    (ship,), (asset,) = each.subjects, each.assets
    return Row(ship, asset, each.span.t0, each.span.t1, dict(each.measures), dropped, reason)


def _slowed_by_traffic(ledger: list[Row], parameters: Parameters) -> None:
    by_asset: dict[str, list[Row]] = {}
    for row in ledger:
        by_asset.setdefault(row.asset, []).append(row)
    for rows in by_asset.values():
        rows = sorted(rows, key=lambda row: (row.t_in, row.ship))
        since = np.array([row.t_in for row in rows])
        longest = max(row.t_out - row.t_in for row in rows)
        loss = [row.loss for row in rows]
        for own, row in enumerate(rows):
            if not row.dropped or row.reason:
                continue
            low = np.searchsorted(since, row.t_in - HOUR - longest, "left")
            high = np.searchsorted(since, row.t_out + HOUR, "right")
            others = {
                rows[n].ship
                for n in range(int(low), int(high))
                if loss[n] >= loss[own] / 2 and rows[n].t_out >= row.t_in - HOUR
            } - {row.ship}
            if len(others) >= parameters.drag_traffic:
                row.reason = "traffic"


def _repeated(ledger: list[Row], parameters: Parameters) -> set[int]:
    """Lines of the ledger whose ship dropped its speed at another asset at another time too."""
    by_ship: dict[str, list[int]] = {}
    for row_number, row in enumerate(ledger):
        if row.dropped and not row.reason:
            by_ship.setdefault(row.ship, []).append(row_number)
    found: set[int] = set()
    for numbers in by_ship.values():
        for one in numbers:
            a = ledger[one]
            for other in numbers:
                b = ledger[other]
                apart = max(a.t_in, b.t_in) - min(a.t_out, b.t_out)
                if a.asset != b.asset and 0 < apart <= parameters.drag_again_s * SECOND:
                    found.add(one)
    return found


def number(told: dict[str, Measure], name: str) -> float:
    """A measure as a number; nan where there is none."""
    value = told.get(name, np.nan)
    return np.nan if isinstance(value, str) else float(value)
