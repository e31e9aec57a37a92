"""Reading a stranger's lines: every form of time, and what cannot be read named by its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from noroshi.feeds.stream import read_file
from noroshi.picture.stream import read_stream
from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, HOUR, parse_instant

AT = parse_instant("2026-03-01T02:00:00Z")


def one(**given: object) -> bytes:
    return json.dumps(
        {"id": "x", "domain": "maritime", "t0": "2026-03-01T02:00:00Z"} | given
    ).encode()


TIMES = {
    "UTC": ("2026-03-01T02:00:00Z", AT, AT),
    "an offset": ("2026-03-01T11:00:00+09:00", AT, AT),
    "no offset": ("2026-03-01T02:00:00", AT, AT),
    "a day": ("2026-03-01", AT - 2 * HOUR, AT + 22 * HOUR),
    "a month": ("2026-03", AT - 2 * HOUR, AT - 2 * HOUR + 31 * DAY),
    "epoch seconds": (AT // 1_000_000, AT, AT),
    "epoch milliseconds": (AT // 1_000, AT, AT),
}


@pytest.mark.parametrize("name", TIMES)
def test_every_form_of_time(name: str) -> None:
    text, low, high = TIMES[name]
    stream = read_stream([one(t0=text)], "s")
    assert (stream.t0.tolist(), stream.t1.tolist()) == ([low], [high])
    assert stream.coarse.tolist() == [name == "a month"]


BAD = {
    "no JSON": b"{",
    "no object": b"[1]",
    "no id": b'{"domain": "cyber", "t0": 1}',
    "an empty id": one(id=""),
    "no time": one(t0="soon"),
    "no precision": one(precision="fortnight"),
    "a time beyond time": one(t0=1e300),
    "ends before it begins": one(t1="2026-02-01T00:00:00Z"),
    "lasts for years": one(t1="2029-02-01T00:00:00Z"),
    "not on Earth": one(lat=91, lon=0),
    "no number": one(lat="north", lon=0),
    "not UTF-8": b'{"id": "\xff", "domain": "cyber", "t0": 1}',
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(name: str) -> None:
    stream = read_stream([one(id="a"), BAD[name], b"", one(id="b")], "s")
    assert sorted(stream.ids) == ["a", "b"]
    assert stream.bad == 1
    assert stream.rejected[0].startswith("s line 2: ")


def test_a_precision_that_is_none_is_named_and_an_empty_one_says_nothing() -> None:
    stream = read_stream([one(id="a", precision=""), one(precision="Month")], "s")
    assert list(stream.ids) == ["a"]
    said = "s line 2: precision: none of ms, s, min, h, day, month, year: Month"
    assert stream.rejected == (said,)


def test_the_first_lines_that_cannot_be_read_are_named_in_their_order() -> None:
    bad = [one(lat=91, lon=0) if n % 2 else b"{" for n in range(60)]
    stream = read_stream([one(id="a"), *bad], "s")
    assert stream.bad == 60
    assert [each.split()[2] for each in stream.rejected] == [f"{n}:" for n in range(2, 22)]


def test_an_empty_stream_is_one() -> None:
    assert len(read_stream([], "s")) == 0


def test_of_an_id_that_comes_twice_the_last_line_counts() -> None:
    stream = read_stream([one(kind="first"), one(kind="second")], "s")
    assert (len(stream), stream.twice) == (1, 1)
    assert stream.kinds[stream.kind[0]] == "maritime/second"


def test_a_file_may_be_packed_and_a_line_too_long(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl.gz"
    path.write_bytes(gzip.compress(one(id="a") + b"\n" + b"x" * 3_000_000 + b"\n" + one(id="b")))
    stream = read_file(path)
    assert (sorted(stream.ids), stream.bad) == (["a", "b"], 1)


def test_a_file_in_which_nothing_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\nworld\n")
    with pytest.raises(BadInput, match="no line reads"):
        read_file(tmp_path / "notes.txt")
