"""Calendar: what was promised, when it is due, whether it was kept, and who leads it.

A deed counts for the due date that it lies nearest to. A date known in part is an interval: a
promise is overdue only when every reading of its date has passed, and kept only by a deed that
counts for it in every reading; what may or may not count leaves it unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, Literal

import msgspec

from noroshi.pact.cadence import occurrence, step
from noroshi.pact.format import Agreement, dated
from noroshi.pact.policy import Policy
from noroshi.pact.promised import Commitment
from noroshi.pact.windows import Window
from noroshi.words.time import FOREVER, Span, ceil

Status = Literal["overdue", "ownerless", "due", "unknown", "kept"]
State = Literal["kept", "late", "missed", "unknown", "open"]
ORDER: Final[tuple[Status, ...]] = ("overdue", "ownerless", "due", "unknown", "kept")
"""The order in which a calendar is read."""


class Deed(msgspec.Struct, frozen=True):
    """Something that kept a promise, or was said to: when, who says so (`file`, or a person's
    name), and the record or document."""

    span: Span
    by: str
    ref: str
    note: str = ""


class Turn(msgspec.Struct, frozen=True):
    """One due date, the `n`-th, and what was done about it."""

    n: int
    due: Span
    state: State
    deeds: tuple[Deed, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """A commitment of an agreement at one instant. `next` is the due date to look at: the one that
    is overdue, else the first that is not behind us; None where none was promised."""

    agreement: str
    commitment: Commitment
    status: Status
    next: Turn | None
    without: tuple[str, ...]
    turns: tuple[Turn, ...]
    deeds: tuple[Deed, ...]

    @property
    def id(self) -> str:
        """Such as `eu-jpn-sdp/C06`."""
        return f"{self.agreement}/{self.commitment.id}"

    @property
    def last(self) -> Deed | None:
        """The last deed that counts."""
        return max(self.deeds, key=lambda each: each.span.t0, default=None)


Deeds = Mapping[str, Iterable[Deed]]
"""By commitment (`eu-jpn-sdp/C06`), what persons confirmed."""


def calendar(policy: Policy, deeds: Deeds, now: int, until: int | None = None) -> tuple[Entry, ...]:
    """Every commitment of the agreements that stand at `now` (µs UTC), what needs somebody first.
    A superseded one is none any more; `deeds` add to what the files say. Due dates are listed to
    the second one after `until` (now when not given)."""
    found = [
        entry(agreement, window, each, deeds.get(f"{agreement.id}/{each.id}", ()), now, until)
        for agreement in policy.agreements
        for window in [policy.windows[agreement.id]]
        if now in window
        for each in agreement.file.commitment
        if each.status != "superseded"
    ]
    return tuple(sorted(found, key=_place))


def entry(
    agreement: Agreement,
    window: Window,
    commitment: Commitment,
    more: Iterable[Deed],
    now: int,
    until: int | None = None,
) -> Entry:
    """One commitment at `now`, with the deeds that its file names and `more`."""
    start = began(agreement, commitment)
    found = {*_written(commitment), *more}
    deeds = tuple(
        sorted(
            (each for each in found if each.span.t0 <= now),
            key=lambda each: (each.span.t0, each.by, each.ref),
        )
    )
    turns = tuple(_turns(agreement, window, commitment, deeds, now, max(now, until or now)))
    without = tuple(code for code in agreement.parties if not commitment.lead.get(code))
    counted = tuple(each for each in deeds if each.span.t0 >= start)
    status, next_ = _status(commitment, turns, counted, now)
    if without and status in ("due", "unknown"):
        status = "ownerless"
    if without and status == "kept" and commitment.every is not None:
        status = "ownerless"
    return Entry(agreement.id, commitment, status, next_, without, turns, deeds)


def first_due(agreement: Agreement, commitment: Commitment) -> Span | None:
    """The first due date: as written, else one step after the start of what recurs. None where
    there is none, also for what is operating since then and comes at no stated interval."""
    if commitment.every is None:
        return None if commitment.status == "operating" else dated(commitment.due)
    if commitment.due is not None:
        return dated(commitment.due)
    head = agreement.head
    start = dated(commitment.since or head.in_force or head.provisional or head.signed)
    return None if start is None else occurrence(start, step(commitment.every), 1)


def dues(first: Span, every: str | None, until: int) -> Iterator[Span]:
    """Due dates from the first one up to the second that begins after `until` (µs UTC)."""
    yield first
    if every is None:
        return
    by, n, before, due = step(every), 1, first, occurrence(first, step(every), 1)
    while due is not None:
        yield due
        if before.t0 > until:
            return
        n, before, due = n + 1, due, occurrence(first, by, n + 1)


def edges(dues: tuple[Span, ...], start: int) -> tuple[int, ...]:
    """From which day on each due date is the nearest one: half-way between two; the first from the
    beginning of the promise, or half a step before it where that is earlier."""
    between = [ceil((one.t1 + other.t0) // 2, "day") for one, other in pairwise(dues)]
    half = (dues[1].t0 - dues[0].t0) // 2 if len(dues) > 1 else 0
    first = min(start, ceil(dues[0].t0 - half, "day")) if dues else start
    return (first, *between)


def _turns(
    agreement: Agreement,
    window: Window,
    commitment: Commitment,
    deeds: tuple[Deed, ...],
    now: int,
    until: int,
) -> Iterator[Turn]:
    first = first_due(agreement, commitment)
    if first is None:
        return
    spans = tuple(
        each
        for n, each in enumerate(dues(first, commitment.every, until))
        if n == 0 or each.t0 < window.end
    )
    bounds = edges(spans, began(agreement, commitment))
    certain: dict[int, list[Deed]] = {}
    possible: dict[int, list[Deed]] = {}
    for deed in deeds:
        low = bisect_right(bounds, deed.span.t0) - 1
        high = bisect_right(bounds, max(deed.span.t0, deed.span.t1 - 1)) - 1
        if low == high and low >= 0:
            certain.setdefault(low, []).append(deed)
        else:
            for n in range(max(low, 0), high + 1):
                possible.setdefault(n, []).append(deed)
    for n, due in enumerate(spans):
        done = tuple(certain.get(n, ()))
        maybe = tuple(possible.get(n, ()))
        yield Turn(n, due, _state(commitment, due, done, maybe, now), (*done, *maybe))


def _state(
    commitment: Commitment,
    due: Span,
    done: tuple[Deed, ...],
    maybe: tuple[Deed, ...],
    now: int,
) -> State:
    if done:
        return "kept" if any(each.span.t0 < due.t1 for each in done) else "late"
    if commitment.status == "done" and commitment.every is None:
        return "kept"
    if maybe:
        return "unknown"
    return "missed" if due.t1 <= now else "open"


def _status(
    commitment: Commitment, turns: tuple[Turn, ...], counted: tuple[Deed, ...], now: int
) -> tuple[Status, Turn | None]:
    if not turns:
        done = counted or commitment.status == "done"
        return ("kept" if done else "unknown"), None
    behind = [each for each in turns if each.due.t1 <= now]
    ahead = next((each for each in turns if each.due.t1 > now), None)
    last = behind[-1] if behind else None
    if last is not None and last.state == "missed":
        return "overdue", last
    if last is not None and last.state == "unknown":
        return "unknown", last
    if ahead is None:
        return "kept", None
    if ahead.state == "unknown":
        return "unknown", ahead
    if ahead.state == "kept":
        further = next((each for each in turns if each.n > ahead.n), None)
        return "kept", further
    nearer = last is not None and now < edges((last.due, ahead.due), 0)[1]
    return ("kept" if nearer else "due"), ahead


def began(agreement: Agreement, commitment: Commitment) -> int:
    """From when on a deed may count: the earliest reading of what the promise began with."""
    head = agreement.head
    signed = (head.signed, head.provisional, head.in_force)
    dates = (commitment.since,) if commitment.since else signed
    known = [span.t0 for each in dates if (span := dated(each)) is not None]
    return min(known, default=FOREVER)


def _written(commitment: Commitment) -> tuple[Deed, ...]:
    """The deeds that the agreement file names."""
    return tuple(
        Deed(span, "file", ", ".join(each.cites), each.note)
        for each in commitment.kept
        if (span := dated(each.on)) is not None
    )


def _place(each: Entry) -> tuple[int, int, str]:
    due = FOREVER if each.next is None else each.next.due.t1
    return ORDER.index(each.status), due, each.id
