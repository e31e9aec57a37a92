"""Settling: a batch of versions gets its decisions, and all that they affect its place.

What has to be projected again is noted in the same transaction: versions that came, went, or go
otherwise, and those that refer to an object which now leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from noroshi.exchange import closure
from noroshi.exchange.closure import KEPT, PLAIN
from noroshi.exchange.region import Region, Version, way_of
from noroshi.store import Store

Answer = Callable[[Version], str | None]
"""After which transforms a version may go, as the store has them; None where it may not."""


class Settling:
    """One batch for one party. `held`: what is to be projected again goes nowhere until it is."""

    def __init__(self, store: Store, party: str, region: Region, *, held: bool) -> None:
        self._settled, self._region, self._held = store.settled(party), region, held

    def settle(self, seqs: Iterable[int], answer: Answer, *, remake: bool = False) -> None:
        """Settle these versions and what they affect. `remake`: project them again, whether or not
        anything differs. Call inside `store.write()`."""
        asked = self._region.load_around(seqs)
        self._region.expect({each.object for each in asked if not each.taken})
        for each in asked:
            self._region.answer(each, answer(each))
        changed = [each for each in asked if _changed(each) or not each.taken]
        looked: set[Version] = {
            each for each in closure.settle(self._region, changed) if isinstance(each, Version)
        }
        self._note([each for each in looked if _changed(each)], looked)
        if remake:
            # Under another label the same bytes are another gift: who has them hears of it.
            self._settled.put_again(each.seq for each in asked if each.state & KEPT)
        for each in looked:
            each.before, each.rested, each.taken = each.state, each.answer, True

    def _note(self, changed: list[Version], looked: set[Version]) -> None:
        again = [
            each.seq
            for each in changed
            if (each.state | each.before) & KEPT
            and (each.answer != each.rested or (each.state ^ each.before) & (KEPT | PLAIN))
        ]
        self._settled.put_todo(again, held=self._held)
        self._settled.put_again(each.seq for each in changed if _further(each))
        elsewhere = [
            each
            for each in {each.object for each in changed}
            if self._leads(each, now=True) != self._leads(each, now=False)
        ]
        self._settled.put_todo_referring(elsewhere, KEPT, held=self._held)
        new = {each.object for each in looked if not each.taken} if self._held else set[int]()
        # Such may have gone beside another until there was a record of it.
        arrived = [e for e in new if not any(v.taken for v in self._region.versions(e))]
        self._settled.put_todo_bringing([self._region.id(each) for each in arrived])
        self._settled.drop(each.seq for each in changed if each.answer is None)
        self._settled.put(
            (each.seq, each.answer, each.state) for each in changed if each.answer is not None
        )

    def _leads(self, object: int, *, now: bool) -> tuple[bool, str | None]:
        """Whether a reference to the object stays as it is, and else the transforms of the variant
        that it leads to."""
        kept = [
            (each.row.version, way_of(each.answer if now else each.rested), state)
            for each in self._region.versions(object)
            if (state := each.state if now else each.before) & KEPT
        ]
        if any(state & PLAIN for _, _, state in kept):
            return True, None
        return False, max(kept)[1] if kept else None


def _changed(each: Version) -> bool:
    return each.state != each.before or each.answer != each.rested


def _further(each: Version) -> bool:
    """Whether nothing but who may have it further on is another now."""
    stays = each.state & each.before & KEPT and None not in (each.answer, each.rested)
    alike = way_of(each.answer) == way_of(each.rested)
    return bool(stays) and alike and each.answer != each.rested
