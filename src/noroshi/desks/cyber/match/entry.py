"""What goes into an index, and what comes out of a scan."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, Literal

import msgspec

EntryKind = Literal["ip", "domain", "url", "email", "hash", "word", "pattern"]
"""How `Entry.value` is understood:

- `ip`: an IPv4 or IPv6 address, or a CIDR range (`192.0.2.0/24`).
- `domain`: that name and every name below it, by whole labels (`evil.test` is in `a.evil.test`,
  not in `devil.test`); case and a trailing dot do not count.
- `url`: host and path with query; scheme, port, user and fragment are not compared.
- `email`: the whole address; case does not count.
- `hash`: MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 in hexadecimal; JA3 and the like too.
- `word`: a text that stands anywhere in a field (a file name, a mutex, a user agent); ASCII case
  does not count.
- `pattern`: a STIX pattern, version 2.0 or 2.1.
"""


class Entry(msgspec.Struct, frozen=True):
    """One value or pattern of one indicator. `id` names the indicator, in whatever way its source
    does, and several entries may share it (a MISP event, a pattern taken apart); `source` is its
    lineage. It counts for lines of [`valid_from`, `valid_until`) (µs UTC; None: open)."""

    id: str
    source: str
    kind: EntryKind
    value: str
    valid_from: int | None = None
    valid_until: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """An entry that is not matched: its number in the order given, and why."""

    number: int
    id: str
    value: str
    reason: str


class Match(msgspec.Struct, frozen=True):
    """An indicator seen on a line. `at` is the time that the line itself gives (µs UTC; None where
    it gives none), `field` the field as its format names it (`id.orig_h`, `http.hostname`, `text`),
    `value` what stands there, `start` and `length` the line's bytes in the uncompressed stream
    without its line end, `line_sha256` the hash of those bytes."""

    indicator: str
    source: str
    entry: int
    at: int | None
    field: str
    value: str
    start: int
    length: int
    line_sha256: str


class Skipped(msgspec.Struct, frozen=True):
    """Bytes of a log that were not looked at, or could not be read as lines of their format."""

    start: int
    length: int
    reason: str


class Tally(msgspec.Struct):
    """An account of one scan, filled while it runs. `skipped` holds the first thousand places;
    `reasons` counts all of them. `warned` counts what each warning list held back: a value of the
    index on a line, whatever the validity of its entries. `encoding` is set where the log is in
    UTF-16."""

    lines: int = 0
    bytes: int = 0
    matches: int = 0
    encoding: str = ""
    skipped: list[Skipped] = msgspec.field(default_factory=list[Skipped])
    reasons: Counter[str] = msgspec.field(default_factory=Counter[str])
    warned: Counter[str] = msgspec.field(default_factory=Counter[str])

    PLACES: ClassVar[int] = 1000

    def skip(self, start: int, length: int, reason: str) -> None:
        """Count a part that was skipped."""
        self.reasons[reason] += 1
        if len(self.skipped) < self.PLACES:
            self.skipped.append(Skipped(start, length, reason))
