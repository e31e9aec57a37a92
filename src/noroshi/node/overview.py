"""Overview: per partner, how the agreements decide over everything that this node holds.

Decisions are taken per label, not per record: thousands of records share a few labels.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from noroshi.exchange.decisions import Decisions
from noroshi.exchange.graph import made_at
from noroshi.node.node import Node
from noroshi.pact.explain import nearest
from noroshi.store.rows import Cell
from noroshi.words.release import Release
from noroshi.words.transform import describe

PAGE = 10_000


class Overview(msgspec.Struct):
    """Live records by verdict for one party. `by` says, under each verdict, how many records went
    by which clauses with which transforms, or stayed for which reason."""

    party: str
    released: int = 0
    partial: int = 0
    withheld: int = 0
    by: dict[str, dict[str, int]] = {}


def overview(node: Node, party: str, now: int) -> Overview:
    """Decide about every live record for `party` now."""
    _, policy = node.policy(at=now)
    counted: dict[str, Counter[str]] = {"released": Counter(), "partial": Counter()}
    decisions = Decisions(policy, node.party, party, now, hold=node.hold(party))
    for each in live(node):
        made = made_at(node.store.by_seq(each.seq))
        release = decisions.of(each.cell, node.store.label_of(each.cell), each.id, made)
        counted.setdefault(release.verdict, Counter())[_what(release)] += 1
    return Overview(
        party,
        **{verdict: each.total() for verdict, each in counted.items()},
        by={verdict: _sorted(each) for verdict, each in counted.items()},
    )


def live(node: Node) -> list[Cell]:
    """The latest version of every record that lives."""
    latest: dict[str, Cell] = {}
    after = 0
    while rows := node.store.cells_since(after, PAGE):
        for row in rows:
            held = latest.get(row.id)
            if held is None or row.version > held.version:
                latest[row.id] = row
        after = rows[-1].seq
    return [row for row in latest.values() if row.status == "live"]


def by_type(node: Node) -> dict[str, int]:
    """How many live records there are of each type of STIX, the most first."""
    return _sorted(Counter(each.id.partition("--")[0] for each in live(node)))


def _what(release: Release) -> str:
    if not release.permitted:
        return nearest(release).said()
    clauses = " and ".join(dict.fromkeys(release.clauses))
    changes = ", ".join(describe(each) for each in release.transforms)
    return f"{clauses}: {changes}" if changes else clauses


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
