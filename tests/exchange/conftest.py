"""Lets the tests of views use the oracle and the world maker of the pact's tests; a node in a
temporary folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from noroshi.exchange.sign import Keys
from noroshi.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "pact"))
sys.path.insert(0, str(Path(__file__).parent))

from japan import Node


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "node.db", create=True) as opened:
        yield opened


@pytest.fixture
def node(store: Store, keys: Keys) -> Node:
    return Node(store, keys)
