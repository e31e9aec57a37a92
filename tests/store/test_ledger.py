"""The ledger: each disclosure once, in a chain that shows every change."""

from __future__ import annotations

import hashlib
import json

import pytest
from sides import Side, Where

from noroshi.store import Store
from noroshi.words.errors import BadInput

BODY = "b" * 64


@pytest.fixture
def disclosed(store: Store) -> Store:
    """A store whose ledger has five rows."""
    store.disclose("EU", [("tool--1", 1, ("a/R1",), BODY), ("tool--2", 1, (), BODY)], at=5)
    store.disclose("FRA", [("tool--1", 1, ("a/R1", "b/R2"), BODY)], at=6)
    store.disclose("EU", [("tool--1", 2, ("a/R1",), BODY), ("tool--3", 1, (), BODY)], at=7)
    return store


def test_each_disclosure_once(disclosed: Store) -> None:
    before = disclosed.counts()
    assert disclosed.disclose("EU", [("tool--1", 1, ("other/R9",), BODY)], at=9) == 0
    assert disclosed.disclose("EU", [], at=9) == 0
    assert disclosed.counts() == before
    again = ("tool--1", 1, ("a/R1",), "c" * 64)
    assert disclosed.disclose("EU", [again, again, ("tool--1", 1, (), BODY)], at=9) == 1


def test_rows(disclosed: Store) -> None:
    rows = list(disclosed.ledger())
    assert [(r.n, r.at, r.party, r.id, r.version, r.clauses) for r in rows] == [
        (1, 5, "EU", "tool--1", 1, ("a/R1",)),
        (2, 5, "EU", "tool--2", 1, ()),
        (3, 6, "FRA", "tool--1", 1, ("a/R1", "b/R2")),
        (4, 7, "EU", "tool--1", 2, ("a/R1",)),
        (5, 7, "EU", "tool--3", 1, ()),
    ]
    assert [r.n for r in disclosed.ledger("FRA")] == [3]
    assert list(disclosed.ledger("USA")) == []


def test_the_chain_can_be_recomputed_with_nothing_of_ours(disclosed: Store) -> None:
    prev, places = "0" * 64, dict[str, int]()
    for r in disclosed.ledger():
        clauses = json.dumps(list(r.clauses), separators=(",", ":"))
        said = [r.at, r.party, r.id, r.version, clauses, r.body_sha256]
        assert r.salt is not None
        seal = hashlib.sha256(r.salt + json.dumps(said, separators=(",", ":")).encode())
        place = places.setdefault(r.party, 0)
        row = [prev, r.n, r.at, r.party, place, seal.hexdigest()]
        text = json.dumps(row, separators=(",", ":"))
        assert (r.prev, r.place, r.seal) == (prev, place, seal.hexdigest())
        assert r.sha == hashlib.sha256(text.encode()).hexdigest()
        prev, places[r.party] = r.sha, place + 1


def test_no_salt_is_used_twice(disclosed: Store) -> None:
    salts = [row.salt for row in disclosed.ledger()]
    assert len(set(salts)) == len(salts)
    assert all(salt is not None and len(salt) == 16 for salt in salts)


def test_what_one_party_received_is_numbered(disclosed: Store) -> None:
    assert [(r.place, r.n) for r in disclosed.ledger("EU")] == [(0, 1), (1, 2), (2, 4), (3, 5)]
    assert [r.n for r in disclosed.ledger("EU", 1)] == [4, 5]
    assert [r.n for r in disclosed.ledger_backwards()] == [5, 4, 3, 2, 1]
    assert [r.n for r in disclosed.ledger_backwards("EU")] == [5, 4, 2, 1]
    assert disclosed.ledger_size("EU") == 4
    assert disclosed.ledger_size("USA") == 0
    assert disclosed.ledger_parties() == ("EU", "FRA")
    seals = [r.seal for r in disclosed.ledger("EU")]
    assert disclosed.ledger_seals("EU", 1, 2) == seals[1:3]
    assert disclosed.ledger_row(3) == next(iter(disclosed.ledger("FRA")))
    assert disclosed.ledger_row(9) is None
    assert [r.n for r in disclosed.ledger_about("EU", "tool--1")] == [1, 4]


def test_who_walks_it_is_told_of_each_row(disclosed: Store) -> None:
    seen: list[tuple[int, str, str]] = []
    disclosed.verify_ledger(lambda *row: seen.append(row))
    assert seen == [(r.n, r.party, r.seal) for r in disclosed.ledger()]


def test_an_intact_ledger_passes(store: Store, disclosed: Store) -> None:
    disclosed.verify_ledger()


def test_an_empty_ledger_passes(store: Store) -> None:
    store.verify_ledger()


TAMPERING = {
    "a party": ("UPDATE ledger SET party = 'USA' WHERE n = 2", 2),
    "an instant": ("UPDATE ledger SET at = 99 WHERE n = 5", 5),
    "clauses": ("UPDATE ledger SET clauses = '[]' WHERE n = 3", 3),
    "clauses that are no JSON": ("UPDATE ledger SET clauses = 'x' WHERE n = 3", 3),
    "a salt": ("UPDATE ledger SET salt = NULL WHERE n = 2", 2),
    "a seal": ("UPDATE ledger SET seal = 'x' WHERE n = 2", 2),
    "no seal": ("UPDATE ledger SET seal = NULL WHERE n = 2", 2),
    "a place": ("UPDATE ledger SET place = 9 WHERE n = 5", 5),
    "the form": ("UPDATE ledger SET form = 1 WHERE n = 4", 4),
    "what it says, with nothing left of it": (
        "UPDATE ledger SET id = NULL, version = NULL, body_sha256 = 'x' WHERE n = 4; "
        "UPDATE ledger SET party = 'USA', place = 0 WHERE n = 4",
        4,
    ),
    "a body": ("UPDATE ledger SET body_sha256 = 'x' WHERE n = 4", 4),
    "a hash": ("UPDATE ledger SET sha = 'x' WHERE n = 1", 1),
    "a hash of the row before": ("UPDATE ledger SET prev = 'x' WHERE n = 2", 2),
    "a number": ("UPDATE ledger SET n = 9 WHERE n = 5", 5),
    "first removed": ("DELETE FROM ledger WHERE n = 1", 1),
    "middle removed": ("DELETE FROM ledger WHERE n = 3", 3),
    "last removed": ("DELETE FROM ledger WHERE n = 5", 4),
    "all removed": ("DELETE FROM ledger", 0),
    "renumbered after a removal": (
        "DELETE FROM ledger WHERE n = 3; UPDATE ledger SET n = n - 1 WHERE n > 3",
        3,
    ),
    "two exchanged": (
        "UPDATE ledger SET n = 9 WHERE n = 2; UPDATE ledger SET n = 2 WHERE n = 3;"
        "UPDATE ledger SET n = 3 WHERE n = 9",
        2,
    ),
    "one put before": (
        "INSERT INTO ledger (n, prev, sha, form, at, party, place, id, version, clauses, "
        "body_sha256) VALUES (0, 'x', 'x', 1, 1, 'USA', 0, 'tool--9', 1, '[]', 'x')",
        1,
    ),
    "one put after": (
        "INSERT INTO ledger (n, prev, sha, form, at, party, place, id, version, clauses, "
        "body_sha256) SELECT 6, sha, 'x', 1, 8, 'USA', 0, 'tool--9', 1, '[]', 'x' "
        "FROM ledger WHERE n = 5",
        6,
    ),
}


@pytest.mark.parametrize(("change", "row"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_shows(disclosed: Store, side: Side, where: Where, change: str, row: int) -> None:
    side.run(where, change)
    with pytest.raises(BadInput, match=f"ledger row {row}:"):
        disclosed.verify_ledger()
