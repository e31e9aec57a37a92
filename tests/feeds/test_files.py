"""Opening files: compression told by content, one hash for one content, bombs refused."""

import gzip
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from noroshi.feeds.files import Opened, open_path, walk
from noroshi.words.errors import BadInput

LINES = b"".join(b"%d %d\n" % (n, n * n % 7919) for n in range(5000))
CORRUPT = gzip.compress(LINES)[:9000] + b"garbage" + gzip.compress(LINES)[9007:]
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
    assert isinstance(opened, Opened)
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
    names = [each.name for each in open_path(path) if isinstance(each, Opened)]
    assert names == ["two.zip!a.csv", "two.zip!b.csv"]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(DATA)[:12], CORRUPT, b"PK\x03\x04 no zip"],
    ids=["gzip of nothing", "gzip corrupt", "not a zip"],
)
def test_a_broken_container_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="broken"):
        list(open_path(path))


def test_what_breaks_off_is_read_to_its_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(LINES)[:-20])
    (opened,) = open_path(path)
    assert isinstance(opened, Opened)
    with opened.open() as stream:
        data = stream.read()
    assert 1000 < len(data) < len(LINES)
    assert LINES.startswith(data)
    assert data.endswith(b"\n")
    assert opened.sha256 == hashlib.sha256(data).hexdigest()
    assert opened.cut is not None
    assert f"cut off after {len(data)} bytes" in opened.cut


def test_of_gzip_with_something_else_behind_it_the_gzip_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(LINES) + b"something else")
    (opened,) = open_path(path)
    assert isinstance(opened, Opened)
    assert opened.sha256 == hashlib.sha256(LINES).hexdigest()
    assert opened.cut is not None


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


def test_a_link_back_into_its_own_folder_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a")
    (tmp_path / "back").symlink_to(tmp_path)
    assert list(walk([tmp_path])) == [tmp_path / "a.csv"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (path,) = walk([tmp_path])
    with pytest.raises(BadInput, match="not a file"):
        list(open_path(path))


def test_names_become_text_that_neither_an_encoder_nor_a_terminal_minds(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\xff\n\x1b[31m\xe8\x88\xb9.csv")
    path.write_bytes(b"a")
    (opened,) = open_path(path)
    assert isinstance(opened, Opened)
    assert opened.name == "a\ufffd\ufffd\ufffd[31m船.csv"


def test_a_member_that_cannot_be_unpacked_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "three.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a", "b", "c"):
            archive.writestr(name, b"content of " + name.encode())
    path.write_bytes(path.read_bytes().replace(b"content of b", b"content of X"))
    first, second, third = open_path(path)
    assert isinstance(second, BadInput)
    assert second.where == "three.zip!b"
    assert [each.name for each in (first, third) if isinstance(each, Opened)] == [
        "three.zip!a",
        "three.zip!c",
    ]
