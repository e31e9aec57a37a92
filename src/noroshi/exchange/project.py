"""A record as one party gets it: as it is, without some references, or as a variant.

References that the party may follow stay, those to what it has as a variant follow the variant,
and the rest are taken out. What is made is kept in the store, so that one record, one set of
transforms and one set of references give the same bytes to whoever they are made for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from noroshi.exchange import variants, wire
from noroshi.exchange.counts import untelling
from noroshi.exchange.graph import Node
from noroshi.exchange.parts import parted
from noroshi.exchange.refs import projected, refs_of
from noroshi.exchange.variants import Transforms
from noroshi.exchange.wire import Body
from noroshi.store import Store, Variant
from noroshi.words import ids, observed
from noroshi.words.kind import Kind
from noroshi.words.label import Label, highest_tlp, tlp_marking_id
from noroshi.words.party import Parties
from noroshi.words.record import Record
from noroshi.words.stix import body_of, head
from noroshi.words.time import MS
from noroshi.words.upgrade import named, upgraded


class Shape(msgspec.Struct, frozen=True):
    """How a version goes out: under which id, after which transforms, with which references
    changed (`to` None: taken out)."""

    root: str
    transforms: Transforms = ()
    moved: bool = False
    refs: tuple[tuple[str, str | None], ...] = ()

    def keep(self, ref: str) -> str | None:
        """Where the reference goes."""
        return next((to for each, to in self.refs if each == ref), ref)


class Projector:
    """Makes bodies, for one transaction. `owner` is the party of this node, `secret` keys the ids
    of variants, `held` says whether an object is a record here."""

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Kind],
        parties: Parties,
        owner: str,
        secret: bytes,
        held: Callable[[str], bool],
    ) -> None:
        self._store, self._kinds, self._parties = store, kinds, parties
        self._owner, self._secret, self._held = owner, secret, held
        self._parts_of = {ids.identity_id(code): code for code in parties.order}
        self._possible: dict[tuple[int, Transforms], bool] = {}
        self._told: dict[tuple[int, Transforms], Node] = {}
        self._named: dict[str, Body] = {}
        self._records: dict[int, Record] = {}
        self._upgraded: set[int] = set()
        self._stored: set[Body] = set()

    def expect(self, seqs: Iterable[int]) -> None:
        """Read these versions, of which bodies will be asked, in few looks."""
        found = self._store.by_seqs(sorted(seqs))
        self._records = {seq: self._in_21(seq, record) for seq, record in found.items()}

    def _record(self, seq: int) -> Record:
        return self._records.get(seq) or self._in_21(seq, self._store.by_seq(seq))

    def _in_21(self, seq: int, record: Record) -> Record:
        """The record as STIX 2.1, where this node read it as 2.0. What passes through stays as it
        came: others have signed those bytes."""
        if record.hops or record.id.startswith(f"{observed.TYPE}--"):
            return record  # what transforms leave of observed-data is made one of 2.1
        made = upgraded(record.raw)
        if made is None:
            return record
        self._upgraded.add(seq)
        return msgspec.structs.replace(record, raw=made)

    def is_party(self, id: str) -> bool:
        """Whether the id is a party's public identity."""
        return id in self._parts_of

    def root(self, record_id: str, transforms: Transforms, moved: bool) -> str:
        """The id under which a record goes out."""
        return variants.variant_id(self._secret, record_id, transforms) if moved else record_id

    def possible(self, node: Node, transforms: Transforms) -> bool:
        """Whether there is such a variant: an unknown kind, and an object that would be none of
        its type any more, are withheld."""
        if not transforms:
            return True
        if node.finding is not None:
            return node.finding in self._kinds and parted(transforms) is None
        key = (node.seq, transforms)
        found = self._possible.get(key)
        if found is None:
            raw = self._record(node.seq).raw
            left = self._left(raw, node.otype, transforms)
            found = self._possible[key] = left is not None
        return found

    def told(self, node: Node, transforms: Transforms) -> Node:
        """`node` with the references that are left of it: what stands in a part that is taken out
        is neither needed nor named."""
        if parted(transforms) is None:
            return node
        key = (node.seq, transforms)
        found = self._told.get(key)
        if found is None:
            left = self._left(self._record(node.seq).raw, node.otype, transforms)
            refs = node.refs if left is None else refs_of(left)
            found = self._told[key] = msgspec.structs.replace(node, refs=refs)
        return found

    def _left(self, raw: bytes, type: str, transforms: Transforms) -> bytes | None:
        return variants.left(raw, type, transforms, self._kinds.get(variants.STIX_KIND))

    def bodies(self, node: Node, shape: Shape, now: int) -> list[Body]:
        """Everything that goes out for this version, each before what refers to it. `now` (µs UTC)
        dates what is made for the first time. Call inside `store.write()`."""
        record = self._record(node.seq)
        root = self._root(node, record, shape, now)
        kind = None if node.finding is None else self._kinds.get(node.finding)
        beside = wire.companions(root.body, kind, self._held)
        root, held = self._observed(root, record, shape)
        for each in (*beside, *held):
            if each not in self._stored:
                self._store.put_blob(each.body)
            if each.shared:
                self._stored.add(each)
        return [*self._identities([root, *beside]), *held, root, *beside]

    def _observed(self, root: Body, record: Record, shape: Shape) -> tuple[Body, list[Body]]:
        """Observed-data as 2.1, and the observables of it, which go under whatever it goes under:
        where it is the same object of its own here, that is neither told nor needed."""
        found = None
        if root.otype == observed.TYPE and not record.hops:
            found = observed.expanded(root.body)
        if found is None:
            return root, []
        body, observables = found
        if not shape.moved and not shape.refs:
            body = named(body, record.owner, record.sha256)
        self._store.put_blob(body)
        root = msgspec.structs.replace(root, spec_version="2.1", body=body)
        return root, [wire.observable(each) for each in observables]

    def identity(self, code: str) -> Body:
        """The public identity of a party, kept in the store."""
        found = self._named.get(code)
        if found is None:
            found = self._named[code] = wire.identity(code, self._parties)
            self._store.put_blob(found.body)
        return found

    def _identities(self, bodies: list[Body]) -> list[Body]:
        named = {head(each.body).created_by_ref for each in bodies}
        return [
            self.identity(self._parts_of[each])
            for each in sorted(each for each in named if each in self._parts_of)
        ]

    def _root(self, node: Node, record: Record, shape: Shape, now: int) -> Body:
        spec = wire.spec_of(head(record.raw))
        if shape.moved and node.finding is not None:
            made = self._finding(record, shape, now)
        elif shape.moved:
            made = self._object(node, record, shape, now)
        else:
            raw = record.raw
            if shape.refs:
                raw = msgspec.json.encode(_followed(raw, node.otype, shape))
                self._store.put_blob(raw)
            elif node.seq in self._upgraded:
                # Of what lacks a reference no hash is told: who guesses the reference could try it.
                raw = named(raw, record.owner, record.sha256)
                self._store.put_blob(raw)
            return Body(record.id, record.version, node.otype, spec, raw)
        return Body(made.id, made.modified, node.otype, spec, self._store.blob(made.body_sha256))

    def _object(self, node: Node, record: Record, shape: Shape, now: int) -> Variant:
        raw: bytes | None = record.raw
        if shape.transforms:
            raw = self._left(record.raw, node.otype, shape.transforms)
        if raw is None:
            raise AssertionError(f"nothing is left of {record.id}")
        properties = _followed(raw, node.otype, shape)
        content = {name: value for name, value in properties.items() if name not in _OWN_NAMES}

        def issue(created: int, modified: int) -> bytes:
            return variants.issued(properties, shape.root, self._owner, created, modified)

        return self._made(record, shape, ids.canonical(content), issue, now)

    def _finding(self, record: Record, shape: Shape, now: int) -> Variant:
        body = body_of(record.raw)
        if body is None:
            raise AssertionError(f"a finding without its extension: {record.id}")
        kind = self._kinds[body.kind]
        if body.replaced_by is not None:
            body = msgspec.structs.replace(body, replaced_by=shape.keep(body.replaced_by))
        told = variants.told(body, shape.transforms, kind, self._owner, self._secret)
        revoked, markings = head(record.raw).revoked, _markings(record.label)

        def issue(created: int, modified: int) -> bytes:
            return variants.finding_variant(
                shape.root,
                told,
                kind,
                shape.transforms,
                created=created,
                modified=modified,
                marking_refs=markings,
                revoked=revoked,
            )

        return self._made(record, shape, ids.canonical([told, revoked, markings]), issue, now)

    def _made(
        self,
        record: Record,
        shape: Shape,
        content: bytes,
        issue: Callable[[int, int], bytes],
        now: int,
    ) -> Variant:
        """The variant with this content: the one made before, else a new version of it."""
        key = variants.key_of(variants.lasting(shape.transforms))
        with_content = f"{key} {ids.sha256(content)}"
        before = self._store.variant(record.id, record.version, with_content)
        if before is not None:
            return before
        # What was ever made under these transforms, by its own `modified`: `created` is the
        # first, and a new version is later than all.
        log = self._store.variants(record.id, f"made {key}")
        modified = max(now - now % MS, log[-1].modified + MS if log else 0)
        created = log[0].modified if log else modified
        sha256 = self._store.put_blob(issue(created, modified))
        made = Variant(record.id, record.version, with_content, shape.root, modified, sha256)
        self._store.put_variant(
            msgspec.structs.replace(made, version=modified, transforms_key=f"made {key}")
        )
        return self._store.put_variant(made)


_OWN_NAMES = frozenset({"id", "created", "modified", "created_by_ref"})


def _markings(label: Label) -> tuple[str, ...]:
    return (tlp_marking_id(highest_tlp(label)),)


def _followed(raw: bytes, type: str, shape: Shape) -> dict[str, msgspec.Raw]:
    """The object with its references where they lead, and no count that tells of those that lead
    nowhere."""
    return untelling(type, raw, projected(raw, shape.keep))
