"""Competing hypotheses: what each rule says, what a person says instead, and the order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from noroshi.picture.correlate import correlate
from noroshi.picture.hypotheses import HYPOTHESES, RULES, TEXTS, Overrule, Weighing, compare
from noroshi.picture.merge import latest
from noroshi.picture.overrules import read_overrules
from noroshi.picture.priors import load_priors
from noroshi.picture.score import TEXTS as SUM
from noroshi.picture.stream import read_stream
from noroshi.words.asset import AssetGraph
from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, HOUR, format_instant, parse_instant
from noroshi.words.told import together

BEGIN = parse_instant("2026-03-01T00:00:00Z")


def line(n: int, domain: str, hours: int, asset: str = "a", kind: str = "k") -> dict[str, Any]:
    at = format_instant(BEGIN + hours * HOUR)
    return {"id": f"f{n}", "domain": domain, "kind": kind, "t0": at, "assets": [asset],
            "lineage": f"l{n}", "reliability": "A"}  # fmt: skip


def weighed(*lines: dict[str, Any], overrules: tuple[Overrule, ...] = ()) -> Weighing:
    far = [line(90 + n, "space", 24 * 30 * n, "z") for n in range(5)]
    stream = read_stream([msgspec.json.encode(each) for each in (*lines, *far)], "test")
    picture = correlate(stream, AssetGraph(), load_priors(), shifts=20, budget=50)
    incident = next(each for each in picture.incidents if "a" in each.assets)
    if overrules:
        overrules = tuple(msgspec.structs.replace(each, incident=incident.id) for each in overrules)
    rows = {each: row for row, each in enumerate(stream.ids)}
    return compare(picture.field, incident, rows, overrules)


def mark(weighing: Weighing, evidence: str, hypothesis: str) -> str:
    return next(i.marks[hypothesis] for i in weighing.items if i.evidence == evidence)


def test_what_was_spoken_of_before_was_no_accident() -> None:
    before = weighed(line(1, "maritime", 1000), line(2, "information", 980))
    after = weighed(line(1, "maritime", 1000), line(2, "information", 1010))
    assert mark(before, "order", "accident") == "inconsistent"
    assert mark(after, "order", "accident") == "consistent"


def test_many_alike_at_other_places_speak_for_one_event_behind_them() -> None:
    storm = [line(10 + n, "maritime", 1000 + n, f"b{n}") for n in range(6)]
    alone = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001))
    many = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001), *storm)
    assert mark(alone, "elsewhere: maritime/k", "common cause") == "inconsistent"
    assert mark(many, "elsewhere: maritime/k", "common cause") == "consistent"


def test_a_ship_and_an_intrusion_are_no_mishap() -> None:
    found = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001))
    assert mark(found, "two ways", "accident") == "inconsistent"
    assert not any(
        each.evidence == "two ways"
        for each in weighed(line(1, "maritime", 1000), line(2, "information", 1001)).items
    )


def test_a_desk_that_listened_and_is_silent_speaks_against_a_campaign() -> None:
    elsewhere = line(3, "information", 1001, "y")
    found = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001), elsewhere)
    assert mark(found, "silence: information", "campaign") == "inconsistent"


def test_the_least_contradicted_stands_first_and_every_item_has_every_mark() -> None:
    found = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001))
    against = [each.inconsistent for each in found.standings]
    assert against == sorted(against)
    assert {each.hypothesis for each in found.standings} == set(HYPOTHESES)
    assert all(set(item.marks) == set(HYPOTHESES) for item in found.items)


def test_a_person_overrules_and_both_stay_to_be_seen() -> None:
    said = Overrule("", "two ways", "accident", "neutral", "the intrusion was a test", "watch")
    plain = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001))
    found = weighed(line(1, "maritime", 1000), line(2, "cyber", 1001), overrules=(said,))
    assert mark(found, "two ways", "accident") == "neutral"
    (item,) = (each for each in found.items if each.evidence == "two ways")
    assert item.overruled == {
        "accident": "watch, instead of inconsistent: the intrusion was a test"
    }
    count = {each.hypothesis: each.inconsistent for each in found.standings}
    assert count["accident"] == next(
        each.inconsistent - 1 for each in plain.standings if each.hypothesis == "accident"
    )


def test_of_persons_that_contradict_one_another_the_last_counts_and_all_are_seen() -> None:
    first = Overrule("", "two ways", "accident", "neutral", "the intrusion was a test", "a partner")
    last = Overrule("", "two ways", "accident", "consistent", "the mast fell on both", "watch")
    of = line(1, "maritime", 1000), line(2, "cyber", 1001)
    found = weighed(*of, overrules=(first, last))
    (item,) = (each for each in found.items if each.evidence == "two ways")
    assert item.marks["accident"] == "consistent"
    assert item.overruled["accident"] == (
        "a partner, instead of inconsistent: the intrusion was a test; "
        "watch, instead of neutral: the mast fell on both"
    )
    sentences = (*item.before["accident"], item.instead["accident"])
    assert together(sentences) == item.overruled["accident"]


PARTS = {
    "the incident under its id, whatever is in it": ("incident--1", {"x"}, True),
    "a part that split off": ("incident--2", {"a", "b"}, True),
    "the other part": ("incident--3", {"c", "d", "x"}, True),
    "one that took it in": ("incident--4", {"a", "b", "c", "d", "x", "y"}, True),
    "another that has one of its findings": ("incident--5", {"a", "x", "y"}, False),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_was_said_goes_with_every_part_of_an_incident(name: str) -> None:
    incident, findings, wanted = PARTS[name]
    said = Overrule("incident--1", "e", "accident", "neutral", "r", "w", ("a", "b", "c", "d"))
    assert said.about(incident, frozenset(findings)) is wanted


def test_every_rule_says_in_words_why() -> None:
    assert all(rule.__doc__ for rule in RULES)


FILE = """
format = "overrules/1"
[[overrule]]
incident = "incident--1"
evidence = "order"
hypothesis = "accident"
mark = "neutral"
reason = "another cable"
by = "watch"
"""
WRONG = {
    "an unknown hypothesis": ('"accident"', '"sabotage"', "no such hypothesis"),
    "no reason": ('"another cable"', '" "', "a reason and a name"),
    "an unknown mark": ('"neutral"', '"maybe"', "mark"),
    "an unknown key": ('by = "watch"', 'by = "watch"\nguilty = "x"', "guilty"),
}


def test_a_file_of_overrules_is_read(tmp_path: Path) -> None:
    (tmp_path / "said.toml").write_text(FILE)
    (said,) = read_overrules(tmp_path / "said.toml")
    assert (said.evidence, said.mark, said.by) == ("order", "neutral", "watch")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_it_is_named(name: str, tmp_path: Path) -> None:
    before, after, word = WRONG[name]
    (tmp_path / "said.toml").write_text(FILE.replace(before, after))
    with pytest.raises(BadInput, match=word):
        read_overrules(tmp_path / "said.toml")


def test_what_is_told_is_what_is_said_and_by_a_text_that_is_known() -> None:
    others = [line(20 + n, "cyber", 24 * n, f"c{n}") for n in range(3)]
    found = weighed(line(1, "maritime", 1000), line(2, "information", 1010), *others)
    items = [each for each in found.items if each.told]
    assert len(items) == len(found.items) >= 3
    known = {*TEXTS.values(), *SUM.values()}
    for each in items:
        assert together(each.told) == each.seen
        assert {said.text for said in each.told} <= known


@pytest.mark.parametrize("held", ["tuple", "array"])
def test_what_is_elsewhere_is_counted_as_one_would_count_it(held: str) -> None:
    """Many findings at few assets, some at two, some named as targets alone, some at the day's
    very edge; counted one by one."""
    draw = random.Random(1)
    lines = [line(1, "maritime", 1000), line(2, "cyber", 1001)]
    for n in range(200):
        more = line(100 + n, draw.choice(("maritime", "cyber")), 1000 + draw.randrange(-26, 27))
        named = draw.sample("abcdef", draw.randrange(3))
        lines.append({**more, "assets": named[:1], "targets": named[1:], "lineage": f"m{n}"})
    stream = read_stream([msgspec.json.encode(each) for each in lines], "test")
    if held == "array":
        stream = latest(stream, len(stream))
    picture = correlate(stream, AssetGraph(), load_priors(), shifts=20, budget=1e9)
    of = {each["id"]: each for each in lines}
    begun = {each["id"]: parse_instant(each["t0"]) for each in lines}
    looked = 0
    for incident, weighing in zip(picture.incidents, picture.weighings, strict=True):
        for item in weighing.items:
            if not item.evidence.startswith("elsewhere"):
                continue
            domain = item.evidence.removeprefix("elsewhere: ").partition("/")[0]
            (own,) = (each for each in incident.findings if of[each]["domain"] == domain)
            where = {*of[own].get("assets", ()), *of[own].get("targets", ())}
            wanted = {
                each for each in of
                if each != own and of[each]["domain"] == domain
                and -DAY <= begun[each] - begun[own] < DAY
                and where.isdisjoint((*of[each]["assets"], *of[each].get("targets", ())))
            }  # fmt: skip
            assert set(item.shows) == wanted
            assert len(item.shows) == len(wanted)
            looked += len(wanted)
    assert looked > 100
