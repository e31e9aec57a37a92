"""The view journal of each party, and what of it is current.

The journal only grows. What is current follows from it by `after`, one entry at a time, so that
it can be dropped and rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from noroshi.store import events
from noroshi.store.database import Connection
from noroshi.store.rows import Entry, NewEntry, Variant, ViewState
from noroshi.store.statements import listed, statements

SQL = statements("views")
CHUNK: Final = 500
"""Objects looked up at a time."""
FLOOR: Final = "view_floor"
"""In `meta`: the instant beyond which journals go on after the store was put back from a backup."""


class Current(NamedTuple):
    """A row of `view_current`, without its party."""

    n: int
    about: str
    oid: str
    oversion: int
    otype: str
    spec_version: str
    tombstone: int
    last: int = 0
    first: int = 0
    newest: int = 0
    plain: int = 0


def after(current: Sequence[Current], entry: Current, shown: bool) -> list[Current]:
    """What is current about one object once `entry` stands in the journal.

    A tombstone ends all before it; anything else ends tombstones and its own version. `shown`
    is false for an entry without a body.
    """
    if entry.tombstone:
        kept = []
    else:
        kept = [row for row in current if not row.tombstone and row.oversion != entry.oversion]
    return marked([*kept, entry] if shown else kept)


def marked(rows: Sequence[Current]) -> list[Current]:
    """`rows` of one object with `last`, `first`, `newest` and `plain` as the schema says."""
    if len(rows) == 1:
        # Most objects have one version, which is all of them.
        return [rows[0]._replace(last=1, first=1, newest=1, plain=1)]
    newest = max((row.spec_version for row in rows), default="")
    versions: dict[str, list[int]] = {}
    for row in rows:
        versions.setdefault(row.spec_version, []).append(row.oversion)
    made: list[Current] = []
    for row in rows:
        alike = versions[row.spec_version]
        last, first = row.oversion == max(alike), row.oversion == min(alike)
        new = row.spec_version == newest
        flags = {"last": last, "first": first, "newest": new, "plain": last and new}
        made.append(row._replace(**{name: int(flag) for name, flag in flags.items()}))
    return made


def append(
    connection: Connection,
    party: str,
    entries: Sequence[NewEntry],
    epoch: int,
    at: int,
) -> int:
    """Append `entries` inside the open transaction; the number of the last entry there is."""
    n, entered_at = connection.execute(SQL["last"], (party,)).fetchone() or (0, -1)
    if entries:
        n, entered_at = _lifted(connection, n, entered_at)
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        n, entered_at = n + 1, max(at, entered_at + 1)
        rows.append(_journal_row(party, n, entered_at, epoch, entry))
    connection.executemany(SQL["put"], rows)
    _follow(
        connection, party, [_current(n, e) for (_, n, *_), e in zip(rows, entries, strict=True)]
    )
    if rows:
        events.emit(connection, [("view.changed", party)], at)
    return n


def lift(connection: Connection, at: int) -> None:
    """Let the journals go on beyond `at` (µs UTC), which may have been given already."""
    if at > int(events.meta(connection, FLOOR) or "0"):
        connection.execute(statements("events")["set_meta"], (FLOOR, str(at)))


def _lifted(connection: Connection, n: int, entered_at: int) -> tuple[int, int]:
    """Number and date to go on from. Dates rise by 1 µs at least with each number, so that no more
    numbers were given before the floor than there are microseconds up to it."""
    floor = int(events.meta(connection, FLOOR) or "-1")
    if entered_at >= floor:
        return n, entered_at
    return n + floor - entered_at, floor


def _journal_row(
    party: str, n: int, entered_at: int, epoch: int, entry: NewEntry
) -> tuple[Any, ...]:
    return (
        party,
        n,
        entry.seq,
        epoch,
        entered_at,
        entry.body_sha256,
        int(entry.tombstone),
        entry.withdraws,
        entry.oid,
        entry.oversion,
        entry.otype,
        entry.spec_version,
    )


def _current(n: int, entry: NewEntry) -> tuple[Current, bool]:
    row = Current(
        n=n,
        about=entry.withdraws or entry.oid,
        oid=entry.oid,
        oversion=entry.oversion,
        otype=entry.otype,
        spec_version=entry.spec_version,
        tombstone=int(entry.tombstone),
    )
    return row, entry.body_sha256 is not None


def _follow(connection: Connection, party: str, entries: Sequence[tuple[Current, bool]]) -> None:
    """Bring `view_current` to what it is after `entries`."""
    held = _held(connection, party, sorted({entry.about for entry, _ in entries}))
    now = dict(held)
    for entry, shown in entries:
        now[entry.about] = after(now[entry.about], entry, shown)
    old = {row for rows in held.values() for row in rows}
    new = {row for rows in now.values() for row in rows}
    connection.executemany(SQL["drop_current"], [(party, row.n) for row in old - new])
    connection.executemany(SQL["put_current"], [(party, *row) for row in sorted(new - old)])


def _held(connection: Connection, party: str, abouts: Sequence[str]) -> dict[str, list[Current]]:
    """What is current about each object."""
    held: dict[str, list[Current]] = {about: [] for about in abouts}
    for start in range(0, len(abouts), CHUNK):
        some = abouts[start : start + CHUNK]
        for row in connection.execute(listed(SQL["about"], len(some)), (party, *some)):
            held[row[1]].append(Current(*row))
    return held


def rebuild(connection: Connection) -> int:
    """Drop what is current and derive it again from the journals; how many rows it has."""
    connection.execute(SQL["drop_all_current"])
    made = 0
    for (party,) in connection.execute(SQL["parties"]).fetchall():
        current: dict[str, list[Current]] = {}
        for row in connection.execute(SQL["journal"], (party,)):
            n, oid, oversion, otype, spec_version, tombstone, withdraws, body = row
            entry = Current(n, withdraws or oid, oid, oversion, otype, spec_version, tombstone)
            held = current.get(entry.about, [])
            current[entry.about] = after(held, entry, body is not None)
        rows = [(party, *row) for held in current.values() for row in held]
        connection.executemany(SQL["put_current"], rows)
        made += len(rows)
    return made


def read(connection: Connection, statement: str, arguments: tuple[Any, ...]) -> list[Entry]:
    """The entries that the named statement finds."""
    return [Entry(*row) for row in connection.execute(SQL[statement], arguments)]


def by_seqs(connection: Connection, party: str, seqs: Sequence[int]) -> list[Entry]:
    """The current entries of these records, ascending."""
    found: list[Entry] = []
    for start in range(0, len(seqs), CHUNK):
        some = seqs[start : start + CHUNK]
        rows = connection.execute(listed(SQL["by_seq"], len(some)), (party, *some))
        found += [Entry(*row) for row in rows]
    return found


def state(connection: Connection, party: str) -> ViewState:
    """How far the party's journal is up to date; all zero at first."""
    row = connection.execute(SQL["state"], (party,)).fetchone()
    return ViewState(*row) if row else ViewState()


def variants(connection: Connection, record_id: str, transforms_key: str) -> list[Variant]:
    """Every variant of a record under one transform set, by version."""
    found = connection.execute(SQL["variants"], (record_id, transforms_key))
    return [Variant(*row) for row in found]
