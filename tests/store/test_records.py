"""Records: once, in any order, the first bytes and the first creator kept."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sides import Where

from noroshi.store import Conflict, Put, Store
from noroshi.words.desk import Rejected
from noroshi.words.errors import Refused
from noroshi.words.evidence import ByteRange, JsonPointer, Row
from noroshi.words.ids import sha256
from noroshi.words.label import ClassMark, Strand, Tlp, label
from noroshi.words.record import Hop, Record
from noroshi.words.upgrade import named, upgraded

Make = Callable[..., Record]


def test_comes_back_as_it_was_put(store: Store, make: Make) -> None:
    fused = label(
        Strand("JPN", "maritime", "stop", tlp=Tlp.AMBER, only=("EU", "FRA")),
        Strand("FRA", "maritime", "stop", classes=(ClassMark("FRA", "restricted"),), grant="g"),
    )
    hops = (Hop("FRA", 3, "FRA"), Hop("EU", 4, "FRA"))
    record = make("indicator--1", 7, b'{"a": 1 }\n', labelled=fused, hops=hops)

    assert store.put([record], at=9) == Put(1, 0, ())
    assert store.record("indicator--1") == record
    assert store.record("indicator--1", 7) == record
    assert store.by_seq(1) == record
    assert store.since(0, 10) == [(1, record)]
    (cell,) = store.cells_since(0, 10)
    assert cell[:5] == (1, "indicator--1", 7, "indicator", "live")
    assert store.label_of(cell.cell) == fused
    assert cell.cell == fused.key()


def test_labels_are_interned(store: Store, make: Make) -> None:
    store.put([make(f"indicator--{i}") for i in range(50)], at=1)
    assert store.counts()["cell"] == 1


def test_the_same_again_is_known(store: Store, make: Make) -> None:
    record = make()
    assert store.put([record, record], at=1) == Put(1, 1, ())
    assert store.put([record], at=2) == Put(0, 1, ())
    assert store.counts()["record"] == 1


@pytest.mark.parametrize("owner", ["JPN", "EU"])
@pytest.mark.parametrize("turned", [False, True])
def test_an_object_of_stix_2_0_and_the_same_as_2_1_are_one_version(
    store: Store, make: Make, owner: str, turned: bool
) -> None:
    raw = b'{"type":"tool","id":"indicator--1","created":"2017-01-01T00:00:00Z"}'
    made = named(upgraded(raw) or b"", "EU", sha256(raw))
    first, second = make(raw=raw), make(raw=made, owner=owner)
    if turned:
        first, second = second, first
    assert store.put([first], at=1) == Put(1, 0, ())
    assert store.put([second], at=2) == Put(0, 1, ())
    assert store.record("indicator--1") == first


def test_other_bytes_of_one_version_conflict_and_are_kept_aside(store: Store, make: Make) -> None:
    first, other = make(raw=b"first"), make(raw=b"other")
    store.put([first], at=1)
    conflict = Conflict("indicator--1", 1, "conflicting version")

    assert store.put([other], at=2) == Put(0, 0, (conflict,))
    assert store.put([other], at=3) == Put(0, 0, (conflict,))
    assert store.record("indicator--1") == first
    (aside,) = store.rejected()
    assert aside == (other.sha256, "indicator--1 1 JPN", "conflicting version", 2, b"other")


@pytest.mark.parametrize("version", [1, 2, 0], ids=["same version", "newer", "older"])
def test_only_the_first_creator_makes_versions(store: Store, make: Make, version: int) -> None:
    first = make(version=1)
    forged = make(version=version, raw=b"forged", owner="PRK")
    put = store.put([first, forged], at=1)
    assert put == Put(1, 0, (Conflict("indicator--1", version, "not the creator"),))
    assert store.record("indicator--1") == first


def test_the_same_bytes_from_another_owner_are_known_and_change_nothing(
    store: Store, make: Make
) -> None:
    first = make()
    store.put([first], at=1)
    assert store.put([make(owner="PRK")], at=2) == Put(0, 1, ())
    assert store.record("indicator--1") == first
    store.withdraw("indicator--1", at=3)
    again = store.put([make(owner="PRK")], at=4)
    assert again.conflicts == (Conflict("indicator--1", 1, "not the creator"),)


def test_a_late_older_version_is_kept_but_not_the_latest(store: Store, make: Make) -> None:
    store.put([make(version=5)], at=1)
    store.put([make(version=3)], at=2)
    latest = store.record("indicator--1")
    older = store.record("indicator--1", 3)
    assert latest is not None
    assert older is not None
    assert (latest.version, older.version) == (5, 3)


def test_absent(store: Store) -> None:
    assert store.record("indicator--9") is None
    assert store.record("indicator--9", 1) is None
    with pytest.raises(KeyError):
        store.by_seq(1)
    with pytest.raises(KeyError):
        store.label_of("0" * 64)


def test_bytes_must_be_those_of_the_hash(store: Store, make: Make) -> None:
    wrong = msgspec.structs.replace(make("indicator--2"), raw=b"changed")
    with pytest.raises(ValueError, match="indicator--2"):
        store.put([make(), wrong], at=1)
    assert store.counts()["record"] == 0, "a batch is stored whole or not at all"


def test_retract(store: Store, make: Make) -> None:
    store.put([make()], at=1)
    store.retract("indicator--1", b"gone", 2, "refuted", None, at=3)
    held = store.record("indicator--1")
    assert held is not None
    assert (held.version, held.status, held.raw) == (2, "revoked", b"gone")
    assert held.label == make().label
    assert store.counts()["live"] == 0

    again = store.retract("indicator--1", b"gone", 2, "refuted", None, at=4)
    assert again == Put(0, 1, ())
    with pytest.raises(Refused, match="indicator--9"):
        store.retract("indicator--9", b"gone", 2, "refuted", None, at=3)


def test_rejected_parts_are_kept_once_by_place(store: Store) -> None:
    items = [
        Rejected("a" * 64, ByteRange(5, 3), "checksum", b"!AI"),
        Rejected("a" * 64, Row(5), "not a number"),
        Rejected("b" * 64, JsonPointer("/objects/3"), "no id", b"{}"),
    ]
    assert store.reject(items, at=1) == 3
    assert store.reject(items, at=2) == 0
    assert {(row[0][0], row[2], row[3], row[4]) for row in store.rejected()} == {
        ("a", "checksum", 1, b"!AI"),
        ("a", "not a number", 1, b""),
        ("b", "no id", 1, b"{}"),
    }


def test_the_source_of_rejected_parts_may_be_given(store: Store) -> None:
    store.reject([Rejected("name.csv", Row(1), "empty")], at=1, source="c" * 64)
    assert store.rejected()[0][0] == "c" * 64


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("tool--abc", ["tool--abc"]),
        ("tool--ab", ["tool--ab1", "tool--abc"]),
        ("abc", ["malware--abc", "tool--abc"]),
        ("tool", ["tool--ab1", "tool--abc"]),
        ("%", []),
        ("x", []),
    ],
)
def test_ids_like(store: Store, make: Make, start: str, found: list[str]) -> None:
    store.put([make(name) for name in ("tool--abc", "tool--ab1", "malware--abc")], at=1)
    assert store.ids_like(start) == found


def test_events_of_a_batch(store: Store, make: Make) -> None:
    store.put([make("indicator--1"), make("indicator--2", status="revoked")], at=4)
    store.put([make("indicator--1")], at=5)
    assert [tuple(event) for event in store.events(0, 10)] == [
        (1, 4, "record.stored", "indicator--1", 0),
        (2, 4, "record.stored", "indicator--2", 0),
        (3, 4, "record.status", "indicator--2", 0),
    ]
    assert [event.n for event in store.events(0, 10, ["record.status"])] == [3]
    assert [event.n for event in store.events(1, 1)] == [2]


def test_a_cursor_moves_with_its_effects(store: Store, make: Make) -> None:
    assert store.cursor("views") == 0
    wrong = msgspec.structs.replace(make("indicator--2"), raw=b"changed")
    with store.write():
        store.put([make()], at=1)
    with pytest.raises(ValueError), store.write():  # noqa: PT012
        store.set_cursor("views", 4)
        store.put([wrong], at=1)
    assert (store.cursor("views"), store.counts()["record"]) == (0, 1)
    with store.write():
        store.set_cursor("views", 4)
        store.set_cursor("views", 5)
    assert store.cursor("views") == 5


def test_progress_of_a_source(store: Store) -> None:
    assert store.source("a" * 64) is None
    store.set_source("a" * 64, "ais.nmea", 10, b"state", False, 3)
    store.set_source("a" * 64, "ais.nmea", 20, b"", True, 4)
    found = store.source("a" * 64)
    assert found is not None
    assert (found.name, found.offset, found.state, found.done, found.at) == (
        "ais.nmea",
        20,
        b"",
        True,
        4,
    )


_versions = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from(["live", "revoked"])),
    max_size=25,
)


@given(arrivals=_versions, order=st.randoms(use_true_random=False), cuts=st.integers(1, 7))
def test_order_batches_and_repeats_do_not_matter(
    fresh: Callable[[], Where],
    make: Make,
    arrivals: list[tuple[int, int, str]],
    order: object,
    cuts: int,
) -> None:
    # One status and one text for each version, as a creator would make them.
    distinct = {(f"tool--{i}", version): status for i, version, status in arrivals}
    records = [make(*key, status=status) for key, status in distinct.items()]
    expected: dict[str, Record] = {}
    for record in records:
        if record.id not in expected or record.version > expected[record.id].version:
            expected[record.id] = record
    repeated = records * 2
    order.shuffle(repeated)  # type: ignore[attr-defined]
    where = fresh()
    with Store.open(where, create=True) as store:
        for start in range(0, len(repeated), cuts):
            store.put(repeated[start : start + cuts], at=1)
        assert {each: store.record(each) for each in expected} == expected
        assert store.counts()["record"] == len(records)
        live = sum(record.status == "live" for record in expected.values())
        assert store.counts()["live"] == live
