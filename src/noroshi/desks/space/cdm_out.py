"""Conjunction data messages out (CCSDS 508.0-B-1), KVN or XML, of what screening found.

A message needs a covariance of either object, and public elements have none. What is written is the
assumed one, of the proportions that are set and of the size at which the probability is largest:
COVARIANCE_METHOD says DEFAULT, COLLISION_PROBABILITY_METHOD says ALFANO-MAX-PROBABILITY, and a
comment says that the whole is of screening grade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import numpy as np

from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.cdm import COVARIANCE, RATES, STATE, Body, Cdm
from noroshi.desks.space.conjunction import chances, current, start
from noroshi.desks.space.elements import sgp4
from noroshi.desks.space.frames import to_j2000
from noroshi.desks.space.probability import axes
from noroshi.desks.space.screen import FAST_KMS, beside
from noroshi.desks.space.state import digest
from noroshi.desks.space.times import iso
from noroshi.words.time import DAY, MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noroshi.desks.space.state import State
    from noroshi.words.desk import Array

METHOD: Final = "ALFANO-MAX-PROBABILITY"
"""As SANA's register of probability methods names it (sanaregistry.org/r/cdm_cpm)."""

NOTE: Final = (
    "Screening grade: states from public mean elements by SGP4, kilometres uncertain along the"
    " orbit. Not for manoeuvre decisions.",
    "The covariances are assumed: of the size at which the probability is largest.",
)


def screened(
    state: State, numbers: Sequence[int], days: float, within_km: float, originator: str
) -> list[Cdm]:
    """A message for each approach below `within_km`, from the sets' own present on: of one number
    with all others, or of several among themselves. OBJECT1 is the one asked for, or the first.
    `ValueError` naming a number that is not among the newest sets."""
    at = start(state.table(), state.context.parameters)
    rows = current(state, at)
    places = np.flatnonzero(np.isin(rows["norad"], numbers))
    if len(places) < len(set(numbers)):
        gone = next(n for n in numbers if n not in rows["norad"][places])
        raise ValueError(f"{gone} is not among the newest sets")
    if len(places) > 1:
        rows, places = rows[places], np.arange(len(places))
    catalogue = Catalogue(sgp4(rows))
    found = beside(catalogue, places, at, at + round(days * DAY), within_km)
    found = found.chosen(found.kms >= FAST_KMS)
    if not len(found):
        return []
    value, scale, hbr = chances(state, catalogue, rows, found)
    rank = {number: n for n, number in enumerate(numbers)}
    messages: list[Cdm] = []
    for n in range(len(found)):
        pair = [int(found.a[n]), int(found.b[n])]
        pair.sort(key=lambda k: rank.get(int(rows["norad"][k]), len(rank)))
        tca = int(found.at[n])
        states = catalogue.states_at(np.array(pair), np.array([found.minutes[n]] * 2))
        one, two = (
            _body(state, rows[k], each, tca, float(scale[n]))
            for k, each in zip(pair, states, strict=True)
        )
        sets = "_".join(digest(rows[k])[:8] for k in pair)
        messages.append(Cdm(
            tca=tca // MS * MS, created=at, originator=originator,
            message=f"{one.designator}_conj_{two.designator}_{_stamp(tca)}_{sets}",
            miss_m=round(float(found.km[n]) * 1e3, 3), speed_ms=round(float(found.kms[n]) * 1e3, 3),
            probability=float(f"{value[n]:.6e}"), method=METHOD, hbr_m=round(float(hbr[n]), 3),
            one=one, two=two,
        ))  # fmt: skip
    return messages


def _stamp(at: int) -> str:
    return iso(at)[:19].replace("-", "").replace(":", "")


def _body(state: State, row: Any, told: Array, at: int, along_km: float) -> Body:
    """One object with its state in EME2000 and the covariance that is assumed of it."""
    number = int(row["norad"])
    known = state.known.get(number)
    parameters = state.context.parameters
    turn = to_j2000(at)
    r, v = turn @ told[:3], turn @ told[3:6]
    size = along_km * 1e3 / parameters.error_along_m
    radial, along, across = (
        (size * each) ** 2
        for each in (parameters.error_radial_m, parameters.error_along_m, parameters.error_across_m)
    )
    # On a round orbit an error along is one of the radial rate, and the other way about.
    rate2 = (float(np.linalg.norm(np.cross(r, v))) / float(r @ r)) ** 2
    speeds = {"CRDOT_RDOT": along * rate2, "CTDOT_TDOT": radial * rate2,
              "CNDOT_NDOT": across * rate2}  # fmt: skip
    kind = known.type if known is not None else ""
    return Body(
        designator=str(number), name=known.name if known is not None else "",
        cospar=known.cospar if known is not None else "", frame="EME2000",
        state=tuple(np.concatenate([r, v]).tolist()),
        covariance=(radial, 0.0, along, 0.0, 0.0, across),
        rates=tuple(speeds.get(name, 0.0) for name in RATES),
        manoeuvrable="NO" if kind in ("DEBRIS", "ROCKET BODY") else "", assumed=True,
        comment=f"Elements of {iso(int(row['epoch']))[:19]}, {(at - int(row['epoch'])) / DAY:.2f} d"
        " before closest approach",
    )  # fmt: skip


Fields = dict[str, tuple[str, str]]
"""Values as text with their unit."""


def write(messages: Sequence[Cdm], form: str) -> str:
    """Messages as `kvn`, one after the other, or `xml`, in one document, with what each has."""
    if form == "kvn":
        return "\n".join(_kvn(each) for each in messages)
    body = "\n".join(map(_xml, messages))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ndm>\n{body}\n</ndm>\n'


def _notes(cdm: Cdm) -> tuple[str, ...]:
    return NOTE if cdm.one.assumed or cdm.two.assumed else ()


def _head(cdm: Cdm) -> Fields:
    return {"CREATION_DATE": (iso(cdm.created)[:-3], ""), "ORIGINATOR": (cdm.originator, ""),
            "MESSAGE_ID": (cdm.message, "")}  # fmt: skip


def _passing(cdm: Cdm) -> Iterator[Fields]:
    """The relative data in the order of the standard's table: encounter, geometry, probability."""
    first: Fields = {"TCA": (iso(cdm.tca)[:-3], ""), "MISS_DISTANCE": (f"{cdm.miss_m:.3f}", "m")}
    if cdm.speed_ms is not None:
        first["RELATIVE_SPEED"] = (f"{cdm.speed_ms:.3f}", "m/s")
    yield first
    geometry: Fields = {}
    if cdm.one.state and cdm.two.state and cdm.one.frame == cdm.two.frame:
        one, two = (np.array(each.state) * 1e3 for each in (cdm.one, cdm.two))
        turn = axes(one[:3], one[3:])
        for what, part, unit in (("POSITION", slice(3), "m"), ("VELOCITY", slice(3, 6), "m/s")):
            for axis, value in zip("RTN", turn @ (two - one)[part], strict=True):
                geometry[f"RELATIVE_{what}_{axis}"] = (f"{value:.3f}", unit)
    yield geometry
    last: Fields = {}
    if cdm.probability is not None:
        last["COLLISION_PROBABILITY"] = (f"{cdm.probability:.6e}", "")
        last["COLLISION_PROBABILITY_METHOD"] = (cdm.method, "")
    yield last


def _about(body: Body, n: int) -> Fields:
    method = "DEFAULT" if body.assumed or body.covariance is None else "CALCULATED"
    return {
        "OBJECT": (f"OBJECT{n}", ""),
        "OBJECT_DESIGNATOR": (body.designator, ""),
        "CATALOG_NAME": ("SATCAT", ""),
        "OBJECT_NAME": (body.name or "UNKNOWN", ""),
        "INTERNATIONAL_DESIGNATOR": (body.cospar or "UNKNOWN", ""),
        "EPHEMERIS_NAME": ("NONE", ""),
        "COVARIANCE_METHOD": (method, ""),
        "MANEUVERABLE": (body.manoeuvrable or "N/A", ""),
        "REF_FRAME": (body.frame, ""),
    }


def _state(body: Body) -> Fields:
    pairs = zip(STATE, body.state or (), strict=False)
    return {name: (f"{x:.9f}", "km/s" if name.endswith("DOT") else "km") for name, x in pairs}


def _errors(body: Body) -> Fields:
    pairs = zip(COVARIANCE + RATES, (body.covariance or ()) + (body.rates or ()), strict=False)
    units = {0: "m**2", 1: "m**2/s", 2: "m**2/s**2"}
    return {name: (f"{value:.9e}", units[name.count("DOT")]) for name, value in pairs}


def _kvn(cdm: Cdm) -> str:
    lines = ["CCSDS_CDM_VERS = 1.0", *(f"COMMENT {each}" for each in _notes(cdm))]
    # Comments stand at the head of a section.
    radius = [] if cdm.hbr_m is None else [f"COMMENT HBR = {cdm.hbr_m:g} [m]"]
    lines += [*_lines(_head(cdm)), *radius]
    for part in _passing(cdm):
        lines += _lines(part)
    for n, body in enumerate((cdm.one, cdm.two), start=1):
        lines += [f"COMMENT {body.comment}"] if body.comment else []
        for part in (_about(body, n), _state(body), _errors(body)):
            lines += _lines(part)
    return "\n".join(lines) + "\n"


def _lines(part: Fields) -> Iterator[str]:
    for key, (value, unit) in part.items():
        yield f"{key:<28} = {value}{f' [{unit}]' if unit else ''}"


def _xml(cdm: Cdm) -> str:
    first, geometry, last = map(_tags, _passing(cdm))
    notes = "".join(f"<COMMENT>{escape(each)}</COMMENT>" for each in _notes(cdm))
    radius = "" if cdm.hbr_m is None else f"<COMMENT>HBR = {cdm.hbr_m:g} [m]</COMMENT>"
    segments = "".join(
        f"<segment><metadata>{_inside('COMMENT', escape(body.comment))}{_tags(_about(body, n))}"
        "</metadata><data>"
        f"{_inside('stateVector', _tags(_state(body)))}"
        f"{_inside('covarianceMatrix', _tags(_errors(body)))}</data></segment>"
        for n, body in enumerate((cdm.one, cdm.two), start=1)
    )
    return (
        f'<cdm id="CCSDS_CDM_VERS" version="1.0"><header>{notes}{_tags(_head(cdm))}</header>'
        f"<body><relativeMetadataData>{radius}{first}"
        f"{_inside('relativeStateVector', geometry)}{last}</relativeMetadataData>"
        f"{segments}</body></cdm>"
    )


def _inside(tag: str, content: str) -> str:
    return f"<{tag}>{content}</{tag}>" if content else ""


def _tags(part: Mapping[str, tuple[str, str]]) -> str:
    return "".join(
        f'<{key} units="{unit}">{value}</{key}>' if unit else f"<{key}>{escape(value)}</{key}>"
        for key, (value, unit) in part.items()
    )
