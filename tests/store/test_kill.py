"""The end of the process at any moment loses nothing acknowledged and doubles nothing."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sides import Side, Where

from noroshi.store import Store, migrate
from noroshi.store.failpoint import KILLED, VARIABLE
from noroshi.store.migrate import packaged

PUTTER = Path(__file__).with_name("putter.py")


@pytest.fixture(scope="module")
def putter() -> ModuleType:
    """The killed process's own code, for what it would have put."""
    spec = importlib.util.spec_from_file_location("putter", PUTTER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(where: Where, seed: int, failpoint: str = "") -> subprocess.Popen[str]:
    """The process, started."""
    return subprocess.Popen(
        [sys.executable, str(PUTTER), str(where), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, VARIABLE: failpoint},
    )


def held(side: Side, where: Where) -> dict[str, Any]:
    """What a store holds, without the numbers that depend on the order of arrival."""
    queries = {
        "records": "SELECT id, version, sha256, status FROM record ORDER BY 1, 2",
        "labels": "SELECT r.id, r.version, s.cell FROM record r JOIN record_strand s USING (seq)"
        " ORDER BY 1, 2",
        "view": "SELECT oid FROM view_entry ORDER BY 1",
        "current": "SELECT oid FROM view_current ORDER BY 1",
        "ledger": "SELECT id FROM ledger ORDER BY 1",
        "events": "SELECT topic, key, count(*) FROM event GROUP BY 1, 2 ORDER BY 1, 2",
    }
    return {name: side.rows(where, sql) for name, sql in queries.items()}


@pytest.fixture
def undisturbed(side: Side, putter: ModuleType) -> dict[str, Any]:
    """What the store holds when nothing goes wrong."""
    where = side.fresh()
    putter.main(where, 0)
    return held(side, where)


@pytest.fixture
def where(side: Side) -> Where:
    """Where there is no store yet."""
    return side.nothing()


def acknowledged_are_there(where: Where, putter: ModuleType, acknowledged: set[int]) -> None:
    """Every record of an acknowledged batch is in the store, as are its entry and disclosure."""
    with Store.open(where, create=True) as store:
        for number in acknowledged:
            for record in putter.batch(number):
                assert store.record(record.id, record.version) == record
            assert len(store.view_object("EU", f"batch {number}")) == 1
            assert store.cursor(f"batch {number}") == 1
        store.verify_ledger()


def test_sigkill_between_and_during_commits(
    side: Side, where: Where, putter: ModuleType, undisturbed: dict[str, Any]
) -> None:
    chance = random.Random(7)
    acknowledged: set[int] = set()
    for _ in range(5):
        with run(where, chance.randrange(1000)) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 12)):
                acknowledged.add(int(process.stdout.readline()))
            process.send_signal(signal.SIGKILL)
            acknowledged.update(int(line) for line in process.stdout.read().split())
        assert process.returncode in (-signal.SIGKILL, 0)
        acknowledged_are_there(where, putter, acknowledged)
    putter.main(where, 1)
    assert held(side, where) == undisturbed


@pytest.mark.parametrize(("name", "kept"), [("before_commit", 0), ("after_commit", 1)])
def test_failpoints(
    side: Side, where: Where, putter: ModuleType, undisturbed: dict[str, Any], name: str, kept: int
) -> None:
    # Before the first batch the making of the store commits.
    with run(where, 3, f"{name}:{1 + 4}") as process:
        assert process.stdout is not None
        acknowledged = {int(line) for line in process.stdout.read().split()}
    assert process.returncode == KILLED
    assert len(acknowledged) == 3
    acknowledged_are_there(where, putter, acknowledged)
    with Store.open(where) as store:
        assert store.counts()["ledger"] == 3 + kept
    putter.main(where, 2)
    assert held(side, where) == undisturbed


@pytest.mark.parametrize(("there", "failpoint"), [(0, "before_commit:1"), (3, "before_commit:2")])
def test_dying_during_a_migration(
    where: Where, putter: ModuleType, monkeypatch: pytest.MonkeyPatch, there: int, failpoint: str
) -> None:
    if there:
        with monkeypatch.context() as older:
            older.setattr(migrate, "packaged", lambda dialect: packaged(dialect)[:there])
            Store.open(where, create=True).close()
    with run(where, 1, failpoint) as process:
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert process.returncode == KILLED
    with Store.open(where, create=True) as store:
        assert store.counts()["record"] == 0
