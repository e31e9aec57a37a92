"""All of `node.toml` as one value, and what must hold of its tables together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from noroshi.config.feeds import Feed
from noroshi.config.listen import check_listen
from noroshi.config.machines import Machine, Peer
from noroshi.config.parts import (
    AssetsPart,
    ConsolePart,
    ExercisePart,
    HistoryPart,
    NodePart,
    PactPart,
    PicturePart,
    ServePart,
    StorePart,
)
from noroshi.config.taxii import ApiRoot, PlainCollection, taxii_problems
from noroshi.words.errors import BadConfig
from noroshi.words.party import Party, packaged_parties


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `node.toml`. `desk` tables are checked by each desk's own type."""

    node: NodePart
    store: StorePart = StorePart()
    serve: ServePart = ServePart()
    pact: PactPart = PactPart()
    assets: AssetsPart = AssetsPart()
    history: HistoryPart = HistoryPart()
    console: ConsolePart = ConsolePart()
    picture: PicturePart = PicturePart()
    exercise: ExercisePart = ExercisePart()
    feed: tuple[Feed, ...] = ()
    peer: tuple[Peer, ...] = ()
    party: tuple[Party, ...] = ()
    account: tuple[Machine, ...] = ()
    root: tuple[ApiRoot, ...] = ()
    collection: tuple[PlainCollection, ...] = ()
    desk: dict[str, dict[str, Any]] = {}


def check(config: Config, path: Path, accounts: Iterable[str] = ()) -> None:
    """Raise `BadConfig` for the first thing that is wrong with what stands in the file `path`, on
    a node that has these `accounts` beside those in the file."""
    check_listen(str(path), config.serve.listen, tls=config.serve.tls is not None)
    peers = [each.party for each in config.peer]
    for party in peers:
        if party == config.node.party or peers.count(party) > 1:
            why = "is this node's own party" if party == config.node.party else "stands twice"
            raise BadConfig(str(path), f"[[peer]] {party} {why}")
    own = [each.code for each in config.party]
    for code in own:
        if code in packaged_parties() or own.count(code) > 1:
            why = "stands twice" if own.count(code) > 1 else "is in the packaged registry already"
            raise BadConfig(str(path), f"[[party]] {code} {why}")
    declared = [each.account for each in config.peer if each.account]
    declared += [each.name for each in config.account]
    for problem in taxii_problems(declared, accounts, config.root, config.collection):
        raise BadConfig(str(path), problem, hint="docs/configuration.md explains every key")
