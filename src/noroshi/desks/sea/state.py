"""What the sea desk holds between batches: one position per vessel and grain of time.

Nothing here depends on how the input was cut or ordered: subjects and sources are numbered as they
come, and every choice (which of two positions is kept, how vessels are sorted) looks at their
names and values only. Memory: 58 bytes per vessel and `grain_s` in which it was heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.sea import outages
from noroshi.desks.sea.outages import Report
from noroshi.words import ids
from noroshi.words.evidence import ByteRange, Locator, Row
from noroshi.words.finding import Reliability
from noroshi.words.label import Label
from noroshi.words.time import DAY, SECOND, Span

if TYPE_CHECKING:
    from noroshi.desks.sea.tracks import Tracks
    from noroshi.words.desk import Array, Columns, Context, Source

COLUMNS: Final = {
    "subject": np.dtype("i4"),
    "t": np.dtype("i8"),
    "lon": np.dtype("f8"),
    "lat": np.dtype("f8"),
    "sog_kn": np.dtype("f4"),
    "cog_deg": np.dtype("f4"),
    "heading_deg": np.dtype("f4"),
    "status": np.dtype("i1"),
    "precision": np.dtype("u1"),
    "source": np.dtype("u2"),
    "place": np.dtype("i8"),
    "length": np.dtype("i4"),
}
"""Of the held table. `place` is a byte offset, or a row where `length` is 0."""

PENDING: Final = 262_144
"""Rows taken in before the table is made compact again; more where it is large, so that each row
is moved a few times only."""

MARKS: Final = 64
"""Names, call signs, numbers and sizes that are held of one identity."""

JUNK: Final = frozenset({123456789, *(int(str(digit) * 9) for digit in range(2, 8))})
"""MMSIs that many badly set up transponders send (counted on AISHub's log of 14 March 2012)."""


class Origin(msgspec.Struct, frozen=True, order=True):
    """A source without its bytes: what evidence must say of it."""

    sha256: str
    name: str
    lineage: str
    retrieved: int
    reliability: Reliability
    owner: str
    label: Label

    def rank(self) -> tuple[str, str, str, int]:
        """Order that depends on no arrival."""
        return (self.sha256, self.name, self.lineage, self.retrieved)


class Emitted(msgspec.Struct, frozen=True):
    """What was last told of a finding: enough to see that it changed, and what took its place."""

    sha256: str
    kind: str
    subjects: tuple[str, ...]
    span: Span


class Counts(msgspec.Struct):
    """Positions used, why others were left out of detection (undated, not a vessel's, of the
    coarse type 27), and how many came with a tag block whose checksum was wrong."""

    used: int = 0
    undated: int = 0
    not_a_vessel: int = 0
    coarse: int = 0
    unsound_tags: int = 0


class State:
    """Mutable, one per run: positions, names of subjects, origins, and what was emitted.

    `newest` is the latest position of this run, and `mixed` whether it came out of order by a day
    and more. What was found before `since` is forgotten (`forget`) but for what was `going` on, of
    ships held `back` to before it.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.subjects: dict[str, int] = {}
        self.origins: dict[Origin, int] = {}
        self.names: dict[str, tuple[int, str]] = {}
        self.outages: dict[tuple[str, str], set[Report]] = {}
        self.said: dict[str, dict[int, tuple[float, int]]] = {}
        self.marks: dict[str, set[tuple[str, str]]] = {}
        self.emitted: dict[str, Emitted] = {}
        self.counts = Counts()
        self.detected_at = 0
        self.newest = 0
        self.mixed = False
        self.since = 0
        self.going: set[str] = set()
        self.back: dict[str, int] = {}
        self.traffic: Array | None = None
        self.heard: tuple[dict[str, Array], Tracks] | None = None
        self._table = empty()
        self._pending: list[dict[str, Array]] = []
        self._waiting = 0
        self._known = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def take(self, columns: Columns) -> None:
        """Add a batch of kind `position`, `static` or `outage`; another is not ours to judge."""
        if columns.kind == "static":
            self._take_names(columns)
            self._take_said(columns)
            self._take_marks(columns)
        elif columns.kind == "position":
            self._take_positions(columns)
        elif columns.kind == "outage":
            outages.take(self, columns, self._origin(columns.source))

    def table(self) -> dict[str, Array]:
        """The held positions, one per subject and grain, sorted by (subject number, t)."""
        if self._pending:
            parts = [each for each in (self._table, *self._pending) if len(each["t"])]
            merged = parts[0]
            if len(parts) > 1:
                merged = {name: np.concatenate([each[name] for each in parts]) for name in COLUMNS}
            self._pending, self._waiting = [], 0
            self._table = self._compact(merged)
        return self._table

    def restore(self, table: dict[str, Array]) -> None:
        """Hold `table`, as a checkpoint kept it, and nothing else."""
        self._table, self._pending, self._waiting = table, [], 0
        self._known = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        self.heard = None

    @property
    def rows(self) -> int:
        """Positions held, some maybe twice."""
        return len(self._table["t"]) + self._waiting

    def _take_positions(self, columns: Columns) -> None:
        arrays = columns.arrays
        keep = np.flatnonzero(self._usable(arrays))
        many = len(keep)
        self.counts.used += many
        self.counts.unsound_tags += int(np.count_nonzero(~arrays["sound"]))
        if not many:
            return
        t = arrays["t"][keep]
        self.mixed |= int(t.min()) < self.newest - DAY
        self.newest = max(self.newest, int(t.max()))
        whole = many == len(arrays["t"])
        taken = {name: arrays[name] if whole else arrays[name][keep] for name in _COPIED}
        taken["subject"] = self._number(columns, keep)
        taken["source"] = np.full(many, self._origin(columns.source))
        if "row" in arrays:
            taken["place"], taken["length"] = arrays["row"][keep], np.zeros(many)
        else:
            taken["place"], taken["length"] = arrays["start"][keep], arrays["length"][keep]
        self._pending.append(
            {name: taken[name].astype(kind, copy=False) for name, kind in COLUMNS.items()}
        )
        self._waiting += many
        if self._waiting > max(PENDING, len(self._table["t"])):
            self.table()

    def _usable(self, arrays: Any) -> Array:
        dated = arrays["clock"] > 0
        fine = arrays["type"] != 27
        vessel = is_vessel(arrays["mmsi"]) if "mmsi" in arrays else np.ones(len(dated), bool)
        self.counts.undated += int((~dated).sum())
        self.counts.not_a_vessel += int((dated & ~vessel).sum())
        self.counts.coarse += int((dated & vessel & ~fine).sum())
        return dated & fine & vessel

    def _number(self, columns: Columns, keep: Array) -> Array:
        if "mmsi" in columns.arrays:
            return self._number_mmsi(columns, columns.arrays["mmsi"][keep])
        values, inverse = np.unique(columns.arrays["track"][keep], return_inverse=True)
        return self._numbered(columns, values)[inverse]

    def _number_mmsi(self, columns: Columns, values: Array) -> Array:
        """By the identities seen so far, which are kept sorted with their numbers."""
        known, numbers = self._known
        at = np.searchsorted(known, values)
        new = np.ones(len(values), dtype=bool)
        inside = at < len(known)
        new[inside] = known[at[inside]] != values[inside]
        if new.any():
            more = np.unique(values[new])
            known = np.concatenate([known, more])
            numbers = np.concatenate([numbers, self._numbered(columns, more)])
            order = np.argsort(known)
            known, numbers = self._known = known[order], numbers[order]
            at = np.searchsorted(known, values)
        return numbers[at]

    def _numbered(self, columns: Columns, values: Array) -> Array:
        names = subject_names(columns, values)
        numbers = [self.subjects.setdefault(name, len(self.subjects)) for name in names]
        return np.array(numbers, dtype=np.int64)

    def _origin(self, source: Source) -> int:
        """The number of the source. The same bytes of the same lineage, declared again with
        another label, take that label: the owner corrected it, for better or for worse."""
        origin = Origin(
            source.sha256,
            source.name,
            source.lineage,
            source.retrieved,
            source.reliability,
            source.owner,
            source.label,
        )
        if origin in self.origins:
            return self.origins[origin]
        for held, number in self.origins.items():
            if (held.sha256, held.lineage) == (origin.sha256, origin.lineage):
                del self.origins[held]
                corrected = msgspec.structs.replace(
                    held, label=origin.label, reliability=origin.reliability
                )
                self.origins[corrected] = number
                return number
        return self.origins.setdefault(origin, len(self.origins))

    def _take_names(self, columns: Columns) -> None:
        key = "mmsi" if "mmsi" in columns.arrays else "track"
        subjects = subject_names(columns, columns.arrays[key])
        stamped = zip(
            subjects, columns.arrays["t"].tolist(), columns.arrays["name"].tolist(), strict=True
        )
        for subject, t, name in stamped:
            if name and (t, name) > self.names.get(subject, (-1, "")):
                self.names[subject] = (t, name)

    def _take_said(self, columns: Columns) -> None:
        """Draught in metres (0: not given) and type of ship (0: not given), by when it was said."""
        arrays = columns.arrays
        if "draught_m" not in arrays or "ship_type" not in arrays:
            return
        key = "mmsi" if "mmsi" in arrays else "track"
        subjects = subject_names(columns, arrays[key])
        rows = zip(
            *(arrays[name].tolist() for name in ("t", "draught_m", "ship_type")), strict=True
        )
        for subject, (t, draught_m, ship_type) in zip(subjects, rows, strict=True):
            said = (round(draught_m, 1), ship_type)
            if said > (0.0, 0):
                held = self.said.setdefault(subject, {})
                held[t] = max(said, held.get(t, said))

    def _take_marks(self, columns: Columns) -> None:
        """By what else than its number an identity may be known again: the first `MARKS` of each in
        the order of their letters, so that no order of arrival matters."""
        arrays = columns.arrays
        if "callsign" not in arrays:
            return
        subjects = subject_names(columns, arrays["mmsi" if "mmsi" in arrays else "track"])
        names = ("imo", "callsign", "name", "length_m", "width_m")
        rows = zip(*(arrays[each].tolist() for each in names), strict=True)
        for subject, (imo, callsign, name, length, width) in zip(subjects, rows, strict=True):
            told = {
                ("imo", str(imo) if imo else ""),
                ("callsign", callsign.strip()),
                ("name", name.strip()),
                ("size", f"{length:.0f} x {width:.0f} m" if length >= 20 and width else ""),
            }
            held = self.marks.setdefault(subject, set())
            held |= {mark for mark in told if mark[1]}
            if len(held) > MARKS:
                self.marks[subject] = set(sorted(held)[:MARKS])

    def _compact(self, table: dict[str, Array]) -> dict[str, Array]:
        """One row for each subject and grain, sorted by it: the earliest, and of those as early the
        least by values, then by source and place."""
        grain = table["t"] // (self.context.parameters.grain_s * SECOND)
        key = (table["subject"].astype(np.int64) << GRAIN_BITS) + grain
        if (key[1:] > key[:-1]).all():
            return table
        order = _by(table["subject"], key)
        key = key[order]
        same = np.zeros(len(key) + 1, dtype=bool)
        same[1:-1] = key[1:] == key[:-1]
        among = np.flatnonzero(same[1:] | same[:-1])
        if len(among):
            chosen = self._least(table, order[among], key[among])
            order[among[~same[among]]] = chosen
            order = order[~same[:-1]]
        return {name: values[order] for name, values in table.items()}

    def _least(self, table: dict[str, Array], order: Array, key: Array) -> Array:
        """Of the rows `order`, which have the sorted `key`, the one to keep of each."""
        new = np.ones(len(key), dtype=bool)
        new[1:] = key[1:] != key[:-1]
        group = np.cumsum(new) - 1
        for name in ("t", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "source", "place",
                     "length"):  # fmt: skip
            if new.all():
                break
            values = self._ranks()[table[name][order]] if name == "source" else table[name][order]
            if values.dtype.kind == "f":
                values = np.where(np.isnan(values), np.inf, values)
            least = np.minimum.reduceat(values, np.flatnonzero(new))
            kept = values == least[group]
            order, group = order[kept], group[kept]
            new = np.ones(len(group), dtype=bool)
            new[1:] = group[1:] != group[:-1]
        return order[new]

    def _ranks(self) -> Array:
        """Of the sources by number, in an order that depends on no arrival."""
        origins = sorted(self.origins, key=Origin.rank)
        rank = np.empty(len(origins), dtype=np.int64)
        rank[[self.origins[origin] for origin in origins]] = np.arange(len(origins))
        return rank


GRAIN_BITS: Final = 33
"""A grain of a second in the year 2100 has 32 bits."""

_COPIED: Final = ("t", "lon", "lat", "sog_kn", "cog_deg", "heading_deg", "status", "precision")


def empty() -> dict[str, Array]:
    """A table of no rows."""
    return {name: np.empty(0, dtype=kind) for name, kind in COLUMNS.items()}


def _by(subject: Array, key: Array) -> Array:
    """The order of `key`, whose upper bits are the subject. What comes in order of time is so once
    it is sorted by subject; and of 16 bits numpy sorts by counting, which is ten times as fast."""
    if len(key) and int(subject.max()) < 1 << 16:
        order = np.argsort(subject.astype(np.uint16), kind="stable")
        sorted_ = key[order]
        if (sorted_[1:] >= sorted_[:-1]).all():
            return order
    return np.argsort(key)


def is_vessel(mmsi: Array) -> Array:
    """Whether each is a ship station's identity (ITU-R M.585: MID 2–7 first), and not junk.

    Coast stations (00…), groups (0…), SAR aircraft (111…), handheld radios (8…), devices (97…),
    craft of a mother ship (98…) and aids to navigation (99…) are not.
    """
    ship = (mmsi >= 200_000_000) & (mmsi <= 799_999_999)
    return ship & ~np.isin(mmsi, np.array(sorted(JUNK)))


def subject_names(columns: Columns, values: Array) -> list[str]:
    """`mmsi:…`, or `track:…` with a digest of the lineage, as another origin's track 1 is not
    this one's."""
    if "mmsi" in columns.arrays:
        return [f"mmsi:{value:09d}" for value in values.tolist()]
    origin = ids.sha256(columns.source.lineage.encode())[:8]
    return [f"track:{origin}-{value}" for value in values.tolist()]


def locator(table: dict[str, Array], row: int) -> Locator:
    """Where a held position came from."""
    place, length = int(table["place"][row]), int(table["length"][row])
    return ByteRange(place, length) if length else Row(place)
