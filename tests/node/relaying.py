"""A relay that has genuine keys, grants and proofs, and sends what it likes: for tests of what the
others make of it. India relays; Japan is who the objects stem from; France is who gets them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from web import Web

from noroshi.exchange import account
from noroshi.exchange.heads import Head, unsigned
from noroshi.exchange.merkle import consistency, leaf, root
from noroshi.exchange.served import Served
from noroshi.exchange.sign import Keys
from noroshi.exchange.taxii import envelope
from noroshi.exchange.taxii.client import unpack
from noroshi.exchange.vouch import Vouched, vouch
from noroshi.node.law import load_law
from noroshi.node.node import clock
from noroshi.node.push import outgoing
from noroshi.node.receive import Received, receive
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Strand, Tlp


def view(web: Web, giver: str, to: str) -> tuple[Served, ...]:
    """What `to` may have of `giver` now."""
    with web.open(giver) as node:
        return outgoing(node, to, clock())


def vouched(web: Web, by: str, entries: Sequence[Served]) -> Vouched:
    """What `by` says of who vouches for the entries, as its server would."""
    with web.open(by) as node:
        return vouch(node.store, by, node.keys, entries, clock())


def keys(web: Web, party: str) -> Keys:
    """The party's own keys, for what it signs against its word."""
    return Keys.load(web.folders[party] / "data" / "keys")


def edit(web: Web, party: str, old: str, new: str) -> None:
    """Change the agreement as `party` has it, and load it."""
    with web.open(party) as node:
        law = node.settings.folder / "agreements" / "chain.toml"
        text = law.read_text("utf-8")
        assert old in text
        law.write_text(text.replace(old, new), "utf-8")
        assert load_law(node, clock()).changed


def sent(
    web: Web,
    by: str,
    to: str,
    entries: Sequence[Served],
    signed: Vouched | None = None,
    *,
    now: int = 0,
) -> Received:
    """Send the entries from `by` to `to`, over the wire format and into its store."""
    if signed is None:
        signed = vouched(web, by, entries)
    body = envelope.objects(entries, None, terms=True, vouched=signed).body
    with web.open(to) as node:
        report = Received(by)
        with node.store.write():
            receive(node, by, unpack(body, f"inbox of {to}"), report, now or clock())
    return report


def given(web: Web, giver: str, to: str) -> Received:
    """Everything that `to` may have of `giver`, given as it should be."""
    report = sent(web, giver, to, view(web, giver, to))
    assert report.refused == 0, report.reasons
    return report


def kept(web: Web, party: str) -> dict[str, str]:
    """The status of every malware object that the party has."""
    with web.open(party) as node:
        cells = node.store.cells_since(0, 1_000)
    return {each.id: each.status for each in cells if each.id.startswith("malware--")}


def aside(web: Web, party: str) -> list[str]:
    """Why something is kept aside at the party, in order."""
    with web.open(party) as node:
        return [row[2] for row in node.store.rejected()]


def only(entries: Sequence[Served], *ids: str) -> tuple[Served, ...]:
    """Those of the entries with these ids."""
    return tuple(each for each in entries if each.oid in ids)


def under(entry: Served, *grants: Grant, **changed: object) -> Served:
    """The entry with its first grants exchanged for `grants`, the label following them, and
    `changed` about its strands."""
    assert entry.label is not None
    by = {each.originator: each for each in grants}
    strands: list[Strand] = []
    for strand in entry.label.strands:
        grant = by.get(strand.originator)
        more = {"grant": grant.id} if grant is not None else {}
        strands.append(msgspec.structs.replace(strand, **(more | changed)))
    held = grants or entry.grants
    return msgspec.structs.replace(entry, label=Label(tuple(strands)), grants=tuple(held))


def said(web: Web, head: Head, *grew: account.Path) -> Served:
    """India's word on its ledger, on its way to France."""
    what = account.SaidHead(head, grew)
    raw = account.written(account.HEAD, head.party, head.to, 0, what, clock())
    terms = Label((Strand("IND", "crisis", account.HEAD, Tlp.AMBER_STRICT, only=("FRA",)),))
    name = account.name(account.HEAD, head.party, head.to, 0)
    return Served(1, name, clock(), account.HEAD, "2.1", clock(), raw, terms)


def signed_over(web: Web, *leaves: bytes, to: str = "FRA", party: str = "IND") -> Head:
    """A head that India signs over whatever it likes."""
    hashed = root([leaf(each) for each in leaves])
    mine = keys(web, "IND")
    head = Head(party, to, clock(), len(leaves), hashed, mine.fingerprint)
    return msgspec.structs.replace(head, signature=mine.sign(unsigned(head)))


def grown(leaves: tuple[bytes, ...], size: int) -> account.Path:
    """The proof that a tree over `leaves` goes on from the first `size`."""
    return account.Path(size, consistency([leaf(each) for each in leaves], size))
