"""Feedback: from hop to hop to the maker of a record, and the answer back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import stix2validator
from web import Web

from noroshi.exchange import feedback
from noroshi.exchange.feedback import Kind, Said
from noroshi.node.feedback import NOT_GIVEN, Thread, answer, heard, partners, say, threads
from noroshi.node.ingest import ingest
from noroshi.node.node import clock
from noroshi.node.push import push
from noroshi.node.sync import sync
from noroshi.words.errors import Refused
from noroshi.words.time import DAY, MINUTE, parse_instant

AT = "2026-01-01T00:00:00.000Z"
ONE, TWO = (f"malware--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """France has Japan's object by way of India, and nobody knows where France answers."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    object_ = {"type": "malware", "spec_version": "2.1", "id": ONE, "created": AT, "modified": AT,
               "name": "a sample", "is_family": False}  # fmt: skip
    file = tmp_path / "feed.json"
    bundle = {"type": "bundle", "id": "bundle" + ONE[7:], "objects": [object_]}
    file.write_text(json.dumps(bundle), "utf-8")
    with made.open("JPN") as japan:
        ingest(japan, [file], clock, tlp="green")
    with made.serving("JPN", "IND"):
        pull(made, "IND", "JPN")
        pull(made, "FRA", "IND")
        yield made


def pull(web: Web, party: str, giver: str) -> int:
    with web.open(party) as node:
        report = sync(node, giver, clock)
        assert report.refused == 0, report.reasons
        return report.feedback


def told(web: Web, party: str, now: int = 0) -> tuple[Thread, ...]:
    with web.open(party) as node:
        return threads(node, now or clock())


@pytest.mark.parametrize("named", [False, True])
def test_a_question_goes_to_the_maker_and_the_answer_comes_back(web: Web, named: bool) -> None:
    with web.open("FRA") as france:
        thread = say(france, ONE[:-1], "question", "where from?", clock(), within=DAY, named=named)
    assert [each.state for each in told(web, "FRA")] == ["open"]
    pull(web, "FRA", "IND")
    (relayed,) = told(web, "IND")
    assert (relayed.sender, relayed.onward, relayed.state) == ("FRA", "JPN", "open")
    assert told(web, "JPN") == ()
    pull(web, "IND", "JPN")
    (asked,) = told(web, "JPN")
    assert (asked.sender, asked.onward, asked.record) == ("IND", None, ONE)
    assert asked.asked_by == ("FRA" if named else None)
    assert asked.note == "where from?"
    with web.open("JPN") as japan:
        answer(japan, thread[:8], "a sensor of ours", clock())
    assert pull(web, "IND", "JPN") == 1
    assert pull(web, "FRA", "IND") == 1
    for party in ("JPN", "IND", "FRA"):
        (row,) = told(web, party)
        assert (row.state, row.answer, row.thread) == ("answered", "a sensor of ours", thread)
    with web.open("FRA") as france:
        (india,) = partners(france, clock())
        assert (india.party, india.asked, india.answered, india.late) == ("IND", 1, 1, 0)
        assert india.median_s is not None
        assert india.median_s >= 0
    assert pull(web, "IND", "JPN") == pull(web, "FRA", "IND") == 0


def test_what_asks_for_no_answer_is_told_and_what_is_late_is_late(web: Web) -> None:
    now = clock()
    with web.open("IND") as india:
        say(india, ONE, "sighting", "seen in a port", now)
        say(india, ONE, "opinion", "we doubt it", now, opinion="disagree", within=MINUTE)
        push(india, "JPN", clock)
        assert [each.late for each in partners(india, now + DAY)] == [1]
        assert partners(india, now + DAY)[0].median_s is None
    assert {(row.kind, row.opinion, row.state) for row in told(web, "JPN")} == {
        ("sighting", None, "told"),
        ("opinion", "disagree", "open"),
    }
    assert {row.state for row in told(web, "IND", now + DAY)} == {"told", "late"}


def test_one_s_own_record_is_refused(web: Web) -> None:
    with web.open("JPN") as japan:
        with pytest.raises(Refused, match="this node's own"):
            say(japan, ONE, "question", "to whom?", clock())
        with pytest.raises(Refused, match="no record"):
            say(japan, TWO, "question", "of what?", clock())
        with pytest.raises(Refused, match="0 threads"):
            answer(japan, "3f", "to whom?", clock())


def test_a_peer_is_heard_only_about_what_it_was_given_and_in_its_own_name(web: Web) -> None:
    def hear(party: str, said: Said) -> str | None:
        with web.open("JPN") as japan, japan.store.write():
            return heard(japan, party, feedback.feedback(said)[1], clock())

    at = clock()
    question = Said("3f", "FRA", "question", ONE, "what?", at)
    assert hear("FRA", question) == NOT_GIVEN
    assert hear("FRA", Said("3f", "FRA", "question", TWO, "what?", at)) == NOT_GIVEN
    assert hear("IND", question) == "feedback that does not read"
    assert hear("IND", Said("3f", "IND", "question", ONE, "what?", at + 2 * DAY)) is not None
    assert hear("IND", Said("3f" * 19, "IND", "question", ONE, "what?", at)) is not None
    assert hear("IND", Said("3f", "IND", "question", ONE, "x" * 4_001, at)) is not None
    other = "an answer to what was not asked of this peer"
    assert hear("IND", Said("3f", "IND", "answer", ONE, "that", at)) == other
    assert told(web, "JPN") == ()
    assert hear("IND", Said("3f", "IND", "question", ONE, "what?", at)) is None
    assert hear("IND", Said("3f", "IND", "question", ONE, "what else?", at)) is None
    assert [row.note for row in told(web, "JPN")] == ["what?"]


def test_only_who_was_asked_answers(web: Web) -> None:
    with web.open("FRA") as france:
        thread = say(france, ONE, "question", "where from?", clock(), within=DAY)
        forged = Said(thread, "JPN", "answer", ONE, "not from who was asked", clock())
        with france.store.write():
            assert heard(france, "JPN", feedback.feedback(forged)[1], clock()) is not None
        assert threads(france, clock())[0].answer is None


def test_letters_are_each_party_s_own(web: Web) -> None:
    with web.open("JPN") as japan:
        japan.store.put_letters("IND", [("note--1", b"{}"), ("note--2", b"{}")], at=5)
        japan.store.put_letters("IND", [("note--3", b"{}")], at=5)
        numbers = [each.n for each in japan.store.letters("IND", after=0, limit=9)]
        assert numbers == [5, 6, 7]
        assert japan.store.letters("FRA", after=0, limit=9) == []
        japan.store.set_sent("IND", [5, 6])
        assert [each.id for each in japan.store.waiting_letters("IND", limit=9)] == ["note--3"]
        japan.store.put_back((), at=1_000, saved_at=5)
        japan.store.put_letters("IND", [("note--4", b"{}")], at=5)
        assert japan.store.letters("IND", after=7, limit=9)[0].n == 1_001


@pytest.mark.parametrize("kind", ["sighting", "opinion", "false-positive"])
def test_what_says_something_by_itself_needs_no_note(web: Web, kind: Kind) -> None:
    with web.open("FRA") as france:
        say(france, ONE, kind, "  ", clock(), opinion="agree" if kind == "opinion" else None)
    pull(web, "FRA", "IND")
    pull(web, "IND", "JPN")
    (heard_there,) = told(web, "JPN")
    assert (heard_there.kind, heard_there.note, heard_there.state) == (kind, "", "told")


def test_a_question_needs_a_note_and_none_is_too_long(web: Web) -> None:
    with web.open("FRA") as france:
        with pytest.raises(Refused, match="a question needs a note"):
            say(france, ONE, "question", " ", clock())
        with pytest.raises(Refused, match="at most"):
            say(france, ONE, "sighting", "x" * 4_001, clock())
        assert threads(france, clock()) == ()


SAID: dict[str, Said] = {
    kind: Said("3f", "JPN", kind, ONE, "a note", parse_instant(AT), parse_instant(AT), None, "FRA")
    for kind in ("sighting", "opinion", "false-positive", "question", "answer")
}


@pytest.mark.parametrize("kind", SAID)
def test_it_is_stix_that_others_read(kind: Kind) -> None:
    oid, raw = feedback.feedback(SAID[kind])
    options = stix2validator.ValidationOptions(version="2.1")
    assert stix2validator.validate_instance(json.loads(raw), options).is_valid
    assert feedback.is_feedback(oid.partition("--")[0], raw)
    found = feedback.read(raw, "JPN")
    assert found is not None
    assert (found.kind, found.about, found.note, found.due) == (
        kind,
        ONE,
        "a note",
        parse_instant(AT),
    )
    assert feedback.read(raw, "FRA") is None
    assert feedback.read(raw[:-2], "JPN") is None


@pytest.mark.parametrize("kind", ["sighting", "opinion", "false-positive"])
def test_without_a_note_it_is_stix_all_the_same(kind: Kind) -> None:
    _, raw = feedback.feedback(msgspec.structs.replace(SAID[kind], note=""))
    options = stix2validator.ValidationOptions(version="2.1")
    assert stix2validator.validate_instance(json.loads(raw), options).is_valid
    assert b'""' not in raw
    found = feedback.read(raw, "JPN")
    assert found is not None
    assert (found.kind, found.note) == (kind, "")
