"""Audience: who may have one record, or how many of all that there are.

The counts are the store's: the compiled table as rows, asked by SQL, so that a million records
take seconds. What one record's audience is, the decision itself says, party by party.
"""

from __future__ import annotations

import msgspec

from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.node.node import Node
from noroshi.node.why import about, law
from noroshi.words.release import Release
from noroshi.words.time import format_instant


class Heard(msgspec.Struct, frozen=True):
    """The parties that may have `record`, and how."""

    record: str
    at: str
    epoch: int
    parties: dict[str, Release]


class Counted(msgspec.Struct, frozen=True):
    """How many of the `records` that live each party may have, those with some first. A record that
    could only go without some of its marked parts is not counted."""

    at: str
    epoch: int
    records: int
    parties: dict[str, int]


def audience(
    node: Node, record: str, *, now: int, at: int | None = None, known: int | None = None
) -> Heard:
    """Every registered party that may have the record; arguments as of `why`."""
    asked = about(node, record, now=now, at=at, known=known)
    found, made = asked.record, made_at(asked.record)
    parties: dict[str, Release] = {}
    for code in node.parties.order:
        _, release = in_part(asked.policy, found.label, node.party, code, asked.at, found.id, made)
        if release.permitted:
            parties[code] = release
    return Heard(found.id, format_instant(asked.at), asked.epoch, parties)


def counted(node: Node, *, now: int, at: int | None = None, known: int | None = None) -> Counted:
    """How many of the live records that this node holds now each registered party may have by the
    law of `at`, as known at `known`."""
    moment = now if at is None else at
    _, epoch, policy = law(node, moment, known, now=now)
    node.store.compile_audiences(policy, node.party, epoch=epoch, at=moment)
    found = node.store.seen(epoch=epoch, at=moment)
    many = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return Counted(format_instant(moment), epoch, node.store.count_live(), dict(many))
