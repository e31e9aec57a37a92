"""Elsewhere: records that only partners have, after this node was put back from a backup.

What was made after the backup and is in no source any more is lost here, and whoever was given it
holds it still. Its word of that is in the ledger, by id and version: enough to take it back. What
this node had only passed on, and who gave it has ended since, is withdrawn in the same way.
"""

from __future__ import annotations

from typing import Final

from noroshi.node.node import Node
from noroshi.words.errors import Refused
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.record import Hop, Record

_PILLAR: Final = "crisis"
"""Nothing is known of the terms of such a record; it goes to nobody, whatever it is filed under."""


def elsewhere(node: Node) -> dict[str, tuple[str, ...]]:
    """By id what partners said they hold from this node and it has nothing of, with who they are.
    Who parties are does not count."""
    found = node.store.elsewhere()
    return {name: parties for name, parties in found.items() if name not in node.public}


def named(node: Node, start: str) -> str | None:
    """The id of the one such record that `start` begins (with or without its type)."""
    found = [each for each in elsewhere(node) if start in _starts(each, len(start))]
    return found[0] if len(found) == 1 else None


def stand_in(node: Node, id: str, now: int) -> None:
    """Have a tombstone stand for a record that only partners have: its withdrawal goes to each of
    them, and the record itself, should it be read again, is held back. Call in a transaction.

    Raises `Refused` where no partner said that it has such a record.
    """
    parties = elsewhere(node).get(id)
    if parties is None:
        raise Refused(f"no record {id!r}\nHint: noroshi findings lists ids")
    _stand(node, id, parties, now)


def end(node: Node, now: int) -> None:
    """Withdraw what only partners have and who gave it to this node has ended, or this node had
    withdrawn before its partner was put back too: there is no record here from which that would
    follow. Call in a transaction, whenever any of it is heard."""
    if not node.store.life().n:
        return
    ended = node.store.ended_elsewhere()
    own = {each.id: None for each in node.store.recalls() if each.lifted is None}
    for name, parties in elsewhere(node).items() if ended else ():
        if name in ended:
            _stand(node, name, parties, now, ended[name] or own.get(name, node.party))


def _stand(node: Node, id: str, parties: tuple[str, ...], now: int, by: str | None = None) -> None:
    """`by` is the party that ended it, where it came from another."""
    rows = (row for party in parties for row in node.store.ledger_about(party, id))
    # A version that nobody has, so that each that is read again is a version of its own.
    version = min(row.version for row in rows if row.version is not None) - 1
    kind = id.partition("--")[0]
    raw = canonical({"id": id, "spec_version": "2.1", "type": kind})
    owner = by or node.party
    label = Label((Strand(owner, _PILLAR, kind, only=()),))
    hops = (Hop(by, now, by),) if by else ()
    of = (kind, _PILLAR, owner, label, raw, sha256(raw), now, hops)
    node.store.stand_in(Record(id, version, *of, status="tombstone"), at=now)


def _starts(id: str, length: int) -> tuple[str, str]:
    return id[:length], id.partition("--")[2][:length]
