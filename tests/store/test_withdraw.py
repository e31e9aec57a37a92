"""Withdrawal: a tombstone where a record was, and what happens when it is given again."""

from __future__ import annotations

from collections.abc import Callable

from noroshi.store import Store
from noroshi.words import stix
from noroshi.words.kind import Kind
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Hop, Record
from noroshi.words.stix import FindingBody
from noroshi.words.time import Span

GIVEN = (Hop("AUS", 1, "AUS"),)


def statuses(store: Store) -> list[tuple[int, str]]:
    return [(cell.version, cell.status) for cell in store.cells_since(0, 100)]


def test_every_live_version_becomes_a_tombstone_once(
    store: Store, make: Callable[..., Record]
) -> None:
    store.put([make(version=1), make(version=2), make(version=3, status="revoked")], at=1)
    assert store.withdraw("indicator--1", at=2)
    assert not store.withdraw("indicator--1", at=3)
    assert statuses(store) == [(1, "tombstone"), (2, "tombstone"), (3, "revoked")]
    told = [event.key for event in store.events(0, 100, ("record.status",))]
    assert told == ["indicator--1", "indicator--1"]


def test_what_is_unknown_cannot_be_withdrawn(store: Store) -> None:
    assert not store.withdraw("indicator--9", at=1)
    assert store.events(0, 100) == []


def test_given_again_it_lives_under_the_label_it_then_has(
    store: Store, make: Callable[..., Record]
) -> None:
    store.put([make(hops=GIVEN)], at=1)
    store.withdraw("indicator--1", at=2)
    narrower = label(Strand("JPN", "maritime", "stop", tlp=Tlp.AMBER, grant="grant--2"))
    put = store.put([make(labelled=narrower, hops=GIVEN)], at=3)
    assert (put.stored, put.known) == (1, 0)
    assert statuses(store) == [(1, "live")]
    found = store.record("indicator--1")
    assert found is not None
    assert found.label == narrower


def test_what_this_node_took_back_itself_stays_so_when_it_is_read_again(
    store: Store, make: Callable[..., Record]
) -> None:
    store.put([make()], at=1)
    store.withdraw("indicator--1", at=2)
    put = store.put([make(), make(labelled=RED)], at=3)
    assert (put.stored, put.known, put.conflicts) == (0, 2, ())
    assert statuses(store) == [(1, "tombstone")]


RED = label(Strand("JPN", "cyber", "stop", tlp=Tlp.RED))


def test_our_own_record_takes_the_label_that_it_comes_with_last(
    store: Store, make: Callable[..., Record]
) -> None:
    store.put([make()], at=1)
    put = store.put([make(labelled=RED)], at=2)
    found = store.record("indicator--1")
    assert (put.stored, put.known) == (0, 1)
    assert found is not None
    assert found.label == RED
    assert [event.key for event in store.events(0, 9, ("record.status",))] == ["indicator--1"]


def test_a_received_record_keeps_the_label_it_came_with_first(
    store: Store, make: Callable[..., Record]
) -> None:
    hops = (Hop("AUS", 1, "AUS"),)
    store.put([make(hops=hops)], at=1)
    store.put([make(labelled=RED, hops=hops), make(labelled=RED)], at=2)
    found = store.record("indicator--1")
    assert found is not None
    assert found.label == make().label


def test_other_bytes_never_revive(store: Store, make: Callable[..., Record]) -> None:
    store.put([make()], at=1)
    store.withdraw("indicator--1", at=2)
    put = store.put([make(raw=b'{"other":1}')], at=3)
    assert [conflict.reason for conflict in put.conflicts] == ["conflicting version"]
    assert statuses(store) == [(1, "tombstone")]


def test_a_rebuilt_projection_still_says_why(store: Store, make: Callable[..., Record]) -> None:
    """The reason stands in a table of its own, so that making the projection anew keeps it."""
    raw = event("event--1")
    store.put([make(id="event--1", raw=raw, hops=GIVEN)], at=1)
    store.withdraw("event--1", at=2)
    before = store.findings(status="retracted")
    assert [row.reason for row in before] == ["withdrawn by who gave it"]
    store.rebuild_findings()
    assert store.findings(status="retracted") == before
    store.put([make(id="event--1", raw=raw, hops=GIVEN)], at=3)
    store.rebuild_findings()
    assert [row.reason for row in store.findings()] == [None]


def event(name: str) -> bytes:
    """A finding as it travels, as small as can be."""
    kind = Kind("stop", "sea", "maritime", "Stop", "停止", "{subjects}", "{subjects}", "a test")
    body = FindingBody(kind="stop", span=Span(0, 1), subjects=("mmsi:1",), owner="JPN")
    return stix.event(name, body, kind, created=0, modified=0)
