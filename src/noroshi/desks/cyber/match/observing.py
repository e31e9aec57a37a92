"""A line of a log as an observation: the objects that a pattern may speak of (STIX 2.1 §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from noroshi.desks.cyber.match.formats import Fields
from noroshi.desks.cyber.match.pattern import Observation
from noroshi.desks.cyber.match.values import Unfit, digest, domain, email, net

_WORDS = re.compile(r"[A-Za-z0-9._@+:\-\u0080-\U0010ffff]+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\x00-\x20\"'<>\\`]+", re.IGNORECASE)

HASHES: Final = {
    32: "MD5", 40: "SHA-1", 56: "SHA-224", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512",
}  # fmt: skip

SOURCES: Final = ("id.orig_h", "src_ip", "client")
TARGETS: Final = ("id.resp_h", "dest_ip")
PORTS: Final = {
    "src_port": ("id.orig_p", "src_port"),
    "dst_port": ("id.resp_p", "dest_port"),
}
PROTOCOLS: Final = ("proto", "service", "app_proto")
METHODS: Final = ("method", "http.http_method")
REQUESTED: Final = ("uri", "http.url", "target")
AGENTS: Final = ("user_agent", "http.http_user_agent", "agent")
NAMES: Final = ("filename", "fileinfo.filename", "name")
"""Fields of Zeek, Suricata and web servers, by what they are in STIX."""


def observed(fields: Fields, at: int | None) -> Observation:
    """The line as one observation, made once at its time (0 where it gives none)."""
    objects: dict[str, dict[str, Any]] = {}
    known: dict[tuple[str, str], str] = {}

    def put(made: dict[str, Any]) -> str:
        key = (made["type"], str(made))
        if key not in known:
            known[key] = str(len(objects))
            objects[known[key]] = made
        return known[key]

    for _, text in fields:
        for each in _values(text):
            put(each)
    held = dict(reversed(fields))
    traffic = _traffic(held)
    for end, names in (("src_ref", SOURCES), ("dst_ref", TARGETS)):
        address = _first(held, names)
        made = None if address is None else _address(address)
        if made is not None:
            traffic[end] = put(made)
    if len(traffic) > 1:
        put(traffic)
    if (name := _first(held, NAMES)) is not None:
        put({"type": "file", "name": name})
    return Observation(objects, at or 0, at or 0)


def _values(text: str) -> Iterator[dict[str, Any]]:
    """The addresses, names, hashes and URLs in a text."""
    for found in _URL.findall(text):
        yield {"type": "url", "value": found}
    for word in _WORDS.findall(text):
        for part in {word, *word.split(":")}:
            yield from _object(part.strip("."))


def _object(word: str) -> Iterator[dict[str, Any]]:
    made = _address(word)
    if made is not None:
        yield made
    elif len(word) in HASHES and _is(digest, word):
        yield {"type": "file", "hashes": {HASHES[len(word)]: word}}
    elif "@" in word:
        if _is(email, word):
            yield {"type": "email-addr", "value": word}
    elif _is(domain, word):
        yield {"type": "domain-name", "value": word}


def _is(read: Any, word: str) -> bool:
    try:
        read(word)
    except Unfit:
        return False
    return True


def _address(word: str) -> dict[str, Any] | None:
    try:
        made = net(word)
    except Unfit:
        return None
    return {
        "type": f"ipv{4 if '.' in word and ':' not in word else made.version}-addr",
        "value": word,
    }


def _first(held: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((held[each] for each in names if each in held), None)


def _traffic(held: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "network-traffic"}
    for name, names in PORTS.items():
        port = _first(held, names)
        if port is not None and port.isascii() and port.isdigit():
            made[name] = int(port)
    protocols = [held[each].lower() for each in PROTOCOLS if each in held]
    if protocols:
        made["protocols"] = protocols
    request = {
        "request_method": _first(held, METHODS),
        "request_value": _first(held, REQUESTED),
        "request_header": {"User-Agent": agent} if (agent := _first(held, AGENTS)) else None,
    }
    asked = {name: value for name, value in request.items() if value is not None}
    if asked:
        made["extensions"] = {"http-request-ext": asked}
    return made
