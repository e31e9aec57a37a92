"""Pages of a view: the filters of TAXII 2.1 §3.4.1 as index look-ups.

Each value of the most selective field is a stream of its own, cut at the page size, and the
streams are merged: a page costs what it shows, however much is stored beside it.
"""

from __future__ import annotations

import heapq
import itertools
from typing import Any

from noroshi.store import views
from noroshi.store.database import Connection
from noroshi.store.rows import EVERY, PLAIN, Entry, Match
from noroshi.store.statements import listed, statements
from noroshi.words.time import parse_instant

SQL = statements("match")

Part = tuple[str, tuple[Any, ...]]
"""A condition and its parameters."""


def page(
    connection: Connection,
    party: str,
    after_n: int,
    added_after: int | None,
    limit: int,
    match: Match,
) -> list[Entry]:
    """Current entries by ascending n; see `Store.view_page`."""
    if added_after is not None:
        row = connection.execute(views.SQL["entered_by"], (party, added_after)).fetchone()
        after_n = max(after_n, row[0] if row else 0)
    if match == PLAIN:
        return views.read(connection, "page", (party, after_n, limit))
    if match == EVERY:
        return views.read(connection, "page_every", (party, after_n, limit))
    streams = [
        [row[0] for row in connection.execute(sql, arguments)]
        for sql, arguments in selections(party, after_n, limit, match)
    ]
    numbers = itertools.islice(heapq.merge(*streams), limit)
    return [entry for n in numbers for entry in views.read(connection, "entry", (party, n))]


def selections(
    party: str, after_n: int, limit: int, match: Match, select: str = "select"
) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements, with parameters, whose results together are the entries that match. `select`
    names the table they are in: a view's, or (`select_object`) a plain collection's."""
    words, instants = _versions(match)
    ways: list[Part]
    rest: list[Part] = []
    if match.id:
        ways = [(SQL["by_id"], (each,)) for each in sorted(set(match.id))]
    elif instants and not words:
        ways = [(SQL["by_version"], (each,)) for each in sorted(instants)]
    elif match.type:
        ways = [(SQL["by_type"], (each,)) for each in sorted(set(match.type))]
    elif match.spec_version:
        ways = [(SQL["by_spec"], (each,)) for each in sorted(set(match.spec_version))]
    else:
        ways = [("1 = 1", ())]
    if match.type:
        rest.append(_among("types", match.type))
    if match.spec_version:
        rest.append(_among("specs", match.spec_version))
    rest += _version_parts(words, instants, bool(match.spec_version))
    return [_statement(select, party, after_n, limit, [way, *rest]) for way in ways]


def _versions(match: Match) -> tuple[set[str], set[int]]:
    """The keywords and the instants of a version filter; `ValueError` for anything else."""
    words: set[str] = set()
    instants: set[int] = set()
    for each in match.version or ("last",):
        if isinstance(each, str) and each in ("last", "first", "all"):
            words.add(each)
        else:
            instants.add(each if isinstance(each, int) else parse_instant(each))
    return words, instants


def _version_parts(words: set[str], instants: set[int], spec_given: bool) -> list[Part]:
    """`last` and `first` are within a spec_version; without one asked for, the newest counts."""
    if words == {"last"} and not instants and not spec_given:
        return [(SQL["plain"], ())]
    parts: list[Part] = [] if spec_given else [(SQL["newest"], ())]
    if "all" not in words:
        either: list[Part] = [(SQL[word], ()) for word in sorted(words)]
        if instants:
            either.append(_among("versions", tuple(instants)))
        parts.append((f"({' OR '.join(sql for sql, _ in either)})", either[-1][1]))
    return parts


def _among(name: str, values: tuple[Any, ...]) -> Part:
    return listed(SQL[name], len(values)), values


def _statement(
    select: str, party: str, after_n: int, limit: int, parts: list[Part]
) -> tuple[str, tuple[Any, ...]]:
    sql = " AND ".join([SQL[select], *(part for part, _ in parts)])
    given = tuple(value for _, values in parts for value in values)
    return f"{sql} {SQL['order']}", (party, after_n, *given, limit)
