"""Windows: from when to when an agreement grants, and from when to when it binds each party.

Half-open intervals of µs UTC. Signed but not in force, and negotiating, are empty windows. Dates
known in part grant at their latest reading and end at their earliest (design, "Time").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from noroshi.pact.format import Agreement, dated
from noroshi.words.time import FOREVER, ends, starts


class Window(NamedTuple):
    """`[start, end)` in µs UTC; `start >= end` is never."""

    start: int
    end: int

    def __contains__(self, at: object) -> bool:
        return isinstance(at, int) and self.start <= at < self.end


class Bound(NamedTuple):
    """While a party is bound. `made_from`: records made before stay closed to a party that joined
    later (None: no such limit)."""

    window: Window
    made_from: int | None = None


NEVER: Final = Window(FOREVER, FOREVER)


def own_window(agreement: Agreement) -> Window:
    """What the agreement's own dates say: from entry into force or provisional application."""
    head = agreement.head
    dates = [dated(each) for each in (head.provisional, head.in_force)]
    begun = [starts(each) for each in dates if each is not None]
    if not begun:
        return NEVER
    ended = dated(agreement.file.exit.terminated)
    return Window(min(begun), FOREVER if ended is None else ends(ended))


def windows(agreements: tuple[Agreement, ...]) -> dict[str, Window]:
    """The window of each agreement of a set, by id.

    A successor in force ends what it supersedes. An agreement that depends on others of the set
    grants only while they do; one that the set does not hold does not count.
    """
    found = {each.id: own_window(each) for each in agreements}
    began = {name: window.start for name, window in found.items() if window.start < window.end}
    for each in agreements:
        for old in each.head.supersedes:
            if old in found and each.id in began:
                found[old] = Window(found[old].start, min(found[old].end, began[each.id]))
    for _ in agreements:  # as many rounds as the longest chain of dependence
        for each in agreements:
            for other in each.head.depends_on:
                if other in found:
                    mine, theirs = found[each.id], found[other]
                    found[each.id] = Window(
                        max(mine.start, theirs.start), min(mine.end, theirs.end)
                    )
    return found


def bound(agreement: Agreement, window: Window) -> Mapping[str, Bound]:
    """Each legal party that the agreement ever names, and while it is bound."""
    found = {code: Bound(window) for code in agreement.parties}
    for joins in agreement.file.joins:
        for each in joins.joined:
            since = dated(each.in_force)
            begun = starts(since) if since is not None else FOREVER
            made_from = None if joins.reach_back else begun
            found[each.party] = Bound(Window(max(window.start, begun), window.end), made_from)
    for left in agreement.file.exit.left:
        effective = dated(left.effective)
        if effective is not None and left.party in found:
            was, made_from = found[left.party]
            found[left.party] = Bound(Window(was.start, min(was.end, ends(effective))), made_from)
    return found


def state(agreement: Agreement, window: Window, at: int) -> str:
    """Where the agreement stands at `at`, for people."""
    if at in window:
        enters = dated(agreement.head.in_force)
        provisional = enters is None or at < starts(enters)
        return "applied provisionally" if provisional else "in force"
    if window.start < FOREVER and at >= window.end:
        return "ended"
    if window.start < FOREVER:
        return "not yet in force"
    return "signed, not in force" if agreement.head.signed else "negotiating, not signed"
