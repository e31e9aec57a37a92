"""Stores and records to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pg_cluster import Cluster, cluster, leave_out, new_database
from sides import PostgresSide, Side, SqliteSide, Where

from noroshi.store import Store
from noroshi.words.ids import sha256
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.record import Hop, Record, Status

MakeRecord = Callable[..., Record]

__all__ = ["cluster", "new_database"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of PostgreSQL run when they are asked for."""
    leave_out(config, items)


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
    """Where a test's SQLite file is."""
    return tmp_path / "node.db"


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The SQLite file of a new store."""
    path = tmp_path_factory.mktemp("empty") / "node.db"
    Store.open(path, create=True).close()
    return path.read_bytes()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """SQLite, and PostgreSQL where that is asked for: what both must do alike takes this."""
    if request.param == "sqlite":
        factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
        yield SqliteSide(factory, request.getfixturevalue("empty"))
        return
    side = PostgresSide(request.getfixturevalue("cluster"), request.getfixturevalue("template"))
    yield side
    side.drop()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The database of a new store, which others are copies of."""
    name = cluster.make()
    Store.open(cluster.url(name), create=True).close()
    return name


@pytest.fixture
def fresh(side: Side) -> Callable[[], Where]:
    """Makes the place of a new store, for tests that need many."""
    return side.fresh


@pytest.fixture
def where(side: Side) -> Where:
    """Where a test's store is."""
    return side.fresh()


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    """A new store."""
    with Store.open(where) as opened:
        yield opened
