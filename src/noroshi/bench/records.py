"""Records into the store: a STIX bundle read, labelled and committed to disc.

Beside medallion taking the same objects by POST into memory, and beside stix2 parsing them into
its memory store. Ours alone is durable and labelled; wall clock, because it writes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from noroshi.bench.attack import RECEIVED, bundle, envelope, objects, source
from noroshi.bench.case import Case, Measured
from noroshi.bench.http import peer_access
from noroshi.bench.measure import in_turns
from noroshi.bench.peer import Peer, started
from noroshi.desks.registry import desks
from noroshi.store import Store
from noroshi.words.record import Record

ENVELOPE: Final = 1_000


def stored(data: bytes, expected: int) -> float:
    """Objects per second from the bytes of a bundle to records committed in a new store."""
    read = desks()["cyber"].read
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with Store.open(Path(folder) / "bench.db", create=True) as store, store.write():
            records = (each for each in read(source(data)) if isinstance(each, Record))
            count = store.put(records, at=RECEIVED).stored
        spent = time.perf_counter() - began
    if count != expected:
        raise AssertionError(f"{count} of {expected} objects were stored")
    return count / spent


def ingested(quick: bool) -> Measured:
    """Objects per CPU second from the bytes of a bundle to records committed in a store that is
    there already; what the disc is waited for comes on top."""
    each = objects(2 if quick else 10)
    data, read = bundle(each), desks()["cyber"].read

    def once() -> float:
        with (
            tempfile.TemporaryDirectory() as folder,
            Store.open(Path(folder) / "bench.db", create=True) as store,
        ):
            began = time.process_time()
            with store.write():
                records = (one for one in read(source(data)) if isinstance(one, Record))
                count = store.put(records, at=RECEIVED).stored
            spent = time.process_time() - began
        if count != len(each):
            raise AssertionError(f"{count} of {len(each)} objects were stored")
        return count / spent

    once()
    return Measured(tuple(once() for _ in range(1 if quick else 5)))


def posted(peer: Peer, bodies: Sequence[bytes], count: int) -> float:
    """Objects per second into an empty collection of the peer."""
    peer.ask("reset")
    access = peer_access(peer)
    with access.client() as client:
        began = time.perf_counter()
        for body in bodies:
            client.post(access.path, body)
        return count / (time.perf_counter() - began)


def beside_medallion(quick: bool) -> Measured:
    """In turns with medallion on four copies of the bundle: its collection grows, and it slows."""
    each = objects(4)
    data = bundle(each)
    starts = range(0, len(each), ENVELOPE)
    bodies = [envelope(each[start : start + ENVELOPE]) for start in starts]
    return in_turns(
        lambda: stored(data, len(each)),
        started("medallion", "medallion_server"),
        lambda peer: posted(peer, bodies, len(each)),
        1 if quick else 5,
    )


def beside_stix2(quick: bool) -> Measured:
    """In turns with stix2 on one copy of the bundle."""
    data = bundle(objects())
    count = len(objects())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.json"
        path.write_bytes(data)
        return in_turns(
            lambda: stored(data, count),
            started("stix2", "stix2_parse"),
            lambda peer: float(peer.ask("measure", path=str(path))["rate"]),
            1 if quick else 5,
        )


CASES: Final = (
    Case("records into the store", "records", "objects/s", 3.0, "medallion", beside_medallion),
    Case("records into the store", "records", "objects/s", 1.0, "stix2", beside_stix2),
    Case("bundles checked and stored", "records", "objects/s", 0.0, "", ingested, least=15_000),
)
