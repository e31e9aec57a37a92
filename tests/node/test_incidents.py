"""Incidents of a node: kept from look to look, traceable, and gone where their findings may go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cable_failed import cable_failed, run

from noroshi.cli.incidents import chance_cell
from noroshi.exchange.served import Match
from noroshi.node import said
from noroshi.node.incidents import look, shown
from noroshi.node.node import Node, clock
from noroshi.node.picture import notes_of_party
from noroshi.node.said import every_overrule, overrule, overrules_in
from noroshi.node.watching import Watch
from noroshi.picture.priors import load_priors
from noroshi.store import IncidentRow
from noroshi.words.errors import BadInput, Refused

PRIORS = load_priors()
LABELS = {"shared": "green", "withheld": "red"}


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Path]:
    def made(outage: str) -> Path:
        told = f'tlp = "{LABELS[outage]}"'
        return cable_failed(tmp_path / "jpn", told, 'label = { tlp = "green" }\n')

    return made


def in_view(node: Node, party: str, *types: str) -> list[dict[str, object]]:
    views = node.views()
    while not views.refresh(party, clock()):
        pass
    page = views.page(party, clock(), after_n=0, limit=1000, match=Match(type=types))
    return [json.loads(each.body) for each in page.entries]


def test_an_incident_is_a_record_that_goes_where_all_its_findings_go(
    make: Callable[[str], Path],
) -> None:
    folder = make("shared")
    with Node.open(folder) as node:
        looked = look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        again = look(node, PRIORS, clock)
        record = node.store.record(row.id)
        given = in_view(node, "EU", "incident", "event")
    assert (looked.new, again.new, again.changed) == (1, 0, 0)
    assert record is not None
    assert {each.tlp.value for each in record.label.strands} == {"green"}
    (incident,) = [each for each in given if each["type"] == "incident"]
    events = {each["id"] for each in given if each["type"] == "event"}
    core = next(iter(incident["extensions"].values()))  # type: ignore[attr-defined]
    assert set(core["event_refs"]) <= events
    # Nothing that was learned from others goes with it.
    assert "score" not in json.dumps(incident)
    assert "chance" not in json.dumps(incident)


def test_an_incident_with_a_finding_that_is_withheld_goes_nowhere(
    make: Callable[[str], Path],
) -> None:
    with Node.open(make("withheld")) as node:
        assert look(node, PRIORS, clock).new == 1
        assert [each["type"] for each in in_view(node, "EU", "incident", "note")] == []


def test_what_a_person_says_goes_with_what_was_shown_and_without_their_name(
    make: Callable[[str], Path],
) -> None:
    folder = make("shared")
    with Node.open(folder) as node:
        look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        evidence = shown(row).weighing.items[0].evidence
        said = overrule(
            node, row.id[:20], evidence, "accident", "neutral", "a known fault", "A. Watch", clock()
        )
        look(node, PRIORS, clock)
        (after,) = node.store.incidents()
        given = in_view(node, "EU", "note")
        events = {each["id"] for each in in_view(node, "EU", "event")}
        theirs = list(overrules_in(notes_of_party(node, "EU", clock())))
        assert [each.by for each in every_overrule(node)] == ["A. Watch"]
    assert after.n == 2
    marked = next(e for e in shown(after).weighing.items if e.evidence == evidence)
    assert "a known fault" in marked.overruled["accident"]
    (note,) = given
    assert note["content"] == said.reason
    assert "A. Watch" not in json.dumps(note)
    (told,) = theirs
    assert (told.mark, told.hypothesis, told.evidence) == ("neutral", "accident", evidence)
    # By the ids under which the partner has the findings.
    assert set(told.findings) <= events


def test_an_overrule_of_nothing_is_refused(make: Callable[[str], Path]) -> None:
    with Node.open(make("shared")) as node:
        look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        known = shown(row).weighing.items[0].evidence
        with pytest.raises(Refused, match="0 live incidents"):
            overrule(node, "incident--x", known, "accident", "neutral", "r", "w", clock())
        for evidence, hypothesis, mark, reason in (
            ("tides", "accident", "neutral", "r"), (known, "guilt", "neutral", "r"),
            (known, "accident", "true", "r"), (known, "accident", "neutral", " "),
        ):  # fmt: skip
            with pytest.raises(BadInput):
                overrule(node, row.id, evidence, hypothesis, mark, reason, "w", clock())
        assert node.store.overrules() == ()


def test_what_no_longer_stands_ends_and_is_taken_back(make: Callable[[str], Path]) -> None:
    folder = make("shared")
    with Node.open(folder) as node:
        look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        for each in row.findings:
            node.store.withdraw(each, at=clock())
        looked = look(node, PRIORS, clock)
        (ended,) = node.store.incidents()
        record = node.store.record(row.id)
    assert (looked.ended, ended.status, ended.n) == (1, "ended", 2)
    assert record is not None
    assert record.status == "revoked"


def test_the_worker_looks_only_where_findings_have_changed(make: Callable[[str], Path]) -> None:
    with Node.open(make("shared")) as node:
        watch = Watch(node)
        first = watch.follow(clock)
        assert first is not None
        assert first.new == 1
        assert watch.follow(clock) is None
        (row,) = node.store.incidents()
        before = node.store.record(row.findings[0])
        assert before is not None
        node.store.withdraw(row.findings[0], at=clock())
        looked = watch.follow(clock)
        # What was read once is held; what has changed is read anew, as a look from nothing would.
        assert looked is not None
        assert looked.ended == 1
        assert Watch(node).follow(clock) is None


def test_the_worker_takes_up_what_people_say(make: Callable[[str], Path]) -> None:
    with Node.open(make("shared")) as node:
        watch = Watch(node)
        watch.follow(clock)
        (row,) = node.store.incidents()
        evidence = shown(row).weighing.items[0].evidence
        overrule(node, row.id, evidence, "accident", "neutral", "maintenance", "w", clock())
        looked = watch.follow(clock)
        assert looked is not None
        assert looked.changed == 1
        assert watch.follow(clock) is None
        (row,) = node.store.incidents()
        (item,) = (each for each in shown(row).weighing.items if each.evidence == evidence)
        assert "maintenance" in item.overruled["accident"]


def test_our_own_word_counts_before_a_partner_s(
    make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Node.open(make("shared")) as node:
        look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        evidence = shown(row).weighing.items[0].evidence
        overrule(node, row.id, evidence, "accident", "neutral", "ours", "watch", clock())
        (note,) = [raw for _, raw in said._notes(node)]
        theirs = json.loads(note) | {"id": "note--00000000-0000-4000-8000-000000000001"}
        theirs |= {"created_by_ref": "identity--eu", "content": "theirs"}
        labels = [each.replace("mark:neutral", "mark:consistent") for each in theirs["labels"]]
        raws = [note, json.dumps(theirs | {"labels": labels}).encode()]
        own = [(each.record, raw) for each, raw in zip(node.store.overrules(), raws, strict=False)]
        monkeypatch.setattr(said, "_notes", lambda node: [*own, ("note--other", raws[1])])
        look(node, PRIORS, clock)
        (row,) = node.store.incidents()
        (item,) = (each for each in shown(row).weighing.items if each.evidence == evidence)
    assert item.marks["accident"] == "neutral"
    assert item.overruled["accident"].index("theirs") < item.overruled["accident"].index("ours")


def test_the_worker_leaves_findings_of_one_domain_alone(
    make: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = msgspec.structs.replace(PRIORS, domain={})  # a report of an outage is maritime too
    monkeypatch.setattr("noroshi.node.watching.load_priors", lambda: alike)
    with Node.open(make("shared")) as node:
        assert len({each.kind for each in node.store.findings()}) > 1
        assert Watch(node).follow(clock) is None
        assert node.store.chance() is None


def _only(folder: Path) -> IncidentRow:
    with Node.open(folder) as node:
        (row,) = node.store.incidents()
    return row


def test_the_commands_tell_what_is_kept(make: Callable[[str], Path]) -> None:
    folder = make("shared")
    assert "1 incident: 1 new" in run("incidents", "look", "-n", folder)
    (row,) = json.loads(run("incidents", "list", "-n", folder, "--json"))
    assert row["id"] in run("incidents", "list", "-n", folder)
    text = run("incidents", "show", row["id"], "-n", folder)
    assert "version 1, 2" in text
    assert " UTC: 2 findings" in text
    chance = msgspec.structs.replace(shown(_only(folder)).incident, chance=0.0)
    told = chance_cell(msgspec.structs.replace(chance, chance_interval=(0.0, 0.038)))
    assert told == "< 0.038"  # chance never gave one, which is not that it gives none
    assert "version" in run("incidents", "list", "-n", folder)
    (seen,) = json.loads(run("picture", "-n", folder, "--json"))["incidents"]
    assert seen["id"] == row["id"]  # so that what one copies from there is found here
