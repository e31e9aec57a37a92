"""Witness: heads of others' ledgers, each held against what the same party signed before.

A ledger only grows. Whoever signs two heads that cannot both be of one growing ledger has split it:
that is named, and both heads are kept as it signed them, for anybody to check. A node that was put
back from a backup begins anew, says so in the head itself, and is believed that it did; what it
forgot shows when the two sides reconcile.
"""

from __future__ import annotations

from noroshi.exchange import account, heads
from noroshi.exchange.account import HEAD, SaidHead
from noroshi.exchange.heads import Head
from noroshi.exchange.merkle import grew
from noroshi.node.node import Node
from noroshi.words.ids import canonical
from noroshi.words.time import DAY, format_instant


def heard(node: Node, party: str, raw: bytes, now: int) -> str | None:
    """Take in what `party` says of its ledger about us; why not, where it cannot be believed."""
    found = account.read(raw, party, node.party)
    if not isinstance(found, SaidHead):
        return "a ledger head that does not read"
    head = found.head
    public = node.public_key(party, head.key, head.at)
    if (head.party, head.to) != (party, node.party):
        return "a ledger head of another's, or about another"
    if public is None or not heads.genuine(head, public):
        return f"a ledger head that no key of {party} that counts signed"
    if head.at > now + DAY:
        return "a ledger head from a day to come"
    paths = {each.size: each.hashes for each in found.grew}
    return weigh(node, head, paths, now)


def weigh(node: Node, head: Head, paths: dict[int, tuple[bytes, ...]], now: int) -> str | None:
    """Hold a genuine head against those kept of the same ledger, and keep it; why it cannot be
    kept beside them. One that nothing shows to go on from the last is left until it is asked for
    with a proof."""
    known = [
        heads.read(each.signed, f"head of {head.party}", Head)
        for each in node.store.heads(head.party, head.to, limit=2**62)
    ]
    same = [each for each in known if each.life == head.life]
    for each in same:
        if each.size == head.size and each.root != head.root:
            return _split(node, each, head, f"two heads over the same {head.size} disclosures", now)
    if any(each.size == head.size for each in same):
        return None
    last = max(same, key=lambda each: each.size, default=None)
    if last is not None and head.size < last.size:
        if head.at <= last.at:
            return None  # an older one that came late says nothing new
        why = f"{last.size} disclosures, then only {head.size}"
        return _split(node, last, head, why, now)
    if last is not None:
        if last.size and last.size not in paths:
            return None
        if not grew(last.size, last.root, head.size, head.root, paths.get(last.size, ())):
            why = f"the {head.size} do not go on from the {last.size} before"
            return _split(node, last, head, why, now)
    keep(node, head)
    return None


def shown(node: Node, head: Head, now: int) -> str | None:
    """Hold a genuine head that somebody showed us, about whomever, against what the same party
    signed before about the same partner; how the two contradict one another."""
    if head.party == node.party:
        return None
    held = node.store.heads(head.party, head.to, limit=2**62)
    with node.store.write():
        wrong = weigh(node, head, {}, now)
        # About another we only hear now and then: two that differ in size contradict nothing yet.
        if wrong is None and not held:
            keep(node, head)
    return wrong


def keep(node: Node, head: Head) -> None:
    """Keep a head that goes on from those before."""
    store = node.store
    store.put_head(head.party, head.to, head.size, head.at, canonical(head), life=head.life)


def _split(node: Node, one: Head, other: Head, why: str, now: int) -> str:
    node.store.put_split(one.party, one.to, now, why, canonical(one), canonical(other))
    return f"{one.party} split its ledger about {one.to}: {why}"


def problems(node: Node, party: str) -> tuple[str, ...]:
    """What is known of ledgers that the party split."""
    return tuple(
        f"split its ledger about {each.recipient}, noticed {format_instant(each.at)}: {each.why}"
        for each in node.store.splits()
        if each.party == party
    )


def wanted(node: Node, party: str) -> str:
    """The id under which `party` says its head, going on from the latest that is kept here."""
    held = node.store.heads(party, node.party)
    return account.name(HEAD, party, node.party, held[0].size if held else 0)
