"""Behind: what of a journal may go out while it is not yet what it will be.

After an amendment of a million records a journal is made anew in batches, and is asked all the
while. An entry was made under the law that its version rests on. It may go when

- its own record lives, and the law of now releases it after the same transforms, and
- it is not among those that are to be made again, and
- where not every version rests on the law of now: nothing that it refers to or shows, nor what that
  refers to, and so on, is decided otherwise now. (A change that does not reach an entry leaves it
  as it is; one that does may have withheld what it names.)

What is passed over may turn out to be right as it is. It then enters again, for a reader who asks
only for what is new was led past it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from noroshi.exchange.amend import Answers
from noroshi.exchange.region import Region
from noroshi.store import Entry, Store

_PASSED: Final = 1_000
"""A reader is not led past more in one page: it finds the rest when it comes again."""


class Behind:
    """One reading of a party's journal that is behind. `settled`: all versions up to `upto` rest on
    the law of now; those up to `before` stand in the journal from before there were tables."""

    def __init__(
        self,
        store: Store,
        answers: Answers,
        region: Region,
        *,
        settled: bool,
        upto: int,
        before: int,
    ) -> None:
        self._store, self._answers, self._region = store, answers, region
        self._table = store.settled(answers.decisions.party)
        self._is_settled, self._upto, self._before = settled, upto, before
        self._alike: dict[int, bool] = {}
        self._may: dict[int, bool] = {}
        self._passed: set[int] = set()

    def look(self, entries: Sequence[Entry]) -> None:
        """Find out which of these entries may go. Call inside the `store.read()` that they were
        read in: what is made again meanwhile would no longer say that it was to be."""
        asked = {each.seq for each in entries} - self._may.keys()
        gone, todo = self._store.references.gone(asked), self._table.todo_of(asked)
        held = {seq for seq, each in todo.items() if each.held}
        self._may |= dict.fromkeys(asked, False)
        left = asked - gone - held
        if not self._is_settled:
            # All at once first: what a page stands on is read in few looks.
            self._region.load_around(seq for seq in left if seq <= self._upto)
            left = {seq for seq in left if self._stands(seq)}
        self._may |= dict.fromkeys(left, True)

    def may(self, entry: Entry) -> bool:
        """Whether the entry may go, its own decision apart."""
        return self._may[entry.seq]

    def passed(self, entry: Entry) -> bool:
        """A reader is led past the entry; whether it was led past too many by now."""
        self._passed.add(entry.seq)
        return len(self._passed) >= _PASSED

    def note(self) -> None:
        """Keep what was passed, before the reader knows how far it got."""
        known = self._table.todo_of(self._passed)
        new = [seq for seq in self._passed if seq not in known or not known[seq].again]
        if new:
            with self._store.write():
                self._table.put_again(new)
        self._passed = set()

    def _stands(self, seq: int) -> bool:
        """Whether nothing that the version leads to is decided otherwise now."""
        if seq > self._upto:
            return False
        reached: set[int] = set()
        look = [seq]
        while look:
            for version in self._region.load(look):
                if not self._decided_alike(version.seq):
                    return False
                reached.add(version.object)
            look = [each for each in self._beyond(look) if each not in reached]
            reached |= set(look)
            self._region.fetch(look)
            look = [each.seq for named in look for each in self._region.versions(named)]
        return True

    def _beyond(self, seqs: Iterable[int]) -> set[int]:
        """The objects that these versions refer to or show, those for everybody apart."""
        found: set[int] = set()
        for version in self._region.load(seqs):
            found |= {*version.firm, *version.soft}
            found.update(each for tail in version.named for each in self._region.with_tail(tail))
        return {each for each in found if not self._region.public(each)}

    def _decided_alike(self, seq: int) -> bool:
        found = self._alike.get(seq)
        if found is None:
            (version,) = self._region.load((seq,))
            if seq > self._upto:
                # Not taken in yet: the journal is as of before it came, unless it holds it.
                found = seq > self._before
            else:
                found = self._answers.of(self._region, version) == version.answer
            self._alike[seq] = found
        return found


class Lag(msgspec.Struct, frozen=True):
    """What a party's view is behind by: versions to be read, to be taken in, and to be made."""

    unread: int
    untaken: int
    unmade: int
    amending: bool
