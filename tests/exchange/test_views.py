"""Views in their cases: what enters, changes and leaves, when, and what a partner is told."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import graphs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from japan import EVENT, NOW, A, B, C, Node, body

from noroshi.exchange import tombstone
from noroshi.exchange.sign import Keys, sign_consent, verify_grant
from noroshi.exchange.views import Refreshed, Views
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.grant import Consent, Selector
from noroshi.words.label import Strand, Tlp, label, tlp_marking_id
from noroshi.words.record import Hop, Record
from noroshi.words.time import DAY, HOUR, SECOND


def test_what_is_released_goes_as_it_came(node: Node) -> None:
    node.put(A)
    (served,) = node.see()
    assert (served.oid, served.oversion, served.tlp) == (A, NOW, Tlp.GREEN)
    assert served.body == node.store.blob(node.store.ledger("EU").__next__().body_sha256)
    (grant,) = served.grants
    assert (grant.clause, grant.recipients) == ("one/R1", ("EU",))
    assert verify_grant(grant, node.keys.public)
    assert node.store.grants()[grant.id] == grant
    assert served.label.strands[0].grant == grant.id


def test_a_party_without_an_agreement_sees_nothing(node: Node) -> None:
    node.put(A)
    assert node.views.page("KOR", NOW).entries == ()
    assert node.views.object("KOR", A, NOW) == ()
    assert list(node.store.ledger()) == []


def test_every_disclosure_is_in_the_ledger_once(node: Node) -> None:
    node.put(A)
    for _ in range(2):
        assert node.ids() == [A]
        assert len(node.views.object("EU", A, NOW)) == 1
    assert [(row.party, row.id, row.clauses) for row in node.store.ledger()] == [
        ("EU", A, ("one/R1",))
    ]
    node.store.verify_ledger()


def test_a_refresh_with_nothing_new_reads_no_record(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.put(A)
    assert node.views.refresh("EU", NOW) == Refreshed(entered=1)
    node.see()

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("read")

    for name in ("since", "by_seq", "cells_since", "view_append"):
        monkeypatch.setattr(node.store, name, never)
    assert node.views.refresh("EU", NOW + HOUR) == Refreshed()


def test_a_new_record_is_found_by_a_client_that_only_polls(node: Node) -> None:
    node.put(A)
    (first,) = node.see()
    assert node.views.page("EU", NOW, added_after=first.entered_at).entries == ()
    node.put(B, at=NOW + SECOND)
    page = node.views.page("EU", NOW + SECOND, added_after=first.entered_at)
    assert [each.oid for each in page.entries] == [B]


def test_pages_of_one_are_all_of_it(node: Node) -> None:
    for n in range(5):
        node.put(graphs.new_id(random.Random(n), "malware"), at=NOW + n * SECOND)
    seen: list[int] = []
    more = True
    while more:
        page = node.views.page("EU", NOW + HOUR, after_n=seen[-1] if seen else 0, limit=1)
        seen += [each.n for each in page.entries]
        more = page.more
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("withheld", [1, 150], ids=["one", "more than are looked at at a time"])
def test_more_is_said_only_where_more_may_go(node: Node, withheld: int) -> None:
    tools = label(Strand("JPN", "maritime", "tool", tlp=Tlp.GREEN))
    for n in range(3 + withheld):
        oid = graphs.new_id(random.Random(n), "malware")
        node.put(oid, at=NOW + n, labelled=tools if n > 2 else None)
    node.views.refresh("EU", NOW + HOUR)
    epoch = node.epoch
    node.law('kinds = ["malware"]')
    node.epoch = epoch  # the journal is not told
    for limit, more in ((2, True), (3, False), (4, False)):
        page = node.views.page("EU", NOW + HOUR, limit=limit)
        assert (len(page.entries), page.more) == (min(limit, 3), more)


def test_asking_what_an_answer_is_like_discloses_nothing(node: Node) -> None:
    node.put(A)
    asked = node.views.page("EU", NOW, disclose=False)
    assert node.views.object("EU", A, NOW, disclose=False) == asked.entries
    assert list(node.store.ledger()) == []
    assert node.store.grants() == {}
    assert [each.body for each in asked.entries] == [each.body for each in node.see()]
    assert len(list(node.store.ledger())) == 1


def test_the_clock_opens_and_closes(node: Node) -> None:
    node.put(A, not_before=NOW + HOUR, expires=NOW + 2 * HOUR)
    assert node.ids() == []
    assert node.ids(at=NOW + HOUR) == [A]
    (stone,) = node.see(at=NOW + 2 * HOUR)
    assert tombstone.read(stone.body) == tombstone.Tombstone(stone.oid, A, (NOW,), NOW + 2 * HOUR)
    assert stone.label.strands[0].only == ("EU",)
    # The other party never read it in time: it is told nothing.
    assert node.ids("AUS", NOW + 2 * HOUR) == []


def test_who_was_not_served_gets_no_tombstone(node: Node) -> None:
    node.put(A, expires=NOW + HOUR)
    assert node.views.refresh("EU", NOW) == Refreshed(entered=1)
    assert node.views.refresh("EU", NOW + HOUR) == Refreshed(left=1)
    assert node.ids(at=NOW + HOUR) == []


def test_a_tombstone_that_was_replaced_unread_is_said_again(node: Node) -> None:
    given = (Hop("AUS", NOW, "AUS"),)
    node.put(A, hops=given)
    assert node.ids() == [A]
    node.store.withdraw(A, at=NOW + SECOND)
    node.views.refresh("EU", NOW + SECOND)
    anew = {"name": "anew", "is_family": False}
    node.put(A, anew, at=NOW + 2 * SECOND, hops=given, expires=NOW + HOUR)
    assert node.views.refresh("EU", NOW + 2 * SECOND).entered == 1
    (stone,) = node.see(at=NOW + HOUR)
    told = tombstone.read(stone.body)
    assert told is not None
    assert (told.withdrawn, told.versions) == (A, (NOW,))


def test_a_withdrawn_record_leaves_and_may_return(node: Node) -> None:
    given = (Hop("AUS", NOW, "AUS"),)
    node.put(A, hops=given)
    assert node.ids() == [A]
    node.store.withdraw(A, at=NOW + SECOND)
    assert [each.otype for each in node.see(at=NOW + SECOND)] == ["tombstone"]
    node.put(A, hops=given)
    (again,) = node.see(at=NOW + HOUR)
    assert (again.oid, again.n) == (A, 4)  # after A, its tombstone and who withdrew it


def test_what_was_taken_back_here_stays_away_until_that_is_lifted(node: Node) -> None:
    node.put(A)
    assert node.ids() == [A]
    node.store.withdraw(A, at=NOW + SECOND)
    node.put(A)
    node.put(A, at=NOW + SECOND)
    assert [each.otype for each in node.see(at=NOW + 2 * SECOND)] == ["tombstone"]
    assert node.store.lift(A, at=NOW + 2 * SECOND)
    assert node.ids(at=NOW + HOUR) == [A]


def test_tombstones_name_who_withdrew(node: Node) -> None:
    node.put(A, expires=NOW + HOUR)
    node.see()
    entries = node.views.page("EU", NOW + HOUR).entries
    assert {each.otype for each in entries} == {"tombstone", "identity"}
    stone = next(each for each in entries if each.otype == "tombstone")
    assert body(stone)["created_by_ref"] in {each.oid for each in entries}


def test_a_consent_for_one_record_opens_that_record(node: Node) -> None:
    node.law('approval = "each"')
    node.put(A)
    node.put(B)
    assert node.ids() == []
    consent = Consent("", "JPN", Selector(record=A), "EU", NOW + HOUR)
    node.store.put_consents([sign_consent(consent, node.keys)])
    assert node.ids(at=NOW + SECOND) == [A]
    assert node.ids("AUS", NOW + SECOND) == []
    (stone,) = node.see(at=NOW + HOUR)
    assert stone.otype == "tombstone"


def test_a_strand_of_others_goes_only_by_their_grant(node: Node) -> None:
    theirs = Strand("KOR", "maritime", "malware", tlp=Tlp.GREEN, grant="grant--absent")
    ours = Strand("JPN", "maritime", "malware", tlp=Tlp.GREEN)
    node.put(A, owner="KOR", labelled=label(theirs))
    node.put(B, labelled=label(ours, theirs))
    node.put(C, labelled=label(ours))
    assert node.ids() == [C]


def test_the_decision_is_made_again_when_the_journal_is_wrong(node: Node) -> None:
    node.put(A)
    node.views.refresh("EU", NOW)
    epoch = node.epoch
    node.law("", parties='"JPN", "AUS"')
    node.epoch = epoch  # the journal is not told
    assert node.ids() == []
    assert node.views.object("EU", A, NOW) == ()
    assert list(node.store.ledger()) == []


def test_a_finding_goes_with_its_companions_and_leaves_with_them(node: Node) -> None:
    rng = random.Random(1)
    strand = Strand("JPN", "maritime", "stop", tlp=Tlp.GREEN, expires=NOW + HOUR)
    made = graphs.version(rng, EVENT, [], label(strand), "JPN", NOW)
    node.store.put([made.record], at=NOW)
    types = [each.otype for each in node.see()]
    assert types == [
        "event",
        "location",
        "relationship",
        "vessel",
        "relationship",
        "language-content",
    ]
    assert [each.otype for each in node.see(at=NOW + HOUR)] == ["tombstone"] * 6


def test_a_finding_of_an_unknown_kind_goes_whole_or_not_at_all(node: Node, keys: Keys) -> None:
    strand = Strand("JPN", "maritime", "stop", tlp=Tlp.GREEN)
    made = graphs.version(random.Random(1), EVENT, [], label(strand), "JPN", NOW)
    node.store.put([made.record], at=NOW)
    views = Views(node.store, node.policy, {}, "JPN", keys)
    assert EVENT in [each.oid for each in views.page("EU", NOW).entries]
    node.law('transform = [{ kind = "text" }]')
    after = views.page("EU", NOW + SECOND).entries
    assert {each.otype for each in after} <= {"tombstone", "identity"}


def test_another_label_marks_a_variant_anew(node: Node) -> None:
    node.law('transform = [{ kind = "text" }]')
    strand = Strand("JPN", "maritime", "stop", tlp=Tlp.GREEN)
    made = graphs.version(random.Random(1), EVENT, [], label(strand), "JPN", NOW)
    node.store.put([made.record], at=NOW)
    before = next(each for each in node.see() if each.otype == "event")
    amber = label(msgspec.structs.replace(strand, tlp=Tlp.AMBER))
    node.store.put([msgspec.structs.replace(made.record, label=amber)], at=NOW + SECOND)
    after = [each for each in node.see(at=NOW + SECOND) if each.otype == "event"][-1]
    assert after.oid == before.oid
    assert body(before)["object_marking_refs"] == [tlp_marking_id(Tlp.GREEN)]
    assert body(after)["object_marking_refs"] == [tlp_marking_id(Tlp.AMBER)]


def test_bytes_that_do_not_read_go_nowhere(node: Node) -> None:
    held = label(Strand("JPN", "maritime", "malware", tlp=Tlp.GREEN))
    for n, raw in enumerate((b"[]", b"{", b'{"id":"x","type":"malware"}')):
        record = Record(A, NOW + n, "malware", "maritime", "JPN", held, raw, ids.sha256(raw), NOW)
        node.store.put([record], at=NOW)
    assert node.ids() == []


def test_a_failure_leaves_nothing_behind(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    node.put(A)
    with monkeypatch.context() as broken:
        broken.setattr(node.store, "set_view_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            node.views.refresh("EU", NOW)
    assert node.store.view_page("EU", limit=9) == []
    assert node.ids() == [A]


def test_processes_share_one_journal(node: Node, tmp_path: Path) -> None:
    with Store.open(tmp_path / "node.db") as other_store:
        other = Node(other_store, node.keys)
        node.put(A)
        assert node.ids() == [A]
        assert other.ids() == [A]
        other.put(B, at=NOW + SECOND)
        assert other.ids(at=NOW + SECOND) == [A, B]
        node.put(C, at=NOW + 2 * SECOND)
        assert node.ids(at=NOW + 2 * SECOND) == [A, B, C]
        other.store.withdraw(A, at=NOW + HOUR)
        assert node.ids(at=NOW + HOUR)[:2] == [B, C]
        assert other.ids(at=NOW + HOUR)[:2] == [B, C]
        rows = other.store.view_page("EU", limit=100)
        assert [each.n for each in rows] == sorted({each.n for each in rows})


def current(node: Node, party: str, at: int, views: Views) -> set[str]:
    return {
        (each.oid, each.body) for each in node.see(party, at, views) if each.otype != "tombstone"
    }


def walked(node: Node, seed: int, opened: Callable[[], Views]) -> None:
    """Random puts, withdrawals, hours and amendments, each view read after each step."""
    rng = random.Random(seed)
    at, names = NOW, [graphs.new_id(rng, kind) for kind in graphs.TYPES for _ in range(2)]
    for _ in range(rng.randint(1, 5)):
        for oid in rng.sample(names, 5):
            strand = Strand(
                "JPN",
                "maritime",
                "x",
                tlp=rng.choice((Tlp.GREEN, Tlp.GREEN, Tlp.AMBER, Tlp.RED)),
                expires=rng.choice((None, None, at + HOUR)),
            )
            others = [each for each in names if each != oid]
            made = graphs.version(rng, oid, others, label(strand), "JPN", at)
            node.store.put([made.record], at=at)
        opened().refresh("EU", at)
        if rng.random() < 0.4:
            node.store.withdraw(rng.choice(names), at=at)
        if rng.random() < 0.3:
            node.law(rng.choice(("", 'transform = [{ kind = "text" }]', 'to = ["AUS"]')))
        at += rng.choice((HOUR, HOUR, DAY))
    known = current(node, "EU", at, opened())
    # A process that has just started and looks at everything again finds nothing to change.
    node.store.set_view_state("EU", 0, 0, 0)
    assert node.opened().refresh("EU", at) == Refreshed()
    fresh = current(node, "AUS", at, node.opened())
    # The two have the same rights unless the law in force is for one of them only.
    assert known == fresh or b'to = ["AUS"]' in node.agreements[0].raw


@given(st.integers(0, 2**48))
@settings(max_examples=15)
def test_step_by_step_is_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, keys: Keys, seed: int
) -> None:
    with Store.open(tmp_path_factory.mktemp("walk") / "node.db", create=True) as store:
        node = Node(store, keys)
        walked(node, seed, lambda: node.views)


def test_a_served_label_is_what_the_party_may_know(node: Node) -> None:
    node.put(A, denied=("KOR",), handling=())
    (served,) = node.see()
    assert b"KOR" not in msgspec.json.encode(served.label)
