"""Why: the release decision about one record and one party, in full, for its owner."""

from __future__ import annotations

import msgspec

from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.exchange.parts import parted
from noroshi.node.node import Node
from noroshi.pact.decide import decide
from noroshi.pact.explain import owner
from noroshi.words.errors import Refused
from noroshi.words.release import Act, Release
from noroshi.words.time import format_instant


class Why(msgspec.Struct, frozen=True):
    """The decision, the law it was taken under, and the text that explains it."""

    record: str
    version: str
    kind: str
    holder: str
    party: str
    act: Act
    at: str
    epoch: int
    agreement_set: str
    release: Release
    text: str


def why(
    node: Node, record: str, party: str, *, now: int, at: int | None = None, act: Act = "receive"
) -> Why:
    """Decide about `record` (an id, or the unique start of one) for `party` at `at`.

    Raises `Refused` when no record, or more than one, starts with `record`.
    """
    node.parties.get(party)
    moment = now if at is None else at
    found = node.store.record(complete(node, record))
    if found is None:
        raise Refused(f"no record {record!r}\nHint: noroshi findings lists ids")
    epoch, policy = node.policy(at=moment)
    made, label = made_at(found), found.label
    release = decide(policy, label, node.party, party, moment, act, record=found.id, made=made)
    if act == "receive" and not release.permitted:
        label, release = in_part(policy, label, node.party, party, moment, found.id, made)
    return Why(
        record=found.id,
        version=format_instant(found.version),
        kind=found.kind,
        holder=node.party,
        party=party,
        act=act,
        at=format_instant(moment),
        epoch=epoch,
        agreement_set=policy.set_sha256,
        release=release,
        text=owner(policy, label, release, party) + _parts(release),
    )


def _parts(release: Release) -> str:
    """What goes without which marked parts, and what refused each, in further lines."""
    taken = parted(release.transforms)
    if taken is None:
        return ""
    lines = [f"  Marked parts that do not go: {', '.join(taken.paths)}."]
    lines += [
        f"  {each.clause}: {each.condition} is {each.found}; allowed: {each.allowed}"
        for each in release.misses
    ]
    return "\n" + "\n".join(lines)


def complete(node: Node, start: str) -> str:
    """The id that `start` begins (with or without its type); `Refused` unless exactly one."""
    ids = node.store.ids_like(start)
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise Refused(f"no record {start!r}\nHint: noroshi findings lists ids")
    shown = ", ".join(ids[:3])
    raise Refused(f"{len(ids)} records match {start!r}: {shown}, …\nHint: give more of the id")
