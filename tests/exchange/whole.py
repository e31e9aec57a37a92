"""The closure of a whole graph at once: the rules as they are stated, applied until nothing falls.

The reference for what production settles from each change outwards. It looks at everything and
remembers nothing.
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


Public = Callable[[str], bool]


def close(
    candidates: Mapping[int, Candidate],
    *,
    public: Public,
    held: Callable[[str], Iterable[str]],
) -> Closed:
    """The greatest closed set of `candidates`. `held` gives the ids there are with a tail."""

    def ids(keys: Iterable[int]) -> set[str]:
        return {candidates[key].id for key in keys}

    def whole(key: int, present: set[str]) -> bool:
        refs = candidates[key].refs
        return all(each in present or public(each) for each in refs.required) and all(
            any(each in present or public(each) for each in group) for group in refs.some
        )

    def follows(key: int, among: set[str], these: set[str]) -> bool:
        candidate = candidates[key]
        left = {each for each in candidate.refs.firm if each in among and not public(each)}
        return not candidate.transformed and left <= these

    stands = set(candidates)
    while fallen := {key for key in stands if not whole(key, ids(stands))}:
        stands -= fallen
    standing = ids(stands)
    kept, said = set(stands), set(stands)
    while True:
        unsaid = {key for key in said if not follows(key, standing, ids(said)) or key not in kept}
        fallen = {
            key
            for key in kept
            if not whole(key, ids(kept))
            or any(
                each not in ids(said) and not public(each)
                for tail in candidates[key].refs.named
                for each in held(tail)
            )
        }
        if not unsaid and not fallen:
            break
        kept, said = kept - fallen, said - unsaid
    plain = set(kept)
    while moved := {key for key in plain if not follows(key, ids(kept), ids(plain))}:
        plain -= moved
    return Closed(frozenset(kept), frozenset(kept - plain), frozenset(ids(plain)))
