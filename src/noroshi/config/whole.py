"""All of `node.toml` as one value, and what must hold of its tables together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from noroshi.config.feeds import Feed
from noroshi.config.machines import LOOPBACK, Machine, Peer
from noroshi.config.parts import NodePart, PactPart, ServePart, StorePart
from noroshi.config.taxii import ApiRoot, PlainCollection, taxii_problems
from noroshi.words.errors import BadConfig
from noroshi.words.party import Party


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `node.toml`. `desk` tables are checked by each desk's own type."""

    node: NodePart
    store: StorePart = StorePart()
    serve: ServePart = ServePart()
    pact: PactPart = PactPart()
    feed: tuple[Feed, ...] = ()
    peer: tuple[Peer, ...] = ()
    party: tuple[Party, ...] = ()
    account: tuple[Machine, ...] = ()
    root: tuple[ApiRoot, ...] = ()
    collection: tuple[PlainCollection, ...] = ()
    desk: dict[str, dict[str, Any]] = {}


def check(config: Config, path: Path) -> None:
    """Raise `BadConfig` for the first thing that is wrong with what stands in the file `path`."""
    serve = config.serve
    host, _, port = serve.listen.rpartition(":")
    if serve.tls is None and LOOPBACK.fullmatch(host or serve.listen) is None:
        raise BadConfig(
            str(path),
            "refusing to listen off loopback without TLS",
            found=f"serve.listen = {serve.listen!r}",
            hint='set [serve] tls = { cert = "…", key = "…" }',
        )
    if not config.store.url.startswith("sqlite:"):
        raise BadConfig(str(path), "no such store", found=config.store.url, expected="sqlite:FILE")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise BadConfig(str(path), "no such address", found=serve.listen, expected="ADDRESS:PORT")
    peers = [each.party for each in config.peer]
    for party in peers:
        if party == config.node.party or peers.count(party) > 1:
            why = "is this node's own party" if party == config.node.party else "stands twice"
            raise BadConfig(str(path), f"[[peer]] {party} {why}")
    accounts = [each.account for each in config.peer if each.account]
    accounts += [each.name for each in config.account]
    for problem in taxii_problems(accounts, config.root, config.collection):
        raise BadConfig(str(path), problem, hint="docs/configuration.md explains every key")
