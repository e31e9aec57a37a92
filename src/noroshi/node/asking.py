"""What a desk's query reads of the node: its assets and its live findings, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from noroshi.node.node import Node
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Answer, Held, Query


class Asked:
    """A node as `words.desk.Ask`."""

    def __init__(self, node: Node) -> None:
        self._store = node.store

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


def ask(node: Node, query: Query, given: Mapping[str, str | None]) -> Answer:
    """What `query` says of this node. Raises `BadInput` where it cannot understand `given`."""
    options = {each.name: each.default for each in query.options}
    return query.run(Asked(node), options | {k: v for k, v in given.items() if v is not None})
