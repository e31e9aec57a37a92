"""Skies, sources and columns for the space desk's tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable

import numpy as np

from noroshi.desks.space import desk, elements, synth
from noroshi.desks.space.catalogue import Catalogue
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Found, Rejected, Source
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.time import parse_instant

AT = parse_instant("2030-03-01T00:00:00Z")
LABEL = Label((Strand("JPN", "space", "*"),))


def source(data: bytes, name: str = "gp") -> Source:
    digest = hashlib.sha256(data).hexdigest()
    return Source(name, name, AT, digest, LABEL, "JPN", "B", lambda: io.BytesIO(data))


def read(data: bytes) -> tuple[list[Columns], list[Rejected]]:
    items = list(desk.read(source(data)))
    return (
        [each for each in items if isinstance(each, Columns)],
        [each for each in items if isinstance(each, Rejected)],
    )


def context(assets: Iterable[Asset] = (), **settings: object) -> Context:
    chosen = desk.parameters(settings)
    return Context("JPN", AssetGraph(tuple(assets)), desk.kinds, chosen, sha256(canonical(chosen)))


def columns(sky: synth.Sky, rows: np.ndarray | None = None, name: str = "sky") -> Columns:
    """A sky's sets as the desk's columns."""
    rows = sky.rows if rows is None else rows
    arrays = {key: rows[key].copy() for key in elements.DTYPE.names}
    arrays["place"], arrays["length"] = np.arange(1, len(rows) + 1), np.zeros(len(rows), "i8")
    known = [sky.names[int(each)] for each in rows["norad"]]
    for n, key in enumerate(("name", "cospar", "type")):
        arrays[key] = np.array([each[n] for each in known])
    arrays["owner"] = np.array(["" for _ in known])
    return Columns("elements", source(name.encode(), name), arrays)


def found(
    batches: Iterable[Columns], assets: Iterable[Asset] = (), **settings: object
) -> list[Finding]:
    state = desk.start(context(assets, **settings))
    for each in batches:
        state, emits = desk.fold(state, each, 0)
        assert emits == []
    return [each.finding for each in desk.finish(state) if isinstance(each, Found)]


def small(seed: int = 1) -> synth.Sky:
    """A few dozen objects of all classes, low ones close enough to meet."""
    sky = synth.Sky(seed, AT)
    sky.walker(24, 4, 550.0, 53.0)
    sky.debris(30, 540.0, 560.0)
    sky.geostationary(8)
    sky.molniya(4)
    return sky


def catalogue(sky: synth.Sky) -> Catalogue:
    return Catalogue(elements.sgp4(sky.rows))
