"""What the decoder's kernels read and write, as numpy types: rows out, state between chunks."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

LONGEST_LINE: Final = 4_096
"""Bytes; what is longer is cut there, and the rest is a line of its own."""

LONGEST_PAYLOAD: Final = 256
"""Characters of one part of a message; see `sentence.LONGEST_PAYLOAD`."""

BATCH: Final = 32_768
"""Rows of one kind that are written before they are taken away."""

PARTS: Final = 9
"""A message has at most so many parts: the field is one digit."""

STATIC: Final = np.dtype([
    ("mmsi", "i8"), ("t", "i8"), ("start", "i8"), ("length", "i4"),
    ("imo", "i4"), ("eta", "i4"), ("ship_type", "i2"), ("draught_dm", "i2"),
    ("length_m", "i2"), ("width_m", "i2"),
    ("name", "u1", (20,)), ("callsign", "u1", (7,)), ("destination", "u1", (20,)),
], align=True)  # fmt: skip
"""Draught in decimetres, as it is sent. Also what is remembered of each vessel."""

MESSAGE: Final = np.dtype([
    ("mmsi", "i8"), ("t", "i8"), ("lon", "f8"), ("lat", "f8"), ("station", "u8"), ("utc", "i8"),
    ("start", "i8"), ("length", "i4"), ("type", "u1"), ("clock", "u1"),
], align=True)  # fmt: skip

_COLUMNS: Final = {
    "mmsi": "i8", "t": "i8", "lon": "f8", "lat": "f8", "station": "u8", "start": "i8",
    "length": "i4",
    "sog_kn": "f4", "cog_deg": "f4", "heading_deg": "f4", "turn": "f4", "status": "i1",
    "second": "u1", "accurate": "u1", "type": "u1", "clock": "u1", "precision": "u1",
    "sound": "u1",
}  # fmt: skip
POSITIONS: Final = np.dtype([(name, kind, (BATCH,)) for name, kind in _COLUMNS.items()], align=True)
"""Positions, by far the most rows, as columns at once."""

REJECTED: Final = np.dtype([
    ("start", "i8"), ("end", "i8"), ("lon", "f8"), ("lat", "f8"), ("code", "i4"),
    ("first", "i4"), ("second", "i4"),
], align=True)  # fmt: skip
"""`code` is one of those below; `first` and `second` are what its text names."""

LINE: Final = 1
"""The sentence itself is wrong: `sentence.parse` says how."""
EMPTY: Final = 2
NOT_SIX_BIT: Final = 3
NO_TYPE: Final = 4
"""`first`: the type."""
TRUNCATED: Final = 5
"""`first`: bits, `second`: the type."""
NOWHERE: Final = 6
"""`lon`, `lat`: as sent."""
NO_PART: Final = 7
"""`first`: the part of type 24."""
LOST: Final = 8
"""`first`: bits of the parts that came, `second`: how many there should be."""

STATIONS: Final = 15
GROUPS: Final = 2_000
ANNOUNCED: Final = 8
REMEMBERED: Final = 200_000

GROUP: Final = np.dtype([("key", "u8"), ("t", "i8"), ("used", "i8")])
GROUP_SLOTS: Final = 4_096

ANNOUNCEMENT: Final = np.dtype([
    ("line", "i8"), ("t", "i8"), ("checksum", "i8"), ("station", "u8"),
])  # fmt: skip

VESSEL_SLOTS: Final = 1 << 19

WAITING: Final = np.dtype([
    ("key", "u8"), ("line", "i8"), ("start", "i8"), ("end", "i8"), ("t", "i8"), ("has_t", "i8"),
    ("state", "i4"), ("count", "i4"), ("mask", "i4"), ("chain", "i4"), ("before", "i4"),
    ("after", "i4"), ("fill", "i4", (PARTS,)), ("size", "i4", (PARTS,)),
], align=True)  # fmt: skip
"""A message of which parts came: `mask` has a bit for each. `state` 0 free, 1 waiting, 2 done.
`chain` links those of one hash, `before` and `after` those that wait, by age."""

SLOTS: Final = 4_096
"""More than can ever be taken: each line takes at most one, and is forgotten after at most 2,500
lines (`fragments`: patience and sweep)."""

CHAINS: Final = 4_096

LONGEST_WHOLE: Final = PARTS * LONGEST_PAYLOAD
WORD_BITS: Final = 48
"""Of eight characters, so many bits of each word of a payload are used."""

WORDS: Final = LONGEST_WHOLE // 8 + 2


MEMORY: Final = np.dtype([
    ("line", "i8"), ("swept", "i8"),
    # The tag block that waits for its sentence.
    ("pending", "i8"), ("station", "u8"), ("group", "u8"), ("tag_t", "i8"),
    ("has_station", "i8"), ("has_group", "i8"), ("has_t", "i8"), ("sound", "i8"),
    ("spelt", "u8"),
    # What the clock of the source says; `heard` counts all base stations' times so far.
    ("own", "i8"), ("has_own", "i8"), ("median", "i8"), ("heard", "i8"), ("late", "i8"),
    ("recent", "i8", (STATIONS,)),
    ("grouped", "i8"), ("groups", GROUP, (GROUP_SLOTS,)),
    ("announced", "i8"), ("announcements", ANNOUNCEMENT, (ANNOUNCED,)),
    # What each vessel last said of itself: rows, and by hash their numbers plus one.
    ("known", "i8"), ("index", "i4", (VESSEL_SLOTS,)), ("vessels", STATIC, (REMEMBERED,)),
    # Messages of which parts came: the free slots (the lowest first, so that none from `most` on
    # was ever taken), those that wait by age, all by hash.
    ("most", "i8"), ("unused", "i8"), ("free", "i4", (SLOTS,)), ("first", "i8"), ("last", "i8"),
    ("heads", "i4", (CHAINS,)), ("waiting", WAITING, (SLOTS,)),
    ("payloads", "u1", (SLOTS * LONGEST_WHOLE,)),
    # The line and the message in hand.
    ("line_start", "i8"), ("line_end", "i8"), ("line_sound", "i8"),
    ("start", "i8"), ("end", "i8"), ("t", "i8"), ("dated", "i8"),
    ("size", "i8"), ("fill", "i8"), ("checksum", "i8"), ("heard_by", "u8"),
    ("whole", "u1", (LONGEST_WHOLE,)), ("words", "u8", (WORDS,)),
    # Rows out, and how many there are.
    ("positions", "i8"), ("statics", "i8"), ("messages", "i8"), ("rejected", "i8"),
    ("position", POSITIONS), ("static", STATIC, (BATCH + 1,)),
    ("message", MESSAGE, (BATCH,)), ("reject", REJECTED, (2 * SLOTS,)),
], align=True)  # fmt: skip
"""All that a decoder knows and writes, in one record, so that kernels pass on one pointer."""


RECORDS: Final = {"Memory": MEMORY, "StaticRow": STATIC}
"""What the annotations of kernels mean by these names; for a type checker they are anything."""

Memory: TypeAlias = Any
StaticRow: TypeAlias = Any
Text: TypeAlias = Any
Key: TypeAlias = Any


def memory() -> Any:
    """A decoder's memory before its first line: shape (1,). What is not used takes no room, as the
    system gives zero pages only when they are written."""
    made = np.zeros(1, MEMORY)
    made[0]["free"] = np.arange(SLOTS)[::-1]
    made[0]["unused"], made[0]["sound"] = SLOTS, 1
    made[0]["first"] = made[0]["last"] = -1
    return made
