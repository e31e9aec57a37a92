"""A page of a thousand records out of a million stored: for who may see half of them, one in a
thousand, or none. CPU time, the system's for reading included; the file was just written.

A page is the view journal's, and every entry of it is decided again through the compiled table
before it counts. The store is filled by plain SQL with what ingest and views would have written;
where pages begin is drawn, so that no page is read twice in a row.
"""

from __future__ import annotations

import functools
import hashlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import rate
from noroshi.bench.world import AT
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.store import Store
from noroshi.words.ids import canonical
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import packaged_parties

RECORDS: Final = 1_000_000
QUICK: Final = 20_000
PAGE: Final = 1_000
SEED: Final = 2026
LEAST: Final = 200.0
"""Pages a second: five milliseconds each."""

HOLDER, HALF, RARE, NONE = "JPN", "EU", "FRA", "AUS"
AGREEMENT: Final = f"""\
format = "pact/1"
[agreement]
id = "bench"
title = "What the benchmark releases"
form = "arrangement"
class = "arrangement"
parties = ["{HOLDER}", "{HALF}", "{RARE}", "{NONE}"]
in_force = 2020-01-01
[[release]]
id = "R"
basis = "model"
pillars = ["maritime"]
max_tlp = "amber"
""".encode()


class Kept(NamedTuple):
    """A filled store, with the table of its three labels."""

    store: Store
    table: Table
    records: int


def labels() -> tuple[Label, Label, Label]:
    """What goes to both, to the half alone, and to nobody."""
    return tuple(  # type: ignore[return-value]
        label(Strand(HOLDER, "maritime", "stop", tlp=Tlp.GREEN, only=only))
        for only in ((HALF, RARE), (HALF,), ())
    )


def of(seq: int) -> int:
    """Which label a record carries: one in a thousand, half in all, the rest."""
    if seq % 1000 == 0:
        return 0
    return 1 if seq % 2 == 0 else 2


def fill(path: Path, records: int) -> None:
    """Write `records` records and the journals of the parties into the store at `path`."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -500000", "journal_mode = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    _labels(connection)
    cells = [each.key() for each in labels()]
    seqs = range(1, records + 1)
    _many(connection, "blob", (_blob(seq) for seq in seqs))
    _many(connection, "record", (_record(seq) for seq in seqs))
    _many(connection, "record_strand", ((seq, cells[of(seq)], None) for seq in seqs))
    for party, kinds in ((HALF, (0, 1)), (RARE, (0,))):
        seen = [seq for seq in seqs if of(seq) in kinds]
        _many(connection, "view_entry", (_entry(party, n, seq) for n, seq in enumerate(seen, 1)))
        _many(connection, "view_current", (_current(party, n, s) for n, s in enumerate(seen, 1)))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _many(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    first = next(rows, None)
    if first is not None:
        sql = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608
        connection.execute(sql, first)
        connection.executemany(sql, rows)


def _labels(connection: sqlite3.Connection) -> None:
    rows = [
        (each.key(), strand.key(), canonical(strand).decode())
        for each in labels()
        for strand in each.strands
    ]
    connection.executemany("INSERT INTO strand VALUES (?, ?, ?)", rows)


def _id(seq: int) -> str:
    return f"event--00000000-0000-4000-8000-{seq:012}"


def _raw(seq: int) -> bytes:
    stamp = "2026-01-01T00:00:00.000Z"
    return (
        f'{{"type":"event","spec_version":"2.1","id":"{_id(seq)}","created":"{stamp}",'
        f'"modified":"{stamp}","event_type":"stop","status":"observed","name":"stop {seq}",'
        f'"description":"A vessel stopped for an hour near a cable.","start_time":"{stamp}"}}'
    ).encode()


def _sha(seq: int) -> str:
    return hashlib.sha256(b"%d" % seq).hexdigest()


def _blob(seq: int) -> tuple[Any, ...]:
    return seq, _sha(seq), _raw(seq)


def _record(seq: int) -> tuple[Any, ...]:
    return seq, _id(seq), AT, "stop", "maritime", HOLDER, _sha(seq), AT, "live"


def _entry(party: str, n: int, seq: int) -> tuple[Any, ...]:
    return party, n, seq, 1, AT + n, _sha(seq), 0, None, _id(seq), AT, "event", "2.1"


def _current(party: str, n: int, seq: int) -> tuple[Any, ...]:
    return party, n, _id(seq), _id(seq), AT, "event", "2.1", 0, 1, 1, 1, 1, seq


@functools.cache
def kept(quick: bool) -> tuple[Kept, tempfile.TemporaryDirectory[str]]:
    """The store, filled once for all cases; its folder goes with the process."""
    folder = tempfile.TemporaryDirectory()
    path, records = Path(folder.name) / "bench.db", QUICK if quick else RECORDS
    Store.open(path, create=True).close()
    fill(path, records)
    parties = packaged_parties()
    policy = Policy((load(AGREEMENT, "bench.toml", parties),), parties)
    table = Table(policy, HOLDER, {each.key(): each for each in labels()}, AT)
    return Kept(Store.open(path), table, records), folder


def page(held: Kept, party: str, after_n: int) -> int:
    """How many entries of the page after number `after_n` the party may have."""
    entries, release = held.store.view_page(party, after_n=after_n, limit=PAGE), held.table.release
    return sum([release(each.cell, party).permitted for each in entries])


def pages(party: str, share: int) -> Callable[[bool], Measured]:
    """A page for `party`, which may see one in `share` of all (0: none)."""

    def measure(quick: bool) -> Measured:
        (held, _) = kept(quick)
        count = held.records // share if share else 0
        expected = min(PAGE, count)
        draw = random.Random(SEED)  # noqa: S311 — where pages begin, not a secret

        def work() -> int:
            found = page(held, party, draw.randint(0, count - expected))
            if found != expected:
                raise AssertionError(f"{party} was shown {found} of {expected} records")
            return 1

        seconds = 0.3 if quick else 2.0
        repeats = range(1 if quick else 5)
        return Measured(tuple(rate(work, seconds) for _ in repeats))

    measure.__doc__ = f"Pages of {PAGE} for {party}."
    return measure


CASES: Final = (
    Case("pages where half is seen", "pages", "pages/s", 0.0, "", pages(HALF, 2), LEAST),
    Case("pages, one in 1,000 seen", "pages", "pages/s", 0.0, "", pages(RARE, 1000), LEAST),
    Case("pages where none is seen", "pages", "pages/s", 0.0, "", pages(NONE, 0), LEAST),
)
