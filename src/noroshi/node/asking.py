"""What a desk's query reads of the node: its assets and its live findings, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.node.node import Node, clock
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Answer, Columns, Context, Held, Posted, Query, Told


class Asked:
    """A node as `words.desk.Ask`."""

    def __init__(self, node: Node) -> None:
        self._node, self._store = node, node.store

    def assets(self) -> AssetGraph:
        """The assets of the node and their edges."""
        return self._store.assets()

    def findings(
        self,
        kind: str,
        since: int | None = None,
        until: int | None = None,
        asset: str | None = None,
    ) -> Sequence[Held]:
        """Live findings of a kind that meet [since, until), by start."""
        return self._store.findings(kind, since, until, asset=asset)

    def context(self, desk: str) -> Context:
        """What the desk may know here."""
        from noroshi.desks.registry import desks
        from noroshi.node.contexts import context_of

        return context_of(self._node, desks()[desk])

    def told(self, record: str, party: str) -> Told:
        """What the party may have of the record now."""
        from noroshi.node.why import why

        decided = why(self._node, record, party, now=clock())
        return Told(party, decided.release, decided.text)

    def posted(self, values: Sequence[tuple[str, str]]) -> tuple[Sequence[Posted], int]:
        """The records that have one of `values`, and how many more do."""
        from noroshi.node.postings import posted

        return posted(self._node, values)

    def kept(
        self, since: int, until: int, box: tuple[float, float, float, float]
    ) -> Iterator[Columns]:
        """Of the node's history."""
        from noroshi.history import reading
        from noroshi.history.partition import parts

        folder = self._node.settings.history
        ships: set[int] = set()
        for each in reading.positions(
            reading.near(parts(folder, since, until), *box), since, until
        ):
            ships.update(reading.ships(each))
            yield each
        if ships:
            yield from reading.said(folder, min(ships), max(ships) + 1)


def ask(node: Node, query: Query, given: Mapping[str, str | None]) -> Answer:
    """What `query` says of this node. Raises `BadInput` where it cannot understand `given`."""
    options = {each.name: each.default for each in query.options}
    return query.run(Asked(node), options | {k: v for k, v in given.items() if v is not None})
