"""The view journal: numbered, strictly dated, append-only; what is current follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sides import Side, Where

from noroshi.store import Match, NewEntry, Store, Variant, ViewState
from noroshi.words.record import Record
from noroshi.words.time import format_instant, parse_instant

Make = Callable[..., Record]


@pytest.fixture
def filled(store: Store, make: Make) -> Store:
    """A store with ten records to point to, and the body `b`."""
    store.put([make(f"indicator--{i}") for i in range(10)], at=1)
    store.put_blob(b"b")
    return store


def entry(store: Store, oid: str, oversion: int = 1, **more: Any) -> NewEntry:
    """An entry of record 1 with the body `b`."""
    more.setdefault("body_sha256", store.put_blob(b"b"))
    return NewEntry(
        **{"seq": 1, "oid": oid, "oversion": oversion, "otype": oid.split("--")[0], **more}
    )


def shown(store: Store, party: str = "EU", match: Match = Match(), **more: Any) -> list[Any]:  # noqa: B008
    """(oid, oversion) of a page."""
    page = store.view_page(party, match=match, **{"limit": 100, **more})
    return [(each.oid, each.oversion) for each in page]


def current(side: Side, where: Where) -> list[tuple[Any, ...]]:
    """The rows of the derived table as they are on disc."""
    return side.rows(where, "SELECT * FROM view_current ORDER BY party, n")


def test_numbers_and_instants_rise_whatever_the_clock_does(filled: Store) -> None:
    assert (
        filled.view_append(
            "EU", [entry(filled, "tool--1"), entry(filled, "tool--2")], epoch=1, at=50
        )
        == 2
    )
    assert filled.view_append("EU", [entry(filled, "tool--3")], epoch=1, at=50) == 3
    assert filled.view_append("EU", [entry(filled, "tool--4")], epoch=2, at=20) == 4
    assert filled.view_append("EU", [entry(filled, "tool--5")], epoch=2, at=90) == 5
    assert filled.view_append("FRA", [entry(filled, "tool--1")], epoch=2, at=7) == 1
    page = filled.view_page("EU", limit=10)
    dates = [(1, 50), (2, 51), (3, 52), (4, 53), (5, 90)]
    assert [(e.n, e.entered_at) for e in page] == dates
    assert page[0].body == b"b"
    assert [e.entered_at for e in filled.view_page("FRA", limit=10)] == [7]


def test_nothing_to_append_changes_nothing(filled: Store) -> None:
    before = filled.counts()
    assert filled.view_append("EU", [], epoch=1, at=1) == 0
    assert filled.counts() == before


def test_the_journal_cannot_be_rewritten(filled: Store, side: Side, where: Where) -> None:
    filled.view_append("EU", [entry(filled, "tool--1")], epoch=1, at=1)
    for change in ("UPDATE view_entry SET epoch = 9", "DELETE FROM view_entry"):
        with pytest.raises(side.forbidden, match="append-only"):
            side.run(where, change)


def test_an_entry_needs_its_bytes(filled: Store, side: Side) -> None:
    with pytest.raises(side.refused):
        filled.view_append("EU", [entry(filled, "tool--1", body_sha256="0" * 64)], epoch=1, at=1)
    assert shown(filled) == []
    with pytest.raises(ValueError, match="tool--1"):
        entry(filled, "tool--1", body_sha256=None)


def test_pages(filled: Store) -> None:
    filled.view_append("EU", [entry(filled, f"tool--{i}") for i in range(7)], epoch=1, at=100)
    first = filled.view_page("EU", limit=3)
    assert [e.n for e in first] == [1, 2, 3]
    assert [e.n for e in filled.view_page("EU", after_n=3, limit=3)] == [4, 5, 6]
    assert [e.n for e in filled.view_page("EU", after_n=6, limit=3)] == [7]
    assert [e.n for e in filled.view_page("EU", added_after=first[1].entered_at, limit=2)] == [3, 4]
    assert [e.n for e in filled.view_page("EU", added_after=99, after_n=5, limit=9)] == [6, 7]
    assert filled.view_page("EU", added_after=500, limit=9) == []
    assert filled.view_page("FRA", limit=9) == []


def test_a_tombstone_ends_what_was_before(filled: Store) -> None:
    filled.view_append(
        "EU", [entry(filled, "tool--1", 1), entry(filled, "tool--1", 2)], epoch=1, at=1
    )
    stone = entry(filled, "x-tombstone--1", 5, tombstone=True, withdraws="tool--1")
    filled.view_append("EU", [stone], epoch=1, at=2)
    assert shown(filled, match=Match(version=("all",))) == [("x-tombstone--1", 5)]
    assert filled.view_object("EU", "tool--1") == []

    filled.view_append("EU", [entry(filled, "tool--1", 1)], epoch=1, at=3)
    assert shown(filled, match=Match(version=("all",))) == [("tool--1", 1)]


def test_a_tombstone_under_the_same_id(filled: Store) -> None:
    stone = entry(filled, "tool--1", 9, tombstone=True)
    filled.view_append("EU", [entry(filled, "tool--1", 1), stone], epoch=1, at=1)
    (only,) = filled.view_page("EU", limit=9)
    assert only.oversion == 9
    filled.view_append("EU", [entry(filled, "tool--1", 1)], epoch=1, at=1)
    assert shown(filled) == [("tool--1", 1)]


def test_an_entry_can_leave_without_a_trace(filled: Store) -> None:
    gone = entry(filled, "tool--1", 1, tombstone=True, body_sha256=None)
    filled.view_append("EU", [entry(filled, "tool--1"), entry(filled, "tool--2")], epoch=1, at=1)
    assert filled.view_append("EU", [gone], epoch=1, at=1) == 3
    assert shown(filled) == [("tool--2", 1)]


def test_a_version_entering_again_is_dated_again(filled: Store) -> None:
    filled.view_append("EU", [entry(filled, "tool--1"), entry(filled, "tool--2")], epoch=1, at=1)
    filled.view_append("EU", [entry(filled, "tool--1")], epoch=2, at=8)
    assert [(e.n, e.oid) for e in filled.view_page("EU", limit=9)] == [
        (2, "tool--2"),
        (3, "tool--1"),
    ]


def test_versions_of_an_object_and_entries_of_a_record(filled: Store) -> None:
    filled.view_append(
        "EU",
        [
            entry(filled, "tool--1", 2, seq=4),
            entry(filled, "location--1", 2, seq=4),
            entry(filled, "tool--1", 7, seq=5),
            entry(filled, "tool--1", 3, seq=6),
        ],
        epoch=1,
        at=1,
    )
    assert [e.oversion for e in filled.view_object("EU", "tool--1")] == [7, 3, 2]
    assert [e.oid for e in filled.view_by_seqs("EU", [4])] == ["tool--1", "location--1"]
    assert filled.view_by_seqs("FRA", [4]) == []


T1, T2, T3 = (parse_instant(f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3))

MATCHES = {
    "none": (Match(), [("tool--1", T3), ("malware--2", T1), ("report--3", T2)]),
    "last": (Match(version=("last",)), [("tool--1", T3), ("malware--2", T1), ("report--3", T2)]),
    "first": (Match(version=("first",)), [("tool--1", T1), ("malware--2", T1), ("report--3", T2)]),
    "first and last": (
        Match(version=("first", "last")),
        [("tool--1", T1), ("tool--1", T3), ("malware--2", T1), ("report--3", T2)],
    ),
    "all": (
        Match(version=("all",)),
        [("tool--1", T1), ("tool--1", T2), ("tool--1", T3), ("malware--2", T1), ("report--3", T2)],
    ),
    "an instant": (Match(version=(format_instant(T2),)), [("tool--1", T2), ("report--3", T2)]),
    "an instant in µs": (Match(version=(T2,)), [("tool--1", T2), ("report--3", T2)]),
    "an instant or first": (
        Match(id=("tool--1",), version=("first", T2)),
        [("tool--1", T1), ("tool--1", T2)],
    ),
    "no such instant": (Match(version=(T2 + 1,)), []),
    "id": (Match(id=("tool--1",)), [("tool--1", T3)]),
    "ids": (Match(id=("report--3", "tool--1", "tool--9")), [("tool--1", T3), ("report--3", T2)]),
    "type": (Match(type=("malware",)), [("malware--2", T1)]),
    "types": (Match(type=("report", "malware")), [("malware--2", T1), ("report--3", T2)]),
    "id and type": (Match(id=("tool--1",), type=("malware",)), []),
    "type and version": (Match(type=("tool",), version=("first",)), [("tool--1", T1)]),
    "spec 2.0": (Match(spec_version=("2.0",)), [("report--3", T1)]),
    "spec 2.1": (
        Match(spec_version=("2.1",)),
        [("tool--1", T3), ("malware--2", T1), ("report--3", T2)],
    ),
    "both specs": (
        Match(spec_version=("2.0", "2.1"), type=("report",)),
        [("report--3", T1), ("report--3", T2)],
    ),
    "spec and all": (
        Match(spec_version=("2.1",), version=("all",), id=("report--3",)),
        [("report--3", T2)],
    ),
    "no such spec": (Match(spec_version=("3.0",)), []),
}


@pytest.mark.parametrize(("match", "expected"), MATCHES.values(), ids=MATCHES)
def test_match(filled: Store, match: Match, expected: list[Any]) -> None:
    filled.view_append(
        "EU",
        [
            entry(filled, "tool--1", T1),
            entry(filled, "tool--1", T2),
            entry(filled, "tool--1", T3),
            entry(filled, "malware--2", T1),
            entry(filled, "report--3", T1, spec_version="2.0"),
            entry(filled, "report--3", T2),
        ],
        epoch=1,
        at=1,
    )
    filled.view_append("FRA", [entry(filled, "tool--8", T1)], epoch=1, at=1)
    assert shown(filled, match=match) == expected
    paged = [each for n in range(7) for each in shown(filled, match=match, after_n=n, limit=1)]
    assert set(paged) == set(expected)


@pytest.mark.parametrize("version", ["latest", "2026-01-01", ""])
def test_a_version_filter_must_be_one(filled: Store, version: str) -> None:
    with pytest.raises(ValueError):
        filled.view_page("EU", limit=1, match=Match(version=(version,)))


_PARTIES = ("EU", "FRA")
_OIDS = ("tool--1", "tool--2", "malware--3")


@st.composite
def _appends(draw: st.DrawFn) -> list[tuple[str, list[dict[str, Any]]]]:
    one = st.fixed_dictionaries(
        {
            "oid": st.sampled_from(_OIDS),
            "oversion": st.integers(1, 3),
            "spec_version": st.sampled_from(["2.0", "2.1"]),
            "what": st.sampled_from(["shown", "shown", "stone", "own stone", "silent"]),
        }
    )
    batch = st.tuples(st.sampled_from(_PARTIES), st.lists(one, max_size=4))
    return draw(st.lists(batch, max_size=10))


def _drawn(store: Store, given: dict[str, Any]) -> NewEntry:
    stone = given["what"] != "shown"
    own = given["what"] == "own stone"
    return entry(
        store,
        f"x-stone--{given['oid']}" if own else given["oid"],
        given["oversion"],
        spec_version=given["spec_version"],
        tombstone=stone,
        withdraws=given["oid"] if own else None,
        **({"body_sha256": None} if given["what"] == "silent" else {}),
    )


def _expected(journal: list[NewEntry]) -> list[tuple[int, str, int]]:
    """What a page shows, said another way: by looking at every later entry of the journal."""
    about = [entry.withdraws or entry.oid for entry in journal]

    def ended(i: int) -> bool:
        later = [j for j in range(i + 1, len(journal)) if about[j] == about[i]]
        return any(
            journal[j].tombstone
            or journal[i].tombstone
            or journal[j].oversion == journal[i].oversion
            for j in later
        )

    standing = [
        i for i, each in enumerate(journal) if each.body_sha256 is not None and not ended(i)
    ]
    page: list[tuple[int, str, int]] = []
    for i in standing:
        rivals = [journal[j] for j in standing if about[j] == about[i]]
        best = max((each.spec_version, each.oversion) for each in rivals)
        if (journal[i].spec_version, journal[i].oversion) == best:
            page.append((i + 1, journal[i].oid, journal[i].oversion))
    return page


@settings(max_examples=settings().max_examples // 2)
@given(batches=_appends())
def test_what_is_current_follows_from_the_journal(
    side: Side, make: Make, batches: list[Any]
) -> None:
    where = side.fresh()
    journals: dict[str, list[NewEntry]] = {party: [] for party in _PARTIES}
    with Store.open(where, create=True) as store:
        store.put([make()], at=1)
        for party, batch in batches:
            entries = [_drawn(store, each) for each in batch]
            store.view_append(party, entries, epoch=1, at=5)
            journals[party] += entries
        for party, journal in journals.items():
            page = store.view_page(party, limit=100)
            assert [(e.n, e.oid, e.oversion) for e in page] == _expected(journal)
        before = current(side, where)
        assert store.rebuild_views() == len(before)
        assert current(side, where) == before


def test_state(store: Store) -> None:
    assert store.view_state("EU") == ViewState(0, 0, 0)
    store.set_view_state("EU", 5, 2, 99)
    store.set_view_state("EU", 6, 2, 98)
    assert store.view_state("EU") == ViewState(6, 2, 98)


def test_blobs(store: Store) -> None:
    digest = store.put_blob(b"bytes")
    assert store.put_blob(b"bytes") == digest
    assert store.blob(digest) == b"bytes"
    with pytest.raises(KeyError):
        store.blob("0" * 64)


def test_the_first_variant_stays(store: Store) -> None:
    body = store.put_blob(b"variant")
    first = Variant("tool--1", 1, "k", "tool--v", 100, body)
    second = Variant("tool--1", 1, "k", "tool--w", 200, body)
    newer = Variant("tool--1", 2, "k", "tool--v", 300, body)
    assert store.variant("tool--1", 1, "k") is None
    assert store.put_variant(first) == first
    assert store.put_variant(second) == first
    assert store.put_variant(newer) == newer
    assert store.variant("tool--1", 1, "k") == first
    assert store.variants("tool--1", "k") == [first, newer]
    assert store.variants("tool--1", "other") == []


def test_what_is_to_be_made_again_may_be_said_twice_at_once(filled: Store) -> None:
    todo = filled.settled("EU")
    with filled.write():
        todo.put_todo([4, 2, 4], held=False)
        todo.put_todo([2, 3], held=True)
    assert [seq for seq, _ in todo.todo(0, 9)] == [2, 3, 4]
    assert {seq: each.held for seq, each in todo.todo_of([2, 3, 4]).items()} == {
        2: True, 3: True, 4: False,
    }  # fmt: skip
    with filled.write():
        todo.done([4, 3])
    assert [seq for seq, _ in todo.todo(0, 9)] == [2]
