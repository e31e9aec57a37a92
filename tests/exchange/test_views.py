"""Views in their cases: what enters, changes and leaves, when, and what a partner is told."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import graphs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.exchange import tombstone
from noroshi.exchange.served import Match, Served
from noroshi.exchange.sign import Keys, sign_consent, verify_grant
from noroshi.exchange.variants import variant_id
from noroshi.exchange.views import Refreshed, Views
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.grant import Consent, Selector
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import packaged_parties
from noroshi.words.record import Record
from noroshi.words.time import DAY, HOUR, SECOND, format_instant, parse_instant
from noroshi.words.transform import Position

NOW = parse_instant("2026-03-01T00:00:00Z")
EVERY = Match(spec_version=("2.0", "2.1"), version=("all",))
A, B, C = (f"malware--{n}1111111-1111-4111-8111-111111111111" for n in range(3))
LINK = "relationship--11111111-1111-4111-8111-111111111111"
REPORT = "report--11111111-1111-4111-8111-111111111111"
EVENT = "event--11111111-1111-5111-8111-111111111111"


class Node:
    """A Japanese node with one agreement, whose release clause is as the test says."""

    def __init__(self, store: Store, keys: Keys, release: str = "") -> None:
        self.store, self.keys = store, keys
        self.law(release)
        self.views = self.opened()

    def law(self, release: str, parties: str = '"EU", "JPN", "AUS"') -> None:
        text = f"""
            format = "pact/1"
            [agreement]
            id = "one"
            title = "One"
            form = "treaty"
            class = "isa"
            parties = [{parties}]
            signed = 2024-01-01
            in_force = 2024-01-01
            [[release]]
            id = "R1"
            basis = "model"
            pillars = ["maritime"]
            max_tlp = "amber"
            onward = "none"
            {release}
        """.encode()
        agreement = load(text, "one.toml", packaged_parties())
        self.agreements = (agreement,)
        files = [(agreement.id, agreement.sha256, agreement.raw)]
        self.epoch = self.store.load_agreements(files, valid_from=0, at=NOW)

    def policy(self, at: int) -> tuple[int, Policy]:
        grants, consents = self.store.grants(), self.store.consents()
        return self.epoch, Policy(self.agreements, packaged_parties(), grants, consents)

    def opened(self) -> Views:
        return Views(self.store, self.policy, graphs.KINDS, "JPN", self.keys)

    def put(
        self,
        oid: str,
        properties: dict[str, Any] | None = None,
        *,
        at: int = NOW,
        owner: str = "JPN",
        labelled: Label | None = None,
        **strand: Any,
    ) -> None:
        terms = {"tlp": Tlp.GREEN, **strand}
        object_ = {
            "type": oid.partition("--")[0],
            "spec_version": "2.1",
            "id": oid,
            "created": format_instant(NOW - DAY),
            "modified": format_instant(at),
            **(properties or {"name": f"name of {oid[:12]}", "is_family": False}),
        }
        raw = json.dumps(object_).encode()
        held = labelled or label(Strand("JPN", "maritime", "malware", **terms))
        record = Record(oid, at, "malware", "maritime", owner, held, raw, ids.sha256(raw), at)
        self.store.put([record], at=at)

    def link(self, source: str, target: str, **more: Any) -> None:
        ends = {"relationship_type": "uses", "source_ref": source, "target_ref": target}
        self.put(LINK, {**ends, **more})

    def see(self, party: str = "EU", at: int = NOW, views: Views | None = None) -> list[Served]:
        page = (views or self.views).page(party, at, match=EVERY)
        return [each for each in page.entries if each.otype != "identity"]

    def ids(self, party: str = "EU", at: int = NOW) -> list[str]:
        return [each.oid for each in self.see(party, at)]


@pytest.fixture
def node(store: Store, keys: Keys) -> Node:
    return Node(store, keys)


def body(served: Served) -> dict[str, Any]:
    return json.loads(served.body)


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


def test_a_withdrawn_record_leaves_and_may_return(node: Node) -> None:
    node.put(A)
    assert node.ids() == [A]
    node.store.withdraw(A, at=NOW + SECOND)
    assert [each.otype for each in node.see(at=NOW + SECOND)] == ["tombstone"]
    node.put(A)
    (again,) = node.see(at=NOW + HOUR)
    assert (again.oid, again.n) == (A, 4)  # after A, its tombstone and who withdrew it


def test_tombstones_name_who_withdrew(node: Node) -> None:
    node.put(A, expires=NOW + HOUR)
    node.see()
    entries = node.views.page("EU", NOW + HOUR).entries
    assert {each.otype for each in entries} == {"tombstone", "identity"}
    stone = next(each for each in entries if each.otype == "tombstone")
    assert body(stone)["created_by_ref"] in {each.oid for each in entries}


def test_an_amendment_turns_the_record_into_a_variant_and_back(node: Node) -> None:
    node.put(A, {"name": "n", "is_family": False, "x_secret": "hidden"})
    node.see()
    node.law('transform = [{ kind = "position", cell_m = 10000 }]')
    served = node.see(at=NOW + SECOND)
    made = variant_id(node.keys.derive("variants"), A, (Position(10_000),))
    assert {each.oid for each in served if each.otype == "malware"} == {made}
    stone = next(each for each in served if each.otype == "tombstone")
    assert body(stone)["withdrawn_id"] == A
    variant = next(each for each in served if each.oid == made)
    assert b"hidden" not in variant.body
    assert A.encode() not in variant.body
    assert body(variant)["created_by_ref"] == ids.identity_id("JPN")
    assert variant.grants[0].transforms == (Position(10_000),)
    node.law("")
    kinds = {each.oid: each.otype for each in node.see(at=NOW + HOUR)}
    assert kinds.pop(A) == "malware"
    assert set(kinds.values()) == {"tombstone"}


def test_two_parties_get_the_same_variant(node: Node) -> None:
    node.law('transform = [{ kind = "source", to = "class" }]')
    node.put(A)
    node.put(B)
    node.link(A, B)
    one = {each.oid: each.body for each in node.see("EU")}
    other = {each.oid: each.body for each in node.see("AUS", NOW + DAY)}
    assert one == other
    assert len(one) == 3


def test_versions_of_a_variant_follow_each_other(node: Node) -> None:
    node.law('transform = [{ kind = "source", to = "class" }]')
    node.put(A)
    (first,) = node.see()
    node.put(A, {"name": "renamed", "is_family": True}, at=NOW + SECOND)
    newest, oldest = node.views.object("EU", first.oid, NOW + SECOND)
    assert oldest == first
    assert newest.oversion > oldest.oversion
    assert body(newest)["created"] == body(oldest)["created"]
    assert body(newest)["name"] == "renamed"


def test_references_follow_a_variant(node: Node) -> None:
    node.put(A)
    node.put(B, tlp=Tlp.AMBER)
    node.link(A, B)
    node.put(REPORT, {"name": "r", "object_refs": [A, B, LINK]})
    node.law(
        """kinds = ["none"]
        [[release]]
        id = "R2"
        basis = "model"
        pillars = ["maritime"]
        max_tlp = "green"
        onward = "none"
        [[release]]
        id = "R3"
        basis = "model"
        pillars = ["maritime"]
        max_tlp = "amber"
        onward = "none"
        transform = [{ kind = "source", to = "class" }]
        """
    )
    served = {each.otype: body(each) for each in node.see() if each.oid != A}
    variant = served["malware"]["id"]
    assert variant != B
    assert served["relationship"]["target_ref"] == variant
    assert served["relationship"]["source_ref"] == A
    assert served["relationship"]["id"] != LINK
    assert served["report"]["object_refs"] == [A, variant, served["relationship"]["id"]]
    text = json.dumps(served)
    assert B not in text
    assert LINK not in text


def test_a_relationship_waits_for_its_ends(node: Node) -> None:
    node.link(A, B)
    node.put(A)
    assert node.ids() == [A]
    node.put(B)
    assert sorted(node.ids(at=NOW + SECOND)) == sorted([A, B, LINK])


def test_what_falls_takes_what_needs_it(node: Node) -> None:
    node.put(A, expires=NOW + HOUR)
    node.put(B)
    node.link(A, B)
    assert len(node.see()) == 3
    served = node.see(at=NOW + HOUR)
    gone = {body(each)["withdrawn_id"] for each in served if each.otype == "tombstone"}
    assert gone == {A, LINK}
    assert [each.oid for each in served if each.otype != "tombstone"] == [B]


def test_a_report_shows_the_members_that_may_be_shown(node: Node) -> None:
    node.put(A)
    node.put(B, not_before=NOW + HOUR)
    node.put(REPORT, {"name": "r", "object_refs": [A, B], "created_by_ref": C})
    report = next(each for each in node.see() if each.oid == REPORT)
    assert body(report)["object_refs"] == [A]
    assert "created_by_ref" not in body(report)
    assert node.views.refresh("EU", NOW + HOUR) == Refreshed(entered=1, changed=1)
    report = next(each for each in node.see(at=NOW + HOUR) if each.oid == REPORT)
    assert body(report)["object_refs"] == [A, B]
    assert report.oversion == NOW


@pytest.mark.parametrize(
    "properties",
    [
        {"name": f"seen with {B}"},
        {"name": f"seen with {B.upper()}"},
        {"name": "n", f"x_{B}": 1},
        {"name": "n", "external_references": [{"source_name": "x", "external_id": B}]},
    ],
    ids=["text", "capitals", "key", "external id"],
)
def test_what_names_a_withheld_object_is_withheld(node: Node, properties: dict[str, Any]) -> None:
    node.put(A, {**properties, "is_family": False})
    assert node.ids() == [A]  # the node holds no such object: the name tells nothing
    node.put(B, tlp=Tlp.RED)
    served = node.see(at=NOW + SECOND)
    assert [each.otype for each in served] == ["tombstone"]
    assert B.encode() not in served[0].body


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
