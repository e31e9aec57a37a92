"""Planting: known events in a catalogue, so that what is found can be counted.

`plant` follows the protocol of all desks: an inject, columns and a seed give columns and truths.
The background is not touched.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from noroshi.desks.space.cases import BACK_DAYS, CASES, Truth
from noroshi.desks.space.elements import DTYPE, omm_fields
from noroshi.desks.space.synth import Sky, aged
from noroshi.words.desk import Columns, Source
from noroshi.words.errors import BadInput
from noroshi.words.label import Label, Strand
from noroshi.words.time import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = ("name", "cospar", "type", "owner")


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to plant, and the present (µs UTC) it is planted for; `objects` (thousands) moves its
    numbers and launches on, so that several injects do not share them."""

    case: str
    at: int
    objects: int = 0


def plant(inject: Inject, columns: Columns, seed: int) -> tuple[Columns, tuple[Truth, ...]]:
    """`columns` (kind `elements`) with the case in it, and what is true of it.

    Raises `BadInput` for an unknown case or columns of another kind.
    """
    if columns.kind != "elements":
        raise BadInput("plant", "planting needs element sets", found=columns.kind)
    if inject.case not in CASES:
        raise BadInput("inject", "no such case", found=inject.case, expected=", ".join(CASES))
    sky = Sky(seed, inject.at)
    truths = CASES[inject.case](sky)
    added = dict(told(sky, columns.source, inject.objects).arrays)
    added["place"] = added["place"] + int(columns.arrays["place"].max(initial=0))
    merged = {name: np.concatenate([columns.arrays[name], added[name]]) for name in added}
    moved = tuple(
        msgspec.structs.replace(
            each, objects=tuple(n + inject.objects for n in each.objects),
            protected=tuple(n + inject.objects for n in each.protected),
        ) for each in truths
    )  # fmt: skip
    return Columns("elements", columns.source, merged), moved


def planted(
    seed: int, at: int, source: Source, cases: Sequence[str] = tuple(CASES), many: int = 150
) -> tuple[Columns, tuple[Truth, ...]]:
    """Each of the cases once in one background, and what is true of it."""
    whole, truths = background(seed, at, source, many), tuple[Truth, ...]()
    for number, case in enumerate(cases, start=1):
        whole, told = plant(Inject(case, at, 1000 * number), whole, seed * 1_000 + number)
        truths += told
    return whole, truths


def told(sky: Sky, source: Source, moved: int = 0) -> Columns:
    """A sky's sets as the desk's columns, its numbers and launches moved on."""
    rows = sky.rows
    arrays = {key: rows[key].copy() for key in DTYPE.names or ()}
    arrays["norad"] = rows["norad"] + moved
    arrays["place"], arrays["length"] = np.arange(1, len(rows) + 1), np.zeros(len(rows), "i8")
    known = [sky.names[int(each)] for each in rows["norad"]]
    for n, key in enumerate(TEXTS[:3]):
        arrays[key] = np.array([each[n] for each in known])
    # Launches of one inject are no launches of another.
    year = 2099 - moved // 1000
    arrays["cospar"] = np.array([f"{year}{each[4:]}" for each in arrays["cospar"].tolist()])
    arrays["owner"] = np.array([""] * len(rows))
    return Columns("elements", source, arrays)


def made_up(at: int) -> Source:
    """The source of a sky that no file holds."""
    label = Label((Strand("", "space", "*"),))
    return Source("sky", "sky", at, "0" * 64, label, "", "F", io.BytesIO)


def sets(columns: Columns) -> list[dict[str, str]]:
    """OMM's fields of each element set."""
    arrays = columns.arrays
    rows = np.zeros(len(arrays["norad"]), DTYPE)
    for key in DTYPE.names or ():
        rows[key] = arrays[key]
    texts = zip(rows, *(arrays[key].tolist() for key in TEXTS[:3]), strict=True)
    return [
        omm_fields(row, name, cospar) | {"OBJECT_TYPE": kind} for row, name, cospar, kind in texts
    ]


def background(seed: int, at: int, source: Source, many: int = 150) -> Columns:
    """A quiet sky of two readings, so many days apart as histories are long."""
    sky = Sky(seed, at)
    sky.debris(many, 700.0, 1400.0)
    sky.geostationary(many // 10)
    begun = aged(sky.rows, at - BACK_DAYS * DAY)
    sky.rows = np.concatenate([begun, aged(sky.rows, at - DAY // 2)])
    return told(sky, source, 50_000)
