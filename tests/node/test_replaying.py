"""A node's history replayed: the same findings, and those of new parameters, by the command too."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.history.engine import Serial
from noroshi.node.ingest import ingest
from noroshi.node.node import Node
from noroshi.node.replaying import plan_of, run
from noroshi.words.errors import BadInput
from noroshi.words.stix import body_of

Suez = tuple[bytes, list[bytes]]


def fed(folder: Path, data: bytes, clock: Callable[[], int], name: str = "a.csv") -> set[str]:
    """The live findings after `data` was ingested."""
    source = folder.parent / name
    source.write_bytes(data)
    with Node.open(folder) as node:
        ingest(node, [source], clock)
        return {row.id for row in node.store.findings()}


def live(folder: Path) -> list[tuple[str, tuple[str, ...], int, int]]:
    """What is found there, by what it is about."""
    with Node.open(folder) as node:
        return sorted((row.kind, row.subjects, row.t0, row.t1) for row in node.store.findings())


def replayed(folder: Path, clock: Callable[[], int], *, store: bool = True):
    with Node.open(folder) as node:
        plan = pickle.loads(pickle.dumps(plan_of(node, None, None, None, clock(), 3_000)))
        report = run(
            node, plan, Serial(), clock, store=store, progress=lambda name, done, many: None
        )
        return report, {row.id for row in node.store.findings()}


def test_a_replay_stores_what_ingest_stored(make, suez: Suez, clock) -> None:
    folder = make()
    before = fed(folder, suez[0] + b"".join(suez[1]), clock)
    report, after = replayed(folder, clock)
    assert report.days == 5
    assert after == before
    assert (report.stored.new, report.stored.retracted) == (0, 0)
    assert not (folder / "data" / "history" / "replay").exists() or not list(
        (folder / "data" / "history" / "replay").iterdir()
    )


def test_other_parameters_take_effect_and_the_next_ingest_takes_nothing_back(
    make, suez: Suez, clock
) -> None:
    folder = make()
    half = len(suez[1]) // 2
    before = fed(folder, suez[0] + b"".join(suez[1][:half]), clock)
    config = folder / "node.toml"
    config.write_text(config.read_text("utf-8") + "\n[desk.sea]\nstop_min_s = 36000\n", "utf-8")
    report, _ = replayed(folder, clock)
    assert report.stored.changed + report.stored.new > 0
    with Node.open(folder) as node:
        told = {row.id for row in node.store.findings()}
    assert told <= before
    later = suez[0] + suez[1][half]
    assert told <= fed(folder, later, clock, "b.csv")


def test_what_other_parameters_found_is_taken_back(make, suez: Suez, clock) -> None:
    folder, afresh = make(), make("EU")
    data = suez[0] + b"".join(suez[1])
    before = fed(folder, data, clock)
    for each in (folder, afresh):
        config = each / "node.toml"
        config.write_text(config.read_text("utf-8") + "\n[desk.sea]\nstop_min_s = 36000\n", "utf-8")
    report, after = replayed(folder, clock)
    fed(afresh, data, clock)
    assert live(folder) == live(afresh)
    assert report.stored.retracted == len(before - after) > 0
    with Node.open(folder) as node:
        gone = [node.store.record(each) for each in before - after]
        reasons = {body_of(each.raw).reason for each in gone}
        assert {each.status for each in gone} == {"revoked"}
    assert reasons == {"the parameters of today do not find it"}


def test_what_rests_on_positions_that_are_not_kept_stays(make, suez: Suez, clock) -> None:
    folder = make()
    config = folder / "node.toml"
    kept = config.read_text("utf-8")
    config.write_text(kept + "\n[history]\nkeep = false\n", "utf-8")
    early = [row for row in suez[1] if b",20/03/" in row or b",21/03/" in row]
    before = fed(folder, suez[0] + b"".join(early), clock)
    config.write_text(kept + "\n[desk.sea]\nstop_min_s = 36000\n", "utf-8")
    fed(folder, suez[0] + b"".join(row for row in suez[1] if row not in early), clock, "b.csv")
    report, after = replayed(folder, clock)
    assert (report.days, before <= after) == (3, True)


def test_nothing_is_stored_unless_it_is_asked_for(make, suez: Suez, clock) -> None:
    folder = make()
    before = fed(folder, suez[0] + b"".join(suez[1][:200]), clock)
    report, after = replayed(folder, clock, store=False)
    assert report.stored is None
    assert after == before


def test_without_history_it_says_so(make, clock) -> None:
    with Node.open(make()) as node, pytest.raises(BadInput, match="no positions"):
        plan_of(node, None, None, None, clock())


def test_history_is_not_kept_where_it_is_not_wanted(make, suez: Suez, clock) -> None:
    folder = make()
    config = folder / "node.toml"
    config.write_text(config.read_text("utf-8") + "\n[history]\nkeep = false\n", "utf-8")
    fed(folder, suez[0] + b"".join(suez[1][:50]), clock)
    assert not (folder / "data" / "history").exists()


def test_the_commands(make, suez: Suez, clock, tmp_path: Path) -> None:
    folder = make()
    fed(folder, suez[0] + b"".join(suez[1][:300]), clock)
    at = ["--node", str(folder)]
    told = CliRunner().invoke(app, ["sea", "stored", "--json", *at])
    assert told.exit_code == 0
    assert 250 < json.loads(told.stdout)["positions"] <= 300
    out = tmp_path / "found.jsonl"
    done = CliRunner().invoke(
        app, ["sea", "replay", "--engine", "serial", "--out", str(out), "--json", *at]
    )
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == sum(report["found"].values()) > 0
    refused = CliRunner().invoke(app, ["sea", "replay", "--store", "--since", "2021-03-20", *at])
    assert isinstance(refused.exception, BadInput)
