"""What is looked for and what is refused, and an index that is kept in a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from noroshi.desks.cyber.match import kept, table
from noroshi.desks.cyber.match.entry import Entry, EntryKind
from noroshi.desks.cyber.match.index import Index, build
from noroshi.desks.cyber.match.listed import listed
from noroshi.desks.cyber.match.lists import WarningList, read
from noroshi.desks.cyber.match.values import Net, Value, Web, domain, net, web
from noroshi.words.errors import BadInput

POISON: list[tuple[EntryKind, str, str]] = [
    ("ip", "0.0.0.0/0", "as wide as /0"),
    ("ip", "::/0", "as wide as /0"),
    ("ip", "10.0.0.0/7", "as wide as /7"),
    ("ip", "1.2.3", "not an IP"),
    ("domain", "", "not a domain"),
    ("domain", "com", "single label"),
    ("domain", "*.com", "single label"),
    ("domain", "1.2.3.4", "no domain name"),
    ("domain", "a..test", "not a domain"),
    ("url", "http://", "not a domain"),
    ("url", "http://localhost/x", "single label"),
    ("url", "http://[::1/x", "not a URL"),
    ("url", "http://a.test/x y", "characters that end one"),
    ("email", "@a.test", "not an e-mail"),
    ("hash", "d41d8", "not a hash"),
    ("hash", "0" * 32, "repeated"),
    ("word", "", "fewer than 3"),
    ("word", "ab", "fewer than 3"),
    ("word", '"\\"', "fewer than 3"),
    ("pattern", "", "expected"),
    ("pattern", "[domain-name:value = '']", "not a domain"),
    ("pattern", "[ipv4-addr:value ISSUBSET '0.0.0.0/0']", "as wide as /0"),
    ("pattern", "[ipv4-addr:value IN ()]", "nothing can match"),
    ("pattern", "[file:name MATCHES '(a+)+\\\\1']", "linear time"),
]


@pytest.mark.parametrize(("kind", "value", "reason"), POISON)
def test_poison_is_refused_with_the_reason(kind: EntryKind, value: str, reason: str) -> None:
    index = build([Entry("good", "feed", "ip", "192.0.2.1"), Entry("bad", "feed", kind, value)])
    (refused,) = index.refused
    assert (refused.number, refused.id) == (1, "bad")
    assert reason in refused.reason
    assert sum(index.refusals.values()) == 1


def test_a_value_is_written_in_one_way() -> None:
    assert net("::ffff:192.0.2.0/120") == net("192.0.2.77/24") == Net(4, 0xC0000200, 24)
    assert domain("*.Bücher.Test.") == "xn--bcher-kva.test"
    assert (
        web("HTTPS://u:p@Evil.Test:8443/A?b#c") == web("evil.test/A?b") == Web("evil.test", "/A?b")
    )
    assert web("http://evil.test") == Web("evil.test", "/")


def test_every_value_has_its_number_and_no_other_has_one() -> None:
    values: list[Value] = [
        *(f"h{number}.test" for number in range(500)),
        *(Web(f"h{number}.test", f"/{number}") for number in range(500)),
        *(Net(4, number << 8, 24) for number in range(500)),
        *(Net(6, number << 64, 64) for number in range(500)),
    ]
    made, numbers = table.build([*values, *values])
    assert numbers[:2000].tolist() == numbers[2000:].tolist() == table.look(made, values)
    assert table.look(made, ["h500.test", Net(4, 0, 32), Net(6, 0, 24), Web("h0.test", "/1")]) == [
        -1, -1, -1, -1,
    ]  # fmt: skip


LISTS = [
    WarningList("names", "hostname", ("known.test", ".local"), frozenset(["domain", "url"])),
    WarningList("ranges", "cidr", ("224.0.0.0/4", "2001:db8::/32", "198.51.100.0/25"),
                frozenset(["ip"])),
    WarningList("texts", "string", ("Exact.test", "D41D8CD98F00B204E9800998ECF8427E"),
                frozenset(["domain", "hash"])),
    WarningList("parts", "substring", ("tracker",), frozenset(["domain"])),
    WarningList("forms", "regex", (r"/^abuse\@.*/i", "/(/"), frozenset(["email"])),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "name"),
    [
        ("domain", "a.known.test", "names"),
        ("domain", "unknown.test", None),
        ("url", Web("known.test", "/"), "names"),
        ("url", Web("known.test", "/malware.exe"), None),
        ("ip", net("239.1.2.3"), "ranges"),
        ("ip", net("2001:db8::1"), "ranges"),
        ("ip", net("2001::/19"), None),
        ("ip", net("198.51.100.0/26"), "ranges"),
        ("ip", net("198.51.100.0/24"), None),
        ("domain", "exact.test", "texts"),
        ("domain", "a.exact.test", None),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e", "texts"),
        ("email", "d41d8cd98f00b204e9800998ecf8427e", None),
        ("domain", "mytracker.test", "parts"),
        ("email", "ABUSE@x.test", "forms"),
        ("domain", "abuse@x.test", None),
    ],
)
def test_a_value_is_on_the_list_that_holds_it(
    kind: EntryKind, value: Value, name: str | None
) -> None:
    ready = listed(LISTS)
    (number,) = ready.on([kind], [value])
    assert (None if number < 0 else ready.names[number]) == name
    assert ready.unread == 1


def test_a_list_is_read_from_misp_json() -> None:
    made = read(
        b'{"name":"n","type":"cidr","list":["192.0.2.0/24"],"description":"","version":1,'
        b'"matching_attributes":["ip-src","domain|ip","filename|md5"]}', "n.json",
    )  # fmt: skip
    assert made.kinds == {"ip", "domain", "hash"}
    with pytest.raises(BadInput, match=r"n.json: not a warning list"):
        read(b'{"name":"n"}', "n.json")


ENTRIES = [
    Entry("a", "feed", "ip", "192.0.2.0/24", 5),
    Entry("b", "other", "domain", "a.known.test"),
    Entry("c", "feed", "word", "mimikatz"),
    Entry("d", "feed", "ip", "0.0.0.0/0"),
]


def same(one: Index, other: Index) -> bool:
    ours: list[NDArray[Any]] = []
    theirs: list[NDArray[Any]] = []
    alike = kept.described(one, ours) == kept.described(other, theirs)
    return alike and all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_an_index_is_kept_and_mapped(tmp_path: Path) -> None:
    made = build(ENTRIES, LISTS)
    asked: list[int] = []

    def make() -> tuple[list[Entry], list[WarningList]]:
        asked.append(1)
        return ENTRIES, LISTS

    first = kept.opened(tmp_path / "cache", "key", make)
    again = kept.opened(tmp_path / "cache", "key", make)
    assert same(first, made)
    assert same(again, made)
    assert len(asked) == 1
    kept.opened(tmp_path / "cache", "another key", make)
    assert len(asked) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "head"])
def test_a_damaged_index_is_made_again(tmp_path: Path, damage: str) -> None:
    kept.opened(tmp_path, "key", lambda: (ENTRIES, LISTS))
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[-100] ^= 1
    if damage == "head":
        data[60] ^= 1
    path.write_bytes(data[: {"cut": len(data) // 2, "empty": 0}.get(damage, len(data))])
    assert kept.load(path) is None
    assert same(kept.opened(tmp_path, "key", lambda: (ENTRIES, LISTS)), build(ENTRIES, LISTS))


def test_a_write_that_is_cut_short_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    made = kept.opened(tmp_path, "key", lambda: (ENTRIES, LISTS))
    assert same(made, build(ENTRIES, LISTS))
    assert list(tmp_path.iterdir()) == []
