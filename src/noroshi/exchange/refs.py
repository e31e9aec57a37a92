"""What a STIX object refers to, and the object without some of it.

A reference is a property that ends in `_ref` or `_refs`, at any depth (STIX 2.1 §3.1). Some carry
the object: a relationship without an end says nothing. The rest can be taken out. An id anywhere
else — in a description, in a key, in a duplicate property that parsers skip — cannot be taken out,
so it counts as naming.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

import msgspec

from noroshi.exchange.counts import bound
from noroshi.words import ids

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    "language-content": ("object_ref",),
}
"""References that an object cannot do without (STIX 2.1 §5.1, §5.2, §7.1)."""

SOME: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "network-traffic": (("src_ref", "dst_ref"),),
}
"""Of each group at least one must stay (STIX 2.1 §6.12). `object_refs` is one for every type:
report, grouping, note, opinion and observed-data all need a member (§4)."""

MEMBERS: Final = "object_refs"
REPLACED_BY: Final = "replaced_by"
"""In our finding extension: the finding that took this one's place."""

_TAIL = re.compile(r"--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TAIL_BYTES = re.compile(_TAIL.pattern.encode())

_EMPTY: Final[frozenset[str]] = frozenset()

Keep = Callable[[str], str | None]
"""Where a reference to this id goes: the id itself, another, or None to take it out."""


class Refs(msgspec.Struct, frozen=True):
    """Ids that an object refers to. `some` are groups of which one must stay; `soft` ones are
    taken out rather than turned to a variant; `named` are tails (`--uuid`) of ids that stand
    where they cannot be taken out."""

    required: frozenset[str] = frozenset()
    some: tuple[frozenset[str], ...] = ()
    optional: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @property
    def firm(self) -> frozenset[str]:
        """Every reference that follows its object into a variant."""
        return self.required.union(self.optional, *self.some)

    @property
    def all(self) -> frozenset[str]:
        """Every reference that can be rewritten or taken out."""
        return self.firm | self.soft


def tail(id: str) -> str:
    """`--uuid` of an id, as it is looked for in text."""
    return "--" + id.rpartition("--")[2].lower()


def tails_in(raw: bytes) -> set[str]:
    """The tails of every id that these bytes show, as they are."""
    return {found.decode() for found in _TAIL_BYTES.findall(raw.lower())}


def refs_of(raw: bytes) -> Refs:
    """What the object refers to and names. Raises `msgspec.DecodeError` for what is no object."""
    shown = tails_in(raw)
    found: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
    walk = _Walk()
    walk.object(found)
    own = found.get("id")
    own_tail = tail(own) if isinstance(own, str) else ""
    type_ = str(found.get("type"))
    required = walk.under(REQUIRED.get(type_, ()))
    some = [walk.under(group) for group in SOME.get(type_, ())]
    required |= walk.under(bound(type_, found)) | _events(type_, found)
    if MEMBERS in found:
        some.append(walk.under((MEMBERS,)))
    optional = walk.refs - required.union(*some)
    # What the parser did not show us, in a duplicate property say, would still be sent.
    unseen = shown - {tail(ref) for ref in walk.refs | walk.soft} - {own_tail}
    named = walk.named | unseen
    if type_ == "language-content":
        # It repeats the object's own text: that must be there whole, not as a variant.
        named |= {tail(ref) for ref in required}
    return Refs(required, tuple(some), optional, frozenset(walk.soft) - walk.refs, frozenset(named))


def _events(type: str, found: Mapping[str, Any]) -> frozenset[str]:
    """The events of an incident (Incident Core): without one of them it says something else."""
    extensions = found.get("extensions")
    if type != "incident" or not isinstance(extensions, dict):
        return _EMPTY
    core = cast("dict[str, Any]", extensions).get(ids.INCIDENT_EXTENSION)
    events = cast("dict[str, Any]", core).get("event_refs") if isinstance(core, dict) else None
    listed = cast("list[Any]", events) if isinstance(events, list) else []
    return frozenset(each for each in listed if ids.is_stix_id(each))


class _Walk:
    """References by the top-level property that they stand in, and ids named elsewhere."""

    def __init__(self) -> None:
        self.by_property: dict[str, set[str]] = {}
        self.soft: set[str] = set()
        self.named: set[str] = set()
        self._at = ""

    @property
    def refs(self) -> frozenset[str]:
        return _EMPTY.union(*self.by_property.values())

    def under(self, properties: tuple[str, ...]) -> frozenset[str]:
        return _EMPTY.union(*(self.by_property.get(name, _EMPTY) for name in properties))

    def object(self, found: Mapping[str, Any]) -> None:
        for self._at, value in found.items():
            self._property(self._at, value, top=True)

    def _property(self, name: str, value: Any, *, top: bool = False) -> None:
        self._name(name)
        if name == "id" and top:
            return
        if _is_ref(name):
            rest = [each for each in _listed(value) if not self._add(each)]
            self._value(rest)
        elif name == REPLACED_BY and ids.is_stix_id(value):
            self.soft.add(value)
        else:
            self._value(value)

    def _add(self, value: Any) -> bool:
        if not ids.is_stix_id(value):
            return False
        self.by_property.setdefault(self._at, set()).add(value)
        return True

    def _value(self, value: Any) -> None:
        if isinstance(value, str):
            self._name(value)
        elif isinstance(value, list):
            for each in cast("list[Any]", value):
                self._value(each)
        elif isinstance(value, dict):
            for name, each in cast("dict[str, Any]", value).items():
                self._property(name, each)

    def _name(self, text: str) -> None:
        if "--" in text:
            self.named.update(_TAIL.findall(text.lower()))


def _is_ref(name: str) -> bool:
    return name.endswith(("_ref", "_refs"))


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


_raws = msgspec.json.Decoder(dict[str, msgspec.Raw])


def projected(raw: bytes, keep: Keep) -> dict[str, msgspec.Raw]:
    """The object's properties with every reference as `keep` says, the bytes of all others as
    they were. A list left empty goes, and so does a granular marking without its marking."""
    properties = _raws.decode(raw)
    result: dict[str, msgspec.Raw] = {}
    for name, value in properties.items():
        bytes_ = bytes(value)
        if b"--" not in bytes_ and b"\\" not in bytes_:
            result[name] = value
            continue
        before = msgspec.json.decode(bytes_)
        after = _kept(name, before, keep)
        if after == before:
            result[name] = value
        elif after is not None:
            result[name] = msgspec.Raw(msgspec.json.encode(after))
    return result


def _kept(name: str, value: Any, keep: Keep) -> Any:
    """The value of property `name` after `keep`; None where nothing of it is left."""
    if _is_ref(name) and isinstance(value, list):
        every = [_ref(each, keep) for each in cast("list[Any]", value)]
        return [each for each in every if each is not None] or None
    if ids.is_stix_id(value) and (_is_ref(name) or name == REPLACED_BY):
        return keep(value)
    if name == "granular_markings" and isinstance(value, list):
        return list(_markings(cast("list[Any]", value), keep)) or None
    if isinstance(value, dict):
        return dict(_properties(cast("dict[str, Any]", value), keep))
    if isinstance(value, list):
        return [_kept("", each, keep) for each in cast("list[Any]", value)]
    return value


def _ref(value: Any, keep: Keep) -> Any:
    return keep(value) if ids.is_stix_id(value) else _kept("", value, keep)


def _properties(value: dict[str, Any], keep: Keep) -> Iterator[tuple[str, Any]]:
    for name, each in value.items():
        kept = _kept(name, each, keep)
        if kept is not None or each is None:
            yield name, kept


def _markings(value: list[Any], keep: Keep) -> Iterator[Any]:
    for each in value:
        kept = _kept("", each, keep)
        if not isinstance(each, dict) or "marking_ref" not in each or "marking_ref" in kept:
            yield kept
