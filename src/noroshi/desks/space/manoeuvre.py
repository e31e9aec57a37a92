"""Manoeuvres from the history of an object's element sets: where the orbit jumps.

Near Earth, where an object's way bends (`bends`), once a few sets before and after are known. At
the ends of a history and in deep space, two sets one after the other are compared: the earlier is
propagated to the later one's epoch; what the later one's energy says otherwise is the jump of the
semi-major axis, with drag and everything else that SGP4 knows taken off. A jump is judged by the
object's own scatter over two months either way. Sets are fitted over days of observations, so that
one manoeuvre may come in over several sets: jumps of one sign on end are one. What the next set
takes back was a bad set; what many objects do on one day is the atmosphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space.bends import AROUND_DAYS, SIDE, bends, median_around
from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.findings import Seen, subject
from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.words.time import DAY, HOUR, Span, format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Credibility

ENTER: Final = 3.0
"""Scatters from which a jump may be part of a manoeuvre."""

BACK: Final = 0.7
"""And from which an earlier jump of the same sign is its beginning."""

LONGEST_DAYS: Final = 5.0
"""A manoeuvre comes into the sets within this."""

TAKEN_BACK: Final = 0.35
"""Left of a jump after the next one: a smaller part, and it was a bad set."""

SETTLE_DAYS: Final = 2.0
BESIDE: Final = 0.5
"""A jump of less than this share of another one, within so many days of it, is part of it: sets
that hold observations from before and after come to rest by and by."""

DRAG: Final = 2.0
"""A jump is larger than what drag takes in the same time: air half or twice as dense is no burn."""

AROUND_H: Final = {False: (24, 12), True: (24, 0)}
"""Hours before the earlier and after the later of two epochs within which a manoeuvre shows in the
later set, near Earth and in deep space: sets are fitted to observations of days before. Near Earth
chosen on CryoSat-2, Jason-1 and SARAL."""

TIERS, BEND_TIERS = (10.0, 20.0), (4.0, 6.0)
"""Scores from which confidence is medium and high: scatters, and of bends. Of the bends of
CryoSat-2, Jason-1 and SARAL at 6 or more, 97 in a hundred were burns, at 4 to 6, nine in ten."""

CREDIBLE: Final[dict[str, Credibility]] = {"high": 2, "medium": 3, "low": 4}

DEEP_REV: Final = 6.4
"""Deep space begins at a period of 225 minutes."""

FLOOR_KM, FLOOR_DEG = 1.5e-4, 2e-4
"""Scatters are not below what the digits of a set resolve."""

MOST_GAP_DAYS: Final = 10.0
"""Across a longer gap between two sets no jump is read."""

STORM_OBJECTS: Final = 5
"""So many objects at least make common days."""


class Jump(msgspec.Struct, frozen=True):
    """Of one object: the sets that it lies between (places in its history), the change of the
    semi-major axis (km) and of the inclination (degrees), and how many scatters it is."""

    first: int
    last: int
    da_km: float
    di_deg: float
    score: float
    """Scatters, or what `bends` says."""
    tier: str


def jumps(rows: Array, parameters: Parameters) -> list[Jump]:
    """The jumps of one object's sets, which are in order of time."""
    if len(rows) < parameters.manoeuvre_sets:
        return []
    catalogue = Catalogue(sgp4(rows))
    n = np.arange(len(rows) - 1)
    later, told = (catalogue.states(each, rows["epoch"][1:]) for each in (n + 1, n))
    sound = (later[:, 6] == 0) & (told[:, 6] == 0)
    sound &= np.diff(rows["epoch"]) < MOST_GAP_DAYS * DAY
    da = np.where(sound, _axis(later) - _axis(told), 0.0)
    di = np.where(sound, np.diff(rows["i"]), 0.0)
    days = rows["epoch"] / DAY
    deep = bool(catalogue.deep.mean() > 0.5)
    least = parameters.manoeuvre_deep_da_m if deep else parameters.manoeuvre_da_m
    sigma, least_di = parameters.manoeuvre_sigma, parameters.manoeuvre_di_deg
    found = [
        Jump(a, b, float(da[a:b].sum()), _large(di[a:b], least_di), s, _tier(s, *TIERS))
        for a, b, s in _runs(days, da, FLOOR_KM, sigma, least / 1e3)
        if deep or a < SIDE or b >= len(rows) - SIDE
    ]
    if not deep:
        found += [
            Jump(
                each.first, each.last, each.da_km, _large(di[each.first : each.last], least_di),
                each.score, _tier(each.score, *BEND_TIERS),
            )
            for each in bends(rows, parameters.manoeuvre_bend, least / 1e3)
        ]  # fmt: skip
    sinks = _sinks(rows)
    found = [j for j in found if abs(j.da_km) >= DRAG * float(sinks[j.first : j.last].sum())]
    for a, b, s in _runs(days, di, FLOOR_DEG, 1.5 * sigma, least_di):
        if not any(days[a] <= days[j.last] + 1 and days[j.first] <= days[b] + 1 for j in found):
            da_km, di_deg = float(da[a:b].sum()), float(di[a:b].sum())
            found.append(Jump(a, b, da_km, di_deg, s, _tier(s, *TIERS)))
    return _settled(sorted(found, key=lambda each: each.first), days)


def _tier(score: float, medium: float, high: float) -> str:
    return "high" if score >= high else "medium" if score >= medium else "low"


def _settled(found: list[Jump], days: Array) -> list[Jump]:
    """Without the small jumps beside a large one: its sets come to rest in them."""
    return [
        each
        for each in found
        if not any(
            abs(each.da_km) < BESIDE * abs(large.da_km)
            and abs(each.di_deg) <= abs(large.di_deg)
            and days[each.first] <= days[large.last] + SETTLE_DAYS
            and days[large.first] <= days[each.last] + SETTLE_DAYS
            for large in found
        )
    ]


def _sinks(rows: Array) -> Array:
    """Kilometres that drag takes off the semi-major axis between a set and the next, by the rate
    that the earlier one tells (NDOT, half of it)."""
    axis = (MU / (rows["n"] * np.pi / 43_200.0) ** 2) ** (1.0 / 3.0)
    daily = 4.0 / 3.0 * axis * np.abs(rows["ndot"]) / rows["n"]
    return daily[:-1] * np.diff(rows["epoch"]) / DAY


def _large(x: Array, least: float) -> float:
    """The sum, where it is more than what sets differ by."""
    total = float(x.sum())
    return total if abs(total) >= least else 0.0


def _axis(states: Array) -> Array:
    with np.errstate(all="ignore"):
        r = np.linalg.norm(states[:, :3], axis=1)
        return 1.0 / (2.0 / r - (states[:, 3:6] ** 2).sum(1) / MU)


def _runs(
    days: Array, x: Array, floor: float, sigma: float, least: float
) -> list[tuple[int, int, float]]:
    """(first set, last set, scatters) of jumps of one sign on end that are large together."""
    s = np.maximum(_scatter(days, x), floor)
    found: list[tuple[int, int, float]] = []
    k = 0
    while k < len(x):
        if abs(x[k]) < ENTER * s[k]:
            k += 1
            continue
        end = k + 1
        while end < len(x) and x[end] * x[k] > 0 and abs(x[end]) >= ENTER * s[end]:
            if days[end + 1] - days[k] > LONGEST_DAYS:
                break
            end += 1
        total = float(x[k:end].sum())
        score = abs(total) / float(np.sqrt((s[k:end] ** 2).sum()))
        beside = (float(x[end]) if end < len(x) else 0.0, float(x[k - 1]) if k else 0.0)
        bad = any(abs(total + each) < TAKEN_BACK * max(abs(total), abs(each)) for each in beside)
        if abs(total) >= least and score >= sigma and not bad:
            found.append((_begin(days, x, s, k, end), end, score))
        k = end
    return found


def _begin(days: Array, x: Array, s: Array, k: int, end: int) -> int:
    """The first set of a run with the small jumps of the same sign before it."""
    first = k
    while first > 0 and x[first - 1] * x[k] > 0 and abs(x[first - 1]) >= BACK * s[first - 1]:
        if days[first + 1] - days[first - 1] > 2.5 or days[end] - days[first - 1] > LONGEST_DAYS:
            break
        first -= 1
    return first


def _scatter(days: Array, x: Array) -> Array:
    """The median size of jumps around each, as a standard deviation."""
    middle = (days[1:] + days[:-1]) / 2.0
    return 1.4826 * median_around(np.abs(x), middle, middle, AROUND_DAYS)


def histories(state: State) -> Iterator[Array]:
    """The sets of each object that has enough of them, in order of time."""
    table = state.table()
    parameters: Parameters = state.context.parameters
    _, begins, many = np.unique(table["norad"], return_index=True, return_counts=True)
    for begin, count in zip(begins.tolist(), many.tolist(), strict=True):
        if count >= parameters.manoeuvre_sets:
            yield table[begin : begin + count]


def manoeuvres(state: State) -> list[Seen]:
    """A finding for each jump that is not the atmosphere's."""
    parameters: Parameters = state.context.parameters
    found = [(rows, jump) for rows in histories(state) for jump in jumps(rows, parameters)]
    stormy = _storms(state, found, parameters)
    return [
        _seen(rows, jump)
        for rows, jump in found
        if not (jump.da_km < 0 and int(rows["epoch"][jump.last]) // DAY in stormy)
    ]


def _storms(state: State, found: list[tuple[Any, Jump]], parameters: Parameters) -> set[int]:
    """Days on which more than a share of the objects with a history sank."""
    many = sum(1 for _ in histories(state))
    if many < STORM_OBJECTS:
        return set()
    fell: dict[int, set[int]] = {}
    for rows, jump in found:
        if jump.da_km < 0:
            day = int(rows["epoch"][jump.last]) // DAY
            for each in (day - 1, day, day + 1):
                fell.setdefault(each, set()).add(int(rows["norad"][0]))
    return {day for day, who in fell.items() if len(who) > parameters.storm_share * many}


def between(one: Any, two: Any) -> tuple[int, int]:
    """From when to when (µs UTC) a manoeuvre was that shows between two sets."""
    before, after = AROUND_H[bool(two["n"] < DEEP_REV)]
    return int(one["epoch"]) - before * HOUR, int(two["epoch"]) + after * HOUR


def _seen(rows: Array, jump: Jump) -> Seen:
    one, two = rows[jump.first], rows[jump.last]
    axis = (MU / (float(two["n"]) * np.pi / 43_200.0) ** 2) ** (1.0 / 3.0)
    speed = float(np.sqrt(MU / axis)) * 1e3
    along = speed * jump.da_km / (2.0 * axis)
    across = speed * float(np.radians(jump.di_deg))
    return Seen(
        "manoeuvre",
        Span(*between(one, two), "h"),
        (subject(int(two["norad"])),),
        {
            "dv_ms": round(float(np.hypot(along, across)), 4),
            "da_m": round(jump.da_km * 1e3, 1),
            "di_deg": round(jump.di_deg, 4),
            "score": round(jump.score, 1),
            "confidence": jump.tier,
            "after": format_instant(int(one["epoch"])),
            "before": format_instant(int(two["epoch"])),
        },
        (one, two),
        credibility=CREDIBLE[jump.tier],
    )
