"""MISP attribute types to patterns, for what a log or a file can show (types:
draft-dulaunoy-misp-core-format). A type that is not here is kept as a note."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from noroshi.desks.cyber.intake import patterns
from noroshi.desks.cyber.intake.patterns import quoted


def _both(first: Callable[[str], str], second: Callable[[str], str]) -> Callable[[str], str]:
    """Of a value in two parts, `one|other`, as MISP's composite types have."""

    def made(value: str) -> str:
        one, sign, other = value.partition("|")
        if not sign:
            raise ValueError(f"a composite value without |: {value!r}")
        return f"{first(one.strip())} AND {second(other.strip())}"

    return made


def _port(value: str) -> str:
    if not re.fullmatch(r"\d{1,5}", value, re.ASCII) or int(value) > 65_535:
        raise ValueError(f"not a port: {value!r}")
    return f"network-traffic:dst_port = {int(value)}"


def _named(path: str) -> Callable[[str], str]:
    def made(value: str) -> str:
        if len(value) < 3:
            raise ValueError(f"too short to be looked for: {value!r}")
        return f"{path} = {quoted(value)}"

    return made


def _hash(name: str) -> Callable[[str], str]:
    return lambda value: patterns.digest(value, name)


def _fuzzy(value: str) -> str:
    if value.count(":") != 2:
        raise ValueError(f"not an ssdeep hash: {value!r}")
    return f"file:hashes.SSDEEP = {quoted(value)}"


def _system(value: str) -> str:
    digits = value.upper().removeprefix("AS").strip()
    if not re.fullmatch(r"[1-9]\d{0,9}", digits, re.ASCII):
        raise ValueError(f"not the number of an autonomous system: {value!r}")
    return f"autonomous-system:number = {int(digits)}"


_FILE_NAME: Final = _named("file:name")
_HASHES: Final = {
    "md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384",
    "sha512": "SHA-512",
}  # fmt: skip
_SENDER: Final = "email-message:from_ref.value"

PATTERNS: Final[dict[str, Callable[[str], str]]] = {
    "ip-src": patterns.address,
    "ip-dst": patterns.address,
    "ip-src|port": _both(patterns.address, _port),
    "ip-dst|port": _both(patterns.address, _port),
    "domain": patterns.domain,
    "hostname": patterns.domain,
    "domain|ip": _both(patterns.domain, patterns.address),
    "hostname|port": _both(patterns.domain, _port),
    "url": patterns.url,
    "uri": patterns.url,
    "email": patterns.email,
    "email-src": lambda value: patterns.email(value).replace("email-addr:value", _SENDER, 1),
    "email-dst": patterns.email,
    "email-subject": _named("email-message:subject"),
    "filename": _FILE_NAME,
    **{name: _hash(known) for name, known in _HASHES.items()},
    **{f"filename|{name}": _both(_FILE_NAME, _hash(known)) for name, known in _HASHES.items()},
    "ssdeep": _fuzzy,
    "mutex": _named("mutex:name"),
    "regkey": _named("windows-registry-key:key"),
    "regkey|value": _both(
        _named("windows-registry-key:key"), _named("windows-registry-key:values[*].data")
    ),
    "mac-address": lambda value: f"mac-addr:value = {quoted(value.lower())}",
    "AS": _system,
    "user-agent": _named(
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
    ),
    "x509-fingerprint-sha1": lambda value: (
        f"x509-certificate:hashes.'SHA-1' = {quoted(value.lower())}"
    ),
    "x509-fingerprint-sha256": lambda value: (
        f"x509-certificate:hashes.'SHA-256' = {quoted(value.lower())}"
    ),
    "x509-fingerprint-md5": lambda value: f"x509-certificate:hashes.MD5 = {quoted(value.lower())}",
}
