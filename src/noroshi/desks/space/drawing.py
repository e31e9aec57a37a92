"""What is drawn and asked of a state as it stands, from its own present on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from noroshi.desks.space import coverage, decay, family, territory
from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.conjunction import current, start
from noroshi.desks.space.elements import omm_fields, sgp4
from noroshi.desks.space.pictures import WORLD, Series, chart
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Columns, Context, Source
from noroshi.words.errors import BadInput
from noroshi.words.label import Label, Strand
from noroshi.words.time import DAY, HOUR, MINUTE, format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from noroshi.desks.space.desk import Space
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array, Rejected


class Part(Protocol):
    """A source that somebody opened."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def open(self) -> Callable[[], IO[bytes]]: ...


def read_all(
    desk: Space, parts: Sequence[Part], at: str, aside: Callable[[str, Rejected], object]
) -> State:
    """The sources in a state of their own, whose present is `at`; what could not be read goes
    `aside`, with the source's name. Raises `BadInput` where they hold no element set."""
    label = Label((Strand("", "space", "*"),))
    state = desk.start(Context("", AssetGraph(), desk.kinds, desk.parameters({"at": at}), ""))
    for part in parts:
        source = Source(part.name, part.name, 0, part.sha256, label, "", "F", part.open)
        for each in desk.read(source):
            if isinstance(each, Columns):
                state.take(each)
            else:
                aside(part.name, each)
    if not len(state.table()):
        raise BadInput(parts[0].name if parts else "nothing", "no element set that could be read")
    return state


def chosen(
    state: State, match: str, hours: float, step_min: float
) -> tuple[Catalogue, Array, list[str]]:
    """The objects whose name has `match` in it, instants from the present on, and the names."""
    at = start(state.table(), state.context.parameters)
    rows = current(state, at)
    names = [_name(state, int(n)) for n in rows["norad"]]
    kept = [n for n, name in enumerate(names) if match.casefold() in name.casefold()]
    if not kept:
        raise BadInput("--match", f"none of {len(names)} objects has this in its name", found=match)
    times = at + np.arange(0, round(hours * HOUR), round(step_min * MINUTE))
    return Catalogue(sgp4(rows[kept])), times, [names[n] for n in kept]


def newest(state: State, match: str) -> tuple[list[dict[str, str]], int]:
    """OMM's fields of the newest set of each object whose name has `match` in it; the present."""
    at = start(state.table(), state.context.parameters)
    rows = current(state, at)
    named = [(row, _name(state, int(row["norad"]))) for row in rows]
    sets = [
        omm_fields(row, name, _cospar(state, int(row["norad"])))
        for row, name in named
        if match.casefold() in name.casefold()
    ]
    return sets, at


def gabbard(state: State, launch: str) -> str:
    """Apogee and perigee against period of all pieces of a launch."""
    at = start(state.table(), state.context.parameters)
    rows = current(state, at)
    mine = [_cospar(state, int(n)).startswith(launch) for n in rows["norad"]]
    rows = rows[np.array(mine, bool)]
    if not len(rows):
        raise BadInput("--family", "no object of this launch", found=launch)
    apogee, perigee, period = family.heights(rows)
    arms = [Series("apogee", _points(period, apogee)), Series("perigee", _points(period, perigee))]
    title = f"{launch}: {len(rows)} objects, {format_instant(at)[:10]}"
    return chart(title, "period, minutes", "height, km", arms)


class Coming(msgspec.Struct, frozen=True):
    """An object that is about to come down: its window, the age of its elements at the present, and
    by territory the instants from and to which its track passes."""

    norad: int
    name: str
    expected: str
    window_h: float
    age_d: float
    perigee_km: float
    sinks_km_d: float
    over: str
    passes: dict[str, list[tuple[str, str]]]


def coming_down(state: State, territories: Sequence[str] = ()) -> list[Coming]:
    """What is about to come down, soonest first; over all territories, or those that are named."""
    at = start(state.table(), state.context.parameters)
    found: list[Coming] = []
    for each in sorted(decay.falls(state), key=lambda one: one.end):
        over = decay.passed(each)
        kept = {code: over[code] for code in over if not territories or code in territories}
        number = int(each.row["norad"])
        found.append(Coming(
            number, _name(state, number), format_instant(each.end),
            round((each.t1 - each.t0) / HOUR, 1),
            round(max(at - int(each.row["epoch"]), 0) / DAY, 2),
            round(each.perigee_km, 1), round(each.sinks_km_d, 2), decay.often(kept),
            {code: [(format_instant(a), format_instant(b)) for a, b in pairs]
             for code, pairs in sorted(kept.items())},
        ))  # fmt: skip
    return found


def land() -> Series:
    """Land as rows of lines, one a degree."""
    points: list[tuple[float, float]] = []
    lon = np.arange(-180.0, 180.0, 1.0 / territory.ACROSS)
    for lat in range(-89, 90):
        on = territory.at(lon, np.full(len(lon), float(lat))) > 0
        edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype("i1"), [0]])))
        for a, b in edges.reshape(-1, 2).tolist():
            points += [(float(lon[a]), float(lat)), (float(lon[b - 1]), float(lat)), _BREAK]
    return Series("land", tuple(points), True, True)


_BREAK = (float("nan"), float("nan"))


def fall(state: State, norad: int) -> str:
    """The ground below an object through the window in which it is expected to come down."""
    found = next((each for each in decay.falls(state) if int(each.row["norad"]) == norad), None)
    if found is None:
        raise BadInput("--norad", "no re-entry of this object is expected", found=str(norad))
    _, lon, lat = decay.track(found)
    window = f"{format_instant(found.t0)[:16]} to {format_instant(found.t1)[:16]}"
    return chart(f"{_name(state, norad)} ({norad}), {window}", "longitude, degrees",
                 "latitude, degrees", [land(), _ground(lon, lat)], WORLD)  # fmt: skip


def _ground(lon: Array, lat: Array) -> Series:
    broken = np.append(False, np.abs(np.diff(lon)) > 180.0)
    return Series("ground track", _points(np.where(broken, np.nan, lon), lat), True)


def track(state: State, norad: int, hours: float, step_min: float) -> str:
    """The ground below one object."""
    row, at = _row(state, norad)
    times = at + np.arange(0, round(hours * HOUR), round(step_min * MINUTE))
    lon, lat = coverage.ground(coverage.fixed(Catalogue(sgp4(row)), times)[:, 0])
    title = f"{_name(state, norad)} ({norad}), {hours:g} h from {format_instant(at)[:16]}"
    parts = [land(), _ground(lon, lat)]
    return chart(title, "longitude, degrees", "latitude, degrees", parts, WORLD)


def miss(state: State, one: int, two: int, hours: float, step_min: float) -> str:
    """The distance of two objects over time."""
    (a, at), (b, _) = _row(state, one), _row(state, two)
    times = at + np.arange(0, round(hours * HOUR), round(step_min * MINUTE))
    catalogue = Catalogue(sgp4(np.concatenate([a, b])))
    states = catalogue.states(np.array([0, 1])[:, None], times[None, :])
    km = np.linalg.norm(states[0, :, :3] - states[1, :, :3], axis=1)
    names = " and ".join(f"{_name(state, each)} ({each})" for each in (one, two))
    title = f"{names}, least {km.min():.2f} km at {step_min:g} min steps"
    return chart(title, f"hours from {format_instant(at)[:16]}", "distance, km",
                 [Series("distance", _points((times - at) / HOUR, km), True)])  # fmt: skip


def _row(state: State, norad: int) -> tuple[Any, int]:
    at = start(state.table(), state.context.parameters)
    rows = current(state, at)
    found = rows[rows["norad"] == norad]
    if not len(found):
        raise BadInput("--norad", "no such object among the newest sets", found=str(norad))
    return found, at


def _name(state: State, norad: int) -> str:
    known = state.known.get(norad)
    return known.name if known is not None and known.name else str(norad)


def _cospar(state: State, norad: int) -> str:
    known = state.known.get(norad)
    return known.cospar if known is not None else ""


def _points(x: Array, y: Array) -> tuple[tuple[float, float], ...]:
    return tuple(zip(x.tolist(), y.tolist(), strict=True))
