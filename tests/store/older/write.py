"""Writes what the stores in this folder hold: run by the noroshi of the time, never since.

    PYTHONPATH=CHECKOUT/src python write.py FILE.sql

makes a new store with the noroshi in CHECKOUT, puts the content below into it and dumps it as SQL.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from noroshi.store import NewEntry, Store
from noroshi.words.grant import Grant
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Hop, Record

LABELS = (
    label(Strand("JPN", "cyber", "indicator", tlp=Tlp.GREEN)),
    label(Strand("JPN", "maritime", "stop", only=("EU",)), Strand("FRA", "cyber", "indicator")),
)
AGREEMENT = b'id = "x"\n'


def records() -> list[Record]:
    """Versions of three objects; one that a peer brought, one that is revoked."""
    made: list[Record] = []
    for n, (name, version) in enumerate((("a", 1), ("a", 2), ("b", 1), ("c", 5))):
        raw = f'{{"id":"indicator--{name}","n":{n},"横浜":"\\u0000"}}'.encode()
        hops = (Hop("FRA", 3, "given"),) if name == "c" else ()
        made.append(
            Record(
                id=f"indicator--{name}",
                version=version,
                kind="indicator",
                pillar="cyber",
                owner="FRA" if hops else "JPN",
                label=LABELS[n % 2],
                raw=raw,
                sha256=sha256(raw),
                received=version + 1,
                hops=hops,
                status="revoked" if name == "b" else "live",
            )
        )
    return made


def fill(store: Any) -> None:
    """Put the content into a new store."""
    given = records()
    store.put(given, at=10)
    body = store.put_blob(b"a body of its own")
    entries = [
        NewEntry(1, "indicator--a", 1, "indicator", given[0].sha256),
        NewEntry(2, "indicator--a", 2, "indicator", given[1].sha256),
        NewEntry(3, "indicator--b", 1, "indicator", body),
        NewEntry(3, "indicator--b", 2, "indicator", None, tombstone=True),
        NewEntry(4, "indicator--c", 5, "indicator", given[3].sha256, spec_version="2.0"),
    ]
    store.view_append("EU", entries, epoch=1, at=20)
    store.view_append("USA", entries[:1], epoch=1, at=7)
    store.set_view_state("EU", 4, 1, 2**62)
    store.disclose("EU", [("indicator--a", 1, ("x/R1",), given[0].sha256)], at=21)
    store.disclose("EU", [("indicator--b", 1, (), body)], at=22)
    store.load_agreements([("x", sha256(AGREEMENT), AGREEMENT)], valid_from=1, at=5)
    store.load_agreements([], valid_from=9, at=6)
    store.put_grants([Grant("grant--1", "JPN", "x/R1", "0" * 64, ("EU",), "none")])
    store.set_cursor("reader", 3)
    store.set_source("f" * 64, "ais.nmea", 100, b"\x00state", False, 9)


def main(dump: Path) -> None:
    """Make the store and dump it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "node.db"
        with Store.open(path, create=True) as store:
            fill(store)
        connection = sqlite3.connect(path)
        dump.write_text("\n".join(connection.iterdump()) + "\n", "utf-8")
        connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
