"""What a sensor saw, as a line of the log that it keeps: for planting.

Lines are as Zeek, Suricata, BIND, Apache and a mail server after RFC 5424 write them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from noroshi.words.time import SECOND, to_datetime

Shape = Literal["connection", "query", "request", "visit", "file", "mail"]


class Event(msgspec.Struct, frozen=True):
    """What happened at `ours`, an address or a name of an asset: it connected to `other`, asked for
    the name `other`, requested `path` of it, was visited by it, took a file from it, had mail
    from it. `at` is µs UTC."""

    shape: Shape
    at: int
    ours: str
    other: str
    port: int = 443
    path: str = "/"
    referrer: str = "-"
    digest: str = ""


class Log(NamedTuple):
    """How one kind of log is written: what comes before its lines, and each shape that it shows."""

    head: str
    lines: Mapping[Shape, Callable[[Event], str]]


_ZEEK_HEAD: Final = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tconn_state\n"
)


def _zeek(event: Event) -> str:
    return (
        f"{event.at / SECOND:.6f}\tC{event.at % 10**9:09d}\t{event.ours}\t50000\t{event.other}\t"
        f"{event.port}\ttcp\tssl\tSF"
    )


def _eve(event: Event) -> str:
    kind, about = _EVENTS[event.shape](event)
    ends = {"src_ip": event.ours, "src_port": 50000, "dest_port": event.port, "proto": "TCP"}
    if event.shape == "connection":
        ends["dest_ip"] = event.other
    stamp = f"{to_datetime(event.at):%Y-%m-%dT%H:%M:%S.%f}+0000"
    line = {"timestamp": stamp, "event_type": kind, **ends, **about}
    return msgspec.json.encode(line).decode().replace("/", "\\/")


_EVENTS: Final[dict[Shape, Callable[[Event], tuple[str, dict[str, object]]]]] = {
    "connection": lambda event: ("flow", {"flow": {"pkts_toserver": 3, "state": "closed"}}),
    "query": lambda event: ("dns", {"dns": {"type": "query", "rrname": event.other}}),
    "request": lambda event: (
        "http",
        {"http": {"hostname": event.other, "url": event.path, "http_refer": event.referrer,
                  "http_method": "GET", "status": 200}},
    ),
    "file": lambda event: (
        "fileinfo",
        {"http": {"hostname": event.other, "url": event.path},
         "fileinfo": {"filename": event.path, "sha256": event.digest, "size": 4096}},
    ),
}  # fmt: skip


def _bind(event: Event) -> str:
    """Asked of a resolver that is nobody's here: one of ours would be touched as well."""
    stamp = f"{to_datetime(event.at):%d-%b-%Y %H:%M:%S}.{event.at % SECOND // 1000:03d}"
    return (
        f"{stamp} queries: info: client @0x7f2c {event.ours}#50000 ({event.other}): "
        f"query: {event.other} IN A + (203.0.113.53)"
    )


def _access(event: Event) -> str:
    stamp = f"{to_datetime(event.at):%d/%b/%Y:%H:%M:%S} +0000"
    return (
        f'{event.ours} {event.other} - - [{stamp}] "GET {event.path} HTTP/1.1" 200 512 '
        f'"{event.referrer}" "Mozilla/5.0 (X11; Linux x86_64)"'
    )


def _mail(event: Event) -> str:
    stamp = f"{to_datetime(event.at):%Y-%m-%dT%H:%M:%S.%f}Z"
    return (
        f"<22>1 {stamp} {event.ours} postfix/qmgr 812 - - 4F2A: from=<{event.other}>, size=2048, "
        "nrcpt=1 (queue active)"
    )


LOGS: Final[dict[str, Log]] = {
    "conn.log": Log(_ZEEK_HEAD, {"connection": _zeek}),
    "eve.json": Log("", dict.fromkeys(_EVENTS, _eve)),
    "query.log": Log("", {"query": _bind}),
    "access.log": Log("", {"visit": _access}),
    "mail.log": Log("", {"mail": _mail}),
}
"""By the name of the file."""


def line(log: str, event: Event) -> str:
    """The line that `log` has of it; `KeyError` where it shows no such thing."""
    return LOGS[log].lines[event.shape](event)


def logs_of(shape: Shape) -> tuple[str, ...]:
    """The logs that show it."""
    return tuple(name for name, log in LOGS.items() if shape in log.lines)
