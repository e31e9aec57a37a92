"""Observed-data of STIX 2.0 and 2.1 as what patterns are matched against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from noroshi.words.time import parse_instant

Object = Mapping[str, Any]


class Observation(msgspec.Struct, frozen=True):
    """One observed-data: its objects by the id that references use, when they were first and last
    observed (µs UTC), and how often."""

    objects: Mapping[str, Object]
    first: int
    last: int
    number: int = 1
    id: str = ""


def observations(objects: Iterable[Object]) -> list[Observation]:
    """The observed-data among decoded STIX objects, in order. One of STIX 2.0 holds its objects;
    one of 2.1 names them, and those that are not given are left out, as the standard says of
    references that cannot be resolved.

    Raises `ValueError` naming the observed-data whose times or number cannot be understood.
    """
    given = list(objects)
    by_id = {cast("str", each["id"]): each for each in given if "id" in each}
    return [_observation(each, by_id) for each in given if each.get("type") == "observed-data"]


def _observation(data: Object, by_id: Mapping[str, Object]) -> Observation:
    held = data.get("objects")
    if not isinstance(held, dict):
        refs = cast("list[str]", data.get("object_refs") or [])
        held = {ref: by_id[ref] for ref in refs if ref in by_id}
    try:
        first, last = parse_instant(data["first_observed"]), parse_instant(data["last_observed"])
        number = data["number_observed"]
        if type(number) is not int or number < 1 or last < first:
            raise ValueError(f"number_observed {number!r}, from {first} to {last}")
    except (KeyError, TypeError, ValueError) as problem:
        raise ValueError(f"{data.get('id', 'observed-data')}: {problem}") from problem
    return Observation(cast("dict[str, Object]", held), first, last, number, data.get("id", ""))
