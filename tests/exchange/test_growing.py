"""A tree that only grows, beside the one that is built from all its leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.exchange import merkle
from noroshi.exchange.growing import Frontier, Growing
from noroshi.store import Store

SIZE = 1_300
"""Some full tiles, and leaves beside them."""


def rows(start: int, end: int) -> list[tuple[str, int, tuple[str, ...], str]]:
    return [(f"tool--{n}", 1, ("a/R1",), "b" * 64) for n in range(start, end)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose ledger has SIZE rows of one party, in between others of another."""
    path = tmp_path_factory.mktemp("growing") / "node.db"
    with Store.open(path, create=True) as opened:
        for n in range(0, SIZE, 100):
            opened.disclose("EU", rows(n, n + 100), at=n)
            opened.disclose("FRA", rows(n, n + 3), at=n)
        yield opened


@pytest.fixture(scope="module")
def leaves(store: Store) -> list[bytes]:
    return [merkle.leaf(bytes.fromhex(row.seal)) for row in store.ledger("EU")]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 768, 1023, 1024, 1025, SIZE])
def test_the_root_of_every_beginning(store: Store, leaves: list[bytes], size: int) -> None:
    assert Growing(store, "EU").root(size) == merkle.root(leaves[:size])


@settings(max_examples=60)
@given(st.data())
def test_proofs_are_those_of_the_whole_tree(
    store: Store, leaves: list[bytes], data: st.DataObject
) -> None:
    grown = data.draw(st.integers(1, SIZE))
    size = data.draw(st.integers(1, grown))
    index = data.draw(st.integers(0, size - 1))
    tree = Growing(store, "EU")
    assert tree.consistency(size, grown) == merkle.consistency(leaves[:grown], size)
    assert tree.inclusion(index, size) == merkle.inclusion(merkle.levels(leaves[:size]), index)
    before, after = merkle.root(leaves[:size]), tree.root(grown)
    assert merkle.grew(size, before, grown, after, tree.consistency(size, grown))


def test_kept_hashes_change_nothing(store: Store, leaves: list[bytes]) -> None:
    first = Growing(store, "EU").root()
    assert store.tiles("EU", 8, 0, 9) == [
        merkle.root(leaves[n : n + 256]) for n in range(0, SIZE - 255, 256)
    ]
    assert Growing(store, "EU").root() == first
    store.drop_tiles()
    assert store.tiles("EU", 8, 0, 9) == []
    assert Growing(store, "EU").root() == first == merkle.root(leaves)


def test_a_root_reads_little_of_a_large_tree(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    Growing(store, "EU").root()
    read: list[int] = []
    seals = store.ledger_seals

    def counted(party: str, start: int, count: int) -> list[str]:
        found = seals(party, start, count)
        read.append(len(found))
        return found

    monkeypatch.setattr(store, "ledger_seals", counted)
    tree = Growing(store, "EU")
    tree.root()
    tree.consistency(1_000, SIZE)
    assert sum(read) <= 3 * 256


def test_nothing_of_others_is_in_it(store: Store) -> None:
    before = Growing(store, "EU").root()
    store.disclose("USA", rows(0, 50), at=9)
    assert Growing(store, "EU").root() == before
    assert Growing(store, "EU").size == SIZE


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        ("root", (SIZE + 1,)),
        ("root", (-1,)),
        ("inclusion", (5, 5)),
        ("inclusion", (0, SIZE + 1)),
        ("consistency", (6, 5)),
        ("consistency", (1, SIZE + 1)),
    ],
    ids=["beyond", "negative", "after the end", "of more", "shrunk", "to more"],
)
def test_what_is_not_there_is_not_proved(
    store: Store, ask: str, arguments: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="lea"):
        getattr(Growing(store, "EU"), ask)(*arguments)


@given(st.integers(0, 300))
def test_a_frontier_has_the_root_of_all_it_took_in(size: int) -> None:
    hashes = [merkle.leaf(b"%d" % n) for n in range(size)]
    tree = Frontier()
    for each in hashes:
        tree.add(each)
    assert (tree.size, tree.root()) == (size, merkle.root(hashes))
