"""Adding while others read page by page: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxii_plain import MEDIA, envelope, service
from taxii_process import Running, made
from taxii_world import NOW, ask

from noroshi.store import Store

WRITERS, ENVELOPES, OBJECTS, PAGERS, PAGE = 4, 12, 5, 3, 7


class Added:
    """What was acknowledged so far, in the order of the acknowledgements."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.lock = threading.Lock()

    def add(self, names: list[str]) -> None:
        with self.lock:
            self.names += names

    def so_far(self) -> set[str]:
        with self.lock:
            return set(self.names)


def write(suite: Running, writer: int, added: Added) -> None:
    """Envelopes of new objects, one after the other."""
    with suite.access("busy").client() as client:
        for n in range(ENVELOPES):
            first = (writer * ENVELOPES + n) * OBJECTS
            things = [made("tool", number) for number in range(first, first + OBJECTS)]
            answer = json.loads(client.post(suite.path("busy"), envelope(*things)))
            assert (answer["status"], answer["success_count"]) == ("complete", OBJECTS)
            added.add([each["id"] for each in things])


def walk(suite: Running) -> list[str]:
    """The ids of every page from the first on."""
    read: list[str] = []
    with suite.access("busy").client() as client:
        query = f"?limit={PAGE}"
        while True:
            page = json.loads(client.get(suite.path("busy") + query))
            read += [each["id"] for each in page.get("objects", [])]
            assert len(read) == len(set(read)), "an object came twice"
            if not page.get("more"):
                return read
            query = f"?limit={PAGE}&next={page['next']}"


def page_through(suite: Running, added: Added, ended: threading.Event) -> int:
    """Walk again and again until all writers ended; how many walks."""
    walks = 0
    while True:
        last = ended.is_set()
        before = added.so_far()
        read = walk(suite)
        assert before <= set(read), "an object that was acknowledged did not come"
        walks += 1
        if last:
            return walks


def poll(suite: Running, ended: threading.Event) -> list[str]:
    """As a client that keeps the last date it saw: what came, until all writers ended."""
    read: list[str] = []
    query = "?limit=11"
    with suite.access("busy").client() as client:
        while True:
            last = ended.is_set()
            rows = json.loads(client.get(suite.path("busy", "manifest/") + query)).get("objects")
            if rows:
                read += [each["id"] for each in rows]
                query = f"?limit=11&added_after={rows[-1]['date_added']}"
            elif last:
                return read


def test_four_writers_and_three_pagers_at_a_process(suite: Running) -> None:
    added, ended = Added(), threading.Event()
    with ThreadPoolExecutor(WRITERS + PAGERS + 1) as pool:
        pagers = [pool.submit(page_through, suite, added, ended) for _ in range(PAGERS)]
        polled = pool.submit(poll, suite, ended)
        writers = [pool.submit(write, suite, n, added) for n in range(WRITERS)]
        try:
            for each in writers:
                each.result()
        finally:
            ended.set()
        assert all(each.result() for each in pagers)
    every = added.so_far()
    assert len(every) == WRITERS * ENVELOPES * OBJECTS
    assert sorted(walk(suite)) == sorted(every)
    assert sorted(polled.result()) == sorted(every)


things = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), things),
        st.tuples(st.just("delete"), st.integers(0, 4)),
        st.tuples(st.just("page"), st.integers(0, 2)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=25,
)

Key = tuple[str, str]


class Pager:
    """A client in the midst of a walk; `whole` is what was there when it began and stayed, and
    `entered` how often each was there to be read: again, where it was deleted and added again."""

    def __init__(self, held: set[Key], limit: int) -> None:
        self.whole, self.limit = set(held), limit
        self.entered = Counter(held)
        self.read: list[Key] = []
        self.query = f"limit={limit}&match[version]=all"


class World:
    """A plain collection in a store, those who walk through it, and what it should hold."""

    def __init__(self, store: Store, limits: tuple[int, ...]) -> None:
        self.store, self.limits = store, limits
        self.service = service(store)
        self.held: set[Key] = set()
        self.pagers: dict[int, Pager] = {}
        self.now = NOW

    def ask(self, path: str, query: str = "", **more: Any) -> Any:
        self.now += 1
        return ask(self.service, f"/api/collections/open/{path}", query, now=self.now, **more)

    def add(self, things: list[tuple[int, int]]) -> None:
        objects = [made("tool", n, version) for n, version in things]
        body = envelope(*objects)
        response = self.ask("objects/", method="POST", body=body, content_type=MEDIA)
        assert response.status == 202
        new = {(each["id"], each["modified"]) for each in objects} - self.held
        self.held |= new
        for pager in self.pagers.values():
            pager.entered.update(new)

    def delete(self, n: int) -> None:
        oid = made("tool", n)["id"]
        response = self.ask(f"objects/{oid}/", method="DELETE")
        gone = {key for key in self.held if key[0] == oid}
        assert response.status == (200 if gone else 404)
        self.held -= gone
        for pager in self.pagers.values():
            pager.whole -= gone

    def page(self, which: int) -> None:
        """The next page of one walk; the walk is checked where it ends, and begun again."""
        pager = self.pagers.get(which)
        if pager is None:
            pager = self.pagers[which] = Pager(self.held, self.limits[which])
        got = json.loads(self.ask("objects/", pager.query).body)
        pager.read += [(each["id"], each["modified"]) for each in got.get("objects", [])]
        assert Counter(pager.read) <= pager.entered
        if got.get("more"):
            assert len(got["objects"]) == pager.limit
            pager.query = f"limit={pager.limit}&match[version]=all&next={got['next']}"
            return
        assert pager.whole <= set(pager.read)
        del self.pagers[which]

    def restart(self, _: int) -> None:
        self.service = service(self.store)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("walks") / "node.db", create=True) as opened:
        yield opened


@given(happens=steps, limits=st.tuples(*[st.integers(1, 4)] * 3))
@settings(max_examples=30)
def test_walks_through_random_worlds(store: Store, happens: Any, limits: Any) -> None:
    world = World(store, limits)
    for n in range(5):
        # What the world before this one left.
        world.ask(f"objects/{made('tool', n)['id']}/", method="DELETE")
    for what, value in happens:
        getattr(world, what)(value)
    for which in list(world.pagers):
        while which in world.pagers:
            world.page(which)
