"""Rows and table: medians, ratios, targets, and peers that are missing."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import msgspec
import pytest

from noroshi.bench import AREAS, print_rows, run
from noroshi.bench.case import Case, Measured, Row, row, spread
from noroshi.bench.report import HEADINGS, table
from noroshi.bench.run import cases
from noroshi.words.errors import BadInput

PROMISED = (
    "name", "value", "unit", "peer", "peer_version", "peer_value", "ratio", "target", "met",
)  # fmt: skip


def case(target: float) -> Case:
    return Case("things done", "things", "things/s", target, "other", lambda _: Measured((1.0,)))


@pytest.mark.parametrize(
    ("target", "met"), [(1.9, True), (2.0, True), (2.1, False)], ids=["above", "equal", "below"]
)
def test_ratio_is_of_the_medians_and_meets_its_target(target: float, met: bool) -> None:
    measured = Measured((10.0, 30.0, 20.0), (5.0, 10.0, 15.0), "1.2")
    line = row(case(target), measured)
    assert (line.value, line.peer_value, line.ratio) == (20.0, 10.0, 2.0)
    assert (line.spread, line.peer_spread) == (1.0, 1.0)
    assert line.met is met


@pytest.mark.parametrize(
    ("least", "target", "peer", "met"),
    [
        (20.0, 2.0, "other", True),
        (20.1, 2.0, "other", False),
        (20.0, 2.1, "other", False),
        (20.0, 0.0, "", True),
        (20.1, 0.0, "", False),
    ],
    ids=["both", "too little", "too low a ratio", "no peer", "no peer, too little"],
)
def test_a_least_figure_counts_beside_the_ratio(
    least: float, target: float, peer: str, met: bool
) -> None:
    wanted = Case("things done", "things", "things/s", target, peer, lambda _: Measured(()), least)
    line = row(wanted, Measured((20.0,), (10.0,) if peer else ()))
    assert line.met is met
    text = table([line])
    assert f"≥ {least:g}" in text
    assert ("×" in text) is bool(peer)


def test_missing_peer_is_named_and_its_target_not_met() -> None:
    line = row(case(0.0), Measured((3.0,), missing="no network"))
    assert (line.value, line.ratio, line.met) == (3.0, None, False)
    text = table([line])
    assert "other is missing: no network" in text
    assert "NO" in text


def test_json_has_what_is_promised() -> None:
    line = row(case(1.0), Measured((4.0,), (2.0,), "7"))
    fields = msgspec.json.decode(msgspec.json.encode(line))
    assert tuple(fields)[: len(PROMISED)] == PROMISED
    assert msgspec.json.decode(msgspec.json.encode(line), type=Row) == line


def test_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        row(case(1.0), Measured((123456.0,), (2.0,), "7")),
        row(case(4.0), Measured((5.0, 6.0, 7.0), (2.0,))),
    ]
    print_rows(lines)
    printed = capsys.readouterr().out.splitlines()
    assert all(heading in printed[0] for heading in HEADINGS)
    end = printed[0].index("noroshi") + len("noroshi")
    assert printed[1][:end].endswith("123,456 ±0%")
    assert printed[2][:end].endswith("6 ±17%")
    assert printed[-1] == "1 of 2 targets met"


def test_spread_is_of_the_median() -> None:
    assert spread([2.0, 4.0, 6.0]) == 1.0


def test_every_area_has_cases_of_its_own_with_targets() -> None:
    for area in AREAS:
        assert {each.area for each in cases([area])} == {area}
    names = [(each.name, each.peer) for each in cases(AREAS)]
    assert len(names) == len(set(names))
    assert all(each.run.__doc__ for each in cases(AREAS))
    assert all(each.target > 0 if each.peer else each.least for each in cases(AREAS))


def test_unknown_area_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="bulk, agreements, pages"):
        run(["ships"])


def test_run_says_what_it_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's `run` is the function; its module has the same name.
    module = importlib.import_module("noroshi.bench.run")
    monkeypatch.setattr(module, "cases", lambda _: [case(1.0), case(2.0)])
    said: list[str] = []
    assert len(run(["things"], quick=True, say=said.append)) == 2
    assert said == ["things done, beside other"] * 2


def test_no_case_begins_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("noroshi.bench.run")
    chosen = [msgspec.structs.replace(case(1.0), name=name) for name in ("first", "next", "last")]
    monkeypatch.setattr(module, "cases", lambda _: chosen)
    clock = iter((0.0, 0.0, 5.0))
    # The clock of this module alone: that of the process is everybody's, of a server's thread too.
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    said: list[str] = []
    assert [line.name for line in run(["things"], say=said.append, within=5)] == ["first"]
    assert said[-1] == "left out, 5 s being over: next; last"
