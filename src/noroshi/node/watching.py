"""The picture follows the findings: looked at again only where they have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from noroshi.desks.registry import kinds
from noroshi.node.node import Node

if TYPE_CHECKING:
    from noroshi.node.incidents import Looked

CONSUMER: Final = "picture"
TOPIC: Final = "finding.changed"
PAGE: Final = 10_000


def follow(node: Node, now: Callable[[], int]) -> Looked | None:
    """Look at the incidents; None where nothing has changed since, or one pillar alone has findings
    and none ever made an incident. Killed in between, it looks again."""
    after = at = node.store.cursor(CONSUMER)
    while page := node.store.events(at, PAGE, (TOPIC,)):
        at = page[-1].n
    if at == after:
        return None
    looked = None
    if _several(node) or node.store.incidents():
        from noroshi.node.incidents import look
        from noroshi.picture.priors import load_priors

        looked = look(node, load_priors(), now)
    with node.store.write():
        node.store.set_cursor(CONSUMER, at)
    return looked


def _several(node: Node) -> bool:
    """Whether two kinds that may be of two domains have live findings."""
    found = [name for name in kinds() if node.store.findings(kind=name, limit=1)]
    return len(found) > 1
