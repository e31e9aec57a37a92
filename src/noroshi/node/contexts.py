"""What a desk may know of the node that it works for."""

from __future__ import annotations

import msgspec

from noroshi.node.known import KnownHere
from noroshi.node.node import Node
from noroshi.words.desk import Context, Desk
from noroshi.words.ids import canonical, sha256


def context_of(node: Node, desk: Desk) -> Context:
    """The desk's parameters in `node.toml` and the node's assets. Raises `BadInput` for a parameter
    that the desk does not know."""
    parameters = desk.parameters(node.settings.config.desk.get(desk.name, {}))
    return Context(
        known=KnownHere(node, desk.name),
        party=node.party,
        assets=node.store.assets(),
        kinds=desk.kinds,
        parameters=parameters,
        params_sha256=sha256(canonical(msgspec.to_builtins(parameters))),
    )
