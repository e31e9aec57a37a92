"""Objects out of TAXII and into it: the same objects at a running node, at medallion and at
OpenTAXII, by one client.

Ours decides about every object again at every read; the others have one view for everybody. The
client is the same raw connection, and the peer holds exactly the objects that the node served.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from noroshi.bench import serving
from noroshi.bench.attack import dated, envelope
from noroshi.bench.case import Case, Measured
from noroshi.bench.http import Access, peer_access
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import Peer, PeerMissing, started

PAGE: Final = 1_000
NOTHING_NEW: Final = "?added_after=2100-01-01T00:00:00.000Z"
PEERS: Final = {"medallion": "medallion_server", "OpenTAXII": "opentaxii_server"}


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw]


class _Status(msgspec.Struct):
    status: str
    success_count: int


@contextmanager
def holding(name: str, page: bytes) -> Generator[Peer, None, None]:
    """The peer, holding the objects of one page of ours."""
    each = [bytes(raw) for raw in msgspec.json.decode(page, type=_Envelope).objects]
    if len(each) != PAGE:
        raise AssertionError(f"the node served {len(each)} of {PAGE} objects")
    with started(name.lower(), PEERS[name]) as peer:
        try:
            with peer_access(peer).client() as client:
                client.post(peer.hello["path"], envelope(each))
        except OSError as problem:
            raise PeerMissing(f"{name}: {problem}") from problem
        yield peer


def gets(access: Access, query: str, units: int, seconds: float) -> float:
    """Units per second: GETs on a new connection, each worth `units`."""
    with access.client() as client:

        def work() -> int:
            client.get(access.path + query)
            return units

        return rate(work, seconds, time.perf_counter)


def _read(peer: str, query: str, units: int, quick: bool) -> Measured:
    seconds = 0.3 if quick else 2.0
    with serving.node() as ours:
        with ours.client() as client:
            page = client.get(f"{ours.path}?limit={PAGE}")
        return in_turns(
            lambda: gets(ours, query, units, seconds),
            holding(peer, page),
            lambda running: gets(peer_access(running), query, units, seconds),
            1 if quick else 5,
        )


def pages(peer: str, quick: bool) -> Measured:
    """A page of 1,000 objects, again and again."""
    return _read(peer, f"?limit={PAGE}", PAGE, quick)


def polls(peer: str, quick: bool) -> Measured:
    """A poll that finds nothing new."""
    return _read(peer, NOTHING_NEW, 1, quick)


def variants(quick: bool) -> Measured:
    """A page of 1,000 variants: a clause that takes position and source out of every object."""
    seconds = 0.3 if quick else 2.0
    with serving.node(serving.TRANSFORMED) as ours:
        with ours.client() as client:
            page = msgspec.json.decode(client.get(f"{ours.path}?limit={PAGE}"), type=_Envelope)
        known = {msgspec.json.decode(each)["id"] for each in dated()}
        served = [msgspec.json.decode(raw)["id"] for raw in page.objects]
        if len(served) != PAGE or known.intersection(served):
            raise AssertionError(f"{len(served)} objects served, some as they are stored")
        query = f"?limit={PAGE}"
        repeats = range(1 if quick else 5)
        return Measured(tuple(gets(ours, query, PAGE, seconds) for _ in repeats))


def adds(access: Access, bodies: Sequence[bytes], count: int) -> float:
    """Objects per second into the collection, each request answered by a status that is complete
    and without a failure."""
    with access.client() as client:
        began = time.perf_counter()
        answers = [client.post(access.path, body) for body in bodies]
        spent = time.perf_counter() - began
    told = [msgspec.json.decode(each, type=_Status) for each in answers]
    added = sum(each.success_count for each in told if each.status == "complete")
    if added != count:
        raise OSError(f"{added} of {count} objects were added")
    return count / spent


def additions(peer: str, quick: bool) -> Measured:
    """Envelopes of 1,000 objects into an empty collection, two copies of the objects in all."""
    each = dated(1 if quick else 2)
    starts = range(0, len(each), PAGE)
    bodies = [envelope(each[start : start + PAGE]) for start in starts]
    unused = iter(range(serving.COLLECTIONS))

    def theirs(running: Peer) -> float:
        running.ask("reset")
        return adds(peer_access(running), bodies, len(each))

    with serving.node() as ours:
        return in_turns(
            lambda: adds(serving.into(ours, next(unused)), bodies, len(each)),
            started(peer.lower(), PEERS[peer]),
            theirs,
            1 if quick else 5,
        )


def _case(
    name: str, measure: Callable[[str, bool], Measured], peer: str, target: float, least: float
) -> Case:
    unit = "polls/s" if measure is polls else "objects/s"
    run = functools.update_wrapper(functools.partial(measure, peer), measure)
    return Case(name, "taxii", unit, target, peer, run, least)


CASES: Final = (
    _case("objects out of TAXII", pages, "medallion", 50.0, 15_000.0),
    _case("objects out of TAXII", pages, "OpenTAXII", 5.0, 15_000.0),
    Case("variants out of TAXII", "taxii", "objects/s", 0.0, "", variants, 8_000.0),
    _case("objects into TAXII", additions, "medallion", 1.0, 8_000.0),
    _case("objects into TAXII", additions, "OpenTAXII", 5.0, 8_000.0),
    _case("polls with nothing new", polls, "medallion", 100.0, 300.0),
    _case("polls with nothing new", polls, "OpenTAXII", 2.0, 300.0),
)
