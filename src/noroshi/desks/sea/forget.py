"""Forgetting: what a state that runs for months no longer needs.

Of all ships the positions of the last week are held, and those of a day before, on which what began
within the week may rest. A ship in something that still goes on is held back to a day before it
began, for four weeks at most. What began before the week stands as it was last told: it is neither
taken back nor told anew from the half of its positions that is left, but for what goes on. A ship
that was not heard of for so long is forgotten, with its name and all it said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from noroshi.words.time import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noroshi.desks.sea.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Finding

HOLD: Final = 7 * DAY
MOST: Final = 28 * DAY
BEFORE: Final = DAY
"""The longest that a finding rests on (`halo_s`)."""

EDGE: Final = DAY // 2
"""What ended so long ago may still go on: longer than any silence that a kind bears (4 h)."""

FULL: Final = 12_000_000
"""Rows of a log in order of time from which on it is forgotten while it is read: 700 MB."""

OF_OTHERS: Final = frozenset({"gap", "identity_swap", "position_on_land", "spoofed_area"})
"""Kinds that rest on ships that are no part of them, whose positions are gone."""


def forget(state: State, findings: Sequence[Finding], now: int) -> None:
    """Forget what lies a week before the newest position of this run, or before `now`. `findings`
    are all that stand in what is held, which the caller has kept."""
    until = min(state.newest, now) - HOLD
    if until < state.since + HOUR:
        return
    going = [each for each in findings if _goes_on(each, until)]
    back: dict[str, int] = {}
    for each in going:
        for subject in each.subjects:
            back[subject] = min(back.get(subject, until), each.span.t0 - BEFORE)
    state.since, state.going, state.back = until, {each.id for each in going}, back
    state.emitted = {}
    _drop(state)


def stands(state: State, finding: Finding) -> bool:
    """Whether a finding is told: not one that begins where a ship's positions were cut."""
    t0 = finding.span.t0
    if t0 >= state.since or finding.id in state.going or finding.kind == "outage":
        return True
    return t0 < min(state.back.get(each, state.since - BEFORE) for each in finding.subjects)


def full(state: State) -> bool:
    """Whether so much is held that it is time to `forget`, and that would help."""
    return state.rows > FULL and not state.mixed and state.newest - HOLD >= state.since + DAY


def _goes_on(finding: Finding, until: int) -> bool:
    span = finding.span
    lasts = until - MOST <= span.t0 < until and span.t1 >= until - EDGE
    return lasts and finding.kind not in OF_OTHERS


def _drop(state: State) -> None:
    table = state.table()
    names = np.array([*state.subjects], dtype=object)
    since = np.full(len(names), state.since - BEFORE)
    for subject, t in state.back.items():
        since[state.subjects[subject]] = t
    kept = table["t"] >= since[table["subject"]]
    table = {name: values[kept] for name, values in table.items()}
    numbers, table["subject"] = _renumbered(table["subject"])
    state.subjects = {str(names[old]): n for n, old in enumerate(numbers)}
    origins = [*state.origins]
    numbers, table["source"] = _renumbered(table["source"])
    state.origins = {origins[old]: n for n, old in enumerate(numbers)}
    state.restore(table)
    _drop_words(state)


def _drop_words(state: State) -> None:
    """Of ships that are held what they said last before, and since; of others what is new."""
    for subject, said in [*state.said.items()]:
        last = max((t for t in said if t < state.since), default=None)
        left = {t: what for t, what in said.items() if t >= state.since or t == last}
        if subject not in state.subjects and max(left) < state.since:
            left = {}
        state.said[subject] = left
    state.said = {subject: said for subject, said in state.said.items() if said}
    state.names = {
        subject: name
        for subject, name in state.names.items()
        if subject in state.subjects or name[0] >= state.since
    }
    state.marks = {
        subject: marks
        for subject, marks in state.marks.items()
        if subject in state.subjects or subject in state.names or subject in state.said
    }


def _renumbered(column: Array) -> tuple[list[int], Any]:
    """The numbers that occur, and the column with their places among them."""
    found, inverse = np.unique(column, return_inverse=True)
    return found.tolist(), inverse.astype(column.dtype)
