"""Parts of a record that a party may not have: taken out of the object, and out of its label.

The strands of a label say of which selectors they speak. What goes out holds neither the parts nor
the granular markings that marked them, and selects what is left anew, since an element that is
taken out of a list moves those behind it. Nothing that goes out says that a part was there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, cast

import msgspec

from noroshi.pact.grants import granted as grants_of
from noroshi.pact.policy import Policy
from noroshi.words.grant import Grant
from noroshi.words.label import Label, Strand, Tlp, apart, tlp_marking_id, whole
from noroshi.words.label import label as joined
from noroshi.words.release import Release
from noroshi.words.selector import (
    Path,
    Unremovable,
    covers,
    moved,
    parsed,
    resolves,
    without,
    written,
)
from noroshi.words.transform import Change, Without

GRANULAR: Final = "granular_markings"
_NAMED: Final = GRANULAR.encode()

Properties = dict[str, msgspec.Raw]

_properties = msgspec.json.Decoder(Properties)


def parting(strands: Iterable[Strand]) -> Without:
    """What takes out the parts that `strands` speak of."""
    shut = tuple(strands)
    return Without(
        tuple(sorted({part for each in shut for part in each.parts})),
        tuple(sorted({_term(each) for each in shut})),
    )


def _term(strand: Strand) -> str:
    """The strand without its parts: the same for one marking wherever in an object it stands."""
    return msgspec.structs.replace(strand, parts=()).key()[:16]


def parted(changes: Iterable[Change]) -> Without | None:
    """What among `changes` takes out parts."""
    return next((each for each in changes if isinstance(each, Without)), None)


def granted(
    policy: Policy,
    held: Label,
    holder: str,
    party: str,
    at: int,
    release: Release,
    *,
    made: int | None = None,
) -> tuple[Label, tuple[Grant, ...]]:
    """(the label as `party` holds what goes out, its grants), as `pact.grants.granted` says, with
    nothing in them that tells of a part that was taken out."""
    label, grants = grants_of(policy, _left(held, release), holder, party, at, release, made=made)
    return _reselected(label, release), grants


def _left(held: Label, release: Release) -> Label:
    """`held` without the strands of the parts that `release` takes out."""
    taken = parted(release.transforms)
    if taken is None:
        return held
    rest, parts = apart(held)
    return joined(*rest, *(each for each in parts if _term(each) not in taken.terms))


def _reselected(terms: Label, release: Release) -> Label:
    """Selectors follow what they select. After any other transform they would select nothing
    sure, so there every strand speaks of the whole."""
    taken = parted(release.transforms)
    if not apart(terms)[1]:
        return terms
    if any(each is not taken for each in release.transforms):
        return whole(terms)
    if taken is None:
        return terms
    paths = [parsed(each) for each in taken.paths]
    return joined(*(each for strand in terms.strands for each in _followed(strand, paths)))


def _followed(strand: Strand, paths: Collection[Path]) -> tuple[Strand, ...]:
    if not strand.parts:
        return (strand,)
    to = tuple(sorted(_selected(strand.parts, paths)))
    return (msgspec.structs.replace(strand, parts=to),) if to else ()


def _selected(selectors: Iterable[str], paths: Collection[Path]) -> set[str]:
    """Where `selectors` lead once `paths` went."""
    led = (moved(parsed(each), paths) for each in selectors)
    return {written(each) for each in led if each is not None}


def taken_out(raw: bytes, parts: Without) -> bytes | None:
    """The object without `parts`; None where it cannot be without them.

    The bytes of a property that no part stands in stay as they were.
    """
    found = _properties.decode(raw)
    try:
        paths = [parsed(each) for each in parts.paths]
        touched = {str(path[0]) for path in paths} | {GRANULAR}
        values = {name: msgspec.json.decode(found[name]) for name in touched if name in found}
        markings: Any = values.pop(GRANULAR, None)
        left = without(values, paths)
        if markings is not None:
            left |= _remarked(markings, paths, left)
    except (Unremovable, ValueError):
        return None
    result: dict[str, object] = {}
    for name, value in found.items():
        if name not in touched:
            result[name] = value
        elif name in left:
            result[name] = left[name]
    return msgspec.json.encode(result)


def _remarked(markings: Any, paths: Collection[Path], left: Mapping[str, Any]) -> dict[str, Any]:
    """The granular markings of what is `left` (the properties that one of them stands in or that
    `paths` went out of); those of nothing else go. Raises `Unremovable` where one would select
    what went only because nothing was left of it: its label could not follow."""
    if not isinstance(markings, list):
        raise Unremovable("granular markings that are no list")
    kept: list[Any] = []
    for each in cast("list[Any]", markings):
        if not isinstance(each, dict):
            raise Unremovable("a granular marking that is no table")
        marking = cast("dict[str, Any]", each)
        led = [moved(parsed(str(found)), paths) for found in marking.get("selectors", ())]
        to = [path for path in led if path is not None]
        there = [path for path in to if path[0] not in _roots(paths) or resolves(left, path)]
        if len(there) < len(to) and marking.get("marking_ref") is not None:
            raise Unremovable("a marking of what nothing is left of")
        if there:
            kept.append({**marking, "selectors": [written(path) for path in there]})
    return {GRANULAR: kept} if kept else {}


def _roots(paths: Collection[Path]) -> frozenset[str | int]:
    return frozenset(path[0] for path in paths)


def understated(raw: bytes, told: Label) -> bool:
    """Whether the object marks a part with a TLP 2.0 level that no strand of the label `told` has
    for that part; so too where its granular markings do not read."""
    if _NAMED not in raw and b"\\u" not in raw:
        return False  # a name is written as it is, unless it is escaped
    try:
        markings = _granular.decode(raw).granular_markings
        return any(_below(each, told) for each in markings if each.marking_ref or not each.lang)
    except (msgspec.MsgspecError, ValueError):
        return True


class _Marking(msgspec.Struct):
    selectors: tuple[str, ...] = ()
    marking_ref: str | None = None
    lang: str | None = None


class _Marked(msgspec.Struct):
    granular_markings: tuple[_Marking, ...] = ()


_granular = msgspec.json.Decoder(_Marked)
_LEVELS: Final = {tlp_marking_id(tlp): tlp.rank for tlp in Tlp}


def _below(marking: _Marking, told: Label) -> bool:
    rank = _LEVELS.get(marking.marking_ref or "", 0)
    held = [strand for strand in told.strands if strand.tlp.rank >= rank]
    if any(not strand.parts for strand in held):
        return False
    parts = [parsed(part) for strand in held for part in strand.parts]
    return any(not any(covers(part, parsed(each)) for part in parts) for each in marking.selectors)
