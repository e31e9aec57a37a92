"""Made-up indicators, warning lists and logs, by a fixed seed: nobody's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from noroshi.desks.cyber.match.entry import Entry
from noroshi.desks.cyber.match.lists import WarningList

HIT: Final = 1000
"""One line in so many holds an indicator."""

ZEEK_HEAD: Final = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t"
    "orig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\t"
    "orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n"
)
_AGENT: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36"
)


def entries(many: int) -> Iterator[Entry]:
    """Addresses, names, URLs, hashes and e-mail addresses in turns, some of them ranges."""
    for number in range(many):
        kind = number % 5
        made = (
            Entry("", "bench", "ip", f"{indicated(number)}{'/28' if number % 50 == 0 else ''}"),
            Entry("", "bench", "domain", bad(number)),
            Entry("", "bench", "url", f"http://w{number}.bad.test/p/{number}?x={number % 7}"),
            Entry("", "bench", "hash", f"{number * 0x9E3779B97F4A7C15 % 2**256:064x}"),
            Entry("", "bench", "email", f"u{number}@bad{number % 997}.test"),
        )[kind]
        yield Entry(
            f"indicator--{number:08x}-0000-4000-8000-000000000000", "bench", made.kind, made.value
        )


def indicated(number: int) -> str:
    """The address of an entry, of 45.0.0.0/8 to 108.0.0.0/8."""
    at = number * 2_654_435_761 % 2**30
    return f"{45 + (at >> 24)}.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}"


def bad(number: int) -> str:
    """The name of an entry."""
    return f"h{number}.bad{number % 997}.test"


def lists(many: int) -> list[WarningList]:
    """A quarter as names, a quarter as ranges, half as texts; public resolvers are among them."""
    return [
        WarningList(
            "names", "hostname", tuple(f"well{n}.example" for n in range(many // 4)),
            frozenset(("domain", "url")),
        ),
        WarningList(
            "ranges", "cidr",
            ("8.8.8.8", *(f"{150 + n // 65536}.{n >> 8 & 255}.{n & 255}.0/25"
                          for n in range(many // 4))),
            frozenset(("ip",)),
        ),
        WarningList(
            "texts", "string", tuple(f"top{n}.example" for n in range(many - 2 * (many // 4))),
            frozenset(("domain", "hash")),
        ),
    ]  # fmt: skip


def zeek(lines: int, many: int) -> Iterator[str]:
    """Connections: one in five with 8.8.8.8, one in `HIT` with one of `many` entries."""
    r = random.Random(1)  # noqa: S311 - a made-up log
    yield ZEEK_HEAD
    for number in range(lines):
        if number % HIT == 7:
            other = indicated(r.randrange(many // 5) * 5)
        else:
            other = "8.8.8.8" if number % 5 == 0 else _address(r)
        yield (
            f"{1_764_439_200 + number / 100:.6f}\tC{r.getrandbits(88):x}\t{_inside(r)}\t"
            f"{r.randrange(1024, 65536)}\t{other}\t443\ttcp\tssl\t{r.random() * 10:.6f}\t"
            f"{r.randrange(9999)}\t{r.randrange(999_999)}\tSF\tT\tF\t0\tShADadFf\t"
            f"{r.randrange(99)}\t{r.randrange(9999)}\t{r.randrange(99)}\t{r.randrange(999_999)}\t-\n"
        )


def eve(lines: int, many: int) -> Iterator[str]:
    """Requests, answers, handshakes and flows in turns, as Suricata writes them."""
    r = random.Random(2)  # noqa: S311 - a made-up log
    for number in range(lines):
        hit = number % HIT < 4 and number % 4 < 3
        host = _name(r) if not hit else f"a.{bad(r.randrange(many // 5) * 5 + 1)}"
        kind = ("http", "dns", "tls", "flow")[number % 4]
        second = f"2026-11-29T18:{number // 60 % 60:02d}:{number % 60:02d}.123456+0000"
        yield (
            f'{{"timestamp":"{second}","flow_id":{r.getrandbits(50)},"in_iface":"eth0",'
            f'"event_type":"{kind}","src_ip":"{_inside(r)}","src_port":{r.randrange(65536)},'
            f'"dest_ip":"{_address(r)}","dest_port":443,"proto":"TCP",{_EVENTS[kind](r, host)}}}\n'
        )


def _http(r: random.Random, host: str) -> str:
    return (
        f'"tx_id":0,"http":{{"hostname":"{host}","url":"/a/{r.getrandbits(40):x}/i.html?q='
        f'{r.randrange(999)}","http_user_agent":"{_AGENT}","http_content_type":"text/html",'
        f'"http_refer":"https://{_name(r)}/x","http_method":"GET","protocol":"HTTP/1.1",'
        f'"status":200,"length":{r.randrange(99999)}}}'
    )


def _dns(r: random.Random, host: str) -> str:
    return (
        f'"dns":{{"version":2,"type":"answer","id":{r.randrange(65536)},"flags":"8180","qr":true,'
        f'"rd":true,"ra":true,"rrname":"{host}","rrtype":"A","rcode":"NOERROR","answers":[{{"rrname":'
        f'"{host}","rrtype":"A","ttl":300,"rdata":"{_address(r)}"}}],"grouped":{{"A":["{_address(r)}"'
        "]}}"
    )


def _tls(r: random.Random, host: str) -> str:
    print_ = ":".join(f"{byte:02x}" for byte in r.randbytes(20))
    return (
        f'"tls":{{"subject":"CN={host}","issuerdn":"C=US, O=An Authority, CN=R3","serial":'
        f'"03:A1:{r.randrange(99):02d}:11:22:33:44:55:66:77:88:99","fingerprint":"{print_}","sni":'
        f'"{host}","version":"TLS 1.3","ja3":{{"hash":"{r.getrandbits(128):032x}","string":'
        '"771,4865-4866-4867-49195-49199,0-23-65281-10-11,29-23-24,0"}}'
    )


def _flow(r: random.Random, _: str) -> str:
    return (
        f'"app_proto":"tls","flow":{{"pkts_toserver":{r.randrange(99)},"pkts_toclient":'
        f'{r.randrange(99)},"bytes_toserver":{r.randrange(9999)},"bytes_toclient":'
        f'{r.randrange(99999)},"start":"2026-11-29T18:00:00.000000+0000","end":'
        '"2026-11-29T18:00:10.000000+0000","age":10,"state":"closed","reason":"timeout",'
        '"alerted":false},"tcp":{"tcp_flags":"1b","syn":true,"fin":true,"psh":true,"ack":true}'
    )


_EVENTS: Final = {"http": _http, "dns": _dns, "tls": _tls, "flow": _flow}


def _inside(r: random.Random) -> str:
    return f"10.{r.randrange(4)}.{r.randrange(256)}.{r.randrange(1, 255)}"


def _address(r: random.Random) -> str:
    return f"{r.randrange(110, 200)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"


def _name(r: random.Random) -> str:
    return f"w{r.randrange(10**6)}.site{r.randrange(5000)}.example"


def patterns(many: int) -> list[str]:
    """STIX patterns: nine in ten name one value; the others join, compare or follow one another."""
    made: list[str] = []
    for number in range(many):
        address, name = indicated(number), bad(number)
        plain = (
            f"[ipv4-addr:value = '{address}']",
            f"[domain-name:value = '{name}']",
            f"[url:value = 'http://{name}/p/{number}']",
            f"[file:hashes.'SHA-256' = '{number * 0x9E3779B97F4A7C15 % 2**256:064x}']",
        )[number % 4]
        other = (
            f"[ipv4-addr:value IN ('{address}', '{indicated(number + 1)}')]",
            f"[network-traffic:dst_ref.value = '{address}' AND network-traffic:dst_port = 443]",
            f"[domain-name:value LIKE '%.h{number}.bad.test']",
            f"[url:value MATCHES '^https?://h{number}\\\\.']",
            f"[ipv4-addr:value = '{address}'] FOLLOWEDBY [domain-name:value = '{name}']",
        )[number % 5]
        made.append(plain if number % 10 else other)
    return made


def observed(number: int) -> dict[str, object]:
    """An observed-data of STIX 2.0: a connection, a name, a URL and a file; one is indicated."""
    address = indicated(number) if number % 3 == 0 else f"192.0.2.{number % 256}"
    name = bad(number) if number % 3 == 1 else f"w{number}.example"
    return {
        "type": "observed-data",
        "id": f"observed-data--{number:08x}-0000-4000-8000-000000000000",
        "first_observed": "2026-11-29T18:00:00Z",
        "last_observed": "2026-11-29T18:00:01Z",
        "number_observed": 1,
        "objects": {
            "0": {"type": "ipv4-addr", "value": address},
            "1": {"type": "ipv4-addr", "value": "10.0.0.1"},
            "2": {"type": "network-traffic", "src_ref": "1", "dst_ref": "0", "dst_port": 443,
                  "protocols": ["tcp"]},
            "3": {"type": "domain-name", "value": name, "resolves_to_refs": ["0"]},
            "4": {"type": "url", "value": f"http://{name}/p/{number}"},
            "5": {"type": "file", "name": "a.exe", "hashes": {"SHA-256": f"{number:064x}"}},
        },
    }  # fmt: skip
