"""Planting in logs, and the score of what is found of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.cases import ALIKES, CASES
from noroshi.desks.cyber.plant import Inject, background, decoys, plant, shape_of, written
from noroshi.desks.cyber.written import LOGS
from noroshi.words import ids
from noroshi.words.desk import Columns, Source
from noroshi.words.errors import BadInput
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.time import DAY, parse_instant

BEGIN = parse_instant("2026-11-16T00:00:00Z")
TOOL = Path(__file__).resolve().parents[3] / "tools" / "score_cyber.py"


def log(name: str, lines: int = 60) -> Columns:
    data = "".join(background(name, lines, BEGIN, BEGIN + 7 * DAY, 1, decoys(40, 1, BEGIN)))
    about = label(Strand("JPN", "cyber", "*", Tlp.GREEN))
    made = Source(name, name, BEGIN + 8 * DAY, "", about, "JPN", "B", lambda: pytest.fail("unread"))
    return written(made, data.encode())


def showing(case: str) -> str:
    return next(name for name, each in LOGS.items() if shape_of(case) in each.lines)


def text(columns: Columns) -> list[str]:
    with columns.source.open() as stream:
        return stream.read().decode().splitlines()


@pytest.mark.parametrize("case", CASES)
def test_a_case_stands_in_its_log_at_its_time_and_the_rest_stays(case: str) -> None:
    before = log(showing(case))
    after, (truth,) = plant(Inject(case, BEGIN + 3 * DAY), before, 7)
    lines, held = text(after), text(before)
    added = [each for each in lines if each not in set(held)]
    assert [each for each in lines if each not in set(added)] == held
    assert len(added) == truth.lines
    assert plant(Inject(case, BEGIN + 3 * DAY), before, 7)[0].source.sha256 == after.source.sha256
    assert after.source.sha256 == ids.sha256("".join(f"{each}\n" for each in lines).encode())
    assert (truth.asset is None) == (case in ALIKES)
    assert BEGIN < truth.t0 < truth.t1 < BEGIN + 7 * DAY
    around = [n for n, each in enumerate(lines) if each in set(added)]
    assert 20 < min(around) <= max(around) < 45


@pytest.mark.parametrize("name", LOGS)
def test_the_desk_knows_each_log_by_its_lines(name: str) -> None:
    with log(name).source.open() as stream:
        assert desk.sniff(stream.read(), "x") > 0


def test_what_cannot_be_planted_is_refused() -> None:
    with pytest.raises(BadInput, match="no such case"):
        plant(Inject("guess", BEGIN), log("mail.log"), 1)
    with pytest.raises(BadInput, match="shows no such event"):
        plant(Inject("query", BEGIN), log("mail.log"), 1)
    given = log("mail.log")
    other = msgspec.structs.replace(given, source=msgspec.structs.replace(given.source, name="x"))
    with pytest.raises(BadInput, match="no such log"):
        plant(Inject("mail", BEGIN), other, 1)


@pytest.mark.slow
def test_every_touch_is_found_and_no_look_alike_fires() -> None:
    tool = [sys.executable, str(TOOL), "--seed", "7", "--seeds", "1", "--json"]
    done = subprocess.run(
        [*tool, "--lines", "500", "--decoys", "200"], capture_output=True, check=True, timeout=300
    )
    figures = json.loads(done.stdout)
    assert (figures["recall"], figures["precision"], figures["false"]) == (1, 1, 0)
    assert all(each["met"] == each["exact"] == 1 for each in figures["touches"])
    assert len(figures["look_alikes"]) == len(ALIKES)
