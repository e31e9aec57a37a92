"""A party's view projected from scratch: every record decided, the whole graph closed at once.

The reference for what views keep up to date step by step: it reads the records and nothing that
views remember, and holds all of them in memory.
"""

from __future__ import annotations

from collections.abc import Mapping

import graphs
from whole import Candidate, Closed, close

from noroshi.exchange.decisions import Decisions
from noroshi.exchange.graph import Node, node
from noroshi.exchange.project import Projector, Shape
from noroshi.exchange.refs import tail
from noroshi.exchange.sign import Keys
from noroshi.exchange.variants import Transforms
from noroshi.exchange.wire import PUBLIC_IDS
from noroshi.pact.policy import Policy
from noroshi.store import Match, Store
from noroshi.words.ids import sha256

HOLDER = "JPN"
EVERY = Match(spec_version=("2.0", "2.1"), version=("all",))
View = dict[tuple[str, int], str]
"""The hash of the bytes by (id, version)."""

Let = dict[int, tuple[Node, Transforms]]


def projected(store: Store, keys: Keys, policy: Policy, party: str, now: int) -> View:
    """What `party` should see, but for who parties are."""
    nodes = _nodes(store)
    held = {each.id for each in nodes}
    projector = Projector(
        store, graphs.KINDS, policy.parties, HOLDER, keys.derive("variants"), held.__contains__
    )
    let = _let(store, nodes, projector, Decisions(policy, HOLDER, party, now))
    closed = close(
        {seq: Candidate(each.id, each.refs, bool(with_)) for seq, (each, with_) in let.items()},
        public=lambda each: each in PUBLIC_IDS or projector.is_party(each),
        held=lambda each: [oid for oid in held if tail(oid) == each],
    )
    view: View = {}
    for seq in sorted(closed.kept):
        with store.write():
            bodies = projector.bodies(let[seq][0], _shape(seq, let, closed, projector), now)
        for body in bodies:
            if not projector.is_party(body.oid):
                view.setdefault((body.oid, body.oversion), sha256(body.body))
    return view


def _nodes(store: Store) -> list[Node]:
    records = store.since(0, 1_000_000)
    cells = store.cells_since(0, len(records))
    return [
        node(seq, record, cell.cell) for (seq, record), cell in zip(records, cells, strict=True)
    ]


def _let(store: Store, nodes: list[Node], projector: Projector, decisions: Decisions) -> Let:
    let: Let = {}
    for each in nodes:
        label = store.label_of(each.cell)
        release = decisions.of(each.cell, label, each.id, each.made)
        may = each.readable and each.live and not projector.is_party(each.id)
        if may and release.permitted and projector.possible(each, release.transforms):
            told = projector.told(each, release.transforms)
            let[each.seq] = told, release.transforms
    return let


def _shape(
    seq: int, let: Mapping[int, tuple[Node, Transforms]], closed: Closed, projector: Projector
) -> Shape:
    each, transforms = let[seq]
    moved = seq in closed.moved

    def to(ref: str) -> str | None:
        if ref in closed.plain or ref in PUBLIC_IDS or projector.is_party(ref):
            return ref
        of = [let[key] for key in closed.kept if let[key][0].id == ref]
        if not of:
            return None
        _, with_ = max(of, key=lambda found: found[0].version)
        return projector.root(ref, with_, moved=True)

    firm = [(ref, to(ref)) for ref in sorted(each.refs.firm)]
    soft = [(ref, to(ref)) for ref in sorted(each.refs.soft)]
    refs = [(ref, led) for ref, led in firm if led != ref]
    refs += [(ref, led if moved else None) for ref, led in soft if led != ref]
    return Shape(projector.root(each.id, transforms, moved), transforms, moved, tuple(refs))


def shown(store: Store, policy: Policy, party: str) -> View:
    """What the journal shows `party`, but for tombstones and who parties are."""
    public = Projector(store, {}, policy.parties, HOLDER, b"", lambda _: False)
    entries = store.view_page(party, limit=1_000_000, match=EVERY)
    return {
        (each.oid, each.oversion): each.body_sha256
        for each in entries
        if each.otype != "tombstone" and not public.is_party(each.oid)
    }
