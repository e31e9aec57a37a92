"""A store put back from a backup: numbers and dates go on, and nothing goes out before its time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from noroshi.store import Forgotten, NewEntry, NewObject, Recall, Store
from noroshi.words.ids import sha256
from noroshi.words.record import Record
from noroshi.words.time import SECOND

MakeRecord = Callable[..., Record]
Where = Path | str


def fill(store: Store, party: str, count: int, at: int) -> list[tuple[int, int]]:
    """Append so many entries; number and date of each."""
    body = store.put_blob(b"{}")
    entries = [NewEntry(1, f"tool--{at}-{n}", 1, "tool", body) for n in range(count)]
    store.view_append(party, entries, epoch=0, at=at)
    return [(each.n, each.entered_at) for each in store.view_page(party, limit=99)][-count:]


@pytest.mark.parametrize(
    ("before", "lost", "floor"), [(0, 1, 0), (3, 5, 11), (1, 30, 40), (0, 2, 9)]
)
def test_no_number_and_no_date_is_given_twice(
    store: Store, make: MakeRecord, before: int, lost: int, floor: int
) -> None:
    """Whatever was given between the backup and `floor`, as densely as can be."""
    store.put([make()], at=1)
    if before:
        fill(store, "EU", before, 7)
    n, date = ([(0, -1)] + [(e.n, e.entered_at) for e in store.view_page("EU", limit=99)])[-1]
    given = [(n + i, date + i) for i in range(1, lost + 1)]
    seen = max(floor, given[-1][1])
    store.put_back((), at=3, saved_at=2)
    store.settle_resync("EU", "answered", None, at=3)
    store.put_told("EU", 0, law=None, learnt=0, ended=0, seen=seen)
    after = fill(store, "EU", 4, 5)
    assert min(after) > max(given)
    assert min(at for _, at in after) > seen
    assert sorted({at for _, at in after}) == [at for _, at in after]
    assert fill(store, "EU", 1, 10_000)[0] == (after[-1][0] + 1, 10_000)


def test_a_store_is_shut_until_all_have_told(store: Store) -> None:
    assert not store.shut()
    assert store.life().n == 0
    assert store.put_back(("EU", "IND"), at=5, saved_at=4) == 1
    assert store.shut()
    assert store.settle_resync("EU", "answered", None, at=6)
    assert not store.settle_resync("EU", "answered", None, at=7)
    assert store.shut()
    store.let_go("IND", "gone", at=8)
    assert not store.shut()
    assert [(each.party, each.state, each.why) for each in store.resyncs()] == [
        ("EU", "answered", None),
        ("IND", "let go", "gone"),
    ]
    assert store.put_back(("EU",), at=9, saved_at=4) == 2
    assert [(each.party, each.state, each.life) for each in store.resyncs()] == [
        ("EU", "waiting", 2),
        ("IND", "let go", 1),
    ]


def test_peers_are_read_and_sent_everything_again(store: Store) -> None:
    for name in ("peer:EU", "push:EU", "pears", "f" * 64):
        store.set_source(name, name, 1, b"", False, 1)
    store.put_back((), at=5, saved_at=4)
    left = [each for each in ("peer:EU", "push:EU", "pears", "f" * 64) if store.source(each)]
    assert left == ["pears", "f" * 64]


def test_plain_collections_go_on_as_well(store: Store) -> None:
    new = NewObject("tool--1", 1, "tool", "2.1", b"{}")
    store.add_objects("c", [new], at=10)
    store.put_back((), at=1_000, saved_at=11)
    store.add_objects("c", [NewObject("tool--2", 1, "tool", "2.1", b"{}")], at=20)
    (_, second) = store.collection_page("c", limit=9)
    assert (second.n, second.entered_at) == (1 + 1_000 - 10 + 1, 1_001)


def test_a_part_that_comes_again_is_counted_once(store: Store) -> None:
    store.put_back(("EU",), at=5, saved_at=4)
    for part in (0, 1, 0):
        store.put_told("EU", part, law="a", learnt=2, ended=1, seen=None)
    (eu,) = store.resyncs()
    assert (eu.learnt, eu.ended, eu.law) == (4, 2, "a")
    assert not store.knows_law("a")


def test_what_was_taken_back_and_is_not_here_is_kept_in_mind(store: Store) -> None:
    gone = Forgotten("tombstone--1", "EU", "tool--1", 5)
    for _ in range(2):
        store.forget(gone)
    assert store.forgotten() == (gone,)
    store.remember("tombstone--1", "tool--1")
    assert store.forgotten() == ()


def test_a_record_taken_back_before_it_is_known_comes_as_a_tombstone(
    store: Store, make: MakeRecord
) -> None:
    store.put_recall(Recall("tool--1", 1, "a test", 1))
    record = make("tool--1", 5)
    assert store.put([record], at=9).stored == 1
    held = store.record("tool--1")
    assert held is not None
    assert (held.status, held.sha256) == ("tombstone", sha256(held.raw))
    assert store.put([make("tool--1", 6)], at=10).conflicts
    assert store.lift("tool--1", at=11)
    again = store.record("tool--1")
    assert again is not None
    assert again.status == "live"


def test_one_backup_put_back_twice_is_two_lives(fresh: Callable[[], Where]) -> None:
    """Partners that answered in the first are asked anew in the second."""
    with Store.open(fresh()) as first, Store.open(fresh()) as second:
        lives = [
            first.put_back(("EU",), at=100 * SECOND, saved_at=2),
            second.put_back(("EU",), at=200 * SECOND, saved_at=2),
            second.put_back(("EU",), at=150 * SECOND, saved_at=2),
        ]
    assert lives == [100, 200, 201]
