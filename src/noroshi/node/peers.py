"""Peers: what this node knows of each node that it exchanges with."""

from __future__ import annotations

import msgspec

from noroshi.config import Peer
from noroshi.exchange.backoff import Circuit, circuit
from noroshi.node import witness
from noroshi.node.calling import ways
from noroshi.node.node import Node
from noroshi.store import Way
from noroshi.words.keys import PartyKey
from noroshi.words.time import format_instant


class Line(msgspec.Struct, frozen=True):
    """How it goes with a peer, one way: its circuit, when it last answered and was last called, and
    where it failed how often since when, why, and from when on it is called again."""

    way: Way
    circuit: Circuit
    ok: str | None
    tried: str | None
    failures: int
    since: str | None
    due: str | None
    problem: str | None


class PeerRow(msgspec.Struct, frozen=True):
    """One peer: its keys, what is wrong with them, where it is and how it goes with it."""

    party: str
    state: str
    keys: tuple[PartyKey, ...]
    problems: tuple[str, ...]
    url: str | None
    mode: str
    every: str | None
    lines: tuple[Line, ...]


def peers(node: Node, now: int) -> tuple[PeerRow, ...]:
    """Every `[[peer]]`, in the order of `node.toml`, as it stands at `now` (µs UTC)."""
    return tuple(_row(node, peer, now) for peer in node.settings.config.peer)


def _row(node: Node, peer: Peer, now: int) -> PeerRow:
    keys = node.store.keys(peer.party)
    told = node.store.key_statements(peer.party)
    refused = (f"{said.kind}: {why}" for said, why in told if why)
    problems = (*refused, *witness.problems(node, peer.party))
    trusted = peer.party in node.pinned and any(key.state == "current" for key in keys)
    state = "trusted" if trusted else "no key that counts"
    lines = tuple(_line(node, peer.party, way, now) for way in ways(peer) if peer.url)
    return PeerRow(peer.party, state, keys, problems, peer.url, peer.mode, peer.every, lines)


def _line(node: Node, party: str, way: Way, now: int) -> Line:
    call = node.store.call(party, way)
    return Line(
        way,
        circuit(call, now),
        _when(call.ok),
        _when(call.tried or None),
        call.failures,
        _when(call.since),
        _when(call.due or None),
        call.problem,
    )


def _when(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
