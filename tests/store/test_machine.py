"""Any sequence of puts, retractions, views and re-openings, against dictionaries."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sides import Where

from noroshi.store import NewEntry, Store
from noroshi.words.record import Record

Make = Callable[..., Record]

IDS = st.sampled_from(["tool--1", "tool--2", "tool--3"])
VERSIONS = st.integers(1, 5)
OWNERS = st.sampled_from(["JPN", "JPN", "JPN", "FRA"])
TEXTS = st.sampled_from([b"a", b"a", b"a", b"b"])
PARTIES = st.sampled_from(["EU", "FRA"])


class Model(RuleBasedStateMachine):
    """`versions` holds what a store must: per id the owner, then text and status by version;
    `views` per party the object versions it sees, in order of entry."""

    def __init__(self, where: Where, make: Make) -> None:
        super().__init__()
        self.where, self.make = where, make
        self.store = Store.open(where)
        self.owners: dict[str, str] = {}
        self.versions: dict[str, dict[int, tuple[bytes, str]]] = {}
        self.views: dict[str, list[tuple[str, int]]] = {"EU": [], "FRA": []}
        self.told: set[tuple[str, str, int]] = set()
        self.clock = 100

    @rule(batch=st.lists(st.tuples(IDS, VERSIONS, OWNERS, TEXTS), max_size=6))
    def put(self, batch: list[tuple[str, int, str, bytes]]) -> None:
        """Some records, forged and conflicting ones among them."""
        stored = known = conflicts = 0
        for name, version, owner, text in batch:
            held = self.versions.setdefault(name, {})
            theirs = self.owners.setdefault(name, owner) != owner
            if version in held and held[version][0] == text:
                known += 1  # whoever brings it: the same bytes make no version
            elif theirs:
                conflicts += 1
            elif version not in held:
                held[version] = (text, "live")
                stored += 1
            else:
                conflicts += 1
        done = self.store.put(
            [self.make(name, version, text, owner=owner) for name, version, owner, text in batch],
            at=self.clock,
        )
        assert (done.stored, done.known, len(done.conflicts)) == (stored, known, conflicts)

    @rule(name=IDS, version=VERSIONS)
    def retract(self, name: str, version: int) -> None:
        """A retraction, which is a version like any other."""
        held = self.versions.get(name)
        if held:
            self.store.retract(name, b"gone", version, "why", None, at=self.clock)
            held.setdefault(version, (b"gone", "revoked"))

    @precondition(lambda self: self.versions_any())
    @rule(party=PARTIES, batch=st.lists(st.tuples(IDS, VERSIONS, st.booleans()), max_size=4))
    def append(self, party: str, batch: list[tuple[str, int, bool]]) -> None:
        """Entries and tombstones of one party."""
        body = self.store.put_blob(b"body")
        entries = [
            NewEntry(1, f"stone--{name}", 1, "stone", body, tombstone=True, withdraws=name)
            if stone
            else NewEntry(1, name, version, "tool", body)
            for name, version, stone in batch
        ]
        self.store.view_append(party, entries, epoch=1, at=self.clock)
        view = self.views[party]
        for name, version, stone in batch:
            gone = {f"stone--{name}"} | ({name} if stone else set())
            view[:] = [e for e in view if e[0] not in gone and e != (name, version)]
            view.append((f"stone--{name}", 1) if stone else (name, version))

    @rule(party=PARTIES, batch=st.lists(st.tuples(IDS, VERSIONS), max_size=4))
    def disclose(self, party: str, batch: list[tuple[str, int]]) -> None:
        """Disclosures, each of which counts once."""
        rows = [(name, version, ("a/R1",), "b") for name, version in batch]
        new = {(party, *row) for row in batch} - self.told
        assert self.store.disclose(party, rows, at=self.clock) == len(new)
        self.told |= new

    @rule(back=st.integers(-50, 50))
    def tick(self, back: int) -> None:
        """The clock moves, or goes back."""
        self.clock += back

    @rule()
    def reopen(self) -> None:
        """The process ends and another starts."""
        self.store.close()
        self.store = Store.open(self.where)

    @rule()
    def rebuild(self) -> None:
        """What is derived is derived again."""
        self.store.rebuild_views()

    def versions_any(self) -> bool:
        """Whether anything is stored."""
        return any(self.versions.values())

    @invariant()
    def records_are_those_of_the_model(self) -> None:
        """Latest versions, texts, owners and statuses."""
        for name, held in self.versions.items():
            for version, (text, status) in held.items():
                record = self.store.record(name, version)
                assert record is not None
                assert (record.raw, record.status) == (text, status)
                assert record.owner == self.owners[name]
            latest = self.store.record(name)
            assert (latest and latest.version) == max(held, default=None)
        assert len(self.store.since(0, 100)) == sum(map(len, self.versions.values()))

    @invariant()
    def views_are_those_of_the_model(self) -> None:
        """Pages show the last version of each object, in order of entry, with rising instants."""
        for party, view in self.views.items():
            last = dict(sorted(view))
            page = self.store.view_page(party, limit=100)
            assert [(e.oid, e.oversion) for e in page] == [e for e in view if last[e[0]] == e[1]]
            instants = [e.entered_at for e in page]
            assert instants == sorted(set(instants))

    @invariant()
    def the_ledger_holds(self) -> None:
        """Every disclosure once, in an unbroken chain."""
        self.store.verify_ledger()
        assert {(r.party, r.id, r.version) for r in self.store.ledger()} == self.told

    def teardown(self) -> None:
        """The store is closed."""
        self.store.close()


def test_any_sequence(fresh: Callable[[], Where], make: Make) -> None:
    chosen = settings(settings(), max_examples=settings().max_examples // 3)
    run_state_machine_as_test(lambda: Model(fresh(), make), settings=chosen)
