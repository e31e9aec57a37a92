"""Why: the release decision about one record and one party, in full, for its owner."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.exchange.parts import parted
from noroshi.node.node import Node
from noroshi.pact.decide import decide
from noroshi.pact.explain import explained, missed, recipient, text
from noroshi.pact.policy import Policy
from noroshi.words.errors import Refused
from noroshi.words.record import Record
from noroshi.words.release import Act, Release
from noroshi.words.time import format_instant
from noroshi.words.told import Told
from noroshi.words.told import told as sentence


class Why(msgspec.Struct, frozen=True):
    """The decision, the law it was taken under, and the text that explains it: in English, and line
    by line in words that can be had in other languages (`told`)."""

    record: str
    version: str
    kind: str
    holder: str
    party: str
    act: Act
    at: str
    known: str
    epoch: int
    agreement_set: str
    release: Release
    text: str
    told: tuple[Told, ...] = ()


class About(NamedTuple):
    """A record, and the law under which it is decided about at `at` with what was known then."""

    record: Record
    at: int
    known: int
    epoch: int
    policy: Policy


def about(
    node: Node, record: str, *, now: int, at: int | None = None, known: int | None = None
) -> About:
    """The record that `record` (an id, or the unique start of one) means; `why` says the rest."""
    moment = now if at is None else at
    then = moment if known is None else known
    found = node.store.record(complete(node, record))
    if found is None:
        raise Refused(f"no record {record!r}\nHint: noroshi findings lists ids")
    found = node.store.held(found.id, then) or found
    return About(found, moment, *law(node, moment, known, now=now))


def law(node: Node, at: int, known: int | None, *, now: int) -> tuple[int, int, Policy]:
    """(as known when, epoch, policy): what was law at `at`, as this node knew it at `known`, by
    default at `at`; of a time before its first law it is taken to have known what it knows now."""
    then = at if known is None else known
    if known is None and not node.store.agreements(at=at, known=then)[0]:
        then = max(now, at)
    return then, *node.policy(at=at, known=then)


def why(
    node: Node,
    record: str,
    party: str,
    *,
    now: int,
    at: int | None = None,
    known: int | None = None,
    act: Act = "receive",
) -> Why:
    """Decide about `record` (an id, or the unique start of one) for `party` at `at`, as this node
    would have with what it knew at `known`: the agreement files that were its law, the grants and
    consents that it had, the version of the record that it held, and the label that it gave it.

    `known` is `at` where it is not given. A node that had no law yet is taken to have known what it
    knows now, and so is one that had no version of the record. Raises `Refused` when no record, or
    more than one, starts with `record`.
    """
    node.parties.get(party)
    asked = about(node, record, now=now, at=at, known=known)
    found, policy, moment = asked.record, asked.policy, asked.at
    made, label = made_at(found), found.label
    release = decide(policy, label, node.party, party, moment, act, record=found.id, made=made)
    if act == "receive" and not release.permitted:
        label, release = in_part(policy, label, node.party, party, moment, found.id, made)
    if act == "receive" and (waiting := node.hold(party, asked.known)) is not None:
        release = waiting.over(found.label, found.id, release)
    told = (*explained(policy, label, release, party), *_parts(release))
    return Why(
        record=found.id,
        version=format_instant(found.version),
        kind=found.kind,
        holder=node.party,
        party=party,
        act=act,
        at=format_instant(moment),
        known=format_instant(asked.known),
        epoch=asked.epoch,
        agreement_set=policy.set_sha256,
        release=release,
        text=text(told),
        told=told,
    )


def told(
    node: Node,
    record: str,
    party: str,
    *,
    now: int,
    at: int | None = None,
    known: int | None = None,
) -> tuple[str, bool]:
    """(what the recipient reads, whether it has the record). For what is withheld and for what does
    not exist the two are the same."""
    try:
        release = why(node, record, party, now=now, at=at, known=known).release
    except Refused:
        return recipient(None), False
    return recipient(release), release.permitted


def _parts(release: Release) -> tuple[Told, ...]:
    """What goes without which marked parts, and what refused each, in further lines."""
    taken = parted(release.transforms)
    if taken is None:
        return ()
    head = sentence("Marked parts that do not go: {paths}.", paths=", ".join(taken.paths))
    return (head, *(missed(each) for each in release.misses))


def complete(node: Node, start: str) -> str:
    """The id that `start` begins (with or without its type); `Refused` unless exactly one."""
    ids = node.store.ids_like(start)
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise Refused(f"no record {start!r}\nHint: noroshi findings lists ids")
    shown = ", ".join(ids[:3])
    raise Refused(f"{len(ids)} records match {start!r}: {shown}, …\nHint: give more of the id")
