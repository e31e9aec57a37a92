"""What waits for a second person is in no view and named by nothing in it, whatever comes between.

The oracle is a node that never had what waits: both views have to hold the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import graphs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japan import LINK, NOW, A, B, Node

from noroshi.exchange.hold import Hold, way
from noroshi.exchange.sign import Keys
from noroshi.exchange.views import Views
from noroshi.pact.policy import Policy
from noroshi.store import Confirmation, Store
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.release import Release
from noroshi.words.time import MINUTE
from noroshi.words.transform import Position

AMBER = {"tlp": Tlp.AMBER}


class Two(Node):
    """A node that asks for two people from amber on."""

    level: Tlp | None = Tlp.AMBER

    def policy(self, at: int) -> tuple[int, Policy]:
        key = self.epoch, self.store.terms()
        if getattr(self, "_held", None) is None or self._held[0] != key:
            self._held = key, super().policy(at)
        return self._held[1]

    def opened(self) -> Views:
        return Views(self.store, self.policy, graphs.KINDS, "JPN", self.keys, level=self.level)

    def agree(self, oid: str, release: Release | None = None) -> None:
        record = self.store.record(oid)
        assert record is not None
        cell, how = record.label.key(), way(release or Release("released"))
        self.store.confirm([Confirmation("EU", oid, cell, how, "a", "b", NOW)])


@pytest.fixture
def two(store: Store, keys: Keys) -> Two:
    return Two(store, keys)


def test_what_the_agreement_gives_waits_and_below_the_level_nothing_does(two: Two) -> None:
    two.put(A, **AMBER)
    two.put(B)
    assert two.ids() == [B]
    assert two.views.object("EU", A, NOW) == ()
    assert A not in [each.id for each in two.store.ledger("EU")]
    two.agree(A)
    assert two.ids() == [B, A]
    assert A in [each.id for each in two.store.ledger("EU")]
    assert two.ids("AUS") == [B]


def test_what_names_it_says_nothing_of_it_meanwhile(two: Two) -> None:
    two.put(A, **AMBER)
    two.put(B)
    two.link(B, A)
    assert two.ids() == [B]
    assert not [each for each in two.see() if A.encode() in each.body]
    two.agree(A)
    assert set(two.ids()) == {A, B, LINK}


def test_a_later_version_follows_and_another_label_waits_anew(two: Two) -> None:
    two.put(A, **AMBER)
    two.agree(A)
    two.put(A, {"name": "corrected", "is_family": False}, at=NOW + MINUTE, **AMBER)
    assert len(two.see(at=NOW + MINUTE)) == 2
    two.put(A, {"name": "more", "is_family": False}, at=NOW + 2 * MINUTE, denied=("IND",), **AMBER)
    assert len(two.see(at=NOW + 2 * MINUTE)) == 2
    two.agree(A)
    assert len(two.see(at=NOW + 2 * MINUTE)) == 3


def test_other_transforms_than_were_agreed_to_wait_anew(two: Two) -> None:
    two.put(A, **AMBER)
    two.agree(A, release=Release("partial", (Position(10_000),)))
    assert two.ids() == []


def test_what_is_taken_back_is_not_agreed_to_any_more(two: Two) -> None:
    two.put(A, **AMBER)
    two.agree(A)
    assert two.ids() == [A]
    two.store.unconfirm(A, at=NOW + MINUTE)
    (left,) = two.see(at=NOW + MINUTE)
    assert left.otype == "tombstone"
    assert [each.ended for each in two.store.confirmations(A)] == [NOW + MINUTE]


def test_a_level_that_is_set_or_lifted_reaches_a_view_that_stands(two: Two) -> None:
    two.put(A, **AMBER)
    two.level = None
    assert [each.oid for each in two.see(views=two.opened())] == [A]
    two.level = Tlp.GREEN
    (left,) = two.see(at=NOW + MINUTE, views=two.opened())
    assert left.otype == "tombstone"


def test_without_a_level_nothing_is_asked_of_the_store(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "confirmed", lambda *_: pytest.fail("asked"))
    two.level = None
    two.put(A, **AMBER)
    assert [each.oid for each in two.see(views=two.opened())] == [A]


@pytest.mark.parametrize(
    ("tlp", "clauses", "waits"),
    [
        (Tlp.GREEN, ("one/R1",), False),
        (Tlp.AMBER, ("one/R1",), True),
        (Tlp.RED, ("one/R1",), True),
        (Tlp.RED, ("emergency/3f9a",), False),
        (Tlp.RED, ("emergency/3f9a", "one/R1"), True),
    ],
)
def test_what_waits(tlp: Tlp, clauses: tuple[str, ...], waits: bool) -> None:
    labelled = label(Strand("JPN", "maritime", "malware", tlp))
    release = Release("released", clauses=clauses)
    assert Hold(Tlp.AMBER, {}).waits(labelled, labelled.key(), A, release) is waits
    assert not Hold(Tlp.AMBER, {}).waits(labelled, labelled.key(), A, Release("withheld"))


def oid(n: int) -> str:
    return f"malware--{n}2222222-2222-4222-8222-222222222222"


def link(node: Node, n: int, source: int, target: int, tlp: Tlp) -> None:
    node.put(
        f"relationship--{n}3333333-3333-4333-8333-333333333333",
        {"relationship_type": "uses", "source_ref": oid(source), "target_ref": oid(target)},
        tlp=tlp,
    )


TLPS = st.sampled_from((Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3), st.just(0), TLPS),
        st.tuples(st.just("link"), st.integers(0, 3), st.integers(0, 3), TLPS),
        st.tuples(st.just("agree"), st.integers(0, 3), st.just(0), TLPS),
    ),
    min_size=4,
    max_size=10,
)


@pytest.mark.slow
@given(STEPS)
@settings(max_examples=6, deadline=None)
def test_no_view_knows_of_what_waits(keys: Keys, steps: list[tuple[str, int, int, Tlp]]) -> None:
    with (
        TemporaryDirectory() as folder,
        Store.open(Path(folder) / "one.db", create=True) as one,
        Store.open(Path(folder) / "other.db", create=True) as other,
    ):
        two, without = Two(one, keys), Node(other, keys)
        had: dict[int, Tlp] = {}
        agreed: set[int] = set()
        links: list[tuple[int, int, int, Tlp]] = []
        for word, n, m, tlp in steps:
            if word == "put" and n not in had:
                had[n] = tlp
                two.put(oid(n), tlp=tlp)
            elif word == "link":
                links.append((len(links), n, m, tlp))
                link(two, *links[-1])
            elif word == "agree" and n in had:
                agreed.add(n)
                two.agree(oid(n))
            seen = two.see()
            shut = [k for k, t in had.items() if t is Tlp.AMBER and k not in agreed]
            assert not [e for e in seen for k in shut if oid(k).encode() in e.body]
        for n, tlp in had.items():
            if tlp is not Tlp.AMBER or n in agreed:
                without.put(oid(n), tlp=tlp)
        for each in links:
            if each[3] is not Tlp.AMBER:
                link(without, *each)
        live = {e.oid: e.body for e in two.see() if e.otype != "tombstone"}
        assert live == {each.oid: each.body for each in without.see()}
