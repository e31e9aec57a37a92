"""A source may be used until a day: what rests on it falls back to what stood alone, or goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import noroshi.node.serve as serving
from noroshi.desks.registry import desks
from noroshi.history.stored import stored
from noroshi.node.expiry import REASON, Expiry
from noroshi.node.findings import settle
from noroshi.node.ingest import ingest
from noroshi.node.node import Node
from noroshi.store import Match
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.stix import body_of, head
from noroshi.words.time import DAY, SECOND, Span

NOW = 1_780_000_000_000_000
ENDS = NOW + 10 * DAY
OWN = Strand("JPN", "maritime", "*", Tlp.GREEN)
LENT = msgspec.structs.replace(OWN, tlp=Tlp.AMBER, expires=ENDS)
SEA = desks()["sea"]
KIND = SEA.kinds["stop"]


def piece(strand: Strand, name: str) -> Evidence:
    return Evidence(name, name, NOW, "0" * 64, Row(1), label(strand))


def found(*evidence: Evidence, version: str = "1", minutes: int = 30) -> Finding:
    """One finding, however often it is found again with other evidence."""
    span = Span(NOW - DAY, NOW - DAY + minutes * 60 * SECOND, "s")
    name = "event--11111111-1111-5111-8111-111111111111"
    return Finding(
        name, "observation--1", 0, "JPN", KIND.name, span, None, ("mmsi:431000001",), (), {},
        evidence, "sea", version, "0" * 64,
    )  # fmt: skip


@pytest.fixture
def node(make: Callable[..., Path]):
    with Node.open(make()) as opened:
        yield opened


def told(node: Node, finding: Finding, at: int) -> None:
    with node.store.write():
        settle(node, SEA, "0" * 64, [finding], at)


def state(node: Node) -> tuple[str, int, tuple[Strand, ...]]:
    """(status, end of the finding's span, strands) of the latest version."""
    held = node.store.record(found(piece(OWN, "own")).id)
    assert held is not None
    body = body_of(held.raw)
    assert body is not None
    return held.status, body.span.t1, held.label.strands


ALONE = found(piece(OWN, "own"))
BOTH = found(piece(OWN, "own"), piece(LENT, "lent"), minutes=45)
ONLY_LENT = found(piece(LENT, "lent"))
KIND_OF = {"kind": KIND.name, "pillar": KIND.pillar}
AS_OWN = (msgspec.structs.replace(OWN, **KIND_OF),)


def test_a_finding_goes_back_to_what_stood_without_the_source(node: Node) -> None:
    told(node, ALONE, NOW)
    told(node, BOTH, NOW + DAY)
    watch = Expiry(node)
    assert watch.settle(ENDS - 1).changed == 0
    assert len(state(node)[2]) == 2
    settled = watch.settle(ENDS)
    assert (settled.changed, settled.retracted) == (1, 0)
    assert state(node) == ("live", ALONE.span.t1, AS_OWN)
    assert [each.version for each in node.store.cells_since(0, 9)] == sorted(
        {each.version for each in node.store.cells_since(0, 9)}
    )
    assert watch.settle(ENDS + DAY).changed == 0
    # Found again from what the desk still remembers, it stays without the source.
    told(node, BOTH, ENDS + DAY)
    assert state(node) == ("live", ALONE.span.t1, AS_OWN)


RETRACTED = {
    "it never stood without it": (ONLY_LENT,),
    "it stood without it under a label since corrected": (
        found(piece(msgspec.structs.replace(OWN, tlp=Tlp.GREEN, licence="CC-BY"), "own")),
        BOTH,
    ),
    "it stood without it for another version of the detector": (
        found(piece(OWN, "own"), version="0"),
        BOTH,
    ),
}


@pytest.mark.parametrize("versions", RETRACTED.values(), ids=RETRACTED)
def test_a_finding_is_retracted_where(node: Node, versions: tuple[Finding, ...]) -> None:
    for day, finding in enumerate(versions):
        told(node, finding, NOW + day * DAY)
    settled = Expiry(node).settle(ENDS)
    assert (settled.changed, settled.retracted) == (0, 1)
    held = node.store.record(ALONE.id)
    assert held is not None
    assert held.status == "revoked"
    assert head(held.raw).revoked
    body = body_of(held.raw)
    assert body is not None
    assert body.reason == REASON
    assert Expiry(node).settle(ENDS).retracted == 0


def test_a_finding_that_rests_on_nothing_that_ends_stays(node: Node) -> None:
    told(node, ALONE, NOW)
    assert Expiry(node).settle(ENDS).retracted == 0
    assert state(node)[0] == "live"


def test_what_is_found_with_an_expired_source_is_not_stored(node: Node) -> None:
    told(node, ONLY_LENT, ENDS)
    assert node.store.record(ONLY_LENT.id) is None


def test_a_partner_has_it_no_more_from_that_moment_and_then_what_stood_alone(node: Node) -> None:
    told(node, ALONE, NOW)
    told(node, BOTH, NOW + DAY)

    def seen(at: int) -> list[int]:
        """When each version of the finding ends that the Union sees."""
        node.views().refresh("EU", at)
        every = Match(spec_version=("2.0", "2.1"), version=("all",))
        bodies = [each.body for each in node.store.view_page("EU", limit=100, match=every)]
        events = [body_of(raw) for raw in bodies if head(raw).type == "event"]
        return sorted(each.span.t1 for each in events if each is not None)

    assert seen(ENDS - 1) == [ALONE.span.t1, BOTH.span.t1]
    assert seen(ENDS) == [ALONE.span.t1]  # withheld by its label, whatever the worker does
    assert Expiry(node).settle(ENDS).changed == 1
    assert seen(ENDS + SECOND) == [ALONE.span.t1, ALONE.span.t1]  # two versions that say the same


FEED = """
[[feed]]
uri = "*.csv"
label = { tlp = "amber", handling = ["control:6A008"], expires = 2026-06-01 }
every = "PT1H"
"""


def test_a_feed_that_was_lent_until_a_day(
    make: Callable[..., Path],
    suez: tuple[bytes, list[bytes]],
    clock: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make(more=FEED)
    source = folder.parent / "a.csv"
    source.write_bytes(suez[0] + b"".join(suez[1]))
    with Node.open(folder) as node:
        report = ingest(node, [source], clock)
        assert report.new > 20
        strands = {each for row in node.store.findings() for each in _label(node, row.seq)}
        assert {each.handling for each in strands} == {("control:6A008",)}
        (ends,) = {each.expires for each in strands}
        assert ends is not None
        late = ingest(node, [source], lambda: ends)
        assert "may no longer be used" in (late.sources[0].problem or "")
        stop = threading.Event()
        monkeypatch.setattr(serving, "clock", lambda: ends)
        monkeypatch.setattr(serving, "_matching", lambda *_: stop.set() or [])
        assert stored(node.settings.history).positions > 1_000
        serving.work(node, stop, lambda _: None)
        assert len(node.store.findings()) == 0
        assert [each for each in node.settings.history.rglob("*") if each.is_file()] == []


def _label(node: Node, seq: int) -> tuple[Strand, ...]:
    return node.store.by_seq(seq).label.strands
