"""Emitting: versions whose place in a view is settled become entries of its journal.

A batch at a time: what the party should now see of these versions beside what it sees of them.
Whatever else stands in the journal is only looked at where one object is brought by several.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from noroshi.exchange import journal, tombstone
from noroshi.exchange.closure import KEPT, PLAIN
from noroshi.exchange.journal import Changes, Key, Shown, Want
from noroshi.exchange.project import Projector, Shape
from noroshi.exchange.region import Region, Version, transforms_of
from noroshi.store import Entry, Recall, Store
from noroshi.words import ids


class Emission:
    """One batch for one party at `now` (µs UTC): (seq, whether it enters again), ascending. Use
    inside `store.write()`. `owner` is the party of this node, `secret` keys ids."""

    def __init__(
        self,
        store: Store,
        party: str,
        region: Region,
        projector: Projector,
        owner: str,
        secret: bytes,
        now: int,
    ) -> None:
        self._store, self._party, self._region, self._projector = store, party, region, projector
        self._settled = store.settled(party)
        self._forgotten, self._put_back = store.forgotten(), store.life().n > 0
        self._owner, self._secret, self._now = owner, secret, now
        self._again: set[int] = set()
        self._batch: dict[int, list[Want]] = {}
        self._parties: dict[str, bool] = {}

    def changes(self, batch: Sequence[tuple[int, bool]]) -> Changes:
        """What to append to the journal for these versions."""
        self._again = {seq for seq, again in batch if again}
        versions = self._region.load_around(seq for seq, _ in batch)
        self._projector.expect(each.seq for each in versions if each.state & KEPT)
        self._batch = {each.seq: self._wants(each) for each in versions}
        self._settled.share({seq: self._shared(wants) for seq, wants in self._batch.items()})
        before = self._shown(self._batch)
        after = journal.desired(each for wants in self._batch.values() for each in wants)
        after = {key: each for key, each in after.items() if not self._said(key[0])}
        self._look_beside(before, after)
        made = journal.changes(before, after, self)
        self._end_unshown(versions, made)
        self._name_ourselves(made)
        return made

    def _wants(self, version: Version) -> list[Want]:
        """What the version brings."""
        if not version.state & KEPT or self._taken_back(version):
            return []
        bodies = self._projector.bodies(self._region.node(version), self._shape(version), self._now)
        return [journal.want(version.seq, each) for each in bodies]

    def _taken_back(self, version: Version) -> bool:
        """Whether this node took the record back and then was put back from a backup that did not
        have it: then it is taken back again."""
        if not self._forgotten:
            return False
        held = self._store.by_seq(version.seq)
        for each in () if held.hops else self._forgotten:
            if tombstone.recalls(self._secret, each.party, held.id, each.stone):
                if self._store.withdraw(held.id, at=self._now):
                    why = f"{each.party} was told so before this node was put back from a backup"
                    self._store.put_recall(Recall(held.id, self._now, why, self._now))
                self._store.remember(each.stone, held.id)
                return True
        return False

    def _shared(self, wants: Iterable[Want]) -> list[str]:
        """What others may bring as well; who parties are is said once and for ever."""
        shared = (each.oid for each in wants if each.shared)
        return [each for each in shared if not self._projector.is_party(each)]

    def _shape(self, version: Version) -> Shape:
        """How the version goes out."""
        moved = not version.state & PLAIN
        transforms = transforms_of(version.answer)
        root = self._projector.root(self._region.id(version.object), transforms, moved)
        leads = [(self._region.id(each), self._to(each)) for each in version.firm]
        refs = [(ref, to) for ref, to in sorted(leads) if to != ref]
        for each in version.soft:
            ref, to = self._region.id(each), self._to(each)
            if to != ref:
                refs.append((ref, to if moved else None))
        return Shape(root, transforms, moved, tuple(refs))

    def _to(self, object: int) -> str | None:
        """Where a reference to the object leads: to itself, to its variant, or nowhere."""
        kept = [each for each in self._region.versions(object) if each.state & KEPT]
        if any(each.state & PLAIN for each in kept) or self._region.public(object):
            return self._region.id(object)
        if not kept:
            return None
        latest = max(kept, key=lambda each: each.row.version)
        transforms = transforms_of(latest.answer)
        return self._projector.root(self._region.id(object), transforms, moved=True)

    def _shown(self, seqs: Iterable[int]) -> dict[Key, Shown]:
        """What the party sees of these versions, but for tombstones and who parties are: that
        stays once it was said, since what was withdrawn was said by someone."""
        found: dict[Key, Shown] = {}
        for each in self._store.view_by_seqs(self._party, sorted(seqs)):
            if each.otype != tombstone.TYPE and not self._projector.is_party(each.oid):
                found[each.oid, each.oversion] = _shown(each)
        return found

    def _said(self, oid: str) -> bool:
        """Whether it is who a party is, and the party was told already."""
        found = self._parties.get(oid)
        if found is None:
            found = self._projector.is_party(oid) and bool(self._current(oid))
            self._parties |= {oid: found} if self._projector.is_party(oid) else {}
        return found

    def _current(self, oid: str) -> list[Entry]:
        found = self._store.view_object(self._party, oid)
        return [each for each in found if each.otype != tombstone.TYPE]

    def _look_beside(self, before: dict[Key, Shown], after: dict[Key, Want]) -> None:
        """Add what versions outside this batch bring of the same objects."""
        for key, each in after.items():
            if key not in before and each.shared:
                found = [e for e in self._current(key[0]) if e.oversion == key[1]]
                before |= {key: _shown(found[0])} if found else {}
        for key in [key for key in before if key not in after]:
            other = next((s for s in self._settled.sharing(key[0], KEPT) if self._else(s)), None)
            for each in self._current(key[0]):
                own = each.oid, each.oversion
                if own == key and other is not None:
                    after[key] = _staying(each, other)
                elif own not in before and own not in after and self._else(each.seq):
                    before[own], after[own] = _shown(each), _staying(each, each.seq)

    def _else(self, seq: int) -> bool:
        return seq not in self._batch

    def _end_unshown(self, versions: Iterable[Version], made: Changes) -> None:
        """Withdraw what the party has, by its own word, and may not have, where the journal knows
        nothing of it because this node was put back from a backup of before."""
        known = {each.withdraws or each.oid for each in made.entries}
        for version in versions if self._put_back else ():
            known.add(self._to(version.object) or "")
            for oid in self._settled.unshown(self._region.id(version.object)):
                if oid not in known and not self._projector.is_party(oid):
                    known.add(oid)
                    stone = self.stone(oid, tuple(sorted(self.told(oid))), version.seq).entry
                    made.entries.append(
                        msgspec.structs.replace(stone, tombstone=True, withdraws=oid)
                    )
                    made.left += 1

    def _name_ourselves(self, made: Changes) -> None:
        """Our identity comes with the first tombstone, where nothing brought it before."""
        stones = [each for each in made.entries if each.otype == tombstone.TYPE]
        oid = ids.identity_id(self._owner)
        if not stones or self._current(oid) or any(each.oid == oid for each in made.entries):
            return
        own = journal.want(stones[0].seq, self._projector.identity(self._owner))
        made.entries.append(own.entry)

    # What the journal asks

    def kept(self, seq: int) -> bool:
        """Whether the record is still in the view."""
        return bool(self._settled.state(seq) & KEPT)

    def brings(self, key: Key, seq: int) -> bool:
        """Whether the record still brings this object."""
        wants = self._batch.get(seq)
        if wants is None:
            return self.kept(seq)
        return any((each.oid, each.oversion) == key for each in wants)

    def again(self, seq: int) -> bool:
        """Whether a reader was led past what the record brings."""
        return seq in self._again

    def told(self, oid: str) -> set[int]:
        """The versions of the object that the party was served."""
        return self._settled.told(oid)

    def stone(self, oid: str, versions: tuple[int, ...], seq: int) -> Want:
        """A tombstone for versions of an object, which record `seq` brought."""
        record = self._store.by_seq(seq)
        body = tombstone.tombstone(
            self._secret,
            self._owner,
            self._party,
            oid,
            versions,
            self._now,
            # Nobody gave it and it is gone: this node itself took it back.
            recalled=record.status == "tombstone" and not record.hops,
            record=record.id,
        )
        self._store.put_blob(body.body)
        return journal.want(seq, body)


def _shown(entry: Entry) -> Shown:
    return Shown(entry.seq, entry.otype, entry.body_sha256)


def _staying(entry: Entry, seq: int) -> Want:
    """What is shown already, as record `seq` brings it."""
    return Want(
        seq, entry.oid, entry.oversion, entry.otype, entry.spec_version, entry.body_sha256, True
    )
