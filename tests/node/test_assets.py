"""Assets of a node: loaded from what `[assets]` names, kept, listed, labelled."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from noroshi.node.assets import load_assets, seas, watch_zones
from noroshi.node.node import Node
from noroshi.words.errors import BadInput
from noroshi.words.label import Tlp
from noroshi.words.shape import polygons

FILE = """
format = "assets/1"
[[asset]]
id = "cable:a"
kind = "cable"
name = "A"
path = [[0.0, 0.0], [1.0, 1.0]]
"""
NAMED = '[assets]\nfiles = ["mine.toml"]\nlabel = { tlp = "green", licence = "ours" }\n'


def test_files_and_the_packaged_zones_are_the_nodes(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make(more=NAMED)
    (folder / "mine.toml").write_text(FILE)
    with Node.open(folder) as node:
        report = load_assets(node, clock)
        held = node.store.assets().assets
        again = load_assets(node, clock)
        assert node.store.assets().assets == held
    assert (report.new, report.total, report.unlabelled) == (12, 12, False)
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    evidence = held["cable:a"].evidence
    assert evidence is not None
    (strand,) = evidence.label.strands
    assert (strand.originator, strand.tlp, strand.licence) == ("JPN", Tlp.GREEN, "ours")


def test_without_a_label_it_is_red_for_this_node_alone(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make(more='[assets]\nfiles = ["mine.toml"]\nwatch_zones = false\n')
    (folder / "mine.toml").write_text(FILE)
    with Node.open(folder) as node:
        report = load_assets(node, clock)
        evidence = node.store.assets().assets["cable:a"].evidence
    assert (report.total, report.unlabelled) == (1, True)
    assert evidence is not None
    assert [(each.tlp, each.only) for each in evidence.label.strands] == [(Tlp.RED, ())]


def test_a_bad_file_changes_nothing(make: Callable[..., Path], clock: Callable[[], int]) -> None:
    folder = make(more=NAMED)
    (folder / "mine.toml").write_text(FILE)
    with Node.open(folder) as node:
        load_assets(node, clock)
        (folder / "mine.toml").write_text(FILE + '[[edge]]\na="cable:a"\nb="no"\nrelation="x"')
        with pytest.raises(BadInput, match="no asset 'no'"):
            load_assets(node, clock)
        assert "cable:a" in node.store.assets().assets


def test_the_packaged_zones_are_whole_and_say_that_they_are_no_limits() -> None:
    zones = watch_zones()
    assert len(zones) == len({each.id for each in zones}) == 11
    for each in zones:
        assert each.kind == "zone"
        assert each.name_ja
        assert "not legal limits" in each.source
        ((ring,),) = polygons(each)
        assert ring[0] == ring[-1]
        doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
        assert doubled > 0, "RFC 7946: the outside runs counter-clockwise"


def test_packaged_seas_are_zones_where_they_are_named(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    every = seas(("*",))
    assert len(every) == len({each.id for each in every}) == 294
    assert all(polygons(each) and each.name == " ".join(each.name.split()) for each in every)
    folder = make(more='[assets]\nseas = ["gulf of suez", "Luzon Strait"]\nwatch_zones = false\n')
    with Node.open(folder) as node:
        load_assets(node, clock)
        held = node.store.assets().assets
    assert sorted(held) == ["zone:ne-gulf-of-suez", "zone:ne-luzon-strait"]
    with pytest.raises(BadInput, match="Gulf of Suez"):
        seas(("Golf of Suez",))
