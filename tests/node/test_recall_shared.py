"""Taking back one of several findings about the same ship, which the partner goes on having."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web import Web

from noroshi.desks.registry import desks
from noroshi.node.findings import settle
from noroshi.node.node import clock
from noroshi.node.recall import recall, recalled
from noroshi.node.sync import sync
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding, finding_ids
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp
from noroshi.words.place import Place
from noroshi.words.time import DAY, HOUR, Span

NOW = 1_780_000_000_000_000
SHIP = "mmsi:431000001"


def finding(n: int) -> Finding:
    desk = desks()["sea"]
    span = Span(NOW - (n + 2) * HOUR, NOW - (n + 1) * HOUR)
    ids = finding_ids("JPN", "sea/stop", desk.kinds["stop"], (SHIP,), span.t0, str(n))
    label = Label((Strand("JPN", "maritime", "source", Tlp.GREEN),))
    return Finding(
        id=ids[0], observation=ids[1], version=0, owner="JPN", kind="stop", span=span,
        place=Place(139.0, 35.0, 250.0), subjects=(SHIP,), assets=(), measures={},
        evidence=(Evidence("t", "t", NOW, sha256(b"t"), Row(n), label),), detector="sea/stop",
        detector_version=desk.version, params_sha256="0" * 64, reliability="B", credibility=2,
    )  # fmt: skip


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path, ("JPN", "IND"))
    with made.open("JPN") as japan, japan.store.write():
        settle(japan, desks()["sea"], "0" * 64, [finding(1), finding(2)], clock())
    with made.serving("JPN"):
        yield made


@pytest.mark.parametrize("n", [1, 2])
def test_a_ship_of_another_finding_keeps_no_recall_open(web: Web, n: int) -> None:
    """Whichever of the two brought the ship first."""
    with web.open("IND") as india:
        sync(india, "JPN", clock)
    with web.open("JPN") as japan:
        assert recall(japan, (finding(n).id,), "a clock was off", 7 * DAY, clock())
        assert [step.state for step in recalled(japan, clock())[0].parties] == ["waiting"]
    with web.open("IND") as india:
        sync(india, "JPN", clock)
    with web.open("JPN") as japan:
        (step,) = recalled(japan, clock())[0].parties
    assert (step.party, step.state) == ("IND", "confirmed")
