"""Expiry: when a source may no longer be used, what was found with its help goes on without it.

Where a strand of one of our findings ends, the finding falls back to its last version that did not
rest on that source: same detector, same parameters, no strand that the finding would not have
without the expired one. Its measures are then what the other sources alone supported when they were
worked out. A finding that never stood without the source is retracted. What others made is
withheld by its label, and theirs to make anew.
"""

from __future__ import annotations

import heapq

import msgspec

from noroshi.desks.registry import desks
from noroshi.history.ending import Ending
from noroshi.node.findings import Settled, next_version, retract
from noroshi.node.node import Node
from noroshi.store.rows import Cell
from noroshi.words.ids import sha256
from noroshi.words.kind import Kind
from noroshi.words.label import Strand, highest_tlp, tlp_marking_id, without_expired
from noroshi.words.record import Record
from noroshi.words.stix import FindingBody, body_of, event, head
from noroshi.words.time import MINUTE, parse_instant

REASON = "a source that it rests on may no longer be used"
PAGE = 10_000


class Expiry:
    """What of a node's findings and of its history expires when. Reads each stored version once,
    without its bytes."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._seq = 0
        self._due: list[tuple[int, str]] = []
        self._ends: dict[str, int | None] = {}
        self._history = Ending(node.settings.history)
        self._next = 0

    def settle(self, now: int) -> Settled:
        """New versions or retractions of what has expired by `now` (µs UTC) since the last call;
        once a minute the history of expired sources is deleted."""
        if now >= self._next:
            self._history.erase(now)
            self._next = now + MINUTE
        self._look()
        ended: set[str] = set()
        while self._due and self._due[0][0] <= now:
            ended.add(heapq.heappop(self._due)[1])
        settled = Settled()
        if ended:
            with self.node.store.write():
                for name, versions in self._versions(ended).items():
                    _settle(self.node, name, versions, now, settled)
        return settled

    def _look(self) -> None:
        while page := self.node.store.cells_since(self._seq, PAGE):
            for each in page:
                end = self._end(each.cell)
                if end is not None and each.status == "live":
                    heapq.heappush(self._due, (end, each.id))
            self._seq = page[-1].seq

    def _end(self, cell: str) -> int | None:
        """When the first strand of a label ends."""
        if cell not in self._ends:
            strands = self.node.store.label_of(cell).strands
            ends = [each.expires for each in strands if each.expires is not None]
            self._ends[cell] = min(ends, default=None)
        return self._ends[cell]

    def _versions(self, ids: set[str]) -> dict[str, list[Cell]]:
        """Every stored version of these, the latest first."""
        found: dict[str, list[Cell]] = {each: [] for each in sorted(ids)}
        seq = 0
        while page := self.node.store.cells_since(seq, PAGE):
            for each in page:
                if each.id in found:
                    found[each.id].append(each)
            seq = page[-1].seq
        for cells in found.values():
            cells.sort(key=lambda each: -each.version)
        return found


def _settle(node: Node, name: str, versions: list[Cell], now: int, settled: Settled) -> None:
    held = node.store.record(name)
    if held is None or held.status != "live" or held.owner != node.party:
        return
    body, left = body_of(held.raw), without_expired(held.label, now)
    kind = _kind(held.kind)
    if body is None or kind is None or left == held.label:
        return
    strands = {*left.strands} if left is not None else set[Strand]()
    for each in versions:
        if each.status == "live" and {*node.store.label_of(each.cell).strands} <= strands:
            before = node.store.by_seq(each.seq)
            told = body_of(before.raw)
            if told is not None and _made_alike(told, body) and not head(before.raw).revoked:
                node.store.put([_again(held, before, told, kind, now)], at=now)
                settled.changed += 1
                return
    retract(node, held, body, kind, None, REASON, now)
    settled.retracted += 1


def _kind(name: str) -> Kind | None:
    return next((desk.kinds[name] for desk in desks().values() if name in desk.kinds), None)


def _made_alike(one: FindingBody, other: FindingBody) -> bool:
    return (one.detector, one.detector_version, one.params_sha256) == (
        other.detector,
        other.detector_version,
        other.params_sha256,
    )


def _again(held: Record, before: Record, told: FindingBody, kind: Kind, now: int) -> Record:
    """The finding as it was in `before`, as the version after `held`."""
    version = next_version(held, now)
    raw = event(
        held.id,
        told,
        kind,
        created=parse_instant(head(held.raw).created or ""),
        modified=version,
        marking_refs=(tlp_marking_id(highest_tlp(before.label)),),
    )
    return msgspec.structs.replace(
        held, version=version, label=before.label, raw=raw, sha256=sha256(raw), received=now
    )
