"""Law in two times: from when to when a set of agreements stood, and when this node held it so.

Loading never rewrites the past: what was believed stays answerable by `known`. Grants and
consents, the other two things a decision rests on, are kept here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from noroshi.store import events
from noroshi.store.database import Connection
from noroshi.store.statements import statements
from noroshi.words.grant import Consent, Grant
from noroshi.words.ids import canonical, sha256
from noroshi.words.party import Party
from noroshi.words.time import FOREVER

SQL = statements("law")

Terms = TypeVar("Terms", Grant, Consent)

_grant = msgspec.json.Decoder(Grant)
_consent = msgspec.json.Decoder(Consent)
_party = msgspec.json.Decoder(Party)


def set_sha256(agreements: Sequence[tuple[str, str, bytes]]) -> str:
    """Hash of a set of agreements: of its sorted (id, sha256) pairs."""
    return sha256(canonical(sorted([name, digest] for name, digest, _ in agreements)))


def load(
    connection: Connection,
    agreements: Sequence[tuple[str, str, bytes]],
    valid_from: int,
    at: int,
) -> int:
    """Make `agreements` the law from `valid_from` on, as known from `at`; see `Store`."""
    digest = _keep(connection, agreements)
    newest = connection.execute(SQL["newest"], (FOREVER, FOREVER)).fetchone()
    if newest is not None and newest[1] == digest and newest[2] <= valid_from:
        return newest[0]
    last_epoch, last_known = connection.execute(SQL["last"]).fetchone()
    epoch, known_from = last_epoch + 1, max(at, last_known + 1)
    for old, old_set, since, _, held_from in connection.execute(
        SQL["believed"], (FOREVER, valid_from)
    ).fetchall():
        connection.execute(SQL["end_belief"], (known_from, old, held_from))
        if since < valid_from:
            row = (old, old_set, since, valid_from, known_from, FOREVER)
            connection.execute(SQL["put_epoch"], row)
    row = (epoch, digest, valid_from, FOREVER, known_from, FOREVER)
    connection.execute(SQL["put_epoch"], row)
    events.emit(connection, [("epoch.changed", str(epoch))], at)
    return epoch


def _keep(connection: Connection, agreements: Sequence[tuple[str, str, bytes]]) -> str:
    if len({name for name, _, _ in agreements}) != len(agreements):
        raise ValueError("an agreement stands twice in one set")
    digest = set_sha256(agreements)
    for name, file_sha256, data in agreements:
        if sha256(data) != file_sha256:
            raise ValueError(f"{name}: sha256 is not of its bytes")
        connection.execute(SQL["put_agreement"], (file_sha256, name, data))
        connection.execute(SQL["put_member"], (digest, name, file_sha256))
    return digest


def agreements(
    connection: Connection, at: int | None, known: int | None
) -> tuple[int, tuple[tuple[str, str, bytes], ...]]:
    """(epoch, set) valid at `at` as known at `known`; (0, ()) where there is none."""
    moment = FOREVER - 1 if at is None else at
    then = FOREVER - 1 if known is None else known
    row = connection.execute(SQL["in_force"], (moment, moment, then, then)).fetchone()
    if row is None:
        return 0, ()
    return row[0], tuple(connection.execute(SQL["members"], (row[1],)).fetchall())


def put_terms(
    connection: Connection, name: str, values: Iterable[Terms], at: int, *, anew: bool = False
) -> int:
    """Keep grants or consents (`name`) that came at `at`; a signed one replaces itself unsigned,
    never the reverse, and (`anew`) itself with another signature.

    How many are new or newly signed.
    """
    changed = 0
    for value in values:
        row = connection.execute(SQL[name], (value.id,)).fetchone()
        held = None if row is None else msgspec.json.decode(row[0], type=type(value))
        better = value.signature and held is not None and (anew or not held.signature)
        if held is None or (better and held != value):
            connection.execute(SQL[f"put_{name}"], (value.id, canonical(value).decode(), at))
            changed += 1
    if changed:
        rise(connection, changed)
    return changed


def rise(connection: Connection, changed: int) -> None:
    """Count changes of what decisions rest on besides the law."""
    count = terms(connection) + changed
    connection.execute(statements("events")["set_meta"], ("terms", str(count)))


def terms(connection: Connection) -> int:
    """A number that rises whenever what decisions rest on beside the law changes: grants,
    consents, emergency releases, what people agreed to."""
    return int(events.meta(connection, "terms") or "0")


def grants(connection: Connection, known: int | None) -> dict[str, Grant]:
    """All grants by id, or those that had come by `known`."""
    then = FOREVER if known is None else known
    found = (_grant.decode(row[0]) for row in connection.execute(SQL["grants"], (then,)))
    return {grant.id: grant for grant in found}


def consents(connection: Connection, known: int | None) -> tuple[Consent, ...]:
    """All consents, by id, or those that had come by `known`."""
    then = FOREVER if known is None else known
    rows = connection.execute(SQL["consents"], (then,))
    return tuple(_consent.decode(row[0]) for row in rows)


def put_parties(connection: Connection, parties: Iterable[Party]) -> tuple[Party, ...]:
    """Register parties after those that are; one already there keeps its position."""
    for party in parties:
        (last,) = connection.execute(SQL["last_position"]).fetchone()
        row = (party.code, last + 1, canonical(party).decode())
        connection.execute(SQL["put_party"], row)
    return tuple(_party.decode(row[0]) for row in connection.execute(SQL["parties"]))
