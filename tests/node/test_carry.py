"""Files between nodes without a connection: what is carried, what is noticed, what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from web import Web

from noroshi.exchange import carried
from noroshi.node.carry import Exported, Imported, export, take
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.recall import recall, recalled
from noroshi.node.sync import sync
from noroshi.words.errors import BadInput, Refused
from noroshi.words.time import DAY

AT = "2026-01-01T00:00:00.000Z"
IDS = [f"malware--00000000-0000-4000-8000-00000000000{n}" for n in range(5)]


def feed(web: Web, *ids: str) -> None:
    """Japan reads a file with these objects, one with line breaks in it."""
    objects = [
        {"type": "malware", "spec_version": "2.1", "id": each, "created": AT, "modified": AT,
         "name": "a sample", "is_family": False}
        for each in ids
    ]  # fmt: skip
    bundle = {"type": "bundle", "id": "bundle" + ids[0][7:], "objects": objects}
    file = web.folders["JPN"] / f"{ids[0]}.json"
    file.write_text(json.dumps(bundle, indent=1), "utf-8")
    with web.open("JPN") as japan:
        ingest(japan, [file], clock, tlp="green")


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Japan and India exchange files only, Japan has two objects; France is called."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    for party, other in (("JPN", "IND"), ("IND", "JPN")):
        file = made.folders[party] / "node.toml"
        mark = f"[[peer]] # {other}\n"
        file.write_text(file.read_text("utf-8").replace(mark, f'{mark}mode = "file"\n'), "utf-8")
    feed(made, *IDS[:2])
    return made


def write(web: Web, giver: str, to: Path, party: str = "", *, whole: bool = False) -> Exported:
    with web.open(giver) as node:
        other = party or ("IND" if giver == "JPN" else "JPN")
        return export(node, other, to, clock, whole=whole)


def read(web: Web, party: str, file: str | Path | None, *, gap: bool = False) -> Imported:
    assert file is not None
    with web.open(party) as node:
        return take(node, Path(file), clock, gap=gap)


def held(web: Web, party: str) -> dict[str, str]:
    with web.open(party) as node:
        cells = node.store.cells_since(0, 100)
    return {each.id: each.status for each in cells if each.id in IDS}


def test_a_file_brings_what_a_pull_brings(web: Web, tmp_path: Path) -> None:
    done = write(web, "JPN", tmp_path)
    assert (done.number, done.file) == (1, str(tmp_path / "JPN-IND-00001.noroshi"))
    report = read(web, "IND", done.file)
    assert report.refused == 0, report.reasons
    with web.serving("JPN"), web.open("FRA") as france:
        pulled = sync(france, "JPN", clock)
    assert (report.objects, report.stored) == (pulled.objects, pulled.stored)
    with web.open("IND") as india, web.open("FRA") as france, web.open("JPN") as japan:
        for each in IDS[:2]:
            records = [node.store.record(each) for node in (india, france, japan)]
            assert len({record.raw for record in records if record is not None}) == 1
            assert all(record is not None and b"\n" in record.raw for record in records)
        assert [each.party for each in japan.store.whereabouts(IDS[0])] == ["FRA", "IND"]


def test_only_what_is_new_goes_into_the_next_file(web: Web, tmp_path: Path) -> None:
    first = write(web, "JPN", tmp_path)
    assert write(web, "JPN", tmp_path) == Exported("IND")
    feed(web, IDS[2])
    second = write(web, "JPN", tmp_path)
    assert (first.number, second.number, second.objects) == (1, 2, 1)
    whole = write(web, "JPN", tmp_path, whole=True)
    assert (whole.number, whole.objects) == (3, first.objects + 1)
    assert sorted(each.name[-13:] for each in tmp_path.glob("JPN-IND*")) == [
        f"0000{n}.noroshi" for n in (1, 2, 3)
    ]
    with pytest.raises(Refused, match="is there already"):
        write(web, "JPN", Path(str(first.file)))
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_came_before_changes_nothing(web: Web, tmp_path: Path) -> None:
    first = write(web, "JPN", tmp_path).file
    assert read(web, "IND", first).stored
    again = read(web, "IND", first)
    assert (again.repeated, again.objects) == (True, 0)


def test_a_lost_file_is_noticed(web: Web, tmp_path: Path) -> None:
    first = write(web, "JPN", tmp_path).file
    feed(web, IDS[2])
    second = write(web, "JPN", tmp_path).file
    feed(web, IDS[3])
    third = write(web, "JPN", tmp_path).file
    with pytest.raises(Refused, match="files 1 to 2 did not come"):
        read(web, "IND", third)
    read(web, "IND", first)
    with pytest.raises(Refused, match="file 2 did not come"):
        read(web, "IND", third)
    assert read(web, "IND", third, gap=True).stored == 1
    with pytest.raises(Refused, match="older than number 3"):
        read(web, "IND", second, gap=True)
    assert sorted(held(web, "IND")) == [IDS[0], IDS[1], IDS[3]]
    whole = write(web, "JPN", tmp_path, whole=True).file
    assert read(web, "IND", whole).stored == 1
    assert sorted(held(web, "IND")) == IDS[:4]


def test_an_older_file_brings_nothing_back(web: Web, tmp_path: Path) -> None:
    first = write(web, "JPN", tmp_path, whole=True).file
    read(web, "IND", write(web, "JPN", tmp_path, whole=True).file)
    with web.open("JPN") as japan:
        recall(japan, (IDS[0],), "the sample was ours", DAY, clock())
    assert read(web, "IND", write(web, "JPN", tmp_path).file).withdrawn == 1
    with pytest.raises(Refused, match="older"):
        read(web, "IND", first)
    assert held(web, "IND") == {IDS[0]: "tombstone", IDS[1]: "live"}


def state(web: Web) -> list[tuple[str, str]]:
    with web.open("JPN") as japan:
        return [
            (each.party, each.state) for row in recalled(japan, clock()) for each in row.parties
        ]


def test_nobody_knows_until_a_receipt_comes_back(web: Web, tmp_path: Path) -> None:
    read(web, "IND", write(web, "JPN", tmp_path).file)
    with web.open("JPN") as japan:
        recall(japan, (IDS[0],), "the sample was ours", DAY, clock())
    assert state(web) == [("IND", "waiting")]
    gone = write(web, "JPN", tmp_path).file
    assert state(web) == [("IND", "unconfirmable")]
    assert read(web, "IND", gone).receipts_due == 1
    back = write(web, "IND", tmp_path)
    assert back.receipts == 1
    assert write(web, "IND", tmp_path).receipts == 0
    assert state(web) == [("IND", "unconfirmable")]
    assert read(web, "JPN", back.file).receipts == 1
    assert state(web) == [("IND", "confirmed")]
    assert write(web, "IND", tmp_path, whole=True).receipts == 1


def by_france(body: bytes) -> bytes:
    """The file as if France had sealed it."""
    return gzip.compress(gzip.decompress(body).replace(b'"sender":"JPN"', b'"sender":"FRA"'))


def flipped(body: bytes) -> bytes:
    """The file with one bit of its middle changed."""
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 8]) + body[middle + 1 :]


def changed(body: bytes) -> bytes:
    """The file with another name of a sample, compressed well."""
    return gzip.compress(gzip.decompress(body).replace(b"a sample", b"a simple", 1))


def resealed(body: bytes) -> bytes:
    """The file with a page left out."""
    plain = gzip.decompress(body)
    start, end = plain.index(b"\npage "), plain.index(b"\nseal ")
    return gzip.compress(plain[:start] + plain[end:])


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut off": (lambda body: body[:-40], "cut off"),
    "cut off at a frame": (
        lambda body: gzip.compress(gzip.decompress(body).partition(b"seal ")[0]),
        "cut off",
    ),
    "an object changed": (changed, "was changed after JPN sealed it"),
    "a page left out": (resealed, "was changed after JPN sealed it"),
    "more behind": (
        lambda body: gzip.compress(gzip.decompress(body) + b"page 2\n{}\n"),
        "follows the seal",
    ),
    "bits flipped": (flipped, "damaged|cut off"),
    "another's seal": (by_france, "does not count as one of FRA"),
    "a length beyond all": (
        lambda body: gzip.compress(carried.MAGIC + b"head 99999999999\n"), "damaged",
    ),
    "no such file": (lambda body: b"PK\x03\x04", "no file of `noroshi export`"),
    "nothing": (lambda body: b"", "no file of `noroshi export`"),
}  # fmt: skip


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_file_is_refused_by_name(how: str, web: Web, tmp_path: Path) -> None:
    spoil, why = SPOILT[how]
    file = tmp_path / "spoilt"
    file.write_bytes(spoil(Path(str(write(web, "JPN", tmp_path).file)).read_bytes()))
    with pytest.raises(BadInput, match=why) as caught:
        read(web, "IND", file)
    assert str(file) in str(caught.value)
    assert held(web, "IND") == {}


def test_a_file_for_another_is_refused(web: Web, tmp_path: Path) -> None:
    for_france = write(web, "JPN", tmp_path, "FRA").file
    with pytest.raises(Refused, match="is for FRA, and this is a node of IND"):
        read(web, "IND", for_france)


def test_an_import_that_was_cut_off_goes_on(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noroshi.node.carry.PAGE", 1)
    feed(web, *IDS[2:4])
    done = write(web, "JPN", tmp_path)
    assert done.objects == 4
    pages = carried.pages

    def dies(file: object, where: str) -> Iterator[bytes]:
        for n, body in enumerate(pages(file, where)):  # type: ignore[arg-type]
            if n == 2:
                raise KeyboardInterrupt
            yield body

    monkeypatch.setattr(carried, "pages", dies)
    with pytest.raises(KeyboardInterrupt):
        read(web, "IND", done.file)
    monkeypatch.setattr(carried, "pages", pages)
    assert read(web, "IND", done.file).objects == 2
    assert sorted(held(web, "IND")) == IDS[:4]


def test_an_export_that_dies_before_it_is_noted_is_made_again(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    def dies(self: Node, *arguments: object) -> None:
        raise Died

    with monkeypatch.context() as patched, web.open("JPN") as japan:
        patched.setattr(type(japan.store), "set_told", dies)
        with pytest.raises(Died):
            export(japan, "IND", tmp_path, clock)
    assert list(tmp_path.glob("JPN-IND*")) == []
    assert write(web, "JPN", tmp_path).number == 1
