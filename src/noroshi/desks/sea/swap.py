"""Identity swaps: one identity ends, and another begins where the ship would be by then.

The case is the Shunxing-39 of 3 January 2025: 16:51, another MMSI a minute later, some 15 m away.
Two ships may do the same by chance where many lie, so that both must have been heard for an hour on
their side, the log must go on an hour beyond, and what both say of themselves must agree in
something: IMO number, call sign, size, or a name of nearly the same letters. Where one of them said
nothing, only the open sea, where no third lay about, lets the motion speak alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from noroshi.desks.sea.findings import Seen
from noroshi.desks.sea.sphere import Cubes, arc_m, chord_m
from noroshi.desks.sea.tracks import velocity
from noroshi.words.time import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noroshi.desks.sea.parameters import Parameters
    from noroshi.desks.sea.ports import Harbours
    from noroshi.desks.sea.state import State
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array
    from noroshi.words.finding import Measure

FASTEST_MS = 35.0
"""Reach of a ship within the time of a swap, metres a second (68 kn): bounds where to look."""


def swaps(
    track: Tracks, state: State, harbours: Harbours, parameters: Parameters
) -> Iterator[Seen]:
    """Every swap, one sighting each."""
    last, first = _ended(track, parameters), _begun(track, parameters)
    if not len(last) or not len(first):
        return
    edge = parameters.swap_m + FASTEST_MS * parameters.swap_s
    cubes = Cubes(track.xyz[first], edge)
    for ends, begins in cubes.around(track.xyz[last], np.zeros(len(last), dtype=np.int64)):
        pairs = np.stack([last[ends], first[begins]], axis=1)
        for a, b in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tolist():
            seen = _swap(track, state, harbours, a, b, parameters)
            if seen is not None:
                yield seen


def _ends(track: Tracks) -> tuple[Array, Array]:
    """First and last row of each identity by time."""
    new = np.ones(len(track.t), dtype=bool)
    new[1:] = track.vessel[1:] != track.vessel[:-1]
    first = np.flatnonzero(new)
    ends = np.stack([first, np.append(first[1:], len(new)) - 1], axis=1).reshape(-1)
    identity = track.identities()[track.vessel[ends]]
    order = np.lexsort((track.t[ends], identity))
    identity = identity[order]
    opens = np.flatnonzero(np.append(True, identity[1:] != identity[:-1]))
    return ends[order[opens]], ends[order[np.append(opens[1:], len(order)) - 1]]


def _ended(track: Tracks, parameters: Parameters) -> Array:
    """Last rows of identities that were heard for long, and are not heard for long after."""
    first, last = _ends(track)
    least = parameters.swap_known_s * SECOND
    long = track.t[last] - track.t[first] >= least
    return last[long & (int(track.t.max()) - track.t[last] >= least)]


def _begun(track: Tracks, parameters: Parameters) -> Array:
    """First rows of identities that are heard for long, and were not heard for long before."""
    first, last = _ends(track)
    least = parameters.swap_known_s * SECOND
    long = track.t[last] - track.t[first] >= least
    return first[long & (track.t[first] - int(track.t.min()) >= least)]


def _swap(
    track: Tracks, state: State, harbours: Harbours, a: int, b: int, parameters: Parameters,
) -> Seen | None:  # fmt: skip
    seconds = int(track.t[b] - track.t[a]) / SECOND
    if not 0 < seconds <= parameters.swap_s:
        return None
    there = track.xyz[a] + np.nan_to_num(velocity(track, slice(a, a + 1))[0]) * seconds
    off = float(arc_m(chord_m(track.xyz[b], there)))
    turn_kn = abs(float(track.sog_kn[b]) - float(track.sog_kn[a]))
    if off > parameters.swap_m or turn_kn > parameters.swap_kn:
        return None
    one, other = (state.marks.get(track.subjects[int(track.vessel[row])], set()) for row in (a, b))
    alike = likeness(one, other, parameters.swap_letters)
    if not alike:
        spoken = {kind for kind, _ in one} & {kind for kind, _ in other}
        place = track.xyz[b][np.newaxis]
        if spoken or harbours.within(place, parameters.encounter_port_m)[0] is not None:
            return None
        if _third(track, a, b, parameters):
            return None
    moved = float(arc_m(chord_m(track.xyz[b], track.xyz[a])))
    measures: dict[str, Measure] = {
        "took_s": round(seconds),
        "moved_m": round(moved),
        "off_m": round(off),
        "alike": ", ".join(alike) or "not known",
        "from": track.subjects[int(track.vessel[a])],
        "to": track.subjects[int(track.vessel[b])],
        "within_m": parameters.swap_m,
        "within_min": parameters.swap_s / 60,
        "known_h": round(parameters.swap_known_s / 3600, 2),
    }
    if np.isfinite(turn_kn):
        measures["turn_kn"] = round(turn_kn, 1)
    return Seen("identity_swap", ((a, a), (b, b)), a, measures)


def _third(track: Tracks, a: int, b: int, parameters: Parameters) -> bool:
    """Whether anybody else was heard within the distance of a swap, from a swap's time before to
    as long after: one of several ships that lie together."""
    span = parameters.swap_s * SECOND
    near = chord_m(track.xyz, track.xyz[b]) <= 2 * parameters.swap_m
    near &= (track.t >= track.t[a] - span) & (track.t <= track.t[b] + span)
    identity = track.identities()[track.vessel]
    return bool((near & ~np.isin(identity, identity[[a, b]])).any())


def likeness(one: set[tuple[str, str]], other: set[tuple[str, str]], letters: int) -> list[str]:
    """What agrees in what two identities said of themselves, in the order of its weight."""
    found = [kind for kind in ("imo", "callsign", "size")
             if {each for each in one if each[0] == kind} & other]  # fmt: skip
    names = [[text for kind, text in said if kind == "name"] for said in (one, other)]
    if any(edits(a, b, letters) <= letters for a in names[0] for b in names[1]):
        found.append("name")
    return found


def edits(a: str, b: str, most: int) -> int:
    """Levenshtein's distance, or anything above `most`. A short name must share half of itself."""
    most = min(most, min(len(a), len(b)) // 2)
    if abs(len(a) - len(b)) > most:
        return len(a) + len(b)
    row = list(range(len(b) + 1))
    for n, letter in enumerate(a, start=1):
        left, row[0] = row[0], n
        for m, each in enumerate(b, start=1):
            left, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, left + (letter != each))
    return row[-1] if row[-1] <= most else len(a) + len(b)
