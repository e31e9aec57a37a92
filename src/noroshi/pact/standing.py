"""Standing: how an agreement stands at an instant, and what of it waits for somebody.

Nothing here is wrong. It is what a person must know who relies on the agreement: that it grants
nothing yet or any more, or only provisionally; a date that is known in part; consents to be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from noroshi.pact.format import Agreement, dated
from noroshi.pact.lines import Path
from noroshi.pact.policy import Policy
from noroshi.pact.windows import own_window, state
from noroshi.words.time import ends, format_instant, starts

Stands = tuple[str, Path, Literal["standing", "date", "approval"], str]


def standing(policy: Policy, now: int) -> Iterator[Stands]:
    """(clause, path, kind, text) for every agreement of the set at `now` (µs UTC)."""
    for agreement in policy.agreements:
        yield from _state(policy, agreement, now)
        yield from _dates(agreement)
        yield from _approvals(policy, agreement, now)


def _state(policy: Policy, agreement: Agreement, now: int) -> Iterator[Stands]:
    """An agreement that is not simply in force."""
    head, window = agreement.head, policy.windows[agreement.id]
    found = state(agreement, window, now)
    if found == "in force":
        return
    path, text = ("agreement", "in_force"), f"{found}: it grants nothing"
    if window.start < window.end:
        if now in window:
            path = ("agreement", "provisional")
            text = f"{found} since {_day(window.start)}, not in force"
        elif now < window.start:
            text = f"{found}: it grants from {_day(window.start)}"
        else:
            if own_window(agreement).end <= now:
                path = ("exit", "terminated")
            text = f"ended {_day(window.end)}: it grants nothing any more"
    elif head.in_force or head.provisional:
        text = "it would end before it begins: it grants nothing"
    else:
        path = ("agreement", "signed")
    yield agreement.id, path, "standing", text


def _dates(agreement: Agreement) -> Iterator[Stands]:
    """Dates known in part, and the reading that counts."""
    head, of = agreement.head, agreement.file
    granting: list[tuple[Path, str | None]] = [
        (("agreement", "in_force"), head.in_force),
        (("agreement", "provisional"), head.provisional),
        *(
            (("joins", i, "joined", j, "in_force"), each.in_force)
            for i, joins in enumerate(of.joins)
            for j, each in enumerate(joins.joined)
        ),
    ]
    ending: list[tuple[Path, str | None]] = [
        (("exit", "terminated"), of.exit.terminated),
        *(
            (("exit", "left", i, "effective"), each.effective)
            for i, each in enumerate(of.exit.left)
        ),
    ]
    for paths, verb, reading in ((granting, "grants from", starts), (ending, "ends on", ends)):
        for path, text in paths:
            span = dated(text)
            if span is not None and span.precision in ("month", "year"):
                told = f"known only as {text}: {verb} {_day(reading(span))}"
                yield agreement.id, path, "date", told


def _approvals(policy: Policy, agreement: Agreement, now: int) -> Iterator[Stands]:
    """Clauses under which every item waits for a consent, with how many are at hand."""
    lines, bound = policy.parties.line, policy.bounds[agreement.id]
    given = sum(
        each.until > now and all(any(code in bound for code in lines(end)) for end in ends_of)
        for each in policy.consents
        for ends_of in [(each.originator, each.recipient)]
    )
    for i, clause in enumerate(agreement.file.release):
        if clause.approval == "each":
            text = f"each item needs its originator's consent; consents at hand: {given}"
            yield f"{agreement.id}/{clause.id}", ("release", i, "approval"), "approval", text


def _day(at: int) -> str:
    return format_instant(at)[:10]
