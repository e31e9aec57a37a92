"""Every number the space desk detects by, with where it comes from. `[desk.space]` may set any."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from noroshi.words.errors import BadConfig
from noroshi.words.time import parse_partial


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of detecting, in the unit of the name."""

    at: str = ""
    """The instant that screening starts from (RFC 3339, or a day). Without it, the whole hour after
    which one element set in ten was made: a desk has no clock, and a catalogue holds some sets from
    the future."""

    card: bool = False
    """Work out states on a graphics card (`pip install noroshi[cuda]`). What is found is the same:
    every approach is refined by the processor."""

    screen_km: float = 5.0
    """Approaches below this are looked for (CelesTrak SOCRATES, 5 km)."""

    screen_days: float = 1.0
    """Days for which the whole catalogue is screened against itself. Ours: a day's answer is good
    for a day; public elements are kilometres out after a week."""

    asset_days: float = 7.0
    """Days for which protected satellites are screened against all (SOCRATES, 7 days)."""

    alert_km: float = 1.0
    """Approaches of other than protected satellites become findings below this. Ours: the rest,
    some 24,000 a day below 5 km, is more than anybody reads, and is not told."""

    alert_probability: float = 1e-4
    """Or above this largest probability (NASA CARA, the usual threshold to act on)."""

    payload_radius_m: float = 15.0
    """Hard-body radius of a payload. Ours, after the commonest of CARA's messages (15 to 20 m)."""

    other_radius_m: float = 5.0
    """And of anything else. Ours."""

    error_radial_m: float = 100.0
    error_along_m: float = 300.0
    error_across_m: float = 100.0
    """Proportions of the assumed errors (SOCRATES, 100 : 300 : 100 m)."""

    old_days: float = 5.0
    """Elements of a near-earth object are old after this. Ours: errors along the orbit grow to tens
    of kilometres."""

    old_deep_days: float = 15.0
    """And of a deep-space object."""

    proximity_km: float = 50.0
    """Two objects keep company below this. Ours: within it the whole relative orbit of a co-planar
    inspector lies."""

    proximity_deep_km: float = 100.0
    """The same in deep space (0.13° at the geostationary ring)."""

    proximity_kms: float = 0.1
    """And with relative speeds below this."""

    proximity_hours: float = 4.5
    """Shortest company in low orbit: three revolutions. Ours."""

    proximity_deep_hours: float = 72.0
    """And in deep space, three days. Ours: drifting past takes less."""

    proximity_step_min: float = 30.0
    """Company is looked for at instants so far apart. Ours: a third of a revolution."""

    shadow_days: float = 7.0
    """Company of a protected satellite that lasts so long is shadowing; so is shorter company that
    follows a manoeuvre of the other object within `shadow_after_days`."""

    shadow_after_days: float = 14.0
    """See `shadow_days`. Ours."""

    manoeuvre_sigma: float = 5.0
    """A jump of the orbit beyond this many robust standard deviations of the object's own jumps is
    a manoeuvre: in deep space, of inclination, and where an object's history begins and ends. Tuned
    on CryoSat-2, Jason-1 and SARAL (docs/space.md)."""

    manoeuvre_bend: float = 2.5
    """Elsewhere, least score of a bend: the geometric mean of how surely phases bend, by how much,
    and how far the height steps, in the object's own scatter. Tuned on the same."""

    manoeuvre_da_m: float = 3.0
    """Least change of the semi-major axis of a near-earth object, metres; tuned on the same."""

    manoeuvre_deep_da_m: float = 1000.0
    """And of a deep-space one. Ours: Sun and Moon leave some hundreds of metres in the sets."""

    manoeuvre_di_deg: float = 0.01
    """Least change of inclination, degrees. Ours: sets differ by thousandths."""

    manoeuvre_sets: int = 20
    """Fewest element sets by which an object's own scatter is known."""

    storm_share: float = 0.3
    """Where more than this share of the objects held jump the same day, it is the atmosphere."""

    breakup_pieces: int = 5
    """New pieces of one launch that make a break-up, in `breakup_days`. Ours."""

    breakup_days: float = 14.0
    """See `breakup_pieces`. Ours."""

    reentry_km: float = 200.0
    """Perigees below this are watched. Ours: days are left there."""

    reentry_rev: float = 15.95
    """And mean motions above this with the orbit sinking."""

    reentry_days: float = 30.0
    """Re-entries expected later than this are not told. Ours: the window is as wide."""

    constellation_share: float = 0.05
    """A constellation changed when at least this share of it, and three, changed height."""


def parameters(table: Mapping[str, Any]) -> Parameters:
    """`[desk.space]` as `Parameters`. Raises `BadConfig` naming the key and what was expected."""
    try:
        found = msgspec.convert(dict(table), Parameters)
    except msgspec.ValidationError as problem:
        known = ", ".join(Parameters.__struct_fields__)
        raise BadConfig("[desk.space]", str(problem), hint=f"the keys are {known}") from problem
    for key in Parameters.__struct_fields__:
        # Neither `nan` nor `inf` is a threshold, and TOML has both.
        if key not in ("at", "card") and not 0 < getattr(found, key) < math.inf:
            raise BadConfig(
                f"[desk.space] {key}", "must be above 0", found=str(getattr(found, key))
            )
    if found.card:
        _card()
    if found.at:
        try:
            parse_partial(found.at)
        except ValueError as problem:
            raise BadConfig("[desk.space] at", str(problem)) from problem
    return found


def _card() -> None:
    """That there is one."""
    try:
        usable = importlib.import_module("numba.cuda").is_available()
    except ImportError as problem:
        usable, found = False, str(problem)
    else:
        found = "none that CUDA can use"
    if not usable:
        raise BadConfig(
            "[desk.space] card", "there is no graphics card", found=found,
            hint="it needs the extra `cuda` and a driver; without them leave the key out",
        )  # fmt: skip
