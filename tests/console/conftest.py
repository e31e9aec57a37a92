"""One planted node for the room; a test that writes takes a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lookout import LATER, Clock, Looker, looker, planted

from noroshi.node.node import Node
from noroshi.words.finding import Finding


@pytest.fixture(scope="session")
def node_and_findings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Finding]]:
    folder = tmp_path_factory.mktemp("console") / "jpn"
    return folder, planted(folder, Clock())


@pytest.fixture
def found(node_and_findings: tuple[Path, list[Finding]]) -> list[Finding]:
    return node_and_findings[1]


@pytest.fixture
def folder(node_and_findings: tuple[Path, list[Finding]], tmp_path: Path) -> Path:
    """A copy of the node, to be written to."""
    return Path(shutil.copytree(node_and_findings[0], tmp_path / "jpn"))


@pytest.fixture
def clock() -> Clock:
    return Clock(LATER)


@pytest.fixture(scope="session")
def shared_node(
    node_and_findings: tuple[Path, list[Finding]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """One open copy for all who only look."""
    copy = shutil.copytree(node_and_findings[0], tmp_path_factory.mktemp("shared") / "jpn")
    with Node.open(Path(copy)) as node:
        yield node


@pytest.fixture
def browser(shared_node: Node) -> Looker:
    """At the console of a node that all tests share."""
    return looker(shared_node, Clock(LATER))


@pytest.fixture
def apart(folder: Path, clock: Clock) -> Iterator[Looker]:
    """At the console of a node of its own, which is in `folder`."""
    with Node.open(folder) as node:
        yield looker(node, clock)
