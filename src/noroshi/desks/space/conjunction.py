"""Approaches: the catalogue against itself, protected satellites against all, what messages say.

The instant that screening starts from is the data's, not the clock's (`Parameters.at`). Of several
sets of one object the last one made by then counts; of several objects with one international
designator (a GP and a SupGP set of one satellite) the one with the newest set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from noroshi.desks.space import probability
from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.cdm import Cdm
from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.findings import Seen, satellites, subject
from noroshi.desks.space.screen import FAST_KMS, Approaches, beside, screen
from noroshi.desks.space.state import digest
from noroshi.words.time import DAY, HOUR, MS, Span, format_instant, parse_partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.space.parameters import Parameters
    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

AHEAD: int = DAY
"""A set whose epoch lies so far after the start counts as made by then: operators publish ahead."""


def start(table: Array, parameters: Parameters) -> int:
    """The instant that screening starts from."""
    if parameters.at:
        return parse_partial(parameters.at).t0
    last = np.flatnonzero(np.append(np.diff(table["norad"]) != 0, True))
    reached = np.quantile(table["epoch"][last], 0.9, method="higher")
    return -(-int(reached) // HOUR) * HOUR


def current(state: State, at: int) -> Array:
    """The set that counts of each object at an instant, by number."""
    table = state.table()
    table = table[table["epoch"] <= at + AHEAD]
    if not len(table):
        return table
    last = np.append(np.diff(table["norad"]) != 0, True)
    rows = table[last]
    names = [
        state.known[int(each)].cospar if int(each) in state.known else "" for each in rows["norad"]
    ]
    newest: dict[str, int] = {}
    for n, cospar in enumerate(names):
        held = newest.setdefault(cospar or f"#{n}", n)
        if rows["epoch"][n] > rows["epoch"][held]:
            newest[cospar] = n
    return rows[sorted(newest.values())]


def conjunctions(state: State) -> Iterator[Seen]:
    """Approaches by screening: all of protected satellites, close or likely ones of others."""
    parameters: Parameters = state.context.parameters
    if not len(state.table()):
        return
    at = start(state.table(), parameters)
    rows = current(state, at)
    if len(rows) < 2:
        return
    catalogue = Catalogue(sgp4(rows), card=parameters.card)
    protected = satellites(state)
    own = np.array([subject(int(each)) in protected for each in rows["norad"]])
    found = screen(catalogue, at, at + round(parameters.screen_days * DAY), parameters.screen_km)
    close = _seen(state, catalogue, rows, found, at, own)
    yield from close
    if own.any():
        more = beside(
            catalogue, np.flatnonzero(own), at + round(parameters.screen_days * DAY),
            at + round(parameters.asset_days * DAY), parameters.screen_km,
        )  # fmt: skip
        yield from _seen(state, catalogue, rows, more, at, own)


def chances(
    state: State, catalogue: Catalogue, rows: Array, found: Approaches
) -> tuple[Array, Array, Array]:
    """The largest probability of each approach, the error (km) at which it is reached, and the
    combined hard-body radius (m)."""
    parameters: Parameters = state.context.parameters
    kinds = [state.known[int(n)].type if int(n) in state.known else "" for n in rows["norad"]]
    names = [state.known[int(n)].name if int(n) in state.known else "" for n in rows["norad"]]
    radius = np.array(
        [_radius(kind, name, parameters) for kind, name in zip(kinds, names, strict=True)]
    )
    hbr = radius[found.a] + radius[found.b]
    one, two = (
        catalogue.states_at(found.a, found.minutes),
        catalogue.states_at(found.b, found.minutes),
    )
    shape = (parameters.error_radial_m / 1e3, parameters.error_along_m / 1e3,
             parameters.error_across_m / 1e3)  # fmt: skip
    value, scale = probability.screening(
        one[:, :3], one[:, 3:6], two[:, :3], two[:, 3:6], hbr / 1e3, shape
    )
    return value, scale, hbr


def _radius(kind: str, name: str, parameters: Parameters) -> float:
    other = kind in ("DEBRIS", "ROCKET BODY") or name.endswith((" DEB", " R/B"))
    return parameters.other_radius_m if other else parameters.payload_radius_m


def _seen(
    state: State, catalogue: Catalogue, rows: Array, found: Approaches, at: int, own: Array
) -> Iterator[Seen]:
    parameters: Parameters = state.context.parameters
    found = found.chosen(found.kms >= FAST_KMS)
    if not len(found):
        return
    value, scale, hbr = chances(state, catalogue, rows, found)
    method = (
        "SGP4; largest 2D probability over all errors in proportion "
        f"{parameters.error_radial_m:g}:{parameters.error_along_m:g}:{parameters.error_across_m:g}"
    )
    told = own[found.a] | own[found.b]
    told |= (found.km < parameters.alert_km) | (value >= parameters.alert_probability)
    for n in np.flatnonzero(told).tolist():
        pair = sorted((rows[found.a[n]], rows[found.b[n]]), key=lambda row: int(row["norad"]))
        tca = int(found.at[n])
        ages = [abs(tca - int(row["epoch"])) / DAY for row in pair]
        deep = [bool(catalogue.deep[each]) for each in (found.a[n], found.b[n])]
        limit = parameters.old_deep_days if all(deep) else parameters.old_days
        measures: dict[str, Measure] = {
            "tca": format_instant(tca // MS * MS),
            "miss_km": round(float(found.km[n]), 4),
            "speed_kms": round(float(found.kms[n]), 4),
            "probability_max": float(f"{value[n]:.3e}"),
            "worst_error_km": round(float(scale[n]), 4),
            "hbr_m": round(float(hbr[n]), 1),
            "grade": "screening",
            "method": method,
            "ages_d": ", ".join(f"{age:.2f}" for age in ages),
            "sets": ", ".join(digest(row) for row in pair),
            "state": "old elements" if max(ages) > limit else "current elements",
        }
        yield Seen(
            "conjunction",
            Span(tca // MS * MS, tca // MS * MS + MS, "ms"),
            tuple(subject(int(row["norad"])) for row in pair),
            measures,
            tuple(pair),
            credibility=4 if max(ages) > limit else 3,
        )


def told(state: State) -> Iterator[Seen]:
    """Conjunctions that messages tell of, by the probability of their own states and covariances;
    of several messages about one encounter the last one made."""
    parameters: Parameters = state.context.parameters
    last: dict[tuple[str, str, int], tuple[int, str, Any, Cdm]] = {}
    for received in sorted(state.messages):
        cdm = msgspec.json.decode(received.body, type=Cdm)
        pair = sorted((cdm.one.designator, cdm.two.designator))
        # An encounter of one pair is told apart from the next by a quarter of an hour.
        key = (pair[0], pair[1], cdm.tca // (15 * 60_000_000))
        held = last.get(key)
        if held is None or (cdm.created, received.body) > held[:2]:
            last[key] = (cdm.created, received.body, received, cdm)
    for _, _, received, cdm in last.values():
        yield _message(cdm, received, parameters)


def _message(cdm: Cdm, received: Any, parameters: Parameters) -> Seen:
    assumed = cdm.one.assumed or cdm.two.assumed
    hbr = cdm.hbr_m or parameters.payload_radius_m + parameters.other_radius_m
    own = probability.of_message(cdm, hbr)
    measures: dict[str, Measure] = {
        "tca": format_instant(cdm.tca),
        "miss_km": round(cdm.miss_m / 1e3, 6),
        "grade": "screening" if assumed else "message",
        "method": f"states and {'assumed ' if assumed else ''}covariances of the message; 2D "
        "(Foster) at closest approach, "
        f"hard-body radius {'of the message' if cdm.hbr_m else 'assumed'}",
        "hbr_m": hbr,
        "message": cdm.message or "—",
        "originator": cdm.originator or "—",
    }
    if cdm.speed_ms is not None:
        measures["speed_kms"] = cdm.speed_ms / 1e3
    if cdm.probability is not None:
        measures["probability_told"] = cdm.probability
    one, two = cdm.one, cdm.two
    if own is not None:
        measures["probability"] = float(f"{own.value:.4e}")
        measures["probability_max"] = float(f"{own.largest:.4e}")
        flags = {"diluted": own.diluted, "slow": own.slow, "covariance mended": own.clipped,
                 "covariance assumed": assumed,
             "covariance of one object": None in (one.covariance, two.covariance)}  # fmt: skip
        measures["flags"] = ", ".join(name for name, set_ in flags.items() if set_) or "none"
    objects = tuple(f"norad:{each}" for each in sorted((cdm.one.designator, cdm.two.designator)))
    return Seen(
        "conjunction",
        Span(cdm.tca // MS * MS, cdm.tca // MS * MS + MS, "ms"),
        objects,
        measures,
        places=((received.source, received.place, received.length),),
        credibility=4 if assumed else 2,
        cell="message",
    )
