"""Back-off: when a peer that failed is called again.

Twice as late after each failure, up to half an hour, and each time by chance between half of that
and all of it, so that the partners of a node that comes back do not all call at once ("equal
jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). As of a circuit
breaker, the circuit of a peer is *closed* while it answers, *open* while nobody calls it, and
*half-open* when one call may find out whether it is back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from noroshi.store import Call
from noroshi.words.time import MINUTE, SECOND

FIRST: Final = 5 * SECOND
LONGEST: Final = 30 * MINUTE
_DOUBLINGS: Final = 16
_LONGEST_TEXT: Final = 500

Circuit = Literal["closed", "open", "half-open"]
Chance = Callable[[], float]
"""A number in [0, 1)."""


def failed(
    call: Call, now: int, problem: str, chance: Chance, *, least: int = 0, tried: int | None = None
) -> Call:
    """`call` after another failure at `now` (µs UTC); `least` is how long the peer asked to be left
    alone (µs), of which no more than `LONGEST` is believed."""
    failures = call.failures + 1
    whole = min(LONGEST, FIRST << min(failures - 1, _DOUBLINGS))
    wait = max(whole // 2 + int(whole / 2 * chance()), min(least, LONGEST))
    return msgspec.structs.replace(
        call,
        failures=failures,
        since=now if call.since is None else call.since,
        tried=now if tried is None else tried,
        due=now + wait,
        asked=now + min(least, LONGEST) if least else 0,
        problem=problem[:_LONGEST_TEXT],
    )


def answered(call: Call, now: int, every: int, chance: Chance) -> Call:
    """`call` after it went well at `now`: due again after `every` (µs), a tenth of which is left to
    chance, lest all partners of a node come in step."""
    due = now + every - int(every / 10 * chance())
    return Call(call.party, call.way, 0, None, now, now, due)


def is_due(call: Call, now: int, every: int = 0) -> bool:
    """Whether the peer may be called at `now`. Nothing is ever due later than the longest wait: a
    clock that was set back must not stop a peer."""
    return now >= call.due or call.due - now > max(LONGEST, every)


def circuit(call: Call, now: int) -> Circuit:
    """How the circuit of the peer stands."""
    if not call.failures:
        return "closed"
    return "half-open" if is_due(call, now) else "open"
