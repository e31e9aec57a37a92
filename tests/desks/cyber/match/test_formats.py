"""One line of each format, as fields and a time."""

from __future__ import annotations

import pytest

from noroshi.desks.cyber.match.formats import Format, Layout, Reader, mapping, recognised
from noroshi.words.errors import BadInput
from noroshi.words.time import parse_instant

NOW = parse_instant("2026-11-29T18:00:00Z")

LINES: list[tuple[Format, str, str | None, dict[str, str]]] = [
    ("json", '{"timestamp":"2026-11-29T18:00:01.000123+0900","src_ip":"192.0.2.1",'
     '"http":{"hostname":"a.test","url":"/x"},"dns":{"answers":[{"rdata":"b.test"}]},"n":5,"t":true,"z":null}',
     "2026-11-29T09:00:01.000123Z",
     {"src_ip": "192.0.2.1", "http.hostname": "a.test", "dns.answers.rdata": "b.test", "n": "5",
      "url": "http://a.test/x"}),
    ("json", '{"ts":1764439201.5,"id.orig_h":"192.0.2.1","host":"a.test","uri":"/x"}',
     "2025-11-29T18:00:01.5Z", {"id.orig_h": "192.0.2.1", "url": "http://a.test/x"}),
    ("syslog", "<34>1 2026-11-29T18:00:01.5+09:00 fw app 7 - [x@1 a=\"b\"] denied 192.0.2.1",
     "2026-11-29T09:00:01.5Z",
     {"host": "fw", "app": "app", "pid": "7", "data": '[x@1 a="b"]', "text": "denied 192.0.2.1"}),
    ("syslog", "<34>Nov 29 18:00:01 fw sshd[7]: root from 192.0.2.1", "2026-11-29T18:00:01Z",
     {"host": "fw", "app": "sshd", "pid": "7", "text": "root from 192.0.2.1"}),
    ("syslog", "Dec  1 08:00:01 fw kernel: x", "2025-12-01T08:00:01Z", {"text": "x"}),
    ("access", '192.0.2.1 - bob [29/Nov/2026:18:00:01 +0900] "GET /x?y HTTP/1.1" 200 5',
     "2026-11-29T09:00:01Z", {"client": "192.0.2.1", "user": "bob", "target": "/x?y"}),
    ("access", 'a.test:80 192.0.2.1 - - [29/Nov/2026:18:00:01 -0100] "GET /x HTTP/1.1" 404 - '
     '"http://b.test/" "curl \\"8\\""', "2026-11-29T19:00:01Z",
     {"referrer": "http://b.test/", "agent": 'curl \\"8\\"', "url": "http://a.test:80/x"}),
    ("dns", "29-Nov-2026 18:00:01.123 queries: info: client @0x7f 192.0.2.1#53210 (a.test): query: "
     "a.test IN A +E(0)K (192.0.2.53)", "2026-11-29T18:00:01.123Z",
     {"client": "192.0.2.1", "query": "a.test", "qtype": "A"}),
    ("dns", "Nov 29 18:00:01 dnsmasq[7]: query[A] a.test from 192.0.2.1", "2026-11-29T18:00:01Z",
     {"query": "a.test", "client": "192.0.2.1"}),
    ("dns", "[1764439201] unbound[7:0] info: 192.0.2.1 a.test. A IN", "2025-11-29T18:00:01Z",
     {"client": "192.0.2.1", "query": "a.test.", "qtype": "A"}),
    ("text", "2026-11-29T18:00:01Z anything", "2026-11-29T18:00:01Z",
     {"text": "2026-11-29T18:00:01Z anything"}),
]  # fmt: skip


@pytest.mark.parametrize(("format", "line", "at", "expected"), LINES)
def test_a_line_is_recognised_and_read(
    format: Format, line: str, at: str | None, expected: dict[str, str]
) -> None:
    assert recognised(line.encode()).format == format
    fields, time, fits = Reader(Layout(format), NOW).read(line.encode())
    assert fits
    assert time == (parse_instant(at) if at else None)
    assert expected.items() <= dict(fields).items()


def test_zeek_names_its_columns_and_unescapes() -> None:
    reader = Reader(recognised(b"#separator \\x09\n"), NOW)
    reader.heading(b"#fields\tts\tid.orig_h\thost\turi\tua\tempty")
    fields, at, fits = reader.read(b"1764439201.123456\t::1\ta.test\t/x\ta\\x09b\\xc3\\xa9\t-")
    assert fits
    assert at == parse_instant("2025-11-29T18:00:01.123456Z")
    assert dict(fields) == {
        "ts": "1764439201.123456", "id.orig_h": "::1", "host": "a.test", "uri": "/x",
        "ua": "a\tbé", "url": "http://a.test/x",
    }  # fmt: skip
    assert reader.read(b"too\tfew")[2] is False


@pytest.mark.parametrize("line", ['{"a": ', "[1]", "{" * 5000, ""])
def test_a_line_that_is_not_of_its_format_is_a_line_as_a_whole(line: str) -> None:
    assert Reader(Layout("json"), NOW).read(line.encode()) == ([("text", line)], None, False)


def test_a_mapping_names_the_fields_of_other_json() -> None:
    layout = mapping(
        b'time = ["when"]\nunit = "ms"\nurls = [["h", "p"]]\n[fields]\n"a.b" = "client"\n', "map"
    )
    fields, at, _ = Reader(layout, None).read(
        b'{"when":1764439201500,"a":{"b":"x"},"h":"e","p":"/"}'
    )
    assert at == parse_instant("2025-11-29T18:00:01.5Z")
    assert fields == [("when", "1764439201500"), ("client", "x"), ("h", "e"), ("p", "/"),
                      ("url", "http://e/")]  # fmt: skip
    with pytest.raises(BadInput, match="map: not a mapping"):
        mapping(b"tyme = []", "map")


@pytest.mark.parametrize(
    "time", ["29/Foo/2026:18:00:01 +0900", "31/Feb/2026:00:00:00 +0000", "1e999", "NaN", "-", ""]
)
def test_a_time_that_is_none_is_none(time: str) -> None:
    line = f'192.0.2.1 - - [{time}] "GET / HTTP/1.1" 200 5'
    assert Reader(Layout("access"), NOW).read(line.encode())[1] is None
    assert Reader(Layout("json"), NOW).read(f'{{"ts":"{time}"}}'.encode())[1] is None
