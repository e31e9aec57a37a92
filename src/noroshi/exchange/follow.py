"""Where references lead for one party: to the object itself, to its variant, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.exchange.closure import Closed
from noroshi.exchange.graph import Node
from noroshi.exchange.project import Projector, Shape
from noroshi.exchange.variants import Transforms
from noroshi.exchange.wire import PUBLIC_IDS


class Follow:
    """Where references lead in one closed set."""

    def __init__(
        self,
        candidates: Mapping[int, tuple[Node, Transforms]],
        closed: Closed,
        projector: Projector,
    ) -> None:
        self._closed, self._projector = closed, projector
        self._latest: dict[str, tuple[Node, Transforms]] = {}
        for seq in closed.kept:
            node, transforms = candidates[seq]
            held = self._latest.get(node.id)
            if held is None or held[0].version < node.version:
                self._latest[node.id] = node, transforms

    def shape(self, seq: int, node: Node, transforms: Transforms) -> Shape:
        """How the version goes out."""
        moved = seq in self._closed.moved
        root = self._projector.root(node.id, transforms, moved)
        leads = ((ref, self._to(ref)) for ref in sorted(node.refs.firm))
        refs = [(ref, to) for ref, to in leads if to != ref]
        for ref in sorted(node.refs.soft):
            to = self._to(ref)
            if to != ref:
                refs.append((ref, to if moved else None))
        return Shape(root, transforms, moved, tuple(refs))

    def _to(self, ref: str) -> str | None:
        if ref in self._closed.plain or ref in PUBLIC_IDS or self._projector.is_party(ref):
            return ref
        found = self._latest.get(ref)
        return None if found is None else self._projector.root(ref, found[1], moved=True)
