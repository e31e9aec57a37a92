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
from noroshi.bench.measure import Clock, cpu_of, in_turns, rate
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


def gets(
    access: Access, query: str, units: int, seconds: float, clock: Clock = time.perf_counter
) -> float:
    """Units per second: GETs on a new connection, each worth `units`."""
    with access.client() as client:

        def work() -> int:
            client.get(access.path + query)
            return units

        return rate(work, seconds, clock)


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


def _alone(access: Access, query: str, units: int, quick: bool) -> Measured:
    seconds = 0.3 if quick else 2.0
    clock = cpu_of(access.pid)
    # Once before: a password is computed, and the disclosures go into the ledger.
    gets(access, query, units, 0.0)
    repeats = range(1 if quick else 5)
    return Measured(tuple(gets(access, query, units, seconds, clock) for _ in repeats))


def pages(peer: str, quick: bool) -> Measured:
    """A page of 1,000 objects, again and again."""
    return _read(peer, f"?limit={PAGE}", PAGE, quick)


def polls(peer: str, quick: bool) -> Measured:
    """A poll that finds nothing new."""
    return _read(peer, NOTHING_NEW, 1, quick)


def pages_alone(quick: bool) -> Measured:
    """A page of 1,000 objects, again and again, by CPU time of server and client."""
    with serving.node() as ours:
        return _alone(ours, f"?limit={PAGE}", PAGE, quick)


def polls_alone(quick: bool) -> Measured:
    """A poll that finds nothing new, by CPU time of server and client."""
    with serving.node() as ours:
        return _alone(ours, NOTHING_NEW, 1, quick)


def variants(quick: bool) -> Measured:
    """A page of 1,000 variants, by CPU time of server and client: a clause that takes position and
    source out of every object."""
    with serving.node(serving.TRANSFORMED) as ours:
        with ours.client() as client:
            page = msgspec.json.decode(client.get(f"{ours.path}?limit={PAGE}"), type=_Envelope)
        known = {msgspec.json.decode(each)["id"] for each in dated()}
        served = [msgspec.json.decode(raw)["id"] for raw in page.objects]
        if len(served) != PAGE or known.intersection(served):
            raise AssertionError(f"{len(served)} objects served, some as they are stored")
        return _alone(ours, f"?limit={PAGE}", PAGE, quick)


def adds(
    access: Access, bodies: Sequence[bytes], count: int, clock: Clock = time.perf_counter
) -> float:
    """Objects per second into the collection, each request answered by a status that is complete
    and without a failure."""
    with access.client() as client:
        began = clock()
        answers = [client.post(access.path, body) for body in bodies]
        spent = clock() - began
    told = [msgspec.json.decode(each, type=_Status) for each in answers]
    added = sum(each.success_count for each in told if each.status == "complete")
    if added != count:
        raise OSError(f"{added} of {count} objects were added")
    return count / spent


def _bodies(quick: bool) -> tuple[list[bytes], int]:
    each = dated(1 if quick else 2)
    starts = range(0, len(each), PAGE)
    return [envelope(each[start : start + PAGE]) for start in starts], len(each)


def additions(peer: str, quick: bool) -> Measured:
    """Envelopes of 1,000 objects into an empty collection, two copies of the objects in all."""
    bodies, count = _bodies(quick)
    unused = iter(range(serving.COLLECTIONS))

    def theirs(running: Peer) -> float:
        running.ask("reset")
        return adds(peer_access(running), bodies, count)

    with serving.node() as ours:
        return in_turns(
            lambda: adds(serving.into(ours, next(unused)), bodies, count),
            started(peer.lower(), PEERS[peer]),
            theirs,
            1 if quick else 5,
        )


def additions_alone(quick: bool) -> Measured:
    """The same additions by CPU time of server and client."""
    bodies, count = _bodies(quick)
    with serving.node() as ours:
        clock = cpu_of(ours.pid)
        adds(serving.into(ours, 0), bodies[:1], min(count, PAGE))
        repeats = range(1, 2 if quick else 6)
        return Measured(tuple(adds(serving.into(ours, n), bodies, count, clock) for n in repeats))


def _beside(peer: str, name: str, measure: Callable[[str, bool], Measured], target: float) -> Case:
    unit = "polls/s" if measure is polls else "objects/s"
    run = functools.update_wrapper(functools.partial(measure, peer), measure)
    return Case(name, "taxii", unit, target, peer, run)


def _by_cpu(name: str, unit: str, measure: Callable[[bool], Measured], least: float) -> Case:
    return Case(name, "taxii", f"{unit}/CPU s", 0.0, "", measure, least)


OUT, IN, POLLS = "objects out of TAXII", "objects into TAXII", "polls with nothing new"
CASES: Final = (
    _beside("medallion", OUT, pages, 50.0),
    _beside("OpenTAXII", OUT, pages, 5.0),
    _by_cpu(OUT, "objects", pages_alone, 15_000.0),
    _by_cpu("variants out of TAXII", "objects", variants, 8_000.0),
    _beside("medallion", IN, additions, 1.0),
    _beside("OpenTAXII", IN, additions, 5.0),
    _by_cpu(IN, "objects", additions_alone, 8_000.0),
    _beside("medallion", POLLS, polls, 100.0),
    _beside("OpenTAXII", POLLS, polls, 2.0),
    _by_cpu(POLLS, "polls", polls_alone, 300.0),
)
