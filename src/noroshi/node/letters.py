"""Letters: what goes to one partner alone, offered to be fetched by who cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from noroshi.exchange.served import Match, Page, Served
from noroshi.node.node import Node
from noroshi.node.push import letter
from noroshi.store import Letter

MOST: Final = 1_000


class Letters:
    """The letters of one node as the content of a collection, each partner's own."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = MOST,
        match: Match = Match(),  # noqa: B008 — frozen
        disclose: bool = True,
    ) -> Page:
        """The next letters to `party`; they are few, so that filters look at each."""
        after = max(after_n, added_after or 0)
        found: list[Served] = []
        while len(found) <= limit:
            letters = self._node.store.letters(party, after=after, limit=MOST)
            found += (each for each in self._served(party, letters) if _meant(each, match))
            if len(letters) < MOST:
                break
            after = letters[-1].n
        return Page(tuple(found[:limit]), len(found) > limit)

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """The letters to `party` with this id."""
        return tuple(self._served(party, self._node.store.letter(party, oid)))

    def _served(self, party: str, letters: Sequence[Letter]) -> list[Served]:
        return [
            msgspec.structs.replace(
                letter(self._node.party, party, each.raw, each.n), n=each.n, entered_at=each.n
            )
            for each in letters
        ]


def _meant(each: Served, match: Match) -> bool:
    return (not match.id or each.oid in match.id) and (not match.type or each.otype in match.type)
