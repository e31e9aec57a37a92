"""Label and strand: what travels with a record, one strand per source.

A record may go only where every strand allows. Joining labels is the union of their strands, so
a derived record keeps what each of its sources demanded (commutative, associative, idempotent).
"""

from __future__ import annotations

import functools
import itertools
from enum import StrEnum
from typing import Final

import msgspec

from noroshi.words import ids


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 (FIRST, August 2022): one chain, least to most restricted."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"

    @property
    def rank(self) -> int:
        """Position in the chain, CLEAR = 0."""
        return _TLP_RANK[self]


_TLP_RANK: Final = {tlp: rank for rank, tlp in enumerate(Tlp)}


class Pap(StrEnum):
    """Permissible Actions Protocol: what a recipient may do with it, least to most restricted."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def rank(self) -> int:
        """Position in the chain, CLEAR = 0."""
        return _PAP_RANK[self]


_PAP_RANK: Final = {pap: rank for rank, pap in enumerate(Pap)}

UNCLASSIFIED: Final = "unclassified"
"""The bottom that all classification schemes share."""


class ClassMark(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A classification `level` in a `scheme` (`EU`, `JPN`, `FRA`, …)."""

    scheme: str
    level: str


class Strand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One source's terms. `only=None` is unrestricted; an empty tuple is the originator alone.

    `parts` are selectors of STIX 2.1: the strand speaks of what they select, and not of the whole
    record. Who may not have such a strand may still have the record without those parts.

    `via` are the parties by whose hands it came, the originator apart: it is not offered back to
    them, for a gift that rests on itself would never end.
    """

    originator: str
    pillar: str
    kind: str
    tlp: Tlp = Tlp.RED
    classes: tuple[ClassMark, ...] = ()
    pap: Pap | None = None
    only: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()
    orcon: bool = False
    handling: tuple[str, ...] = ()
    exercise: str | None = None
    not_before: int | None = None
    expires: int | None = None
    licence: str | None = None
    personal: bool = False
    grant: str | None = None
    parts: tuple[str, ...] = ()
    via: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("classes", "denied", "handling", "parts", "via"):
            _require_sorted(name, getattr(self, name))
        if self.only is not None:
            _require_sorted("only", self.only)

    def key(self) -> str:
        """Hash of the strand's content; equal strands share it."""
        return ids.sha256(ids.canonical(self))


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least one strand, sorted by content, unique; real and exercise strands never mix."""

    strands: tuple[Strand, ...]

    def __post_init__(self) -> None:
        if not self.strands:
            raise ValueError("a label has at least one strand")
        if len({strand.exercise for strand in self.strands}) > 1:
            raise ValueError("real and exercise strands never join")
        if len(self.strands) > 1:
            _require_sorted("strands", tuple(ids.canonical(strand) for strand in self.strands))

    def key(self) -> str:
        """Hash of the label's content: the cell that the store interns."""
        return ids.sha256(ids.canonical(self))


def label(*strands: Strand) -> Label:
    """A label of `strands`, sorted and without repeats."""
    if len(strands) == 1:
        return Label(strands)
    unique = {ids.canonical(strand): strand for strand in strands}
    return Label(tuple(unique[key] for key in sorted(unique)))


def join(*labels: Label) -> Label:
    """The label of something derived from all of `labels`: the union of their strands. What one
    of them says of a part then holds for the whole, which has no such parts; and what is derived
    here came by nobody's hands."""
    if len(labels) == 1:
        return _begun(whole(labels[0]))
    return _begun(whole(label(*(strand for each in labels for strand in each.strands))))


def _begun(joined: Label) -> Label:
    if not any(strand.via for strand in joined.strands):
        return joined
    return label(*(msgspec.structs.replace(strand, via=()) for strand in joined.strands))


def passed_on(strand: Strand, giver: str) -> Strand:
    """`strand` as it came by the hands of `giver`."""
    if giver == strand.originator or giver in strand.via:
        return strand
    return msgspec.structs.replace(strand, via=tuple(sorted((*strand.via, giver))))


def whole(joined: Label) -> Label:
    """`joined` with every strand speaking of the whole record: as strict, and no part apart."""
    if not any(strand.parts for strand in joined.strands):
        return joined
    return label(*(msgspec.structs.replace(strand, parts=()) for strand in joined.strands))


def apart(joined: Label) -> tuple[tuple[Strand, ...], tuple[Strand, ...]]:
    """The strands of the whole record, and those of parts. A label of parts alone would leave the
    rest to anybody, so there they all speak of the whole."""
    parts = tuple(strand for strand in joined.strands if strand.parts)
    if len(parts) in (0, len(joined.strands)):
        return joined.strands, ()
    return tuple(strand for strand in joined.strands if not strand.parts), parts


def without_expired(joined: Label, at: int) -> Label | None:
    """The label without the strands that have ended by `at` (µs UTC); None where none is left.

    A record under `joined` rests on what those strands stand for: it is for a new version, made
    without them, and never for the record as it is.
    """
    left = tuple(each for each in joined.strands if each.expires is None or at < each.expires)
    return Label(left) if left else None


def highest_tlp(joined: Label) -> Tlp:
    """The most restricted TLP of what speaks of the whole record: for display and marking, never
    to decide."""
    return max((strand.tlp for strand in apart(joined)[0]), key=lambda tlp: tlp.rank)


def _require_sorted(name: str, values: tuple[object, ...]) -> None:
    if any(a >= b for a, b in itertools.pairwise(values)):  # type: ignore[operator]
        raise ValueError(f"{name} is not sorted and unique: {values}")


@functools.cache
def tlp_marking_id(tlp: Tlp) -> str:
    """The public STIX marking-definition of a TLP 2.0 level (OASIS cti-stix-common-objects)."""
    return (
        "marking-definition--"
        + {
            Tlp.CLEAR: "94868c89-83c2-464b-929b-a1a8aa3c8487",
            Tlp.GREEN: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Tlp.AMBER: "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Tlp.AMBER_STRICT: "939a9414-2ddd-4d32-a0cd-375ea402b003",
            Tlp.RED: "e828b379-4e03-4974-9ac4-e53a884c97c1",
        }[tlp]
    )
