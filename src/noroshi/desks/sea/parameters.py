"""Every number the sea desk detects by, with where it comes from. `[desk.sea]` may set any of them.

Sources: GFW is Global Fishing Watch's published pipelines (anchorages_pipeline, pipe-encounters)
and dataset documentation; M.1371 is ITU-R M.1371-5; "ours" says that we chose it, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from noroshi.words.errors import BadConfig

KNOT_MS = 1852.0 / 3600.0
"""Metres per second in one knot (international nautical mile, 1852 m)."""


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of detecting; distances, times and speeds in the unit of the name."""

    grain_s: int = 60
    """One position per vessel and `grain_s` is kept (the earliest). Ours: every rule below works on
    minutes; it bounds memory whatever the reporting rate (2–10 s under way, M.1371 table 1)."""

    clock_off_s: float = 5.0
    """A station's clock is off by this or more. Ours: what comes between a ship's position, its
    slot and the station's stamp is 1 to 4 s in the logs of the Danish, Norwegian and Australian
    authorities."""

    clock_steady_s: float = 5.0
    """A clock that is off steadily is set right: its offset differs from message to message by less
    (median absolute deviation). Ours."""

    clock_messages: int = 10
    """Fewest messages that two stations heard both, or positions with a UTC second, by which clocks
    are compared. Ours."""

    clock_stations: int = 3
    """Fewest base stations whose UTC is believed against a log's times, unless ships' UTC seconds
    agree. Ours: one may be years out."""

    jump_kn: float = 60.0
    """A leg that would need more than this, and is longer than `jump_m`, is no movement of one
    ship: the track breaks there. Ours: above the fastest ferries in service (58 kn)."""

    jump_m: float = 5_000.0
    """See `jump_kn`. Ours: shorter leaps are positioning error or coarse clocks."""

    leap_messages: int = 2
    """An impossible move is confirmed by so many positions on either side; shorter segments are
    errors. Ours: a single wild position is the commonest error of all."""

    attach_m: float = 1_000.0
    """An identity that makes impossible legs is attached anew, each position to the track whose
    dead reckoning it fits best: that is out by about this. Ours: tables to the minute, currents,
    and turns between two reports."""

    attach_kn: float = 5.0
    """And by this much more with time. Ours: a ship that changes its speed or course."""

    attach_ahead_s: int = 3_600
    """A reported speed and course is held for so long at most, then the ship is taken to stay.
    Ours."""

    attach_rest_m: float = 400.0
    """A ship that lay still is within about this of where it lay. Ours: at anchor it swings round
    on some hundred metres of chain."""

    attach_leave: float = 4.5
    """What it costs that such a ship has left instead: minus the logarithm of a likelihood of one
    in ninety. Ours, from the tuned halves of the scores."""

    attach_new: float = 16.0
    """What a new track costs: minus the logarithm of a likelihood, as attaching does. Ours: about
    that of one more ship anywhere on the seas (1 km² among 3.6 × 10⁸, -ln: 19.7), less what a
    shared identity is likelier than that."""

    clash_min_s: int = 600
    """Shortest time that an identity is heard by turns at two places (ours, 10 min)."""

    clash_turns: int = 3
    """Fewest changes of place: there, back, and there again. Ours: less is a move and a return."""

    clash_late_s: int = 21_600
    """A track that lies where another came by in this time before or after is no other ship: a
    receiver that delivers late, or its clock. Ours: an hour and more is seen of satellites."""

    slow_kn: float = 0.2
    """A vessel begins to be stationary below this (GFW anchorages_pipeline, begin)."""

    fast_kn: float = 0.5
    """A stationary vessel moves again above this (GFW anchorages_pipeline, end)."""

    stop_min_s: int = 3_600
    """Shortest `stop`. Ours: a pilot boarding or a lock takes less."""

    stop_spread_m: float = 1_000.0
    """A stop ends where a position lies farther from its first one: the diameter of GFW's
    stationary circle of 0.5 km, as an anchored ship swings round and may begin at its rim."""

    stop_gap_s: int = 14_400
    """Nothing heard for longer ends a stop (GFW anchorages_pipeline, port gap, 4 h)."""

    stop_near_m: float = 5_000.0
    """A stop is named after the nearest port or anchorage within this. Ours: World Port Index
    points are given to the minute of arc and stand for a whole harbour."""

    port_entry_m: float = 3_000.0
    """A visit begins within this of an anchorage or port (GFW anchorages_pipeline)."""

    port_exit_m: float = 4_000.0
    """A visit ends beyond this of every anchorage or port (GFW anchorages_pipeline)."""

    port_gap_s: int = 14_400
    """Silence within a port for longer counts as a port gap (GFW anchorages_pipeline, 4 h)."""

    port_silence_s: int = 604_800
    """Of what a ship did in a longer silence nothing is known, in port neither: no visit goes on
    through it. Ours: a week, for which positions are held at least."""

    port_stop_min_s: int = 900
    """Shortest stop that counts for a visit. Ours: a ferry's turn-round."""

    port_confidence: int = 2
    """Visits below this confidence (1–4, GFW port visits) are not found: 1 is passing by."""

    gap_min_s: int = 21_600
    """Shortest `gap`, 6 h (GFW pipe-gaps, table of all gaps; Skylight, potential dark activity)."""

    gap_near_m: float = 20_000.0
    """Others heard within this of the last position tell that it could be heard. Ours: well within
    the reach of one shore station, so that its coverage there is much the same."""

    gap_witnesses: int = 2
    """So many others show coverage. Ours: one may be loud or carry the receiver."""

    gap_together: float = 0.5
    """An hour of silence counts where at least this share of as many others are heard nearby as in
    the median hour of `gap_before_s` before; else a receiver has fallen silent. Ours: half."""

    gap_share: float = 0.1
    """Where more than this share of the others heard there within `gap_before_s`, and
    `gap_witnesses` at least, fall silent as well, silence is ordinary: a receiver has failed, or
    its reach ends. Ours: one ship in ten."""

    gap_way_m: float = 10_000.0
    """Somebody is heard within this of every so many metres of the ship's way. Ours: half of
    `gap_near_m`, so that those at the ends of a way do not stand for its middle."""

    gap_margin_s: int = 1_800
    """Others count only so far from either end of the silence. Ours: who falls silent and returns
    with the ship shows an outage of the receiver."""

    gap_ahead_s: int = 7_200
    """Another must be heard as well where the ship would be after this. Ours: a ship under way has
    left a shore station's 20 nautical miles by then."""

    gap_look_s: int = 86_400
    """Others count only in so much of a silence from its beginning. Ours: bounds the work."""

    gap_before: int = 14
    """A ship heard so often in `gap_before_s` is one that is heard (Welch et al. 2022)."""

    gap_before_s: int = 43_200
    """See `gap_before`: 12 h (Welch et al. 2022)."""

    gap_class: int = 3
    """Gaps below this class are not found: 1 coverage, 2 possible, 3 likely."""

    encounter_m: float = 500.0
    """Two vessels meet within this (GFW pipe-encounters, 0.5 km)."""

    encounter_min_s: int = 7_200
    """Shortest encounter (GFW pipe-encounters, 2 h)."""

    encounter_kn: float = 2.0
    """The median speed of an encounter is below this (GFW encounters, 2 kn)."""

    encounter_port_m: float = 10_000.0
    """An encounter is at least this far from every anchorage or port (GFW encounters, 10 km)."""

    encounter_short_m: float = 250.0
    """The short form of an encounter is within this (Skylight, standard rendezvous)."""

    encounter_short_min_s: int = 1_800
    """And lasts at least so long (Skylight, standard rendezvous: 30 min)."""

    swap_s: int = 600
    """An identity ends and another begins within this. Ours: a transponder is set anew in minutes
    (a minute in the case of 3 January 2025)."""

    swap_m: float = 500.0
    """And within this of where the first would be by then. Ours: some 15 m in that case; the rest
    is for a turn meanwhile."""

    swap_kn: float = 3.0
    """Their speeds differ by at most this. Ours."""

    swap_known_s: int = 3_600
    """Each was heard for so long on its side, and the log reaches as far beyond. Ours: else the
    beginning and the end of every log would be full of swaps."""

    swap_letters: int = 3
    """Names are near that differ in at most so many letters, and in less than half. Ours."""

    land_kn: float = 3.0
    """A vessel on land moves above this. Ours: docks and yards are land on every map."""

    land_port_m: float = 20_000.0
    """No port or anchorage is within this. Ours: river ports are known, their rivers are not."""

    land_messages: int = 3
    """So many positions on end at least. Ours: fewer are an error of the radio."""

    land_gap_s: int = 3_600
    """A longer silence ends a time on land. Ours."""

    loiter_kn: float = 2.0
    """Hours at a mean speed below this are slow (GFW pipe-loitering)."""

    loiter_min_s: int = 14_400
    """Shortest loitering on the open sea (GFW's reports to fisheries bodies, 4 h)."""

    loiter_port_m: float = 37_040.0
    """The open sea is so far from every port and anchorage: 20 nautical miles (GFW loitering asks
    for as much from shore; ours is from where ships lie by right)."""

    loiter_asset_kn: float = 3.0
    """At a cable or pipeline slower than this is loitering. Ours."""

    loiter_asset_min_s: int = 1_800
    """Shortest loitering at a cable or pipeline. Ours: half an hour's work over the side."""

    circle_vessels: int = 3
    """So many identities on one circle are an area of false positions. Ours: one ship may search in
    circles."""

    circle_messages: int = 10
    """Fewest positions of a ship in an hour by which a circle is fitted. Ours."""

    circle_residual: float = 0.05
    """What the fit leaves, as a share of the radius, is below this. Ours."""

    circle_kn: float = 3.0
    """Slower is swinging at anchor. Ours; the circles of 2019 were at 20 kn (GFW 2020)."""

    circle_steady_kn: float = 1.0
    """The reported speed varies by less than this (standard deviation). Ours."""

    circle_most_m: float = 20_000.0
    """Larger circles are not looked for. Ours."""

    block_vessels: int = 5
    """So many identities that leap to one spot at one time are an area of false positions. Ours."""

    block_m: float = 5_000.0
    """The spot: leaps that end within this of one another. Ours."""

    block_s: int = 600
    """The time: leaps that end within this of one another. Ours."""

    step_s: int = 600
    """Pairs are compared on this time grid (GFW pipe-encounters, 10 min)."""

    step_gap_s: int = 3_600
    """No position is interpolated across a longer gap (GFW pipe-encounters, 1 h)."""

    company_vessels: int = 3
    """Fewest ships in company. Ours: two ships on one course are a traffic lane's daily sight."""

    company_m: float = 9_260.0
    """Ships in company are within 5 nautical miles of one another. Ours."""

    company_course_deg: float = 15.0
    """Their courses differ by at most this. Ours."""

    company_kn: float = 2.0
    """Their speeds differ by at most this. Ours."""

    company_min_kn: float = 3.0
    """Slower than this a ship has no steady course and is not in company. Ours."""

    naval: tuple[str, ...] = ()
    """Identities that are naval by a list of the node's own: MMSIs, or the digits that a service's
    begin with. Beside those that say it themselves."""

    company_min_s: int = 3_600
    """Shortest time that two ships stay in company. Ours."""

    cross_drawn_m: float = 5_000.0
    """A ship is at a drawn cable or pipeline within this. Ours: public maps of cables are drawings,
    kilometres off."""

    cross_surveyed_m: float = 500.0
    """The same for a surveyed one. Ours: positions and surveys are tens of metres true, and an
    anchor on its chain trails the ship by some hundreds."""

    cross_gap_s: int = 14_400
    """No crossing is read into a longer silence (as `port_gap_s`)."""

    cross_merge_s: int = 600
    """Times at one asset that lie closer together are one. Ours: a ship along the rim of a
    buffer."""

    cross_baseline_s: int = 7_200
    """What a ship does at an asset is compared with its own median of this time before. Ours: long
    enough for a steady speed, short enough for the same sea."""

    cross_beside_s: int = 600
    """Speeds before and after are medians of this time. Ours."""

    drag_drop: float = 0.1
    """A speed lower by this share of the baseline is a drop. Ours, from the Balticconnector case
    of 8 October 2023: 11 to 9.5 kn (ERR, news.err.ee/1609134998)."""

    drag_drop_kn: float = 1.0
    """And so is one by this much, whatever the share. Ours, from the same case."""

    drag_min_s: int = 600
    """A drop that lasts this long has lasted. Ours: waves and a turn pass sooner."""

    drag_again_s: int = 86_400
    """Drops at two assets within this time are repeated. Ours: the published cases cut several
    cables within a day."""

    drag_drift_deg: float = 5.0
    """Heading and course apart by this much more than before are a drift. Ours: a ship held by its
    anchor yaws."""

    drag_traffic: int = 3
    """As many others at the asset within an hour that lost half as much of their speed or more
    are a reason: traffic, a speed limit, weather. And where as many lie as slow within
    `stop_near_m` and an hour is a road, not loitering at an asset. Ours."""

    zone_gap_s: int = 14_400
    """A ship that is silent for longer is in no zone meanwhile (as `port_gap_s`)."""

    zone_merge_s: int = 3_600
    """Who leaves a zone and is back sooner has not left it. Ours: a ship along the rim of a
    zone."""


_BUCKETS = {
    "stop_min_s": 3_600,
    "port_stop_min_s": 900,
    "clash_min_s": 600,
    "gap_min_s": 3_600,
    "encounter_min_s": 3_600,
    "loiter_min_s": 3_600,
    "company_min_s": 3_600,
    "cross_merge_s": 600,
    "zone_merge_s": 3_600,
}


def parameters(table: Mapping[str, Any]) -> Parameters:
    """`[desk.sea]` as `Parameters`. Raises `BadConfig` naming the key and what was expected."""
    try:
        found = msgspec.convert(dict(table), Parameters)
    except msgspec.ValidationError as problem:
        known = ", ".join(Parameters.__struct_fields__)
        raise BadConfig("[desk.sea]", str(problem), hint=f"the keys are {known}") from problem
    for key in Parameters.__struct_fields__:
        if key != "naval" and getattr(found, key) <= 0:
            raise BadConfig(f"[desk.sea] {key}", "must be above 0", found=str(getattr(found, key)))
    for each in found.naval:
        if not (each.isascii() and each.isdigit() and 3 <= len(each) <= 9):
            raise BadConfig(
                "[desk.sea] naval", "neither an MMSI nor its beginning", found=each,
                expected='"431999123", or three digits and more that identities begin with',
            )  # fmt: skip
    for key, least in _BUCKETS.items():
        if getattr(found, key) < least:
            raise BadConfig(
                f"[desk.sea] {key}",
                "shorter than the time bin that tells two findings apart",
                found=str(getattr(found, key)),
                expected=f"at least {least}",
            )
    _ordered(found, "slow_kn", "fast_kn")
    _ordered(found, "port_entry_m", "port_exit_m")
    return found


def _ordered(found: Parameters, low: str, high: str) -> None:
    if getattr(found, low) > getattr(found, high):
        raise BadConfig(
            f"[desk.sea] {low}",
            "above its counterpart",
            found=str(getattr(found, low)),
            expected=f"at most {high} = {getattr(found, high)}",
        )
