"""Opening files: compression told by content, one hash for one content, bombs refused."""

import gzip
import hashlib
import zipfile
from pathlib import Path

import pytest

from noroshi.feeds.files import open_path, walk
from noroshi.words.errors import BadInput

DATA = b"!AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4E\r\n" * 5000


def packed(folder: Path, how: str) -> Path:
    path = folder / f"log-{how}.dat"
    if how == "plain":
        path.write_bytes(DATA)
    elif how == "gzip":
        path.write_bytes(gzip.compress(DATA))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner/log.nmea", DATA)
    return path


@pytest.mark.parametrize("how", ["plain", "gzip", "zip"])
def test_the_same_data_is_the_same_source_however_packed(tmp_path: Path, how: str) -> None:
    (opened,) = open_path(packed(tmp_path, how))
    assert opened.sha256 == hashlib.sha256(DATA).hexdigest()
    assert opened.size == len(DATA)
    assert opened.head == DATA[: 64 * 1024]
    for _ in range(2):
        with opened.open() as stream:
            assert stream.read() == DATA


def test_each_member_of_an_archive_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", b"a")
        archive.writestr("b.csv", b"b")
    assert [opened.name for opened in open_path(path)] == ["two.zip!a.csv", "two.zip!b.csv"]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(DATA)[:-20], gzip.compress(DATA)[:50] + b"garbage" * 9, b"PK\x03\x04 no zip"],
    ids=["gzip cut short", "gzip corrupt", "not a zip"],
)
def test_a_broken_container_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="broken"):
        list(open_path(path))


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 5_000_000))
    with pytest.raises(BadInput, match="unpacks to more"):
        list(open_path(path, max_bytes=1_000_000))


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing\.here"):
        list(open_path(tmp_path / "nothing.here"))


def test_folders_are_walked_in_name_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a", ".hidden"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert [path.name for path in walk([tmp_path])] == ["a", "1", "2"]
