"""A node of a million objects: what its serving process holds in memory, what an empty poll costs
beside one of a hundredth, and what one new record costs the view of a partner.

The store is filled as ingest would: indicators, a relationship for every fourth object, families of
malware and one identity that made them all, so that everything refers to something. The view is
made by refreshing, in the batches of the worker.
"""

from __future__ import annotations

import contextlib
import functools
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from noroshi.bench import serving
from noroshi.bench.case import Case, Measured
from noroshi.bench.http import Access, Client
from noroshi.bench.measure import cpu_of, rate
from noroshi.bench.taxii import NOTHING_NEW
from noroshi.exchange.credentials import hash_password, new_password
from noroshi.exchange.views import Views
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.words import ids
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

OBJECTS: Final = 1_000_000
QUICK: Final = 20_000
SMALLER: Final = 100
"""The store beside it is so many times smaller."""

LIMIT_MB: Final = 200
REFRESHES: Final = 50.0
"""A second: 20 milliseconds after one new record."""

FILLED: Final = 1_000.0
"""A second: a million in a quarter of an hour."""

PAGES: Final = 60
"""Pages of 1,000 that are read before the memory is looked at."""

MADE: Final = "2026-01-01T00:00:00.000Z"
AT: Final = parse_instant(MADE)
LABEL: Final = label(Strand("JPN", "cyber", "indicator", tlp=Tlp.GREEN))
_CHUNK: Final = 20_000


class Kept(NamedTuple):
    """A node of so many objects, the password of the EU's account, and how many objects a second
    entered the EU's view when it was made."""

    folder: Path
    objects: int
    password: str
    filled: float


def _id(type_: str, n: int) -> str:
    return f"{type_}--{uuid.uuid5(uuid.NAMESPACE_OID, f'{type_} {n}')}"


def _object(n: int) -> dict[str, Any]:
    if n == 0:
        return {"type": "identity", "id": _id("identity", 0), "name": "A CERT"}
    if n % 4 == 3:
        source, target = _id("indicator", n - 1), _id("malware", n - n % 1000 + 1)
        ends = {"relationship_type": "indicates", "source_ref": source, "target_ref": target}
        return {"type": "relationship", "id": _id("relationship", n), **ends}
    if n % 1000 == 1:
        return {
            "type": "malware",
            "id": _id("malware", n),
            "is_family": True,
            "name": f"family {n}",
        }
    address = f"[ipv4-addr:value = '10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}']"
    pattern = {"pattern": address, "pattern_type": "stix", "valid_from": MADE}
    return {"type": "indicator", "id": _id("indicator", n), "name": f"address {n}", **pattern}


def record(n: int) -> Record:
    """The `n`-th object as a record."""
    creator = {} if n == 0 else {"created_by_ref": _id("identity", 0)}
    common = {"spec_version": "2.1", "created": MADE, "modified": MADE, **creator}
    object_ = {**_object(n), **common}
    raw = json.dumps(object_).encode()
    kind = object_["type"]
    return Record(object_["id"], AT, kind, "cyber", "JPN", LABEL, raw, ids.sha256(raw), AT)


def make(folder: Path, objects: int) -> Kept:
    """A node of JPN in `folder` with so many objects, all of them in the EU's view."""
    password = new_password()
    init(folder, "JPN", listen="127.0.0.1:0")
    for bundled in (folder / "agreements").glob("*.toml"):
        bundled.unlink()
    (folder / "agreements" / "bench.toml").write_text(serving.AGREEMENT, "utf-8")
    (folder / "eu.hash").write_text(hash_password(password), "utf-8")
    with (folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write(serving.SETTINGS)
    with Node.open(folder) as node:
        load_law(node, clock())
        for start in range(0, objects, _CHUNK):
            chunk = map(record, range(start, min(start + _CHUNK, objects)))
            node.store.put(chunk, at=AT)
        began = time.process_time()
        entered = node.views().refresh("EU", clock()).entered
        seconds = time.process_time() - began
    return Kept(folder, objects, password, entered / seconds)


@functools.cache
def kept(objects: int) -> tuple[Kept, tempfile.TemporaryDirectory[str]]:
    """The node, made once for all cases; its folder goes with the process."""
    folder = tempfile.TemporaryDirectory()
    return make(Path(folder.name), objects), folder


def size(quick: bool) -> int:
    """How many objects there are."""
    return QUICK if quick else OBJECTS


def first_fill(quick: bool) -> Measured:
    """Objects that entered a view which had none, each second, until it was up to date. CPU time:
    one write for each batch, which the disc is waited for, comes on top."""
    return Measured((kept(size(quick))[0].filled,))


def refreshes(quick: bool) -> Measured:
    """The view brought up to date after one new record, again and again. CPU time: the one write
    that the disc is waited for comes on top."""
    held = kept(size(quick))[0]
    with Node.open(held.folder) as node:
        views = node.views()
        views.refresh("EU", clock())
        first = time.time_ns()
        times = [_refreshed(node, views, first + n) for n in range(3 if quick else 50)]
    return Measured((1 / statistics.median(times),))


def _refreshed(node: Node, views: Views, n: int) -> float:
    new = record(n * 4)
    node.store.put([new], at=clock())
    began = time.process_time()
    if views.refresh("EU", clock()).entered != 1:
        raise AssertionError(f"{new.id} did not enter the view")
    return time.process_time() - began


@contextlib.contextmanager
def running(held: Kept) -> Generator[tuple[Access, int], None, None]:
    """The node served by a process of its own; the EU's way in, and the process."""
    with serving.process(held.folder) as (port, pid):
        with Client(port, "eu", held.password) as client:
            path = serving.view(client)
        yield Access(port, "eu", held.password, path), pid


def polls(quick: bool) -> Measured:
    """Polls that find nothing new, here and in a store that is SMALLER, in turns. CPU time of
    both processes."""
    large, small = kept(size(quick))[0], kept(size(quick) // SMALLER)[0]
    seconds, repeats = (0.3, 1) if quick else (2.0, 5)
    ours: list[float] = []
    theirs: list[float] = []
    with running(large) as one, running(small) as other:
        for _ in range(repeats):
            for (access, pid), rates in ((one, ours), (other, theirs)):
                rates.append(_polls(access, pid, seconds))
    return Measured(tuple(ours), tuple(theirs))


def _polls(access: Access, pid: int, seconds: float) -> float:
    with access.client() as client:

        def work() -> int:
            client.get(access.path + NOTHING_NEW)
            return 1

        return rate(work, seconds, cpu_of(pid))


def memory(quick: bool) -> Measured:
    """Megabytes that are left of LIMIT_MB to the process that serves, after pages and polls."""
    with running(kept(size(quick))[0]) as (access, pid):
        with access.client() as client:
            for query in _walk(client, access):
                client.get(access.path + query)
        return Measured((LIMIT_MB - resident_mb(pid),))


def _walk(client: Client, access: Access) -> Iterator[str]:
    """Polls between pages, from the first page on."""
    query = "?limit=1000"
    for _ in range(PAGES):
        found = json.loads(client.get(access.path + query))
        yield NOTHING_NEW
        if not found.get("more"):
            return
        query = f"?limit=1000&next={found['next']}"


def resident_mb(pid: int) -> float:
    """The most memory that the process ever had at once (VmHWM of proc(5)), in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(each.split()[1]) / 1000 for each in lines if each.startswith("VmHWM"))


CASES: Final = (
    Case("first fill of a view", "scale", "objects/s", 0.0, "", first_fill, FILLED),
    Case("refreshes, one new record", "scale", "refreshes/s", 0.0, "", refreshes, REFRESHES),
    Case("polls at a hundred times", "scale", "polls/s", 1 / 1.2, "a hundredth", polls),
    Case(f"memory left of {LIMIT_MB} MB", "scale", "MB", 0.0, "", memory, 1.0),
)
