"""Transactions that nest, threads and processes that share one store."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sides import Where

from noroshi.store import Store
from noroshi.words.errors import Refused
from noroshi.words.record import Record

Make = Callable[..., Record]


def test_all_or_nothing(store: Store, make: Make) -> None:
    with pytest.raises(ZeroDivisionError), store.write():  # noqa: PT012
        store.put([make()], at=1)
        store.set_cursor("x", 1 // 0)
    assert store.counts()["record"] == 0
    assert store.counts()["event"] == 0


def test_a_failure_handled_further_out_takes_back_only_its_own(store: Store, make: Make) -> None:
    with store.write():
        store.put([make("tool--1")], at=1)
        with pytest.raises(ZeroDivisionError), store.write():  # noqa: PT012
            store.put([make("tool--2")], at=1)
            store.set_cursor("x", 1 // 0)
        store.put([make("tool--3")], at=1)
    assert store.ids_like("tool--") == ["tool--1", "tool--3"]


def test_others_see_a_transaction_when_it_is_done(store: Store, make: Make) -> None:
    with ThreadPoolExecutor(1) as other, store.write():
        store.put([make()], at=1)
        assert other.submit(store.counts).result()["record"] == 0
    assert store.counts()["record"] == 1


def test_a_snapshot_stays_as_it_was(store: Store, make: Make) -> None:
    with ThreadPoolExecutor(1) as other, store.read():
        assert store.counts()["record"] == 0
        other.submit(store.put, [make()], at=1).result()
        assert store.counts()["record"] == 0
    assert store.counts()["record"] == 1


def test_a_snapshot_is_not_written_to(store: Store, make: Make) -> None:
    with store.read(), pytest.raises(Refused, match="inside read"):
        store.put([make()], at=1)
    with store.write(), store.read():
        store.put([make()], at=1)
        assert store.counts()["record"] == 1


def test_threads_and_stores_in_one_place(where: Where, make: Make) -> None:
    def put(numbers: range) -> None:
        with Store.open(where, create=True) as own:
            for i in numbers:
                own.put([make(f"tool--{i}")], at=1)
                own.disclose("EU", [(f"tool--{i}", 1, (), "b")], at=1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, [range(start, start + 15) for start in (0, 10, 20, 30)]))
    with Store.open(where) as store:
        assert len(store.ids_like("tool--")) == 45
        assert [seq for seq, _ in store.since(0, 100)] == list(range(1, 46))
        assert store.counts()["ledger"] == 45
        store.verify_ledger()


def test_a_thread_that_ends_leaves_no_connection(store: Store) -> None:
    database = store._database  # pyright: ignore[reportPrivateUsage]
    thread = threading.Thread(target=store.counts)
    thread.start()
    thread.join()
    store.counts()
    gc.collect()
    assert len(database._all) == 1  # pyright: ignore[reportPrivateUsage]
