"""Audiences at rest: the compiled table's rows, for a stretch of time of an epoch.

Derived: dropped and compiled again they are equal. Their bits are positions in table `party`,
which this store gave once and for ever, so that a registry which grows, even in its middle, never
changes what a stored mask means. What was stored, granted or consented after the last compilation
is not visible until the next: being late only ever withholds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from noroshi.pact.masks import word_of
from noroshi.pact.policy import Policy
from noroshi.pact.sql import UNKNOWN, Row, rows
from noroshi.pact.table import Table, joined, named
from noroshi.store import labels, law
from noroshi.store.database import Connection
from noroshi.store.rows import Cell
from noroshi.store.statements import statements
from noroshi.words.errors import Refused
from noroshi.words.ids import canonical, sha256
from noroshi.words.party import Parties
from noroshi.words.release import Release
from noroshi.words.stix import made_at
from noroshi.words.time import format_instant
from noroshi.words.transform import Transform

SQL = statements("audience")

_transforms = msgspec.json.Decoder(tuple[Transform, ...])
_clauses = msgspec.json.Decoder(tuple[str, ...])


def order(connection: Connection, parties: Parties) -> tuple[str, ...]:
    """Every party of the registry in its place, given now to those that had none. A place left
    free by no one stays with a name that nobody has."""
    known = {row[0] for row in connection.execute(SQL["order"])}
    law.put_parties(connection, (parties.get(c) for c in parties.order if c not in known))
    held = {position: code for code, position in connection.execute(SQL["order"])}
    return tuple(held.get(place, f"#{place}") for place in range(max(held, default=-1) + 1))


def derive(connection: Connection, policy: Policy, holder: str, epoch: int, at: int) -> int:
    """Make the rows that hold at `at`; how many of `audience` were made (0: they stood)."""
    places = order(connection, policy.parties)
    if joined(policy):
        _date(connection)
    own = sorted((r, cell) for r in named(policy) for cell in _cells_of(connection, r))
    rests_on = _rests_on(policy, holder, own)
    (cells,) = connection.execute(SQL["count_cells"]).fetchone()
    if connection.execute(SQL["covers"], (epoch, rests_on, cells, at, at)).fetchone():
        return 0
    read = (row[0] for row in connection.execute(SQL["cells"]).fetchall())
    table = Table(policy, holder, {c: labels.read(connection, c) for c in read}, at, places)
    since, until = table.window
    for (old,) in connection.execute(SQL["segments"], (epoch, until, since)).fetchall():
        _drop(connection, epoch, old)
    connection.execute(SQL["put_compiled"], (epoch, since, until, rests_on, cells))
    made = list(rows(table, own))
    connection.executemany(SQL["put_audience"], _audience(made, epoch, since))
    connection.executemany(SQL["put_grant_cache"], _grants(made, epoch, since))
    return len(made)


def _rests_on(policy: Policy, holder: str, own: list[tuple[str, str]]) -> str:
    """The hash of what the rows follow from. Grants of the holder's own bind others, not it."""
    parties = [(code, policy.parties.get(code).below) for code in policy.parties.order]
    grants = sorted(each.id for each in policy.grants.values() if each.originator != holder)
    consents = sorted(each.id for each in policy.consents)
    urgent = sorted(f"{each.clause} {each.until}" for each in policy.emergencies)
    return sha256(canonical([policy.set_sha256, holder, parties, grants, consents, urgent, own]))


def _drop(connection: Connection, epoch: int, since: int) -> None:
    for name in ("drop_audience", "drop_grant_cache", "drop_compiled"):
        connection.execute(SQL[name], (epoch, since))


def drop(connection: Connection) -> None:
    """Forget all rows."""
    for name in ("drop_all_audience", "drop_all_grant_cache", "drop_all_compiled"):
        connection.execute(SQL[name])


def _date(connection: Connection) -> None:
    """Read when records were made, where that is not known yet."""
    for seq, received, raw in connection.execute(SQL["unmade"]).fetchall():
        connection.execute(SQL["put_made"], (made_at(raw, received), seq))


def _cells_of(connection: Connection, record: str) -> list[str]:
    return [row[0] for row in connection.execute(SQL["cells_of"], (record,))]


def _audience(made: Iterable[Row], epoch: int, since: int) -> Iterator[tuple[Any, ...]]:
    for row in made:
        for word, bits in enumerate(row.words):
            yield epoch, since, word, row.cell, row.record, row.made_from, row.made_to, bits


def _grants(made: Iterable[Row], epoch: int, since: int) -> Iterator[tuple[Any, ...]]:
    for cell, record, made_from, made_to, _, releases in made:
        texts: dict[int, tuple[str, str]] = {}
        for party, release in releases:
            if id(release) not in texts:
                texts[id(release)] = (
                    canonical(release.transforms).decode(),
                    canonical(release.clauses).decode(),
                )
            yield (epoch, since, party, cell, record, made_from, made_to, *texts[id(release)])


def visible(
    connection: Connection, party: str, epoch: int, at: int, after: int, limit: int
) -> list[Cell]:
    """Versions after number `after` that `party` may have; see `Store.visible`."""
    since = _since(connection, epoch, at)
    row = connection.execute(SQL["position"], (party,)).fetchone()
    if row is None:
        return []
    word, bit = word_of(row[0])
    arguments = (after, epoch, since, word, UNKNOWN, bit, limit)
    return [Cell(*each) for each in connection.execute(SQL["visible"], arguments)]


def seen(connection: Connection, epoch: int, at: int) -> dict[str, int]:
    """How many live records each party may have, of those that may have some; see `Store.seen`."""
    since = _since(connection, epoch, at)
    places: dict[int, list[tuple[str, int]]] = {}
    for code, position in connection.execute(SQL["order"]).fetchall():
        word, bit = word_of(position)
        places.setdefault(word, []).append((code, bit))
    found: dict[str, int] = {}
    for word, those in places.items():
        for bits, many in connection.execute(SQL["seen"], (epoch, since, word, UNKNOWN)).fetchall():
            for code, bit in those:
                if bits & bit:
                    found[code] = found.get(code, 0) + many
    return found


def release(connection: Connection, party: str, epoch: int, at: int, seq: int) -> Release:
    """How `party` may have the version stored as `seq`; see `Store.release`."""
    since = _since(connection, epoch, at)
    row = connection.execute(SQL["release"], (seq, epoch, since, party, UNKNOWN)).fetchone()
    if row is None:
        return Release("withheld")
    transforms, clauses = _transforms.decode(row[0]), _clauses.decode(row[1])
    return Release("partial" if transforms else "released", transforms, clauses)


def _since(connection: Connection, epoch: int, at: int) -> int:
    row = connection.execute(SQL["since"], (epoch, at, at)).fetchone()
    if row is None:
        raise Refused(f"no audiences compiled for epoch {epoch} at {format_instant(at)}")
    return row[0]
