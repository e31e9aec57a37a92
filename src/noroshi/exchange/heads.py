"""Heads: what a party signs about its ledger of one partner, and the proof of one row under it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from noroshi.exchange.growing import Growing
from noroshi.exchange.merkle import included, leaf
from noroshi.exchange.sign import Keys, fingerprint, verify
from noroshi.store import LedgerRow, Store
from noroshi.store.ledger import sealed
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical

FORMAT: Final = "noroshi ledger proof/1"


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`party` says: what `to` received from me up to `at` (µs UTC) are `size` disclosures under
    this `root` (32 bytes). Signed with the key of fingerprint `key`. `life` says how often the
    party's node was put back from a backup: its ledger counts anew from what the backup had."""

    party: str
    to: str
    at: int
    size: int
    root: bytes
    key: str
    signature: bytes = b""
    life: int = 0


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a row of the ledger says, with the salt that opens its seal (empty in form 1)."""

    at: int
    party: str
    id: str
    version: int
    clauses: str
    body_sha256: str
    salt: bytes = b""

    @property
    def seal(self) -> str:
        """The seal that this opens."""
        said = (self.at, self.party, self.id, self.version, self.clauses, self.body_sha256)
        return sealed(self.salt, said)


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That `row` is number `place` of the disclosures under `head`: whoever has the public key of
    the head's party can check it, with nothing else."""

    format: str
    head: Head
    row: Opened
    place: int
    path: tuple[bytes, ...]


def unsigned(head: Head) -> bytes:
    """The bytes that are signed."""
    said = msgspec.to_builtins(msgspec.structs.replace(head, signature=b""))
    if not head.life:
        del said["life"]  # what was signed before there was one stays signed
    return b"noroshi ledger head\x00" + canonical(said)


def sign(party: str, to: str, tree: Growing, at: int, keys: Keys, life: int = 0) -> Head:
    """The head of `tree`, which is over what `to` received."""
    head = Head(party, to, at, tree.size, tree.root(), keys.fingerprint, life=life)
    return msgspec.structs.replace(head, signature=keys.sign(unsigned(head)))


def genuine(head: Head, public: bytes) -> bool:
    """Whether `public` (32 bytes) signed the head."""
    return head.key == fingerprint(public) and verify(head.signature, unsigned(head), public)


def current(store: Store, party: str, to: str, keys: Keys, now: int) -> Head:
    """The head of `party`'s ledger of `to`: the one given before, where nothing came since."""
    tree = Growing(store, to)
    held = store.heads(party, to, most=tree.size)
    if held and held[0].size == tree.size and held[0].life == store.life().n:
        return msgspec.json.decode(held[0].signed, type=Head)
    head = sign(party, to, tree, now, keys, store.life().n)
    store.put_head(party, to, head.size, now, canonical(head), life=head.life)
    return head


def opened(row: LedgerRow) -> Opened | None:
    """What the row says and the salt to it; None where it was erased."""
    if row.id is None or row.version is None or row.body_sha256 is None:
        return None
    clauses = canonical(list(row.clauses)).decode()
    said = (row.at, row.party, row.id, row.version, clauses, row.body_sha256)
    return Opened(*said, salt=row.salt or b"")


def prove(store: Store, head: Head, row: LedgerRow) -> Proof:
    """The proof that `row` is under `head`. `BadInput` where it was erased."""
    said = opened(row)
    if said is None:
        raise BadInput(f"ledger row {row.n}", "was erased: nothing is left to prove")
    path = Growing(store, head.to).inclusion(row.place, head.size)
    return Proof(FORMAT, head, said, row.place, path)


def holds(proof: Proof) -> str | None:
    """What is wrong with a proof under a genuine head; None where it proves its row."""
    if proof.format != FORMAT:
        return f"format {proof.format!r}, expected {FORMAT!r}"
    if proof.row.party != proof.head.to:
        return f"the row is about {proof.row.party}, the head about {proof.head.to}"
    hashed = leaf(bytes.fromhex(proof.row.seal))
    head = proof.head
    if not included(hashed, proof.place, head.size, proof.path, head.root):
        return f"the row is not number {proof.place} of the {head.size} under the head"
    return None


def read(data: bytes, where: str, kind: type[Any]) -> Any:
    """`data` as a `kind` of this page. `BadInput` names `where` it came from."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise BadInput(where, f"not what it should be: {problem}") from problem
