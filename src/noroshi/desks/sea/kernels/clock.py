"""Times of messages: groups of tag blocks, announcements, and the last known time of a source.

Mirrors `nmea.Clock` and `nmea.Reader`."""

from __future__ import annotations

from noroshi.desks.sea.kernels.jit import inlined, inner, int64, uint64
from noroshi.desks.sea.kernels.layout import ANNOUNCED, GROUP_SLOTS, GROUPS, STATIONS, Key, Memory
from noroshi.desks.sea.nmea import ANNOUNCED as FRESH
from noroshi.desks.sea.nmea import LATE_S
from noroshi.desks.sea.stamps import MILLISECOND_CODE, MINUTE_CODE, SECOND_CODE


@inlined
def dated(x: Memory) -> tuple[int, int, int]:
    """(t, clock, precision) of the message in hand."""
    if x.dated:
        t = x.t
        return t, 2, MILLISECOND_CODE if t % 1_000_000 else SECOND_CODE
    if x.late:
        return 0, 0, MINUTE_CODE
    if x.has_own:
        return x.own, 1, MINUTE_CODE
    if x.heard >= 3:
        return x.median, 1, MINUTE_CODE
    return 0, 0, MINUTE_CODE


@inner
def station(x: Memory, at: int) -> None:
    """A base station said the time: the last 15 are kept, and their median."""
    x.recent[x.heard % STATIONS] = at
    x.heard += 1
    many = min(x.heard, STATIONS)
    smaller = (many - 1) // 2
    for one in range(many):
        less = equal = 0
        for each in range(many):
            less += x.recent[each] < x.recent[one]
            equal += x.recent[each] == x.recent[one]
        if less <= smaller < less + equal:
            x.median = x.recent[one]
            return


@inner
def group_slot(x: Memory, key: Key) -> int:
    """The slot that holds `key`, or the empty one where it goes."""
    slot = int64(key & uint64(GROUP_SLOTS - 1))
    while x.groups[slot].used and x.groups[slot].key != key:
        slot = (slot + 1) & (GROUP_SLOTS - 1)
    return slot


@inner
def grouped(x: Memory, key: Key, has_t: int, t: int) -> tuple[int, int]:
    """(whether there is a time, the time) of a sentence in a group, whose lines share one."""
    slot = group_slot(x, key)
    if not has_t:
        has_t, t = x.groups[slot].used, x.groups[slot].t
    if has_t:
        if x.grouped >= GROUPS:
            for each in range(GROUP_SLOTS):
                x.groups[each].used = 0
            x.grouped = 0
            slot = group_slot(x, key)
        if not x.groups[slot].used:
            x.grouped += 1
        x.groups[slot].key, x.groups[slot].t, x.groups[slot].used = key, t, 1
    return has_t, t


@inner
def announce(x: Memory, t: int, checksum: int, station: Key) -> None:
    """A `$PGHP` line said the time of a sentence that follows."""
    row = x.announced
    if row == ANNOUNCED:
        for each in range(1, ANNOUNCED):
            x.announcements[each - 1] = x.announcements[each]
        row -= 1
    x.announcements[row].line = x.line
    x.announcements[row].t = t
    x.announcements[row].checksum = checksum
    x.announcements[row].station = station
    x.announced = row + 1


@inner
def announcement(x: Memory, checksum: int) -> int:
    """The time of the latest fresh announcement of this checksum, which is used up, with its
    station where the tag block named none; else -1."""
    kept, match = 0, -1
    for each in range(x.announced):
        if x.line - x.announcements[each].line <= FRESH:
            if x.announcements[each].checksum == checksum:
                match = kept
            x.announcements[kept] = x.announcements[each]
            kept += 1
    t = -1
    if match >= 0:
        t = x.announcements[match].t
        if x.heard_by == uint64(0):
            x.heard_by = x.announcements[match].station
        kept -= 1
        for each in range(match, kept):
            x.announcements[each] = x.announcements[each + 1]
    x.announced = kept
    return t


@inner
def own_time(
    x: Memory, group: Key, has_group: int, has_t: int, t: int, checksum: int, suffix: int
) -> tuple[int, int]:
    """(whether there is a time, the time) that a sentence itself says. `suffix` is -1 or what
    follows its checksum."""
    if has_group:
        has_t, t = grouped(x, group, has_t, t)
    if not has_t:
        said = announcement(x, checksum)
        if said >= 0:
            if suffix >= 0 and suffix - said > LATE_S * 1_000_000:
                x.late = 1
            return 1, said
        has_t, t = (0, 0) if x.late or suffix < 0 else (1, suffix)
    if has_t:
        x.own, x.has_own = t, 1
    return has_t, t
