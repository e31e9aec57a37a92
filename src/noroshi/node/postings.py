"""Values of records, so that it can be asked who has seen one: caught up with when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from noroshi.desks.registry import desks
from noroshi.node.node import Node
from noroshi.words.desk import Posted
from noroshi.words.record import Record

BATCH = 1_000

Values = Callable[[Record], list[tuple[str, str]]]


def catch_up(node: Node) -> None:
    """Look through the records that came since the last time."""
    readers: list[Values] = [each for each in map(_values, desks().values()) if each]
    at = node.store.posted_to()
    while rows := node.store.since(at, BATCH):
        found = [
            (seq, f"{kind}:{value}")
            for seq, record in rows
            for read in readers
            for kind, value in read(record)
        ]
        at = rows[-1][0]
        node.store.post(found, at)


def _values(desk: object) -> Values | None:
    """How a desk tells the values of a record; None for one that does not."""
    return getattr(desk, "values", None)


def posted(node: Node, values: Sequence[tuple[str, str]]) -> tuple[list[Posted], int]:
    """The live records that have one of `values`, each by its latest version that has it, in the
    order they came; and how many versions more do than are listed."""
    catch_up(node)
    seqs, more = node.store.postings([f"{kind}:{value}" for kind, value in values])
    held = node.store.by_seqs(seqs)
    first: dict[str, int] = {}
    last: dict[str, Record] = {}
    for _, record in sorted(held.items()):
        first[record.id] = min(record.received, first.get(record.id, record.received))
        last[record.id] = record
    latest = node.store.latest(list(last))
    return [
        Posted(record, first[name])
        for name, record in last.items()
        if name in latest and latest[name].status == "live"
        and latest[name].version == record.version
    ], more  # fmt: skip
