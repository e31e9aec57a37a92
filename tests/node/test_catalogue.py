"""The catalogue is a choice: a new node does not take it as law, and takes what it names whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.node.catalogue import take
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.words.errors import BadInput, Refused


def test_a_new_node_starts_without_the_catalogue_and_takes_what_it_chooses(tmp_path: Path) -> None:
    init(tmp_path, "JPN")
    folder = tmp_path / "agreements"
    before = sorted(path.name for path in folder.iterdir())
    assert "jpn-gbr-isa.toml" not in before
    take(["jpn-gbr-isa", "jpn-gbr-isa"], folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, "jpn-gbr-isa.toml"])
    with Node.open(tmp_path) as node:
        assert "jpn-gbr-isa" in load_law(node, 1).agreements


@pytest.mark.parametrize(
    ("names", "problem"),
    [(["jpn-gbr-isa", "no-such"], BadInput), (["jpn-gbr-isa", "eu-jpn-sdp"], Refused)],
)
def test_one_wrong_name_takes_nothing(tmp_path: Path, names, problem) -> None:
    (tmp_path / "eu-jpn-sdp.toml").write_text("mine")
    with pytest.raises(problem):
        take(names, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["eu-jpn-sdp.toml"]
    assert (tmp_path / "eu-jpn-sdp.toml").read_text() == "mine"
