"""Objects out of TAXII: the same objects from a running node and from medallion, by one client.

Ours decides about every object again at every read; medallion has one view for everybody. The
client is the same raw connection, and medallion holds exactly the objects that the node served.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import msgspec

from noroshi.bench import serving
from noroshi.bench.attack import envelope
from noroshi.bench.case import Case, Measured
from noroshi.bench.http import Client
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
    with started("medallion", "medallion_server") as peer:
        try:
            with _client(peer) as client:
                client.post(peer.hello["path"], envelope(each))
        except OSError as problem:
            raise PeerMissing(f"medallion: {problem}") from problem
        yield peer


def _client(peer: Peer) -> Client:
    return Client(peer.hello["port"], peer.hello["user"], peer.hello["password"])


def gets(client: Client, path: str, units: int) -> Callable[[], int]:
    """Work for `rate`: one GET, worth `units`."""

    def work() -> int:
        client.get(path)
        return units

    return work


def _measured(query: str, units: int, quick: bool) -> Measured:
    seconds = 0.3 if quick else 2.0
    with serving.node() as (client, path):
        page = client.get(f"{path}?limit={PAGE}")
        work = gets(client, path + query, units)

        def theirs(peer: Peer) -> float:
            with _client(peer) as other:
                work = gets(other, peer.hello["path"] + query, units)
                return rate(work, seconds, time.perf_counter)

        return in_turns(
            lambda: rate(work, seconds, time.perf_counter),
            medallion(page),
            theirs,
            2 if quick else 5,
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
