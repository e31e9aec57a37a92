"""Satellites as somebody sees them: which there are, and what is below one over its next orbits.

Run as a process of its own (`python -m noroshi.console.satellites FOLDER …`), because it computes
with columns and what serves never does. The element sets are those that the space desk holds; as
another party those of sources whose label is released to it as it is: an orbit cannot be coarse.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from noroshi.desks.registry import desks
from noroshi.exchange.decisions import Decisions
from noroshi.node.contexts import context_of
from noroshi.node.node import Node, clock
from noroshi.node.sources import state_key
from noroshi.node.why import law
from noroshi.words.errors import NoroshiError, Refused
from noroshi.words.time import DAY, MINUTE, MS
from noroshi.words.transform import Source, Text

if TYPE_CHECKING:
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array

FRESH: Final = 14 * DAY
"""Beyond this age SGP4 is hundreds of kilometres off: an orbit is drawn from its own epoch."""
MASK_DEG: Final = 5.0
"""Least elevation at which a satellite counts as in view, as for `noroshi orbits coverage`."""
A_TURN: Final = 180
"""Points of a revolution."""
TURNS: Final = 2


class Object(msgspec.Struct, frozen=True, array_like=True):
    """One that there are elements of: number, name, designator, newest epoch (ms UTC), and the
    protected asset that it is, or ""."""

    norad: int
    name: str
    cospar: str
    epoch: int
    asset: str


class Below(msgspec.Struct, frozen=True):
    """What is below a satellite: at ms UTC, longitude, geocentric latitude, height over the mean
    sphere in km, and how far from there it is in view at `MASK_DEG` or more, degrees of arc.
    `age_d`: from the elements' epoch to the first instant. `stale`: too old to be drawn for now."""

    norad: int
    name: str
    cospar: str
    epoch: int
    age_d: float
    stale: bool
    period_min: float
    source: str
    points: tuple[tuple[int, float, float, float, float], ...]


class Ask(NamedTuple):
    """Whose (None: the node's own), by the law of `at`, µs UTC; one object, and from when on."""

    party: str | None
    norad: int | None = None
    since: int | None = None
    at: int | None = None


class Nothing(Refused):
    """The space desk holds no elements."""


def objects(node: Node, ask: Ask, now: int) -> list[Object]:
    """All that the party sees elements of, protected ones first, then by name."""
    try:
        state, table = _held(node, ask, now)
    except Nothing:
        return []
    assets = {
        name: each.id
        for each in node.store.assets().assets.values()
        if each.kind == "satellite"
        for name in (each.identifiers if _own(node, ask) else ())
    }
    found: list[Object] = []
    last = table[_last(table)]
    for number, epoch in zip(last["norad"].tolist(), last["epoch"].tolist(), strict=True):
        known = state.known.get(number)
        name, cospar = (known.name, known.cospar) if known else ("", "")
        asset = assets.get(f"norad:{number}") or assets.get(f"cospar:{cospar}") or ""
        found.append(Object(number, name or str(number), cospar, epoch // MS, asset))
    return sorted(found, key=lambda each: (not each.asset, each.name, each.norad))


def below(node: Node, ask: Ask, now: int) -> Below:
    """The ground below one over its next `TURNS` revolutions: from `since` on by the set that was
    the newest then, else from now on, or where its elements are older than `FRESH` from their own
    epoch. Raises `Refused` where there are none, or the orbit cannot be propagated."""
    import numpy as np

    from noroshi.desks.space import coverage
    from noroshi.desks.space.catalogue import Catalogue
    from noroshi.desks.space.elements import sgp4

    state, table = _held(node, ask, now)
    mine = table[table["norad"] == ask.norad]
    if not len(mine):
        raise Refused(f"no elements of {ask.norad} that may be seen")
    earlier = mine if ask.since is None else mine[mine["epoch"] <= ask.since]
    row = earlier[-1:] if len(earlier) else mine[:1]
    epoch, since = int(row["epoch"][0]), ask.since
    stale = abs((now if since is None else since) - epoch) > FRESH
    if since is None or stale:
        since = epoch if stale else now
    period_us = DAY / float(row["n"][0])
    times = since + np.rint(np.arange(TURNS * A_TURN + 1) * (period_us / A_TURN)).astype("i8")
    position = coverage.fixed(Catalogue(sgp4(row)), times)[:, 0]
    sound = np.isfinite(position).all(1)
    if not sound.any():
        raise Refused(f"the orbit of {ask.norad} cannot be propagated: it has come down by then")
    lon, lat = coverage.ground(position)
    radius = np.linalg.norm(position, axis=1)
    columns = (times // MS, lon.round(4), lat.round(4), radius - coverage.EARTH_KM, reach(radius))
    known = state.known.get(int(row["norad"][0]))
    points = zip(*(each[sound].tolist() for each in columns), strict=True)
    return Below(
        norad=int(row["norad"][0]),
        name=known.name if known else "",
        cospar=known.cospar if known else "",
        epoch=epoch // MS,
        age_d=(since - epoch) / DAY,
        stale=stale,
        period_min=period_us / MINUTE,
        source=state.evidence(row[0]).source if _own(node, ask) else "",
        points=tuple((at, x, y, round(h, 1), round(r, 3)) for at, x, y, h, r in points),
    )


def reach(radius_km: Array, mask_deg: float = MASK_DEG) -> Array:
    """How far from the point below a satellite is at `mask_deg` or more, degrees of arc on the
    sphere that `coverage.visible` looks from: arccos(R cos ε / r) − ε (Wertz, SMAD §5.2)."""
    import numpy as np

    from noroshi.desks.space.coverage import EARTH_KM

    mask = np.radians(mask_deg)
    ratio = np.clip(EARTH_KM * np.cos(mask) / radius_km, -1.0, 1.0)
    return np.maximum(np.degrees(np.arccos(ratio) - mask), 0.0)


def _held(node: Node, ask: Ask, now: int) -> tuple[State, Array]:
    """The desk's state, and of its element sets those that the party sees."""
    import numpy as np

    desk = desks()["space"]
    context = context_of(node, desk)
    held = node.store.source(state_key(desk, context))
    state: Any = desk.load(held.state, context) if held is not None and held.state else None
    if state is None:
        raise Nothing(
            "the space desk holds no elements\nHint: noroshi ingest GP.csv --node DIR reads some"
        )
    table = state.table()
    if _own(node, ask):
        return state, table
    moment = now if ask.at is None else ask.at
    policy = law(node, moment, None, now=now)[2]
    decisions = Decisions(policy, node.party, ask.party or node.party, moment)
    numbers, first = np.unique(table["source"], return_index=True)
    shown: list[int] = []
    for number, row in zip(numbers.tolist(), table[first], strict=True):
        told = state.evidence(row)
        release = decisions.of(told.label.key(), told.label, "", told.retrieved)
        kept = all(isinstance(each, (Source, Text)) for each in release.transforms)
        if release.permitted and kept:
            shown.append(number)
    return state, table[np.isin(table["source"], shown)]


def _own(node: Node, ask: Ask) -> bool:
    return ask.party is None or ask.party == node.party


def _last(table: Array) -> Array:
    import numpy as np

    return np.flatnonzero(np.append(np.diff(table["norad"]) != 0, True)[: len(table)])


def main() -> int:
    """Print them as JSON; the question is JSON too: one object, or which there are."""
    try:
        ask = msgspec.json.decode(sys.argv[2], type=Ask)
        with Node.open(Path(sys.argv[1])) as node:
            answer = objects if ask.norad is None else below
            sys.stdout.buffer.write(msgspec.json.encode(answer(node, ask, clock())))
    except NoroshiError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
