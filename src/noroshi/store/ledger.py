"""The disclosure ledger: who received which bytes, when first, by which clauses — hash-chained.

Each row's `sha` is SHA-256 over the previous row's `sha` and the row itself; the head stands in
`meta`, so that cutting off the end shows as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from noroshi.store import events
from noroshi.store.database import Connection
from noroshi.store.rows import LedgerRow
from noroshi.store.statements import statements
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical, sha256

SQL = statements("ledger")
CHUNK: Final = 1000
ROOT: Final = "0" * 64
"""What stands before the first row."""

Disclosed = tuple[str, int, Sequence[str], str]
"""(oid, oversion, clauses, body_sha256)"""

_clauses = msgspec.json.Decoder(tuple[str, ...])


def chained(prev: str, row: Sequence[Any]) -> str:
    """The hash of a row: of `prev` and the row's own fields as canonical JSON."""
    return sha256(canonical([prev, *row]))


def unknown(connection: Connection, party: str, rows: Sequence[Disclosed]) -> list[Disclosed]:
    """Those of `rows` that `party` never received, each once."""
    fresh: dict[tuple[str, int, str], Disclosed] = {}
    for row in rows:
        key = (row[0], row[1], row[3])
        if key not in fresh and not connection.execute(SQL["known"], (party, *key)).fetchone():
            fresh[key] = row
    return list(fresh.values())


def disclose(connection: Connection, party: str, rows: Sequence[Disclosed], at: int) -> int:
    """Append `rows` inside the open transaction, but for those already there; how many."""
    fresh = unknown(connection, party, rows)
    n, prev = connection.execute(SQL["head"]).fetchone() or (0, ROOT)
    chain: list[tuple[Any, ...]] = []
    for oid, oversion, clauses, body in fresh:
        n += 1
        fields = (n, at, party, oid, oversion, canonical(list(clauses)).decode(), body)
        sha = chained(prev, fields)
        chain.append((n, prev, sha, *fields[1:]))
        prev = sha
    connection.executemany(SQL["put"], chain)
    if chain:
        connection.execute(statements("events")["set_meta"], ("ledger_head", f"{n} {prev}"))
    return len(chain)


def _raw(connection: Connection, statement: str, *which: str) -> Iterator[tuple[Any, ...]]:
    after = -1
    while found := connection.execute(SQL[statement], (*which, after, CHUNK)).fetchall():
        yield from found
        after = found[-1][0]


def rows(connection: Connection, party: str | None) -> Iterator[LedgerRow]:
    """The ledger in order, or what of it concerns `party`."""
    found = _raw(connection, "rows") if party is None else _raw(connection, "rows_of", party)
    for *head, clauses, body in found:
        yield LedgerRow(*head, clauses=_clauses.decode(clauses), body_sha256=body)


def verify(connection: Connection) -> None:
    """Walk the whole chain; `BadInput` names the first row that does not follow."""
    n, prev = 0, ROOT
    for number, before, sha, *rest in _raw(connection, "rows"):
        n += 1
        if number != n or before != prev or sha != chained(prev, (n, *rest)):
            raise _broken(n, "does not follow from the row before it")
        prev = sha
    if (events.meta(connection, "ledger_head") or f"0 {ROOT}") != f"{n} {prev}":
        raise _broken(n, "is not where the ledger ended")


def _broken(n: int, problem: str) -> BadInput:
    return BadInput(
        f"ledger row {n}",
        problem,
        hint="the store was changed outside noroshi; restore it and reconcile with the partner",
    )
