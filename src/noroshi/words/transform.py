"""Transforms: named, one-way, deterministic redactions that a clause may require.

Strength is a partial order per kind; `union` keeps the stricter of two of one kind, `weaker`
answers whether one set demands no more than another.
"""

from __future__ import annotations

import functools
from typing import Literal

import msgspec

from noroshi.words.time import Precision
from noroshi.words.told import Told, told

_PRECISIONS: tuple[Precision, ...] = ("ms", "s", "min", "h", "day", "month", "year")


class Position(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="position", tag_field="kind"
):
    """Every place to the centre of a fixed grid cell of `cell_m` metres; asset names go too."""

    cell_m: int


class Time(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="time", tag_field="kind"):
    """Every instant to whole units of `to`."""

    to: Literal["min", "h", "day", "month", "year"]


class Source(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="source", tag_field="kind"
):
    """Sources named only by class (`class`), or not at all (`none`)."""

    to: Literal["class", "none"]


class Identity(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="identity", tag_field="kind"
):
    """Who or what the record is about is removed."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text", tag_field="kind"):
    """Free text is removed."""


Transform = Position | Time | Source | Identity | Text
"""What a clause may require."""


class Without(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="without", tag_field="kind"
):
    """The marked parts at `paths` (selectors of STIX 2.1) are taken out. No clause asks for it: the
    label does, where a party may have the record but not all of its parts. `terms` are keys of the
    strands that those parts stand under."""

    paths: tuple[str, ...]
    terms: tuple[str, ...]


Change = Transform | Without
"""What may be different between a record and what goes out in its place."""

_UNIT_NAME = {"min": "minute", "h": "hour"}
_ORDER: tuple[type, ...] = (Position, Time, Source, Identity, Text)


def strength(transform: Transform) -> int:
    """Within one kind: a larger number removes more."""
    match transform:
        case Position(cell_m):
            return cell_m
        case Time(to):
            return _PRECISIONS.index(to)
        case Source(to):
            return 1 if to == "class" else 2
        case Identity() | Text():
            return 1


def union(*sets: tuple[Transform, ...]) -> tuple[Transform, ...]:
    """What satisfies all of `sets`: per kind the stricter, in a fixed order."""
    strictest: dict[type, Transform] = {}
    for transform in (each for group in sets for each in group):
        held = strictest.get(type(transform))
        if held is None or strength(transform) > strength(held):
            strictest[type(transform)] = transform
    return tuple(strictest[kind] for kind in _ORDER if kind in strictest)


@functools.lru_cache(maxsize=4096)
def weaker(one: tuple[Transform, ...], other: tuple[Transform, ...]) -> bool:
    """Whether `one` demands strictly less than `other`."""
    return union(one) != union(other) and union(one, other) == union(other)


@functools.lru_cache(maxsize=256)
def described(transform: Change) -> Told:
    """A short phrase for people: `position to 10 km`."""
    match transform:
        case Position(cell_m):
            size = f"{cell_m / 1000:g} km" if cell_m >= 1000 else f"{cell_m} m"
            return told("position to {size}", size=size)
        case Time(to):
            return told("time to the {unit}", unit=_UNIT_NAME.get(to, to))
        case Source(to):
            return told("source to its class" if to == "class" else "source removed")
        case Identity():
            return told("identity removed")
        case Text():
            return told("free text removed")
        case Without():
            return told("marked parts removed")


def describe(transform: Change) -> str:
    """The same in English."""
    return described(transform).said()
