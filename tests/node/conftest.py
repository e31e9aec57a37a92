"""A node of Japan with its law, and small real sources cut from the package's samples."""

from __future__ import annotations

import gzip
import importlib.resources
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pg_cluster import cluster, leave_out, new_database

from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init

__all__ = ["cluster", "new_database"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of PostgreSQL run when they are asked for."""
    leave_out(config, items)


NOW = 1_780_000_000_000_000
"""2026-05-28, µs UTC: every test's clock starts here."""

FEEDS = """
[[feed]]
uri = "*.csv"
label = { tlp = "amber" }
lineage = "one origin"
reliability = "B"
[[feed]]
uri = "*.json"
label = { tlp = "green" }
"""


class Clock:
    """Time that moves by one second at each reading."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def __call__(self) -> int:
        self.at += 1_000_000
        return self.at


def sample(name: str) -> bytes:
    """A bundled sample, uncompressed."""
    file = importlib.resources.files("noroshi.data").joinpath("samples").joinpath(name)
    return gzip.decompress(file.read_bytes())


@pytest.fixture(scope="session")
def suez() -> tuple[bytes, list[bytes]]:
    """Header and the rows of the first 40 vessels of the Suez tracks."""
    header, *rows = sample("suez-202103.csv.gz").splitlines(keepends=True)
    return header, [row for row in rows if int(row.split(b",")[0]) <= 40]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., Path]:
    """A node in a folder of its own, with the bundled law."""

    def make(party: str = "JPN", more: str = FEEDS) -> Path:
        folder = tmp_path / party.lower()
        init(folder, party, listen="127.0.0.1:0")
        with (folder / "node.toml").open("a", encoding="utf-8") as file:
            file.write(more)
        with Node.open(folder) as node:
            load_law(node, clock())
        return folder

    return make


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so; the test's own time limit ends a wait in vain."""

    def until(so: Callable[[], bool]) -> None:
        while not so():
            threading.Event().wait(0.05)

    return until
