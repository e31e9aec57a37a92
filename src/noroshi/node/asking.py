"""What a desk's query reads of the node: its assets and its live findings, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.node.node import Node
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Answer, Columns, Context, Held, Query


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
