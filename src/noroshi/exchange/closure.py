"""Closure: the greatest set of objects of which none names anything outside it.

An object stays while everything it requires stays, and one of each group it needs. What it may do
without is taken out instead. Each that stays is *plain* (goes under its own id) or *moved* (goes as
a variant, because it is transformed, or because it refers to something that moved and the
reference has to follow). An id that stands in text can be neither taken out nor changed, so an
object that shows one goes only where that id goes plain.

Every version has four bits, each the greatest solution of its rule, in this order:

- *stands*: released, and so is what it requires, were text to name nothing;
- *kept*: stands, what it requires is kept, and what its text names is said;
- *said*: kept, untransformed, and so are all that it refers to and that stand;
- *plain*: kept, untransformed, and so are all that it refers to and that are kept.

What is said is plain, whatever text withholds elsewhere; that is why text goes by it. A rule looks
only at what a version refers to. So a change is settled from the change outwards: what might now
hold is supposed to hold, with all that this would let hold; then what does not is taken back, with
all that relied on it. What lies outside is not looked at, and the result is that of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

CANDIDATE: Final = 1
"""The law releases it, it can be made, and it lives."""

STANDS: Final = 2
KEPT: Final = 4
SAID: Final = 8
PLAIN: Final = 16


class Version:
    """One version in the closure. `state` are its bits now, `before` those of the last settling;
    `taken`: it was part of that."""

    __slots__ = (
        "before",
        "firm",
        "named",
        "needed",
        "object",
        "seq",
        "some",
        "state",
        "taken",
        "transformed",
    )

    def __init__(
        self,
        seq: int,
        object: int,
        *,
        needed: tuple[int, ...] = (),
        some: tuple[tuple[int, ...], ...] = (),
        firm: tuple[int, ...] = (),
        named: tuple[str, ...] = (),
        transformed: bool = False,
        state: int = 0,
        taken: bool = True,
    ) -> None:
        self.seq, self.object = seq, object
        self.needed, self.some, self.firm, self.named = needed, some, firm, named
        self.transformed, self.taken = transformed, taken
        self.state = self.before = state


class World(Protocol):
    """What the closure looks at, one object or version at a time. Objects are numbers."""

    def public(self, object: int) -> bool:
        """Whether the object may be named to anybody."""
        ...

    def versions(self, object: int) -> Sequence[Version]:
        """Every version of the object."""
        ...

    def with_tail(self, tail: str) -> Iterable[int]:
        """The objects with this tail of which there is a version."""
        ...

    def needing(self, object: int) -> Iterable[Version]:
        """Versions that require the object, or have it in a group."""
        ...

    def following(self, object: int) -> Iterable[Version]:
        """Versions whose reference to the object follows it."""
        ...

    def naming(self, object: int) -> Iterable[Version]:
        """Versions whose text shows the object's tail."""
        ...


def _has(world: World, object: int, bit: int) -> bool:
    return any(each.state & bit for each in world.versions(object))


def _had(world: World, object: int, bit: int) -> bool:
    return any(each.before & bit for each in world.versions(object))


_Held = tuple[Callable[["World", int], bool], Callable[["World", int], bool]]


class _Term(NamedTuple):
    """What others rely on of an object: while `holds`, and as it `held` before. `by` are those who
    do, with their `bit`."""

    holds: Callable[[World, int], bool]
    held: Callable[[World, int], bool]
    by: Callable[[World, int], Iterable[Version]]
    bit: int


def _unless(lower: int, upper: int) -> _Held:
    """While the object has no `lower`, or has `upper`."""
    return (
        lambda world, each: not _has(world, each, lower) or _has(world, each, upper),
        lambda world, each: not _had(world, each, lower) or _had(world, each, upper),
    )


def _with(bit: int) -> _Held:
    return (
        lambda world, each: _has(world, each, bit),
        lambda world, each: _had(world, each, bit),
    )


def _whole(world: World, version: Version, bit: int) -> bool:
    def there(each: int) -> bool:
        return _has(world, each, bit) or world.public(each)

    return all(map(there, version.needed)) and all(any(map(there, g)) for g in version.some)


def _follows(world: World, version: Version, lower: int, upper: int) -> bool:
    return not version.transformed and all(
        not _has(world, each, lower) or _has(world, each, upper) or world.public(each)
        for each in version.firm
    )


def _stands(world: World, version: Version) -> bool:
    return bool(version.state & CANDIDATE) and _whole(world, version, STANDS)


def _kept(world: World, version: Version) -> bool:
    return (
        bool(version.state & STANDS)
        and _whole(world, version, KEPT)
        and all(
            _has(world, each, SAID) or world.public(each)
            for tail in version.named
            for each in world.with_tail(tail)
        )
    )


def _said(world: World, version: Version) -> bool:
    return bool(version.state & KEPT) and _follows(world, version, STANDS, SAID)


def _plain(world: World, version: Version) -> bool:
    return bool(version.state & KEPT) and _follows(world, version, KEPT, PLAIN)


_RULES: Final = {STANDS: _stands, KEPT: _kept, SAID: _said, PLAIN: _plain}
_NEEDS: Final = {STANDS: CANDIDATE, KEPT: STANDS, SAID: STANDS, PLAIN: KEPT}
"""Without which a bit is not even supposed: those of lower layers."""


class _Layer(NamedTuple):
    """Bits that are settled together, lowest first, and what others rely on of them."""

    bits: tuple[int, ...]
    terms: tuple[_Term, ...]


def _needing(world: World, each: int) -> Iterable[Version]:
    return world.needing(each)


def _following(world: World, each: int) -> Iterable[Version]:
    return world.following(each)


def _naming(world: World, each: int) -> Iterable[Version]:
    return world.naming(each)


_LAYERS: Final = (
    _Layer((STANDS,), (_Term(*_with(STANDS), _needing, STANDS),)),
    _Layer(
        (KEPT, SAID),
        (
            _Term(*_with(KEPT), _needing, KEPT),
            _Term(*_with(SAID), _naming, KEPT),
            _Term(*_unless(STANDS, SAID), _following, SAID),
        ),
    ),
    _Layer((PLAIN,), (_Term(*_unless(KEPT, PLAIN), _following, PLAIN),)),
)

_Look = list[tuple[Version, int]]


def settle(world: World, changed: Iterable[Version]) -> set[Version]:
    """Bring all bits to what they are after `changed`, whose CANDIDATE bit or `transformed` may
    differ from before or which are new; every version of which some bit was looked at."""
    dirty = set(changed)
    seen = set(dirty)
    # What is named by an object of which nothing was held before could be said until now.
    new = {each.object for each in dirty if not each.taken}
    for layer in _LAYERS:
        _settle(world, layer, dirty, new, seen)
        dirty |= {each for each in seen if each.state != each.before}
    return seen


def _settle(
    world: World, layer: _Layer, dirty: set[Version], new: set[int], seen: set[Version]
) -> None:
    objects = {each.object for each in dirty}
    own: _Look = [(each, bit) for each in dirty for bit in layer.bits]
    around: _Look = [
        (each, term.bit)
        for term in layer.terms
        for touched in objects
        if _moved(world, term, touched, new)
        for each in term.by(world, touched)
    ]
    supposed = _suppose(world, layer, [*own, *around])
    # Only now is it certain which objects lost what others rely on.
    lost: _Look = [
        (each, term.bit)
        for term in layer.terms
        for touched in objects
        if term.held(world, touched) and not term.holds(world, touched)
        for each in term.by(world, touched)
    ]
    seen.update(each for each, _ in supposed)
    _take_back(world, layer, [*own, *around, *lost, *supposed], seen)


def _moved(world: World, term: _Term, object: int, new: set[int]) -> bool:
    if term.by is _naming and object in new:
        return True
    return not term.held(world, object) and term.holds(world, object)


def _suppose(world: World, layer: _Layer, look: _Look) -> _Look:
    """Set every bit that might hold now, from `look` outwards; those that were set."""
    supposed: _Look = []
    while look:
        version, bit = look.pop()
        if version.state & bit or not version.state & _NEEDS[bit]:
            continue
        if bit in (SAID, PLAIN) and version.transformed:
            continue
        failed = [each for each in layer.terms if not each.holds(world, version.object)]
        version.state |= bit
        supposed.append((version, bit))
        if bit == KEPT:
            look.append((version, SAID))
        for term in failed:
            if term.holds(world, version.object):
                look += ((each, term.bit) for each in term.by(world, version.object))
    return supposed


def _take_back(world: World, layer: _Layer, look: _Look, seen: set[Version]) -> None:
    """Unset every bit whose rule fails, from `look` outwards."""
    while look:
        version, bit = look.pop()
        if not version.state & bit or _RULES[bit](world, version):
            continue
        held = [each for each in layer.terms if each.holds(world, version.object)]
        version.state &= ~bit
        seen.add(version)
        if bit == KEPT:
            look.append((version, SAID))
        for term in held:
            if not term.holds(world, version.object):
                look += ((each, term.bit) for each in term.by(world, version.object))
