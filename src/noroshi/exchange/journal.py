"""From what a party should see and what it sees now to the entries of its journal.

New and changed objects enter. What left is ended: with a tombstone where the ledger shows that the
party was served, silently where it never read it. An object of which one version left and another
stays enters again with what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from noroshi.exchange.wire import Body
from noroshi.store import NewEntry
from noroshi.words.ids import sha256


def view_cursor(party: str) -> str:
    """Names how far the party's view has followed the store's events."""
    return f"view {party}"


def terms_cursor(party: str) -> str:
    """Names which state of grants and consents the party's view rests on."""
    return f"view terms {party}"


def batch_cursor(party: str) -> str:
    """Names when (µs UTC) a batch was last done for the party's view that was not the last one."""
    return f"view batch {party}"


def before_cursor(party: str) -> str:
    """Names how far the party's journal went before its versions were settled in tables."""
    return f"view before {party}"


Key = tuple[str, int]
"""(id, version) of an object as it goes out."""


class Want(msgspec.Struct, frozen=True):
    """An object that the party should see. `seq` is the record that brings it."""

    seq: int
    oid: str
    oversion: int
    otype: str
    spec_version: str
    body_sha256: str
    shared: bool = False

    @property
    def entry(self) -> NewEntry:
        """Its entry in the journal."""
        return NewEntry(
            self.seq,
            self.oid,
            self.oversion,
            self.otype,
            self.body_sha256,
            self.spec_version,
        )


class Shown(msgspec.Struct, frozen=True):
    """An object that the party sees now: the record that brought it, and its bytes' hash."""

    seq: int
    otype: str
    body_sha256: str


class Changes(msgspec.Struct):
    """The entries to append, and how many objects entered, changed and left."""

    entries: list[NewEntry] = msgspec.field(default_factory=list[NewEntry])
    entered: int = 0
    changed: int = 0
    left: int = 0


def want(seq: int, body: Body) -> Want:
    """The body as something that record `seq` brings."""
    return Want(
        seq,
        body.oid,
        body.oversion,
        body.otype,
        body.spec_version,
        sha256(body.body),
        body.shared,
    )


def desired(wants: Iterable[Want]) -> dict[Key, Want]:
    """What the party should see, each object once; the first record that brings it counts."""
    found: dict[Key, Want] = {}
    for each in wants:
        found.setdefault((each.oid, each.oversion), each)
    return found


class Look(Protocol):
    """What `changes` asks, and only where it needs to know."""

    def kept(self, seq: int) -> bool:
        """Whether the record is still in the view."""
        ...

    def brings(self, key: Key, seq: int) -> bool:
        """Whether the record still brings this object."""
        ...

    def again(self, seq: int) -> bool:
        """Whether what the record brings enters again, changed or not."""
        ...

    def told(self, oid: str) -> set[int]:
        """The versions of the object that the party was served."""
        ...

    def stone(self, oid: str, versions: tuple[int, ...], seq: int) -> Want:
        """A tombstone for versions of an object, which record `seq` brought."""
        ...


def changes(before: Mapping[Key, Shown], after: Mapping[Key, Want], look: Look) -> Changes:
    """What to append so that a view which shows `before` shows `after`."""
    made = Changes()
    left = [key for key in before if key not in after]
    again = {oid for oid, _ in left} & {oid for oid, _ in after}
    _end(made, before, left, again, look)
    for key, each in after.items():
        held = before.get(key)
        if held is None:
            made.entered += 1
        elif held.body_sha256 != each.body_sha256:
            made.changed += 1
        elif key[0] not in again and look.brings(key, held.seq) and not look.again(held.seq):
            continue
        made.entries.append(each.entry)
    return made


def _end(
    made: Changes,
    before: Mapping[Key, Shown],
    left: list[Key],
    again: set[str],
    look: Look,
) -> None:
    ended: dict[str, list[int]] = {}
    for oid, version in left:
        ended.setdefault(oid, []).append(version)
    for oid, versions in ended.items():
        made.left += len(versions)
        first = before[oid, versions[0]]
        served = look.told(oid)
        told = [each for each in sorted(versions) if each in served]
        if oid in again:
            # A newer look of the same record supersedes; a record's version that went is named.
            told = [each for each in told if not look.kept(before[oid, each].seq)]
            made.entries.append(_silent(oid, versions[0], first))
            if told:
                made.entries.append(look.stone(oid, tuple(told), first.seq).entry)
        elif served:
            # Nothing of the object is left: earlier looks that were superseded go as well, and what
            # was ended by a tombstone that another version replaced before it was read.
            entry = look.stone(oid, tuple(sorted(served)), first.seq).entry
            made.entries.append(msgspec.structs.replace(entry, tombstone=True, withdraws=oid))
        else:
            made.entries.append(_silent(oid, versions[0], first))


def _silent(oid: str, version: int, held: Shown) -> NewEntry:
    return NewEntry(held.seq, oid, version, held.otype, None, tombstone=True)
