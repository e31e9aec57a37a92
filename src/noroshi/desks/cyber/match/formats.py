"""Formats of logs: which one a log is in, and one line of it as fields and a time.

Only lines on which something was found are read here; the others were gone through as bytes. A
reader gives None for a line that is not of its format, which is then matched as a whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, Final, Literal, cast

import msgspec

from noroshi.desks.cyber.match import clocks
from noroshi.words.errors import BadInput

Format = Literal["zeek", "json", "syslog", "access", "dns", "text"]
Unit = Literal["text", "s", "ms", "us", "ns"]
Fields = list[tuple[str, str]]
"""(name, text), in the order of the line."""


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a log is written. For JSON, `time` are the fields to look for a time in, `unit` what a
    number there counts, `urls` pairs of fields that are host and path of one URL, and `fields`
    other names for fields."""

    format: Format
    time: tuple[str, ...] = ("timestamp", "ts", "@timestamp", "time", "date")
    unit: Unit = "s"
    urls: tuple[tuple[str, str], ...] = (
        ("host", "uri"),
        ("http.hostname", "http.url"),
        ("host", "target"),
    )
    fields: dict[str, str] = {}


def mapping(data: bytes, where: str) -> Layout:
    """The layout that a mapping file declares (TOML, keys as in `Layout`). Raises `BadInput`."""
    try:
        return msgspec.convert({"format": "json", **tomllib.loads(data.decode())}, Layout)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(where, f"not a mapping of fields: {problem}") from problem


_ACCESS = re.compile(
    r"(?:(?P<host>[\w.:-]+) )?(?P<client>[\w.:-]+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>\d+|-)'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?(?P<rest>.*)',
    re.DOTALL,
)
_BIND = re.compile(
    r"client (?:@0x[0-9a-f]+ )?(?P<client>[0-9a-fA-F.:]+)#\d+(?: \([^)]*\))?: "
    r"(?:view \S+: )?query: (?P<query>\S+) (?P<class>\S+) (?P<qtype>\S+)"
)
_DNSMASQ = re.compile(
    r"dnsmasq(?:-\w+)?\[\d+\]: (?:\d+ \S+ )?"
    r"(?P<action>query\[\w+\]|forwarded|reply|cached|config|/\S+) (?P<query>\S+) "
    r"(?:from|to|is) (?P<client>\S+)"
)
_UNBOUND = re.compile(
    r"unbound\[\d+:\d+\] info: (?P<client>[0-9a-fA-F.:]+) (?P<query>\S+) "
    r"(?P<qtype>\S+) (?P<class>IN)"
)
_DNS: Final = (_BIND, _DNSMASQ, _UNBOUND)
_EPOCH = re.compile(r"\[?(\d{9,11}(?:\.\d+)?)\]? ")
_NEW_SYSLOG = re.compile(
    r"<\d{1,3}>\d{1,2} (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<pid>\S+) (?P<id>\S+) "
    r"(?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<text>.*))?",
    re.DOTALL,
)
_OLD_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) "
    r"(?P<host>\S+) (?:(?P<app>[^\s:\[]+)(?:\[(?P<pid>[^\]]*)\])?: )?(?P<text>.*)",
    re.DOTALL,
)


def recognised(head: bytes) -> Layout:
    """The layout of a log that begins like this (up to 64 KiB): by its first lines, the most of
    which decide; lines of none are text."""
    if head.startswith(b"#separator"):
        return Layout("zeek")
    lines = [each.decode("utf-8", "replace") for each in head.split(b"\n")[:20]]
    votes: list[Format] = [_format(each.rstrip("\r")) for each in lines if each.strip()]
    if not votes:
        return Layout("text")
    most = max(votes.count(each) for each in votes)
    return Layout(next(each for each in votes if votes.count(each) == most))


def _format(line: str) -> Format:
    if line.startswith("{"):
        return "json"
    if any(each.search(line) for each in _DNS):
        return "dns"
    if _ACCESS.match(line):
        return "access"
    return "syslog" if _NEW_SYSLOG.match(line) or _OLD_SYSLOG.match(line) else "text"


class Reader:
    """Reads the lines of one log. `now` (µs UTC) is when it was fetched, for times without a
    year."""

    def __init__(self, layout: Layout, now: int | None) -> None:
        self._layout, self._now = layout, now
        self._columns: tuple[str, ...] = ()
        self._read = {
            "zeek": self._zeek, "json": self._json, "syslog": self._syslog,
            "access": self._access, "dns": self._dns, "text": self._text,
        }[layout.format]  # fmt: skip

    def heading(self, line: bytes) -> None:
        """A line of Zeek's that begins with `#`: it may name the columns."""
        name, _, rest = line.decode("utf-8", "replace").partition("\t")
        if name == "#fields":
            self._columns = tuple(rest.split("\t"))

    def read(self, line: bytes) -> tuple[Fields, int | None, bool]:
        """The fields of a line, its time, and whether it is of the format; one that is not is a
        single field `text`."""
        text = line.decode("utf-8", "surrogateescape")
        found = self._read(text)
        if found is None:
            return [("text", text)], None, False
        fields, at = found
        return fields + self._urls(fields), at, True

    def _urls(self, fields: Fields) -> Fields:
        """URLs whose host and path stand in fields of their own."""
        if self._layout.format not in ("zeek", "json", "access"):
            return []
        held = dict(fields)
        return [
            ("url", f"http://{held[host]}{held[path]}")
            for host, path in self._layout.urls
            if held.get(host) and held.get(path, "").startswith("/")
        ]

    def _text(self, line: str) -> tuple[Fields, int | None]:
        return [("text", line)], clocks.instant(line[:32].split(" ")[0])

    def _zeek(self, line: str) -> tuple[Fields, int | None] | None:
        parts = line.split("\t")
        if len(parts) != len(self._columns):
            return None
        held = [
            (name, _unescaped(part))
            for name, part in zip(self._columns, parts, strict=True)
            if part not in ("-", "(empty)")
        ]
        return held, clocks.epoch(dict(held).get("ts", ""))

    def _json(self, line: str) -> tuple[Fields, int | None] | None:
        try:
            value = msgspec.json.decode(line.encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        fields = list(_flat("", cast("dict[str, Any]", value)))
        named = self._layout.fields
        held = dict(fields)
        time = next((held[each] for each in self._layout.time if each in held), None)
        if named:
            fields = [(named.get(name, name), text) for name, text in fields]
        return fields, self._time(time)

    def _time(self, text: str | None) -> int | None:
        if text is None:
            return None
        at = clocks.instant(text)
        unit = "s" if self._layout.unit == "text" else self._layout.unit
        return clocks.epoch(text, unit) if at is None and self._layout.unit != "text" else at

    def _syslog(self, line: str) -> tuple[Fields, int | None] | None:
        found = _NEW_SYSLOG.fullmatch(line) or _OLD_SYSLOG.fullmatch(line)
        if found is None:
            return None
        return _named(found), self._syslog_time(found["time"])

    def _syslog_time(self, text: str) -> int | None:
        at = clocks.instant(text)
        return clocks.bsd(text, self._now) if at is None else at

    def _access(self, line: str) -> tuple[Fields, int | None] | None:
        found = _ACCESS.fullmatch(line)
        if found is None:
            return None
        fields = _named(found)
        method, _, rest = found["request"].partition(" ")
        target = rest.rpartition(" ")[0] if " HTTP/" in rest else rest
        if target:
            fields += [("method", method), ("target", target)]
        return fields, clocks.web(found["time"])

    def _dns(self, line: str) -> tuple[Fields, int | None] | None:
        found = next((hit for each in _DNS if (hit := each.search(line))), None)
        if found is None:
            return None
        seconds = _EPOCH.match(line)
        at = clocks.epoch(seconds[1]) if seconds else clocks.bind(line[:40])
        start = re.sub(r"^<\d+>", "", line[:40])
        return _named(found), self._syslog_time(start.split(" ")[0]) or clocks.bsd(
            start, self._now
        ) if at is None else at


def _named(found: re.Match[str]) -> Fields:
    held = cast("dict[str, str | None]", found.groupdict())
    return [(name, text) for name, text in held.items() if text and text != "-" and name != "time"]


def _unescaped(text: str) -> str:
    """Zeek's `\\xHH` for bytes that would end a field."""
    if "\\x" not in text:
        return text
    raw = re.sub(
        rb"\\x([0-9a-fA-F]{2})",
        lambda hit: bytes([int(hit[1], 16)]),
        text.encode("utf-8", "surrogateescape"),
    )
    return raw.decode("utf-8", "surrogateescape")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A JSON value's strings and numbers, under the names of the keys above them."""
    if isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield from _flat(f"{name}.{key}" if name else key, each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _flat(name, each)
    elif isinstance(value, str):
        yield name, value
    elif value is not None and not isinstance(value, bool):
        yield name, str(value)
