"""Peers: what this node knows of each node that it exchanges with."""

from __future__ import annotations

import msgspec

from noroshi.node.node import Node
from noroshi.words.keys import PartyKey


class PeerRow(msgspec.Struct, frozen=True):
    """One peer: its keys, and what is wrong with them."""

    party: str
    state: str
    keys: tuple[PartyKey, ...]
    problems: tuple[str, ...]


def peers(node: Node) -> tuple[PeerRow, ...]:
    """Every `[[peer]]`, in the order of `node.toml`."""
    return tuple(_row(node, peer.party) for peer in node.settings.config.peer)


def _row(node: Node, party: str) -> PeerRow:
    keys = node.store.keys(party)
    told = node.store.key_statements(party)
    problems = tuple(f"{said.kind}: {refused}" for said, refused in told if refused)
    trusted = party in node.pinned and any(key.state == "current" for key in keys)
    return PeerRow(party, "trusted" if trusted else "no key that counts", keys, problems)
