"""The picture follows the findings: what has changed is read, and then all are looked at again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from noroshi.desks.registry import kinds
from noroshi.node.node import Node
from noroshi.picture.priors import load_priors

if TYPE_CHECKING:
    from noroshi.node.incidents import Looked
    from noroshi.picture.lines import Line
    from noroshi.picture.priors import Priors

CONSUMER: Final = "picture"
TOPIC: Final = "finding.changed"
TOPICS: Final = (TOPIC, "record.stored", "record.status")
NOTE: Final = "note--"
"""So begin the records in which people overrule the rules, this node's and its partners'."""
PAGE: Final = 10_000


class Watch:
    """The findings of a node as lines of a stream, kept from look to look, and whether anybody has
    overruled a rule since. Killed in between, it looks again."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lines: dict[str, Line] | None = None

    def follow(self, now: Callable[[], int]) -> Looked | None:
        """Look at the incidents; None where nothing has changed since, or where one domain alone
        has findings and none ever made an incident: what computes is not even loaded then."""
        node = self._node
        after = at = node.store.cursor(CONSUMER)
        changed: set[str] = set()
        overruled = False
        while page := node.store.events(at, PAGE, TOPICS):
            at = page[-1].n
            changed.update(each.key for each in page if each.topic == TOPIC)
            overruled = overruled or any(each.key.startswith(NOTE) for each in page)
        if at == after:
            return None
        looked = None
        priors = load_priors()
        if (changed or overruled) and (self._several(priors) or node.store.incidents()):
            from noroshi.node.incidents import look
            from noroshi.node.picture import stream_of

            stream = stream_of(node, self._read(changed, priors).items())
            looked = look(node, priors, now, stream=stream)
        with node.store.write():
            node.store.set_cursor(CONSUMER, at)
        return looked

    def _read(self, changed: set[str], priors: Priors) -> dict[str, Line]:
        """All lines, those of findings that have changed read anew."""
        from noroshi.node.picture import held, line_of

        if self._lines is None:
            self._lines = held(self._node, priors)
            return self._lines
        for each in changed:
            self._lines.pop(each, None)
            if line := line_of(self._node, each, priors):
                self._lines[each] = line
        return self._lines

    def _several(self, priors: Priors) -> bool:
        """Whether findings of two domains live: those of one make no incident."""
        domains = {
            priors.domain_of(name, kind.pillar)
            for name, kind in kinds().items()
            if self._node.store.findings(kind=name, limit=1)
        }
        return len(domains) > 1
