"""The part of a party's view that something affects, read from the store as it is looked at.

What a batch of versions and their references touch is here while they are settled and projected,
and forgotten with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from noroshi.exchange import closure
from noroshi.exchange.graph import OPTIONAL, REQUIRED, Node, Packed, packed
from noroshi.exchange.parts import parted
from noroshi.exchange.project import Projector
from noroshi.exchange.refs import Refs, tail
from noroshi.exchange.variants import Transforms
from noroshi.exchange.wire import PUBLIC_IDS
from noroshi.store import Store
from noroshi.store.graph import Standing

_packed = msgspec.json.Decoder(Packed)
_transforms = msgspec.json.Decoder(Transforms)
PLAINLY: Final = "[]"
"""No transforms, as the store has them."""
FURTHER: Final = "\n"
"""Before what an answer says of who may have it further on."""


def transforms_of(text: str | None) -> Transforms:
    """Transforms as the store has them; none where the version is withheld."""
    way = way_of(text)
    return () if way in (None, PLAINLY) else _transforms.decode(way)


def way_of(answer: str | None) -> str | None:
    """Of an answer how the version goes, whoever may have it further on."""
    return None if answer is None else answer.partition(FURTHER)[0]


class Version(closure.Version):
    """A version as the closure sees it. `answer` are its transforms now (None: withheld), `rested`
    those of the last settling, `soft` the references that are rather taken out."""

    __slots__ = ("answer", "rested", "row", "soft")

    def __init__(self, row: Standing, taken: bool) -> None:
        super().__init__(row.seq, row.object, state=row.state, taken=taken)
        self.row = row
        self.answer = self.rested = row.transforms
        self.transformed = way_of(row.transforms) not in (None, PLAINLY)
        self.soft: tuple[int, ...] = ()

    def refer(self, refs: Packed) -> None:
        """Take these references for its own."""
        self.needed, self.some, self.named = refs.required, refs.some, refs.named
        firm = {*refs.required, *refs.optional, *(each for group in refs.some for each in group)}
        self.firm, self.soft = tuple(sorted(firm)), refs.soft


class Region:
    """Versions by object, for one party. `upto` is the last version that was ever settled."""

    def __init__(self, store: Store, party: str, projector: Projector, upto: int) -> None:
        self._references, self._settled = store.references, store.settled(party)
        self._projector, self._upto = projector, upto
        self._of: dict[int, list[Version]] = {}
        self._ids: dict[int, str] = {}
        self._public: dict[int, bool] = {}
        self._tails: dict[str, list[int]] = {}
        self._referring: dict[tuple[int, bool], list[int]] = {}
        self._naming: dict[str, list[int]] = {}
        self.versions_by_seq: dict[int, Version] = {}

    def load(self, seqs: Iterable[int]) -> list[Version]:
        """These versions, with all of their objects."""
        wanted = list(seqs)
        absent = [each for each in wanted if each not in self.versions_by_seq]
        if absent:
            self.fetch({row.object for row in self._settled.by_seq(absent)})
        return [self.versions_by_seq[each] for each in wanted]

    def load_around(self, seqs: Iterable[int]) -> list[Version]:
        """These versions, with what they refer to, read in few looks."""
        found = self.load(seqs)
        firm = {each for version in found for each in (*version.firm, *version.soft)}
        self.name(firm.union(each.object for each in found))
        self.fetch(firm)
        return found

    def fetch(self, objects: Iterable[int]) -> None:
        """Read what is held of these objects."""
        absent = [each for each in objects if each not in self._of]
        self._of |= {each: [] for each in absent}
        for row in self._settled.by_object(absent):
            version = Version(row, row.seq <= self._upto)
            self._of[row.object].append(version)
            self.versions_by_seq[row.seq] = version
            self._refer(version)

    def _refer(self, version: Version) -> None:
        transforms = transforms_of(version.answer)
        if parted(transforms) is None:
            version.refer(_packed.decode(version.row.refs))
        else:
            refs = self._projector.told(self.node(version), transforms).refs
            numbers = self._references.numbers(refs.all)
            version.refer(_packed.decode(packed(refs, numbers)))

    def answer(self, version: Version, answer: str | None) -> None:
        """What the law says of the version now."""
        row = version.row
        transforms = transforms_of(answer)
        may = (
            answer is not None
            and bool(row.readable and row.live)
            and not self._projector.is_party(self.id(version.object))
            and (not transforms or self._projector.possible(self.node(version), transforms))
        )
        version.state = (version.state & ~closure.CANDIDATE) | (closure.CANDIDATE if may else 0)
        if answer != version.answer:
            version.answer = answer
            version.transformed = bool(transforms)
            self._refer(version)

    def node(self, version: Version) -> Node:
        """The version as who projects it needs it."""
        row = version.row
        refs = _packed.decode(row.refs)

        def ids(numbers: Iterable[int]) -> frozenset[str]:
            return frozenset(map(self.id, numbers))

        return Node(
            seq=row.seq,
            id=self.id(row.object),
            version=row.version,
            otype=row.otype,
            finding=row.finding,
            readable=bool(row.readable),
            live=bool(row.live),
            cell="",
            made=row.made,
            refs=Refs(
                ids(refs.required),
                tuple(map(ids, refs.some)),
                ids(refs.optional),
                ids(refs.soft),
                frozenset(refs.named),
            ),
        )

    def name(self, objects: Iterable[int]) -> None:
        """Read the ids of these objects."""
        absent = [each for each in objects if each not in self._ids]
        self._ids |= self._references.ids(absent)

    def id(self, object: int) -> str:
        """The id of an object."""
        if object not in self._ids:
            self.name((object,))
        return self._ids[object]

    def public(self, object: int) -> bool:
        """Whether the object may be named to anybody."""
        found = self._public.get(object)
        if found is None:
            name = self.id(object)
            found = self._public[object] = name in PUBLIC_IDS or self._projector.is_party(name)
        return found

    def versions(self, object: int) -> Sequence[Version]:
        """Every version of the object."""
        found = self._of.get(object)
        if found is None:
            self.fetch((object,))
            found = self._of[object]
        return found

    def with_tail(self, tail: str) -> Iterable[int]:
        """The objects with this tail of which there is a version."""
        found = self._tails.get(tail)
        if found is None:
            found = self._tails[tail] = self._references.with_tail(tail)
        return found

    def needing(self, object: int) -> Iterable[Version]:
        """Versions that require the object, or have it in a group."""
        return self._refer_to(object, (REQUIRED,))

    def following(self, object: int) -> Iterable[Version]:
        """Versions whose reference to the object follows it."""
        return self._refer_to(object, (REQUIRED, OPTIONAL))

    def _refer_to(self, object: int, roles: tuple[int, ...]) -> Iterable[Version]:
        key = object, len(roles) > 1
        found = self._referring.get(key)
        if found is None:
            found = self._referring[key] = self._references.referring(object, roles)
        return self.load(found)

    def naming(self, object: int) -> Iterable[Version]:
        """Versions whose text shows the object's tail."""
        shown = tail(self.id(object))
        found = self._naming.get(shown)
        if found is None:
            found = self._naming[shown] = self._references.naming(shown)
        return self.load(found)

    def expect(self, objects: Iterable[int]) -> None:
        """Read who refers to these objects and who names them, in few looks: for such as are new,
        of which that will be asked."""
        new = sorted(objects)
        for each in new:
            self._naming[tail(self.id(each))] = []
            for key in ((each, False), (each, True)):
                self._referring[key] = []
        for each, role, seq in self._references.referring_all(new, (REQUIRED, OPTIONAL)):
            self._referring[each, True].append(seq)
            if role == REQUIRED:
                self._referring[each, False].append(seq)
        for shown, seq in self._references.naming_all(sorted({tail(self.id(e)) for e in new})):
            self._naming[shown].append(seq)
