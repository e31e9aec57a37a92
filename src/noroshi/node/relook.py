"""Looking again: desks whose findings rest on records of the node, when other records live.

So what a partner sends is held against what is protected here as soon as it has come, and what is
revoked, withdrawn or expired is taken back.
"""

from __future__ import annotations

from collections.abc import Callable

from noroshi.desks.registry import desks
from noroshi.node.alone import alone
from noroshi.node.ingest import IngestReport, again
from noroshi.node.known import knows
from noroshi.node.node import Node

CONSUMER = "relook"
TOPICS = ("record.stored", "record.status")
BATCH = 10_000


def relook(node: Node, now: Callable[[], int]) -> IngestReport | None:
    """Let those desks look again if records that they rest on came or changed; None where none did.
    A kill in between only makes them look once more."""
    knowing = {name: set(knows(desk)) for name, desk in desks().items() if knows(desk)}
    at = begun = node.store.cursor(CONSUMER)
    asked: set[str] = set()
    while found := node.store.events(at, BATCH, TOPICS):
        at = found[-1].n
        kinds = {each.key.partition("--")[0] for each in found}
        asked |= {name for name, known in knowing.items() if known & kinds}
    report = None
    if asked:
        with alone(node.settings.data, lambda: None):
            report = again(node, now, asked)
    if at != begun:
        with node.store.write():
            node.store.set_cursor(CONSUMER, at)
    return report
