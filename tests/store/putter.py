"""A process that puts records in batches and says so after each commit; a test kills it.

Arguments: the store's file or URL, then the seed that orders the batches. One line of output for
each acknowledged batch: its number.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from noroshi.store import NewEntry, Store
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, label
from noroshi.words.record import Record

BATCHES, SIZE = 40, 25


def batch(number: int) -> list[Record]:
    """Records of one batch: two versions of each object, the last batches repeat the first."""
    shared = label(Strand("JPN", "maritime", "stop"))
    records: list[Record] = []
    for i in range(SIZE):
        object_number = (number % 30) * SIZE + i
        for version in (1, 2):
            raw = b"%d %d" % (object_number, version)
            name = f"indicator--{object_number}"
            records.append(
                Record(name, version, "indicator", "cyber", "JPN", shared, raw, sha256(raw), 1)
            )
    return records


def main(where: Path | str, seed: int) -> None:
    """Put every batch, each with a view entry, a disclosure and a cursor, in one transaction."""
    order = list(range(BATCHES))
    random.Random(seed).shuffle(order)
    with Store.open(where, create=True) as store:
        for number in order:
            done = f"batch {number}"
            with store.write():
                records = batch(number)
                store.put(records, at=number)
                if store.cursor(done) == 0:
                    seq = store.since(0, 1)[0][0]
                    first = records[0]
                    entry = NewEntry(seq, done, 1, "indicator", first.sha256)
                    store.view_append("EU", [entry], epoch=1, at=5)
                    store.disclose("EU", [(done, 1, (), first.sha256)], at=5)
                    store.set_cursor(done, 1)
            print(number, flush=True)


if __name__ == "__main__":
    given = sys.argv[1]
    main(given if "://" in given else Path(given), int(sys.argv[2]))
