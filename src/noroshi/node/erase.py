"""Erase: destroy what this node knows of a record, and keep that something was erased.

Who was served is told first, as by a recall: what they hold only they can destroy. The record goes
once they have confirmed, or when a person says not to wait. Backups made before, and the sources
that it was read from, are not in the store: they are named, not touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from noroshi.desks.registry import desks
from noroshi.exchange.graph import packed
from noroshi.exchange.refs import Refs
from noroshi.node.alone import alone
from noroshi.node.ingest import again
from noroshi.node.known import CACHE, knows
from noroshi.node.node import Node
from noroshi.node.push import onward_of, settled
from noroshi.node.recall import recall
from noroshi.node.why import complete
from noroshi.store import Erasure
from noroshi.words.errors import Refused
from noroshi.words.time import DAY, format_instant


class Erased(msgspec.Struct, frozen=True):
    """What became of a wish to erase. `erased` is None while `waiting` for these parties, who were
    told that the record is taken back. `confirmed` said that it is gone there. `naming` are other
    records that refer to it, `copies` files beside the store that may hold it still; `scrubbed`:
    nothing of it is left in the store's own files."""

    erased: Erasure | None
    waiting: tuple[str, ...]
    confirmed: tuple[str, ...]
    naming: tuple[str, ...]
    copies: tuple[str, ...]
    scrubbed: bool


def erase(node: Node, name: str, why: str, now: int, *, despite: bool = False) -> Erased:
    """Erase the record `name` (or the one whose id begins so), its versions and variants, and all
    that says what it was. `despite` does not wait for parties that have not confirmed.

    Raises `Refused` for a record that is not here, without a reason, and while the node, put back
    from a backup, waits for what partners say.
    """
    if not why.strip():
        raise Refused("erasing needs a reason: it is all that will be left\nHint: without names")
    if node.store.shut():
        raise Refused("partners have not all told yet what they hold\nHint: noroshi resync")
    found = complete(node, name)
    if found.startswith("erased--"):
        raise Refused(f"{found} was erased already")
    _take_back(node, found, now)
    steps = onward_of(node, found)
    waiting = tuple(step.party for step in steps if not settled(step))
    confirmed = tuple(step.party for step in steps if settled(step))
    naming = node.store.naming(found)
    if waiting and not despite:
        return Erased(None, waiting, confirmed, naming, (), False)
    node.store.finish_erasures()
    told = msgspec.json.encode({step.party: step.state for step in steps}).decode()
    nothing = packed(Refs(), {})
    done = node.store.erase(found, why.strip(), told, nothing, node.public, at=now)
    _let_go(node, now)
    scrubbed = node.store.scrub()
    return Erased(done, waiting, confirmed, naming, tuple(_copies(node)), scrubbed)


def _let_go(node: Node, now: int) -> None:
    """Let the desks whose findings rest on records forget what is gone."""
    shutil.rmtree(node.settings.data / CACHE, ignore_errors=True)
    knowing = {name for name, desk in desks().items() if knows(desk)}
    with alone(node.settings.data, lambda: None):
        again(node, lambda: now, knowing)


def _take_back(node: Node, id: str, now: int) -> None:
    """Let the record leave every view, and tell who was served."""
    held = node.store.record(id)
    if held is None:
        raise Refused(f"no record {id!r}")
    if held.hops:
        node.store.withdraw(id, at=now)
    elif held.status != "tombstone":
        recall(node, (id,), "it is to be erased", 7 * DAY, now)
    views = node.views()
    for each in node.store.whereabouts(id):
        views.refresh(each.party, now)


def sweep(node: Node) -> tuple[int, bool]:
    """Erase what was left of earlier erasures because somebody had yet to fetch it: how many
    withdrawals, and whether nothing is left in the store's files."""
    done = node.store.finish_erasures()
    return done, node.store.scrub() if done else True


def erasures(node: Node) -> Iterator[tuple[str, Erasure]]:
    """What was erased, with when as a text, oldest first."""
    return ((format_instant(each.at), each) for each in node.store.erasures())


def _copies(node: Node) -> Iterator[str]:
    """Stores that a restore left beside this one."""
    where = node.settings.store_at
    if isinstance(where, Path):
        yield from (str(each) for each in sorted(where.parent.glob(f"{where.name}.before-*")))
