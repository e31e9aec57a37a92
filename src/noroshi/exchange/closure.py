"""Closure: the greatest set of objects of which none names anything outside it.

An object stays while everything it requires stays, and one of each group it needs. What it may do
without is taken out instead. Three things follow for each that stays: it is *plain* (goes as it
is, under its own id) or it is *moved* (goes as a variant, because it is transformed, or because it
refers to something that moved and the reference has to follow).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from noroshi.exchange.refs import Refs


class Candidate(msgspec.Struct, frozen=True):
    """One version of an object that the party may have. `transformed`: only as a variant."""

    id: str
    refs: Refs
    transformed: bool = False


class Closed(msgspec.Struct, frozen=True):
    """The keys that stay, those of them that are moved, and the ids that stay under their name."""

    kept: frozenset[int]
    moved: frozenset[int]
    plain: frozenset[str]


def close(
    candidates: Mapping[int, Candidate],
    *,
    public: Callable[[str], bool],
    held: Callable[[str], Iterable[str]],
) -> Closed:
    """The greatest closed set of `candidates`.

    `public` ids need nothing. `held` gives the ids that this node holds with a tail (`--uuid`):
    an object whose text names one of them goes only where that one goes under its own id. (Names
    in text make the set a fixpoint that is closed, and greatest but for objects so named.)
    """
    remaining = candidates
    while True:
        kept = _closed(remaining, public)
        moved = _moved(remaining, kept)
        plain = frozenset(remaining[key].id for key in kept - moved)

        def hidden(tail: str, plain: frozenset[str] = plain) -> bool:
            return any(each not in plain and not public(each) for each in held(tail))

        naming = _naming(remaining, kept, hidden)
        if not naming:
            return Closed(frozenset(kept), frozenset(moved), plain)
        remaining = {key: remaining[key] for key in kept - naming}


def _naming(
    candidates: Mapping[int, Candidate], kept: set[int], hidden: Callable[[str], bool]
) -> set[int]:
    """Which of `kept` name a tail that is hidden from the party."""
    tails = {tail for key in kept for tail in candidates[key].refs.named}
    unsaid = {tail for tail in tails if hidden(tail)}
    return {key for key in kept if unsaid and not unsaid.isdisjoint(candidates[key].refs.named)}


def _closed(candidates: Mapping[int, Candidate], public: Callable[[str], bool]) -> set[int]:
    """The keys that stay: drop what lacks something, then look again at what relied on it."""
    versions: dict[str, int] = {}
    needing: dict[str, list[int]] = {}
    for key, candidate in candidates.items():
        versions[candidate.id] = versions.get(candidate.id, 0) + 1
        for ref in candidate.refs.required.union(*candidate.refs.some):
            needing.setdefault(ref, []).append(key)

    def stands(ref: str) -> bool:
        return versions.get(ref, 0) > 0 or public(ref)

    def whole(refs: Refs) -> bool:
        return all(map(stands, refs.required)) and all(any(map(stands, g)) for g in refs.some)

    kept = set(candidates)
    look = [key for key, each in candidates.items() if each.refs.required or each.refs.some]
    while look:
        key = look.pop()
        if key not in kept or whole(candidates[key].refs):
            continue
        kept.discard(key)
        fallen = candidates[key].id
        versions[fallen] -= 1
        if not versions[fallen]:
            look.extend(needing.get(fallen, ()))
    return kept


def _moved(candidates: Mapping[int, Candidate], kept: set[int]) -> set[int]:
    """Which of `kept` go as variants. An id is moved when no version goes under its own name."""
    plain: dict[str, int] = {}
    referring: dict[str, list[int]] = {}
    for key in kept:
        candidate = candidates[key]
        plain[candidate.id] = plain.get(candidate.id, 0) + 1
        for ref in candidate.refs.firm:
            referring.setdefault(ref, []).append(key)
    moved: set[int] = set()
    look = [key for key in kept if candidates[key].transformed]
    while look:
        key = look.pop()
        if key in moved:
            continue
        moved.add(key)
        gone = candidates[key].id
        plain[gone] -= 1
        if not plain[gone]:
            look.extend(referring.get(gone, ()))
    return moved
