"""The demo's numbers, counted again from its files and its two stores without noroshi's code."""

from __future__ import annotations

import collections
import csv
import functools
import gzip
import io
import json
import multiprocessing
import operator
import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import msgspec
import pyais
import pytest
from ahocorasick_rs import AhoCorasick

from noroshi.demo import story
from noroshi.demo.exercise import planted
from noroshi.demo.story import Story, consoles
from noroshi.node.incidents import elsewhere
from noroshi.node.node import Node

TLP = {
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
}
SENTENCE = re.compile(rb"!((..)VD[MO],(\d),(\d),([^,]*),([^,]*),([^,]+),([0-5]))\*([0-9A-F]{2})")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a finished demo and what it printed as JSON."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "noroshi", "demo", "--once", "--json", "--dir", str(folder)]
    ran = subprocess.run(command, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return folder, json.loads(ran.stdout)


def raws(folder: Path, party: str) -> list[dict[str, Any]]:
    """Every object in a node's store, straight from the file."""
    with sqlite3.connect(f"file:{folder}/{party}/data/node.db?mode=ro", uri=True) as store:
        rows = store.execute("SELECT bytes FROM record JOIN blob USING (sha256)").fetchall()
    return [json.loads(row[0]) for row in rows]


def rows_of(path: Path) -> int:
    """How many positions or objects a sample holds, by plain Python and pyais."""
    data = gzip.decompress(path.read_bytes())
    if path.name.endswith(".csv.gz"):
        return len(list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))) - 1
    if path.name.endswith(".jsonl.gz"):
        lines = [json.loads(line) for line in data.splitlines()]
        return sum(abs(each.get("lat") or 99) <= 90 for each in lines)
    if path.name.endswith(".json.gz"):
        return len(json.loads(data)["objects"])
    return positions(data)


def positions(data: bytes) -> int:
    """Position reports with a right checksum, put together by number and channel, by pyais."""
    parts: dict[tuple[bytes, ...], dict[bytes, str]] = {}
    count = 0
    for line in data.splitlines():
        match = SENTENCE.search(line)
        if match is None or functools.reduce(operator.xor, match[1]) != int(match[9], 16):
            continue
        together = parts.setdefault((match[2], match[3], match[5], match[6]), {})
        fields = ",".join(match[each].decode() for each in range(3, 9))
        together[match[4]] = f"!AIVDM,{fields}*00"
        if len(together) == int(match[3]):
            count += is_position(parts.pop((match[2], match[3], match[5], match[6])).values())
    return count


def is_position(lines: Any) -> bool:
    try:
        message = pyais.decode(*lines)
    except pyais.exceptions.AISBaseException:
        return False
    if message.msg_type not in (1, 2, 3, 9, 18, 19, 27):
        return False
    return message.lon is not None and abs(message.lon) <= 180 and abs(message.lat) <= 90


def test_what_was_read_is_what_the_files_hold(played: tuple[Path, dict[str, Any]]) -> None:
    folder, story = played
    read = {
        each["name"]: each["rows"].get("position", 0) + each["records"]
        for each in story["read"]["sources"]
    }
    assert read == {path.name: rows_of(path) for path in (folder / "jpn" / "feeds").iterdir()}


def test_findings_are_counted_right(played: tuple[Path, dict[str, Any]]) -> None:
    folder, story = played
    kinds = collections.Counter(
        each["event_types"][0] for each in raws(folder, "jpn") if each["type"] == "event"
    )
    assert story["read"]["found"] == dict(kinds)
    assert {"port_visit", "ships_in_company", "stop"} <= set(kinds)


def test_decisions_are_what_the_agreement_says_in_plain_words(
    played: tuple[Path, dict[str, Any]],
) -> None:
    """R1: up to amber, coarse. R3: port calls and company up to green, as they are. R2: cyber up to
    amber, as it is. Anything above amber stays."""
    folder, story = played
    verdicts: collections.Counter[str] = collections.Counter()
    for each in raws(folder, "jpn"):
        if each["type"] != "event":
            verdicts["released"] += not each.get("revoked", False)
            continue
        tlp = next(TLP[ref] for ref in each["object_marking_refs"])
        whole = tlp == "green" and each["event_types"][0] in ("port_visit", "ships_in_company")
        verdict = "withheld" if tlp == "amber+strict" else "released" if whole else "partial"
        verdicts[verdict] += 1
    decided = story["decided"]
    assert {name: decided[name] for name in verdicts} == dict(verdicts)
    assert min(verdicts.values()) > 0


def test_the_union_holds_every_released_finding_and_nothing_else(
    played: tuple[Path, dict[str, Any]],
) -> None:
    folder, story = played
    ours, theirs = raws(folder, "jpn"), raws(folder, "eu")
    events = [each for each in theirs if each["type"] == "event"]
    decided = story["decided"]
    findings = sum(each["type"] == "event" for each in ours)
    assert len(events) == findings - decided["withheld"]
    assert story["delivered"]["objects"] == story["delivered"]["stored"] == len(theirs)
    whole = {each["id"] for each in ours} & {each["id"] for each in events}
    assert len(events) - len(whole) == decided["partial"]


def test_nothing_withheld_and_no_exact_place_of_an_amber_one_is_at_the_union(
    played: tuple[Path, dict[str, Any]],
) -> None:
    folder, _ = played
    theirs = "\n".join(json.dumps(each) for each in raws(folder, "eu"))
    coarse, hidden = 0, list[str]()
    for each in raws(folder, "jpn"):
        if each["type"] != "event":
            continue
        tlp = next(TLP[ref] for ref in each["object_marking_refs"])
        if tlp == "green":
            continue
        extension = next(e for e in each["extensions"].values() if "place" in e)
        lon, lat, _ = extension["place"]
        hidden += (each["id"], f"[{lon}, {lat},", *extension["evidence"])
        hidden += (subject for subject in extension["subjects"] if "track:" in subject)
        coarse += 1
    assert coarse > 100
    assert AhoCorasick(hidden).find_matches_as_strings(theirs) == []


def test_promises_point_at_findings_of_their_kind(played: tuple[Path, dict[str, Any]]) -> None:
    folder, story = played
    kind_of = {e["id"]: e["event_types"][0] for e in raws(folder, "jpn") if e["type"] == "event"}
    # No ship of Japan keeps company with one of the Union in these data: C08 and C09 are not here.
    assert {each["commitment"] for each in story["promises"]} == {"C10", "C13"}
    for each in story["promises"]:
        assert kind_of[each["finding"]] == each["kind"]
        assert each["count"] == story["read"]["found"][each["kind"]]


def exercises(folder: Path, party: str) -> set[str | None]:
    """The exercise of every strand that a node has, straight from the file."""
    with sqlite3.connect(f"file:{folder}/{party}/data/node.db?mode=ro", uri=True) as store:
        strands = [row[0] for row in store.execute("SELECT strand FROM strand").fetchall()]
    return {json.loads(each).get("exercise") for each in strands if "identity" not in each}


def test_the_exercise_is_marked_and_stands_apart(played: tuple[Path, dict[str, Any]]) -> None:
    folder, story = played
    for party in ("jpn", "eu"):
        assert exercises(folder / "exercise", party) == {story["exercise"]["name"]}
        assert exercises(folder, party) == {None}
        real = {each["id"] for each in raws(folder, party) if each["type"] == "event"}
        made_up = {e["id"] for e in raws(folder / "exercise", party) if e["type"] == "event"}
        assert real
        assert made_up
        assert not real & made_up
    ships = [e for e in raws(folder / "exercise", "jpn") if e["type"] == "event"]
    told = [each["description"] for each in ships]
    # 299 is nobody's at the ITU, `.test` nobody's name (RFC 6761), and the cable says so itself.
    assert all("mmsi:299" in each or "EXERCISE" in each for each in told)
    assert not any("mmsi:" in each and "mmsi:299" not in each for each in told)


def test_its_incident_is_of_three_desks_words_and_goes_in_part(
    played: tuple[Path, dict[str, Any]],
) -> None:
    folder, story = played
    ours, theirs = raws(folder / "exercise", "jpn"), raws(folder / "exercise", "eu")
    (incident,) = story["exercise"]["japan"]["incidents"]
    kind_of = {each["id"]: each["event_types"][0] for each in ours if each["type"] == "event"}
    assert sorted(kind_of[each] for each in incident["findings"]) == [
        "crossing", "outage", "sighting",
    ]  # fmt: skip
    assert incident["chance"] == 0
    assert 0 < incident["chance_interval"][1] < 1
    # The slow ship, and none of those that passed evenly on other days.
    (ship,) = (each for each in incident["findings"] if kind_of[each] == "crossing")
    (slow,) = (each for each in ours if each["id"] == ship)
    assert "mmsi:299000001 was at EXERCISE cable" in slow["description"]
    # The EU is told that three findings belong together; what ties them, the cable, R1 takes out.
    (told,) = (each for each in theirs if each["type"] == "incident")
    held = {each["id"] for each in theirs if each["type"] == "event"}
    assert len(set(next(iter(told["extensions"].values()))["event_refs"]) & held) == 3
    assert not any(
        "EXERCISE cable" in str(each) or "cable:exercise" in str(each) for each in theirs
    )
    with Node.open(folder / "exercise" / "eu") as node:
        (seen,) = elsewhere(node)
    assert (seen.id, seen.owner) == (told["id"], "JPN")
    assert len(held.intersection(seen.findings)) == 3
    assert story["exercise"]["union"]["incidents"] == []
    said = {each["kind"]: each["said"] for each in story["exercise"]["given"]}
    assert "in part" in said["incident"]
    assert "in part" in said["crossing"]
    assert "as it is" in said["sighting"]


def test_what_is_planted_is_the_same_each_time(played: tuple[Path, dict[str, Any]]) -> None:
    feeds = played[0] / "exercise" / "jpn" / "feeds"
    again = planted()
    assert {path.name for path in feeds.iterdir()} == again.keys() - {"exercise-assets.toml"}
    assert all(path.read_bytes() == again[path.name] for path in feeds.iterdir())


def test_each_node_that_answers_has_its_console(played: tuple[Path, dict[str, Any]]) -> None:
    links = consoles(msgspec.convert(played[1], Story))
    assert list(links) == ["Japan", "the EU", "the exercise"]
    assert len({link.partition("/console/#token=")[0] for link in links.values()}) == 3


def test_while_the_nodes_are_up_no_process_is_left_that_ctrl_c_would_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the story only who plays it is real here: what it plays is told elsewhere."""
    begun: list[Future[int]] = []

    def plays(folder: Path, stack: object, pool: Executor, *_: object) -> None:
        begun.append(pool.submit(os.getpid))

    monkeypatch.setattr(story, "_play", plays)
    with story.playing(tmp_path, lambda text: None, lambda *_: None):
        (worker,) = (each.result() for each in begun)
        assert worker not in [each.pid for each in multiprocessing.active_children()]
