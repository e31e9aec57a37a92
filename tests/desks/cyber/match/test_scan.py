"""Logs against an index: by cases, and beside `plain_match`, which tries all on all."""

from __future__ import annotations

import hashlib
import io
import ipaddress
import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_match import matched

from noroshi.desks.cyber.match import scan as scanning
from noroshi.desks.cyber.match import stream as streaming
from noroshi.desks.cyber.match.entry import Entry, Match, Tally
from noroshi.desks.cyber.match.formats import Layout, recognised
from noroshi.desks.cyber.match.index import Index, build
from noroshi.desks.cyber.match.kernels.six import six
from noroshi.desks.cyber.match.lists import WarningList

ENTRIES = [
    Entry("i0", "feed", "ip", "198.51.100.0/24"),
    Entry("i1", "feed", "ip", "203.0.113.9"),
    Entry("i2", "feed", "ip", "2001:db8:7::/48"),
    Entry("i3", "feed", "domain", "evil.test"),
    Entry("i4", "feed", "domain", "b.evil.test"),
    Entry("i5", "feed", "url", "http://evil.test/A/b?c=1"),
    Entry("i6", "feed", "url", "http://203.0.113.9/"),
    Entry("i7", "feed", "email", "eve.x@evil.test"),
    Entry("i8", "feed", "hash", "d41d8cd98f00b204e9800998ecf8427e"),
    Entry("i9", "feed", "word", "mimikatz"),
]
INDEX = build(ENTRIES)


def found(data: bytes, layout: Layout | None = None, index: Index = INDEX) -> list[Match]:
    tally = Tally()
    layout = layout or recognised(data)
    return list(scanning.scan(index, io.BytesIO(data), layout, tally))


def told(data: bytes, layout: Layout) -> set[tuple[int, int]]:
    return {(each.start, each.entry) for each in found(data, layout)}


PIECES = st.sampled_from(
    [
        "198.51.100.7", "203.0.113.9", "203.0.113.90", "1203.0.113.9", "203.0.113.09",
        "2001:db8:7::5", "2001:DB8:7:0:0:0:0:1", "2001:db8:8::5", "::ffff:198.51.100.1", "12:34:56",
        "evil.test", "EVIL.test.", "a.b.evil.test", "devil.test", "evil.test.org", "http://evil.test/A/b?c=1",
        "https://u@evil.test:8443/A/b?c=1", "evil.test/a/b?c=1", "evil.test/A/b?c=12", "/A/b?c=1",
        "http://203.0.113.9/", "203.0.113.9/x", "eve.x@evil.test", "x.eve.x@evil.test", "@", "root",
        "d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E", "MimiKatz.exe", "é",
        "0d41d8cd98f00b204e9800998ecf8427e", ".", "-", "_", "+", "x", "/", "//", "日本",
    ]
)  # fmt: skip
GLUE = st.sampled_from([" ", "", "=", ",", '"', "[", "]", "(", ":", "\t", ";", "\\", "%", "\x00"])
TEXT = st.lists(st.tuples(PIECES, GLUE), max_size=5).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)


def as_text(rows: Sequence[Sequence[str]]) -> bytes:
    return b"".join(" ".join(row).replace("\n", " ").encode() + b"\r\n" for row in rows)


def as_json(rows: Sequence[Sequence[str]], plain: bool) -> bytes:
    names = ("http.hostname", "http.url", "note")
    return b"".join(
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=plain).encode() + b"\n"
        for row in rows
    )


def as_zeek(rows: Sequence[Sequence[str]]) -> bytes:
    head = b"#separator \\x09\n#fields\thost\turi\tnote\n"
    escape = [(each, f"\\x{ord(each):02x}") for each in "\t\n\\"]
    lines = []
    for row in rows:
        for old, new in escape:
            row = [each.replace(old, new) if old != "\\" else each for each in row]
        lines.append("\t".join(each or "-" for each in row).encode() + b"\n")
    return head + b"".join(lines)


ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4)


def check(rows: list[tuple[str, str, str]], plain: bool, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "BLOCK", block)
        for data, layout in (
            (as_text(rows), Layout("text")),
            (as_json(rows, plain), Layout("json")),
            (as_zeek(rows), Layout("zeek")),
        ):
            assert told(data, layout) == matched(ENTRIES, data, layout)


BLOCKS = st.sampled_from([64, 1000])


@given(ROWS, st.booleans(), BLOCKS)
@settings(max_examples=30, deadline=None)
def test_finds_what_trying_all_finds(
    rows: list[tuple[str, str, str]], plain: bool, block: int
) -> None:
    check(rows, plain, block)


@pytest.mark.slow
@given(ROWS, st.booleans(), BLOCKS)
@settings(max_examples=200, deadline=None)
def test_finds_what_trying_all_finds_at_length(
    rows: list[tuple[str, str, str]], plain: bool, block: int
) -> None:
    check(rows, plain, block)


@given(st.text("0123abf:.", max_size=24))
@example("1::2::3")
@example("1:2:3:4:5:6:7:8")
@example("1:2:3:4:5:6:7::8")
@example("1::2:3:4:5:6:7:8")
@example("::")
@example("::1.2.3.0")
@example("1:2:3:4:5:6:1.2.3.0")
@example("1:2:3:4:5:6:7:1.2.3.0")
@example("0:0:0:0:0:0:0:0")
@example(":1::2")
@settings(max_examples=150, deadline=None)
def test_reads_an_ipv6_address_where_there_is_one(text: str) -> None:
    try:
        expected = int(ipaddress.IPv6Address(text))
    except ValueError:
        expected = None
    out = np.zeros(16, np.uint64)
    six(np.frombuffer(text.encode() + b" ", np.uint8), 0, len(text) + 1, out)
    got = int(out[0]) << 64 | int(out[1]) if out[2] and int(out[3]) == len(text) else None
    assert got == expected


LISTS = [
    WarningList("resolvers", "cidr", ("8.8.8.8", "198.51.100.128/25"), frozenset(["ip"])),
    WarningList("well known", "hostname", ("evil.test",), frozenset(["domain", "url"])),
]


def test_what_a_warning_list_holds_is_counted_and_no_match() -> None:
    index = build([*ENTRIES[:6], Entry("i6", "feed", "ip", "8.8.8.8")], LISTS)
    lines = [
        "8.8.8.8 8.8.8.8 asked for evil.test",  # by the first pass: twice in one line is once
        "8.8.8.8 and 203.0.113.9",  # by the second
        "198.51.100.7 is in the range, and on no list",
        "198.51.100.200 is, and on one",
        "http://evil.test/A/b?c=1 is a page of its own, evil.test is not",
    ]
    tally = Tally()
    data = "\n".join(lines).encode()
    got = list(scanning.scan(index, io.BytesIO(data), Layout("text"), tally))
    assert [(each.indicator, each.value) for each in got] == [
        ("i1", "203.0.113.9"), ("i0", "198.51.100.7"), ("i5", "http://evil.test/A/b?c=1"),
    ]  # fmt: skip
    assert tally.warned == {"resolvers": 3, "well known": 2}
    assert (tally.lines, tally.bytes, tally.matches) == (5, len(data), 3)


def test_a_name_below_one_that_is_meant_exactly_is_not_held_back() -> None:
    index = build([Entry("p", "feed", "pattern", "[domain-name:value = 'evil.test']")], LISTS)
    tally = Tally()
    data = b"a.evil.test\nevil.test\n"
    assert list(scanning.scan(index, io.BytesIO(data), Layout("text"), tally)) == []
    assert tally.warned == {"well known": 1}


@pytest.mark.parametrize(
    ("pattern", "line", "holds"),
    [
        ("[domain-name:value = 'evil.test']", "q evil.test.", True),
        ("[domain-name:value = 'evil.test']", "q a.evil.test", False),
        ("[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", "192.0.2.2", True),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/30']", "192.0.2.3", True),
        ("[file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E']",
         "d41d8cd98f00b204e9800998ecf8427e", True),
        ("[url:value = 'https://e.test/x' OR email-addr:value = 'a@e.test']", "<A@e.test>", True),
    ],
)  # fmt: skip
def test_a_pattern_that_only_names_values_is_looked_up(
    pattern: str, line: str, holds: bool
) -> None:
    index = build([Entry("p", "feed", "pattern", pattern)])
    assert index.patterns == ()
    assert bool(found(line.encode(), Layout("text"), index)) == holds


def test_an_entry_counts_while_it_is_valid() -> None:
    at = 1_600_000_000_000_000
    index = build([Entry("i", "feed", "ip", "192.0.2.1", at, at + 2_000_000)])
    data = b"#separator \\x09\n#fields\tts\tid.resp_h\n" + b"".join(
        b"%d\t192.0.2.1\n" % (1_599_999_999 + second) for second in range(5)
    )
    assert [each.at for each in found(data, None, index)] == [at, at + 1_000_000]


def test_a_match_names_its_line_to_the_byte() -> None:
    data = b"first\r\nnext 203.0.113.9\r\nlast"
    (match,) = found(data, Layout("text"))
    line = data[match.start : match.start + match.length]
    assert line == b"next 203.0.113.9"
    assert match.line_sha256 == hashlib.sha256(line).hexdigest()


@pytest.mark.parametrize(
    ("referrer", "many"),
    [
        ("https://search.test/?q=evil.test&hl=en", 0),
        ("https://evil.test/?q=x", 1),
        ("https://search.test/?next=http://evil.test/A/b?c=1", 0),
    ],
    ids=["searched for", "come from", "a page searched for"],
)
def test_what_somebody_searched_for_is_no_match(referrer: str, many: int) -> None:
    line = f'192.0.2.1 - - [29/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "{referrer}" "x"\n'
    tally = Tally()
    index = build(ENTRIES[3:4])
    matches = list(scanning.scan(index, io.BytesIO(line.encode()), Layout("access"), tally))
    assert len(matches) == many
    assert tally.warned == ({} if many else {scanning.SEARCHED_FOR: 1})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_log_in_utf_16_tells_the_same_and_names_its_own_bytes(encoding: str) -> None:
    text = "\ufeffcafé 😀 198.51.100.7 x\r\nnothing\nMimiKatz 203.0.113.9"
    data, plain = text.encode(encoding), text.encode()
    here, there = found(data, Layout("text")), found(plain, Layout("text"))
    assert [(each.entry, each.value) for each in here] == [(e.entry, e.value) for e in there]
    assert len(here) == 3
    for each in here:
        line = data[each.start : each.start + each.length]
        assert each.value in line.decode(encoding)
        assert each.line_sha256 == hashlib.sha256(line).hexdigest()


def test_a_line_with_more_than_there_is_room_for_is_read_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scanning, "PLACES", 2)
    hosts = " ".join(f"h{number}.example" for number in range(70))
    data = f"203.0.113.9 198.51.100.1 evil.test x\n{hosts} evil.test/A/b?c=1\n".encode()
    assert told(data, Layout("text")) == matched(ENTRIES, data, Layout("text"))


def hunted(*patterns: str) -> Index:
    index = build([Entry(f"p{n}", "feed", "pattern", each) for n, each in enumerate(patterns)])
    assert index.refused == ()
    assert len(index.patterns) == len(patterns)
    return index


ZEEK = (
    b"#separator \\x09\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\thost\turi\n"
    b"1764439201\t10.0.0.1\t1024\t192.0.2.1\t443\ttcp\tw.example\t/a\n"
    b"1764439202\t10.0.0.1\t1024\t192.0.2.1\t80\ttcp\th1.evil.test\t/p/x.php?a=1\n"
    b"1764439210\t10.0.0.2\t1024\t192.0.2.2\t80\ttcp\th2.evil.test\t/q\n"
    b"1764439290\t10.0.0.1\t1024\t192.0.2.1\t80\ttcp\th1.evil.test\t/q\n"
)


@pytest.mark.parametrize(
    ("pattern", "seconds"),
    [
        ("[domain-name:value LIKE '%.evil.test']", [2, 10, 90]),
        ("[domain-name:value MATCHES '^h[0-9]+\\\\.evil']", [2, 10, 90]),
        ("[url:value MATCHES '^https?://h1\\\\.[a-z.]+/p/']", [2]),
        ("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", [1]),
        ("[network-traffic:extensions.'http-request-ext'.request_value LIKE '/p/%']", None),
        ("[network-traffic:extensions.'http-request-ext'.request_value LIKE '%.php%']", [2]),
        ("[domain-name:value = 'h1.evil.test' AND domain-name:value != 'x']", [2, 90]),
        ("[ipv4-addr:value = '192.0.2.2'] FOLLOWEDBY [domain-name:value = 'h1.evil.test']", [90]),
        ("([domain-name:value = 'h1.evil.test'] AND [domain-name:value = 'h2.evil.test'])"
         " WITHIN 10 SECONDS", [10]),
        ("[domain-name:value LIKE '%evil.test'] REPEATS 2 TIMES WITHIN 60 SECONDS", [10]),
        ("[domain-name:value LIKE '%evil.test'] START t'2025-11-29T18:01:00Z' STOP "
         "t'2025-11-29T19:00:00Z'", [90]),
    ],
)  # fmt: skip
def test_a_pattern_that_compares_is_matched_on_lines(
    pattern: str, seconds: list[int] | None
) -> None:
    if seconds is None:
        assert build([Entry("p", "feed", "pattern", pattern)]).patterns == ()
        return
    got = [each.at for each in found(ZEEK, None, hunted(pattern))]
    assert got == [(1_764_439_200 + second) * 1_000_000 for second in seconds]


@pytest.mark.parametrize(
    "pattern",
    [
        "[network-traffic:dst_port = 443]",
        "[domain-name:value LIKE '%']",
        "[domain-name:value LIKE '%a%']",
        "[domain-name:value != 'evil.test']",
        "[url:value MATCHES '^https?://']",
        "[url:value MATCHES '(evil|bad)']",
        "[file:name = 'evil.exe' OR file:size > 5]",
        "[file:name = 'evil.exe'] AND [EXISTS file:size]",
    ],
)
def test_a_pattern_for_which_every_line_would_be_tried_is_refused(pattern: str) -> None:
    (refused,) = build([Entry("p", "feed", "pattern", pattern)]).refused
    assert "no text of three plain characters" in refused.reason
