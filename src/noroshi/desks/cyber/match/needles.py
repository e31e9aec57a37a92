"""Texts that must stand on a line for a bracket of a pattern to pass: what a log is searched for.

Of a comparison that has none, every line would have to be tried; a pattern with such a bracket is
not searched for in logs.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Final

from noroshi.desks.cyber.match.pattern.tree import Comparison, Exists, Joint, Test
from noroshi.desks.cyber.match.values import SHORTEST_WORD, Unfit, plain_runs

_SCHEMES: Final = frozenset(("http", "https", "http:", "https:", "ftp", "ftp:"))
"""Of a URL whose host and path stand in fields of their own, these do not stand on the line."""


def needles(comparison: Comparison) -> frozenset[str] | None:
    """Texts in small letters of which one stands on every line that passes; None where there are
    none that say enough. Of two comparisons that must both pass, the one that says more."""
    if isinstance(comparison, Joint):
        left, right = needles(comparison.left), needles(comparison.right)
        if comparison.operator == "OR":
            return None if left is None or right is None else left | right
        known = [each for each in (left, right) if each is not None]
        return max(known, key=lambda each: min(map(len, each))) if known else None
    if isinstance(comparison, Exists) or comparison.negated:
        return None
    found = [_longest(runs) for runs in _runs(comparison)]
    return frozenset(found) if found and all(found) else None


def _longest(runs: Iterable[str]) -> str:
    fit = [run for text in runs for run in plain_runs(text.lower()) if run not in _SCHEMES]
    longest = max(fit, key=len, default="")
    return longest if len(longest.encode()) >= SHORTEST_WORD else ""


def _runs(test: Test) -> Iterator[Iterable[str]]:
    """For each value that may be met, the texts that it holds for certain."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    for value in values:
        if not isinstance(value, str) or test.operator not in ("=", "IN", "LIKE", "MATCHES"):
            yield ()
        elif test.operator == "LIKE":
            yield re.split("[%_]", value)
        elif test.operator == "MATCHES":
            yield list(_certain(value))
        else:
            yield (value,)


def _certain(expression: str) -> Iterator[str]:
    """Runs of characters that every text holds which the expression is found in: those that stand
    in it one after the other, outside of what may be left out."""
    parser: Any = importlib.import_module("re._parser")
    try:
        with warnings.catch_warnings(action="ignore"):  # of what other readers take otherwise
            parsed = parser.parse(expression)
    except (re.error, RecursionError, OverflowError) as problem:
        raise Unfit(f"an expression that cannot be taken apart: {problem}") from problem
    run: list[str] = []
    for operation, argument in parsed:
        if str(operation) == "LITERAL":
            run.append(chr(argument))
            continue
        yield "".join(run)
        run = []
    yield "".join(run)
