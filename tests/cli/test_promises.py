"""The calendar as a desk officer uses it: look, confirm a candidate, look again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import icalendar
import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app

PROMISE = """format = "pact/1"
[agreement]
id = "a-b"
title = "A and B"
form = "non_binding"
class = "sdp"
parties = ["EU", "JPN"]
in_force = 2021-01-01
[[commitment]]
id = "C1"
kind = "port_call"
text = "Call at one another's ports"
pillars = ["maritime"]
lead = { EU = "a navy", JPN = "another" }
every = "P1Y"
due = 2021-06-30
resources = "two ships"
observe = { kinds = ["stop"], note = "Whether it was a call is for a person to say." }
[[commitment]]
id = "C2"
kind = "dialogue"
text = "Talk"
lead = { EU = "an office" }
due = 2031-01-01
[[commitment]]
id = "C3"
kind = "info_sharing"
text = "Report"
lead = { EU = "an office", JPN = "another" }
observe = { kinds = ["report"] }
"""
REPORT = {
    "type": "bundle",
    "id": "bundle--0c3f1a9e-5f0a-4a52-9d0e-1a4a5b2d7c11",
    "objects": [
        {
            "type": "report",
            "spec_version": "2.1",
            "id": "report--5a1b7c8d-2f3e-4a6b-8c9d-0e1f2a3b4c5d",
            "created": "2026-01-05T00:00:00.000Z",
            "modified": "2026-01-05T00:00:00.000Z",
            "name": "A report",
            "published": "2026-01-05T00:00:00.000Z",
            "object_refs": ["report--5a1b7c8d-2f3e-4a6b-8c9d-0e1f2a3b4c5d"],
        }
    ],
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with one agreement, a stop at sea in March 2021, and a report."""
    folder = tmp_path_factory.mktemp("calendar") / "jpn"
    assert run("init", str(folder), "--party", "JPN").exit_code == 0
    for each in (folder / "agreements").glob("*.toml"):
        each.unlink()
    (folder / "agreements" / "a-b.toml").write_text(PROMISE)
    assert run("pact", "load", "--node", str(folder)).exit_code == 0
    lines = ["mmsi,timestamp,lon,lat,sog"]
    for minute in range(0, 720, 2):
        at = f"2021-03-21T{minute // 60:02}:{minute % 60:02}:00Z"
        slow = 180 <= minute < 600
        lon = 10.0 + min(minute, 180) * 0.002 + max(minute - 600, 0) * 0.002
        lines.append(f"431000001,{at},{lon:.5f},45.0,{0.1 if slow else 5.0}")
    (folder / "tracks.csv").write_text("\n".join(lines) + "\n")
    (folder / "report.json").write_text(json.dumps(REPORT))
    for name in ("tracks.csv", "report.json"):
        found = run("ingest", str(folder / name), "--tlp", "green", "--node", str(folder))
        assert found.exit_code == 0, found.output
    return folder


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(made, tmp_path / "jpn"))


def rows(node: Path, *more: str) -> dict[str, dict[str, Any]]:
    found = run("pact", "calendar", "--json", "--node", str(node), "--at", "2021-12-01", *more)
    assert found.exit_code == 0, found.output
    return {each["id"]: each for each in json.loads(found.output)}


def test_what_needs_somebody_stands_first_and_says_what_could_show_it(node: Path) -> None:
    found = run("pact", "calendar", "--at", "2021-12-01", "--node", str(node))
    lines = found.output.splitlines()
    assert lines[0] == "overdue   a-b/C1  port_call  due 2021-06-30, 153 days ago, every P1Y"
    assert "  means     two ships" in lines
    assert "  rule      a record of kind stop" in lines
    assert any(line.startswith("  candidate event--") for line in lines)
    assert "ownerless a-b/C2  dialogue  next due 2031-01-01" in lines
    assert "JPN nobody" in found.output
    assert lines[-1] == "3 commitments: 1 overdue, 1 ownerless, 0 due, 1 unknown, 0 kept."
    only = run("pact", "calendar", "--status", "ownerless", "--node", str(node))
    assert "a-b/C1" not in only.output


def test_a_candidate_counts_when_a_person_says_so_and_until_one_takes_it_back(node: Path) -> None:
    before = rows(node)["a-b/C1"]
    assert (before["status"], before["evidence"]) == ("overdue", [])
    (record,) = before["candidates"]
    keep = ("pact", "keep", "a-b/C1", record[:20], "--node", str(node))
    done = run(*keep, "--by", "the desk")
    assert done.exit_code == 0, done.output
    assert "kind is stop, wanted stop" in done.output
    assert "shows a-b/C1 kept, 2021-03-21, by the desk" in done.output
    after = rows(node)["a-b/C1"]
    assert (after["status"], after["candidates"]) == ("kept", [])
    assert after["evidence"] == [{"on": "2021-03-21", "by": "the desk", "ref": record, "note": ""}]
    assert "(said before)" in run(*keep, "--by", "the desk").output
    assert run(*keep, "--not", "--by", "the other desk").exit_code == 0
    assert (rows(node)["a-b/C1"]["status"], rows(node)["a-b/C1"]["candidates"]) == ("overdue", [])


def test_a_retracted_record_shows_nothing_any_more(node: Path) -> None:
    (record,) = rows(node)["a-b/C1"]["candidates"]
    assert run("pact", "keep", "a-b/C1", record, "--by", "me", "--node", str(node)).exit_code == 0
    assert run("recall", record, "--why", "wrong", "--node", str(node)).exit_code == 0
    found = rows(node)["a-b/C1"]
    assert (found["status"], found["no_more"]) == ("overdue", [record])


def test_a_report_is_a_candidate_and_a_document_is_evidence(node: Path) -> None:
    found = run("pact", "calendar", "--json", "--at", "2026-06-01", "--node", str(node))
    report = {each["id"]: each for each in json.loads(found.output)}["a-b/C3"]
    assert report["candidates"] == [REPORT["objects"][0]["id"]]
    done = run(
        "pact", "keep", "a-b/C3", "--document", "https://example.org/statement", "--on", "2021-05",
        "--by", "me", "--node", str(node),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert rows(node)["a-b/C3"]["status"] == "kept"


def test_calendar_and_trend_are_files_for_others(node: Path, tmp_path: Path) -> None:
    path = tmp_path / "pact.ics"
    done = run(
        "pact", "calendar", "--ical", str(path), "--at", "2021-12-01", "--until", "2024-12-31",
        "--node", str(node),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    events = list(icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    assert [each.decoded("DTSTART").year for each in events] == [2021, 2022, 2023, 2024]
    assert [each["year"] for each in trend(node)] == [2021]
    assert (trend(node)[0]["due"], trend(node)[0]["missed"]) == (1, 1)


def trend(node: Path) -> list[dict[str, int]]:
    at = ("--at", "2021-12-01", "--trend", "--json", "--node", str(node))
    return json.loads(run("pact", "calendar", *at).output)


REFUSED = {
    "no such commitment": (("a-b/C9", "x"), "Hint: did you mean 'a-b/C"),
    "nobody says so": (("a-b/C1", "event--"), "nobody says so"),
    "neither": (("a-b/C1", "--by", "me"), "a record or --document shows it"),
    "both": (("a-b/C1", "x", "--document", "y", "--by", "me"), "a record or --document shows it"),
    "no such record": (("a-b/C1", "event--nosuch", "--by", "me"), "no record"),
    "no date": (("a-b/C1", "--document", "y", "--by", "me"), "a document does not say when"),
    "not a date": (("a-b/C1", "--document", "y", "--on", "soon", "--by", "me"), "not a date"),
    "ahead": (("a-b/C1", "--document", "y", "--on", "2999", "--by", "me"), "lies ahead"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(node: Path, arguments: tuple[str, ...], said: str) -> None:
    found = run("pact", "keep", *arguments, "--node", str(node))
    assert found.exit_code != 0
    assert said in str(found.exception)


def test_an_unknown_status_is_named(node: Path) -> None:
    found = run("pact", "calendar", "--status", "late", "--node", str(node))
    assert found.exit_code == 2
    assert "none of overdue, ownerless, due, unknown, kept" in " ".join(found.output.split())
