"""Stores and records to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from noroshi.store import Store
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.record import Hop, Record, Status

MakeRecord = Callable[..., Record]


def a_label(originator: str = "JPN", tlp: Tlp = Tlp.GREEN) -> Label:
    """A label of one strand."""
    return label(Strand(originator, "maritime", "stop", tlp=tlp))


def make_record(
    id: str = "indicator--1",
    version: int = 1,
    raw: bytes | None = None,
    *,
    owner: str = "JPN",
    labelled: Label | None = None,
    status: Status = "live",
    hops: tuple[Hop, ...] = (),
) -> Record:
    """A record whose bytes name its id and version unless they are given."""
    data = f'{{"id":"{id}","version":{version}}}'.encode() if raw is None else raw
    return Record(
        id=id,
        version=version,
        kind="indicator",
        pillar="cyber",
        owner=owner,
        label=labelled or a_label(),
        raw=data,
        sha256=sha256(data),
        received=version,
        hops=hops,
        status=status,
    )


@pytest.fixture
def make() -> MakeRecord:
    """`make_record`."""
    return make_record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's store is."""
    return tmp_path / "node.db"


@pytest.fixture
def store(path: Path, empty: bytes) -> Iterator[Store]:
    """A new store."""
    path.write_bytes(empty)
    with Store.open(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a new store."""
    path = tmp_path_factory.mktemp("empty") / "node.db"
    Store.open(path, create=True).close()
    return path.read_bytes()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory, empty: bytes) -> Callable[[], Path]:
    """Makes the file of a new store, for tests that need many."""

    def make_fresh() -> Path:
        path = tmp_path_factory.mktemp("fresh") / "node.db"
        path.write_bytes(empty)
        return path

    return make_fresh
