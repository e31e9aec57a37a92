"""The disclosure ledger: who received which bytes, when first, by which clauses — hash-chained.

Each row's `sha` is SHA-256 over the previous row's `sha`, its number, instant, party and place, and
its `seal`; the head stands in `meta`, so that cutting off the end shows as well. The seal is
SHA-256 over a secret salt and all that the row says. Who destroys the salt erases what was said:
nothing is left that a guess could be tried on, and the chain, and every tree over the seals, still
holds. Rows of older builds (form 1) have no salt: there `sha` is over what the row says.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256 as hashed
from typing import Any, Final

import msgspec

from noroshi.store import events
from noroshi.store.database import Connection
from noroshi.store.rows import LedgerRow
from noroshi.store.statements import chunks, listed, statements
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical, sha256

SQL = statements("ledger")
CHUNK: Final = 2000
ROOT: Final = "0" * 64
"""What stands before the first row."""

FORM: Final = 2
SALT_BYTES: Final = 16

Disclosed = tuple[str, int, Sequence[str], str]
"""(oid, oversion, clauses, body_sha256)"""

Random = Callable[[int], bytes]
"""Gives so many bytes that nobody can guess."""

Witness = Callable[[int, str, str], None]
"""Told the number, the party and the seal of each row that is in order."""

_clauses = msgspec.json.Decoder(tuple[str, ...])


def sealed(salt: bytes, said: Sequence[Any]) -> str:
    """The seal of `said`: (at, party, id, version, clauses as a JSON text, body_sha256)."""
    return hashed(salt + canonical(said)).hexdigest()


def chained(prev: str, row: Sequence[Any]) -> str:
    """The hash of a row: of `prev` and (n, at, party, place, seal) as canonical JSON; in form 1 of
    `prev`, n and what the row says."""
    return sha256(canonical([prev, *row]))


def unknown(connection: Connection, party: str, rows: Sequence[Disclosed]) -> list[Disclosed]:
    """Those of `rows` that `party` never received, each once."""
    fresh: dict[tuple[str, int, str], Disclosed] = {}
    for row in rows:
        fresh.setdefault((row[0], row[1], row[3]), row)
    for some in chunks({row[0] for row in rows}):
        for known in connection.execute(listed(SQL["known"], len(some)), (party, *some)):
            fresh.pop(known, None)
    return list(fresh.values())


def disclose(
    connection: Connection,
    party: str,
    rows: Sequence[Disclosed],
    at: int,
    random: Random = secrets.token_bytes,
) -> int:
    """Append `rows` inside the open transaction, but for those already there; how many."""
    fresh = unknown(connection, party, rows)
    n, prev = connection.execute(SQL["head"]).fetchone() or (0, ROOT)
    place = size(connection, party)
    salts = random(SALT_BYTES * len(fresh))
    chain: list[tuple[Any, ...]] = []
    texts = {clauses: canonical(clauses).decode() for clauses in {tuple(row[2]) for row in fresh}}
    for i, (oid, oversion, clauses, body) in enumerate(fresh):
        n += 1
        salt = salts[i * SALT_BYTES : (i + 1) * SALT_BYTES]
        said = (oid, oversion, texts[tuple(clauses)], body)
        seal = sealed(salt, (at, party, *said))
        sha = chained(prev, (n, at, party, place, seal))
        chain.append((n, prev, sha, FORM, at, party, place, seal, salt, *said))
        prev, place = sha, place + 1
    connection.executemany(SQL["put"], chain)
    if chain:
        connection.execute(statements("events")["set_meta"], ("ledger_head", f"{n} {prev}"))
    return len(chain)


def size(connection: Connection, party: str) -> int:
    """How many disclosures to `party` there are."""
    last = connection.execute(SQL["last_place"], (party,)).fetchone()
    return last[0] + 1 if last else 0


def raw(connection: Connection, party: str | None, after: int = -1) -> Iterator[tuple[Any, ...]]:
    """Rows as they lie there, after a number, or those of `party` after a place."""
    which, column = ("rows", 0) if party is None else ("rows_of", 6)
    leading = () if party is None else (party,)
    while found := connection.execute(SQL[which], (*leading, after, CHUNK)).fetchall():
        yield from found
        after = found[-1][column]


def backwards(connection: Connection, party: str | None) -> Iterator[LedgerRow]:
    """As `rows`, the last first."""
    which, column = ("before", 0) if party is None else ("before_of", 6)
    leading = () if party is None else (party,)
    before = 2**62
    while found := connection.execute(SQL[which], (*leading, before, CHUNK)).fetchall():
        yield from map(row, found)
        before = found[-1][column]


def row(found: Sequence[Any]) -> LedgerRow:
    """A row of the table as what it says; a seal that an older build did not write is made."""
    n, prev, sha, form, at, party, place, seal, salt, oid, oversion, clauses, body = found
    if seal is None:
        seal = sealed(b"", (at, party, oid, oversion, clauses, body))
    said = () if clauses is None else _clauses.decode(clauses)
    return LedgerRow(n, prev, sha, at, party, oid, oversion, said, body, place, form, seal, salt)


def seals(connection: Connection, party: str, start: int, count: int) -> list[str]:
    """The seals of the disclosures to `party` from place `start` on, at most `count`."""
    found = connection.execute(SQL["rows_of"], (party, start - 1, count)).fetchall()
    return [row(each).seal if each[7] is None else each[7] for each in found]


def verify(connection: Connection, witness: Witness | None = None) -> None:
    """Walk the whole chain; `BadInput` names the first row that does not follow."""
    n, prev = 0, ROOT
    places: dict[str, int] = {}
    for found in raw(connection, None):
        n += 1
        wrong = _wrong(n, prev, found, places)
        if wrong is not None:
            raise broken(n, wrong)
        prev = found[2]
        if witness is not None:
            witness(n, found[5], found[7] or row(found).seal)
    if (events.meta(connection, "ledger_head") or f"0 {ROOT}") != f"{n} {prev}":
        raise broken(n, "is not where the ledger ended")


def _wrong(n: int, before: str, found: Sequence[Any], places: dict[str, int]) -> str | None:
    """What is wrong with the row that should have number `n` and follow `before`."""
    number, prev, sha, form, at, party, place, seal, salt, *said = found
    unfollowed = "does not follow from the row before it"
    if number != n or prev != before:
        return unfollowed
    erased = said[0] is None
    if form == FORM:
        if seal is None or sha != chained(prev, (n, at, party, place, seal)):
            return unfollowed
        if not erased and (salt is None or seal != sealed(salt, (at, party, *said))):
            return "says something else than was sealed"
    elif not erased and sha != chained(prev, (n, at, party, *said)):
        return unfollowed
    if places.setdefault(party, 0) != place:
        return f"is not at its place among what {party} received"
    places[party] = place + 1
    return None


def broken(n: int, problem: str) -> BadInput:
    """The error that names a row."""
    return BadInput(
        f"ledger row {n}",
        problem,
        hint="the store was changed outside noroshi; restore it and reconcile with the partner",
    )
