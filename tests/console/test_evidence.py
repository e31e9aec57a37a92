"""Evidence opened again: the very lines, proved by the hashes in the finding, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.console.evidence import opened
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.words.errors import Refused

HEAD = "mmsi,timestamp,lon,lat,sog"
FEED = '[[feed]]\nuri = "*.csv"\nlabel = { tlp = "green" }\nlineage = "a receiver"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ship that comes in, lies still for eight hours, and goes on; and two that lie still, which
    their sources call 7 both."""
    made = tmp_path_factory.mktemp("evidence") / "jpn"
    init(made, "JPN", listen="127.0.0.1:0")
    with (made / "node.toml").open("a") as file:
        file.write(FEED + FEED.replace("*.csv", "*.tsv").replace("a receiver", "another"))
    lines, lon = [HEAD], 140.0
    for n in range(120):
        still = 20 <= n < 100
        lon += 0.0 if still else 0.02
        at = f"2021-03-21T{n // 10:02}:{n % 10 * 6:02}:00Z"
        lines.append(f"431000001,{at},{lon:.5f},34.50000,{0.0 if still else 9.8}")
    (made / "feed").mkdir()
    (made / "feed" / "tracks.csv").write_text("\n".join(lines) + "\n")
    for name, tab, lat in (("seven.csv", ",", 34.5), ("seven.tsv", "\t", 36.5)):
        rows = (f"2021-03-21T{n // 10:02}:{n % 10 * 6:02}:00Z" for n in range(100))
        told = [tab.join(("7", at, "140.0", str(lat), "0.0")) for at in rows]
        text = "\n".join([tab.join(("track_id", "timestamp", "lon", "lat", "sog")), *told])
        (made / "feed" / name).write_text(text + "\n")
    with Node.open(made) as node:
        ingest(node, [made / "feed"], clock)
    return made


def test_every_piece_opens_and_is_the_line_that_was_read(folder: Path) -> None:
    with Node.open(folder) as node:
        rows = node.store.findings()
        assert rows
        for row in rows:
            found = opened(node, row.id)
            assert len(found.items) == found.of > 0
            for item in found.items:
                assert item.raw is not None
                assert item.at[:16] in item.raw
                lines = (folder / "feed" / item.source).read_text().splitlines()
                assert lines[int(item.place.said().removeprefix("row "))] == item.raw
            assert sum(len(each.points) for each in found.tracks) >= len(found.items)
            assert {each.subject for each in found.tracks} == set(row.subjects)


def test_a_file_that_is_another_is_not_shown(folder: Path) -> None:
    path = folder / "feed" / "tracks.csv"
    whole = path.read_text()
    path.write_text(whole.replace("9.8", "9.9"))
    try:
        with Node.open(folder) as node:
            rows = node.store.findings()
            found = opened(node, next(each.id for each in rows if "mmsi" in each.subjects[0]))
    finally:
        path.write_text(whole)
    assert found.items
    assert {item.raw for item in found.items} == {None}


def test_a_finding_with_other_hashes_has_no_piece_here(folder: Path) -> None:
    """The rows are there, and the hash says that it does not rest on them."""
    with Node.open(folder) as node:
        row = node.store.findings()[0]
        node.keys.salt = bytes(len(node.keys.salt))
        found = opened(node, row.id)
    assert found.items == ()
    assert found.tracks


def test_a_track_that_its_source_numbers_is_told_from_another_s(folder: Path) -> None:
    """Two sources' track `7` are two ships: each finding opens its own."""
    with Node.open(folder) as node:
        rows = [each for each in node.store.findings() if each.subjects[0].startswith("track:")]
        tracks = {row.subjects[0]: opened(node, row.id).tracks for row in rows}
    assert len(tracks) == 2
    for subject, (track,) in tracks.items():
        assert track.subject == subject
    latitudes = [{point[2] for point in track.points} for (track,) in tracks.values()]
    assert sorted(latitudes, key=min) == [{34.5}, {36.5}]


def test_no_such_finding(folder: Path) -> None:
    with Node.open(folder) as node, pytest.raises(Refused, match="no finding"):
        opened(node, "event--none")
