"""Before you send, and after: what a party would get of chosen records, giving it, taking it back.

Agreements decide, not the person: what is permitted is in the party's view and is fetched when it
calls. To send is to bring it now, unasked; to a party that we have no address of, nothing is
brought, and the answer says that it waits in its view. What no clause gives cannot be given here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from noroshi.console.seen import One, one
from noroshi.desks.registry import kinds
from noroshi.exchange.served import Served
from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.node.ledger import Line as Disclosed
from noroshi.node.ledger import lines
from noroshi.node.node import Node
from noroshi.node.peering import open_to
from noroshi.node.push import Line
from noroshi.node.twice import permitted
from noroshi.node.why import law, why
from noroshi.pact.explain import explained as told_of
from noroshi.pact.explain import heard, nearest
from noroshi.words.errors import Refused
from noroshi.words.kind import Both
from noroshi.words.label import highest_tlp
from noroshi.words.release import Release
from noroshi.words.stix import FindingBody
from noroshi.words.told import Told
from noroshi.words.transform import described

MOST = 200
"""Records in one sending."""


class Preview(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record as the party would have it. `whole` and `told` are what the node and the party
    read; `told` is None where it is withheld, for the `reason`. `why` explains it to the owner line
    by line, `hears` is all that the party is told about the decision, `lost` are the measures that
    it does not get. `served` says that it has it already, `waits` that a second person has to agree
    first."""

    id: str
    kind: str
    tlp: str
    verdict: str
    clauses: tuple[str, ...]
    transforms: tuple[Told, ...]
    reason: Told | None
    why: tuple[Told, ...]
    hears: Told
    whole: FindingBody
    told: FindingBody | None
    lost: tuple[Both, ...] = ()
    served: bool = False
    waits: bool = False


class Sent(msgspec.Struct, frozen=True):
    """What became of a sending. `state`: `taken` by the party, `waiting` in its view until it
    calls, or `failed` with the problem. `ledger` are the rows of the disclosure ledger."""

    party: str
    state: str
    taken: int
    refused: int
    problem: str
    ledger: tuple[Disclosed, ...]


def preview(node: Node, ids: Sequence[str], party: str, now: int) -> tuple[Preview, ...]:
    """What `party` would get of these findings now. Raises `Refused`, `UnknownParty`."""
    _checked(node, ids, party)
    return tuple(_preview(node, each, party, now) for each in ids)


def _preview(node: Node, id: str, party: str, now: int) -> Preview:
    whole, told = one(node, id, None, now=now), one(node, id, party, now=now, waits=False)
    release, label = told.release, told.record.label
    hold = node.hold(party)
    served = {each.party for each in node.store.whereabouts(id, node.public) if each.served}
    kind = kinds().get(whole.body.kind)
    lost = whole.body.measures.keys() - told.body.measures.keys() if kind else ()
    return Preview(
        id=id,
        kind=whole.body.kind,
        tlp=highest_tlp(whole.record.label).value,
        verdict=release.verdict,
        clauses=tuple(dict.fromkeys(release.clauses)),
        transforms=tuple(described(each) for each in release.transforms),
        reason=None if release.permitted else nearest(release),
        why=explained(node, told, party, now=now),
        hears=heard(release),
        whole=whole.body,
        told=told.body if release.permitted else None,
        lost=tuple(kind.called(each) for each in sorted(lost)) if kind else (),
        served=party in served,
        waits=hold is not None and hold.waits(label, label.key(), id, release),
    )


def explained(
    node: Node, told: One, party: str, *, now: int, at: int | None = None, known: int | None = None
) -> tuple[Told, ...]:
    """The decision in words, for the owner: those of `why`, but of what lives no more."""
    if told.release == Release("withheld"):
        *_, policy = law(node, now if at is None else at, known, now=now)
        return told_of(policy, told.record.label, told.release, party)
    return why(node, told.record.id, party, now=now, at=at, known=known).told


def send(node: Node, ids: Sequence[str], party: str, clock: Callable[[], int]) -> Sent:
    """Bring these records to `party`, as far as it may have them. Everything that goes is in the
    ledger before it leaves. Raises `Refused` where nothing of it may go."""
    now = clock()
    _checked(node, ids, party)
    if not permitted(node, ids, party, now):
        raise Refused(f"no clause gives {party} any of these")
    peer = next((each for each in node.settings.config.peer if each.party == party), None)
    if peer is None:
        raise Refused(f"{party} has no node that we know\nHint: noroshi peer add")
    views = node.views()
    views.refresh(party, now)
    if peer.url is None:
        return Sent(party, "waiting", 0, 0, "", _rows(node, ids, party))
    problem, taken, refused, state = "", 0, 0, "taken"
    try:
        with open_to(node.settings, peer) as http:
            line = Line(node, party, http, Patience(attempts=1))
            entries = [each for name in ids for each in _entries(node, name, party, now)]
            if entries:
                taken, refused = line.put(entries, now)
    except PeerError as failed:
        state, problem = "failed", str(failed)
    return Sent(party, state, taken, refused, problem, _rows(node, ids, party))


def _entries(node: Node, id: str, party: str, now: int) -> list[Served]:
    """What stands in the party's view for the record, accounted for as disclosed."""
    views = node.views()
    shown = [
        oid
        for each in node.store.whereabouts(id, node.public)
        if each.party == party
        for oid in each.shown
    ]
    return [entry for oid in shown for entry in views.object(party, oid, now)[:1]]


def _rows(node: Node, ids: Sequence[str], party: str) -> tuple[Disclosed, ...]:
    found = (row for name in ids for row in lines(node, party=party, record=name, limit=5))
    return tuple(sorted({each.n: each for each in found}.values(), key=lambda each: -each.n))


def _checked(node: Node, ids: Sequence[str], party: str) -> None:
    node.parties.get(party)
    if party == node.party:
        raise Refused(f"{party} is this node's own party")
    if not ids or len(ids) > MOST:
        raise Refused(f"{len(ids)} records are chosen: expected 1 to {MOST}")
    if len(set(ids)) != len(ids):
        raise Refused("a record is chosen twice")
