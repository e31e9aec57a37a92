"""Objects out of TAXII: the same objects from a running node and from medallion, by one client.

Ours decides about every object again at every read; medallion has one view for everybody. The
client is the same raw connection, and medallion holds exactly the objects that the node served.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import msgspec

from noroshi.bench import serving
from noroshi.bench.attack import envelope
from noroshi.bench.case import Case, Measured
from noroshi.bench.http import Access, peer_access
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import Peer, PeerMissing, started

PAGE: Final = 1_000
NOTHING_NEW: Final = "?added_after=2100-01-01T00:00:00Z"


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw]


@contextmanager
def medallion(page: bytes) -> Generator[Peer, None, None]:
    """medallion, holding the objects of one page of ours."""
    each = [bytes(raw) for raw in msgspec.json.decode(page, type=_Envelope).objects]
    if len(each) != PAGE:
        raise AssertionError(f"the node served {len(each)} of {PAGE} objects")
    with started("medallion", "medallion_server") as peer:
        try:
            with peer_access(peer).client() as client:
                client.post(peer.hello["path"], envelope(each))
        except OSError as problem:
            raise PeerMissing(f"medallion: {problem}") from problem
        yield peer


def gets(access: Access, query: str, units: int, seconds: float) -> float:
    """Units per second: GETs on a new connection, each worth `units`."""
    with access.client() as client:

        def work() -> int:
            client.get(access.path + query)
            return units

        return rate(work, seconds, time.perf_counter)


def _measured(query: str, units: int, quick: bool) -> Measured:
    seconds = 0.3 if quick else 2.0
    with serving.node() as ours:
        with ours.client() as client:
            page = client.get(f"{ours.path}?limit={PAGE}")
        return in_turns(
            lambda: gets(ours, query, units, seconds),
            medallion(page),
            lambda peer: gets(peer_access(peer), query, units, seconds),
            1 if quick else 5,
        )


def pages(quick: bool) -> Measured:
    """A page of 1,000 objects, again and again."""
    return _measured(f"?limit={PAGE}", PAGE, quick)


def polls(quick: bool) -> Measured:
    """A poll that finds nothing new."""
    return _measured(NOTHING_NEW, 1, quick)


CASES: Final = (
    Case("objects out of TAXII", "taxii", "objects/s", 20.0, "medallion", pages),
    Case("polls with nothing new", "taxii", "polls/s", 100.0, "medallion", polls),
)
