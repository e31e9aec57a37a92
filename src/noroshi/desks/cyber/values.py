"""The values in a STIX object: what an indicator looks for, what an observable is, what a
vulnerability is in and whom an incident concerned. The same for correlation and for assets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from noroshi.words.origin import origin_of

if TYPE_CHECKING:
    from noroshi.words.record import Record

TYPES: Final = (
    "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "autonomous-system", "file",
    "mutex", "mac-addr",
)  # fmt: skip
"""Observables whose values are known by."""

KNOWS: Final = ("indicator", "vulnerability", "incident", *TYPES[:6])
"""Types of records that findings may rest on."""

KEPT: Final = 256
"""Values of one object; one that has more is a list, and no value tells it from others."""

_COMPARED: Final = re.compile(
    r"(ipv4-addr|ipv6-addr|domain-name|url|email-addr|mac-addr):value\s*(?:=|ISSUBSET|ISSUPERSET)"
    r"\s*'((?:[^'\\]|\\.)*)'"
    r"|autonomous-system:(number)\s*=\s*(\d+)"
    r"|(?:file|x509-certificate):hashes\.(?:'[\w-]+'|[\w-]+)\s*=\s*'([0-9A-Fa-f]+)'"
    r"|(file|mutex):name\s*=\s*'((?:[^'\\]|\\.)*)'"
    r"|(?:network-traffic|email-message):\w+_ref\.value\s*=\s*'((?:[^'\\]|\\.)*)'"
)


_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)


class _Object(msgspec.Struct):
    type: str = ""
    pattern: Any = None
    pattern_type: str | None = None
    value: Any = None
    number: Any = None
    name: Any = None
    hashes: dict[str, Any] | None = None
    objects: dict[str, Any] | None = None
    external_references: tuple[Any, ...] = ()


_object = msgspec.json.Decoder(_Object)


def values_of(record: Record) -> list[tuple[str, str]]:
    """(kind, value) of a record, each once, sorted: `address`, `domain`, `url`, `mail`, `system`,
    `hash`, `file`, `mutex`, `mac`, `product`, `cve`, `name`, `md5` (of a value that is not known).
    Observed-data of STIX 2.0 have those of what they hold."""
    return sorted(set(_found(record)))[:KEPT]


def _found(record: Record) -> Iterator[tuple[str, str]]:
    origin = origin_of(record.raw)
    if origin is not None:
        yield from (("product", each) for each in origin.products)
        yield from (("name", each) for each in origin.names)
        yield from (("md5", each) for each in origin.hashed)
    if record.kind not in ("indicator", "vulnerability", "observed-data", *TYPES):
        return
    try:
        found = _object.decode(record.raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(found.pattern, str) and (found.pattern_type or "stix") == "stix":
        yield from compared(found.pattern)
    elif record.kind == "vulnerability":
        yield from (("cve", each) for each in _numbers(found))
    elif record.kind == "observed-data":
        for held in (found.objects or {}).values():
            try:
                inner = msgspec.convert(held, _Object)
            except msgspec.ValidationError:
                continue
            if inner.type in TYPES:
                yield from _of(inner.type, inner)
    else:
        yield from _of(record.kind, found)


def _of(kind: str, found: _Object) -> Iterator[tuple[str, str]]:
    """The values of an observable."""
    if kind == "autonomous-system" and isinstance(found.number, int):
        yield "system", str(found.number)
    elif kind in ("file", "mutex") and isinstance(found.name, str):
        yield _KINDS[kind], found.name
    elif isinstance(found.value, str) and kind in _KINDS:
        yield _KINDS[kind], normal(kind, found.value)
    for each in (found.hashes or {}).values():
        if isinstance(each, str):
            yield "hash", each.lower()


def _numbers(found: _Object) -> Iterator[str]:
    """The CVE numbers of a vulnerability: its name, and what it refers to as such."""
    refers = [cast("Any", each) for each in found.external_references if isinstance(each, dict)]
    for each in (found.name, *(each.get("external_id") for each in refers)):
        if isinstance(each, str) and _CVE.fullmatch(each):
            yield each.upper()


_KINDS: Final[Mapping[str, str]] = {
    "ipv4-addr": "address", "ipv6-addr": "address", "domain-name": "domain", "url": "url",
    "email-addr": "mail", "mac-addr": "mac", "file": "file", "mutex": "mutex",
}  # fmt: skip


def compared(pattern: str) -> Iterator[tuple[str, str]]:
    """What a pattern compares with whole values; what it matches otherwise is no value."""
    for found in _COMPARED.finditer(pattern):
        kind, value, _, number, digits, named, name, reference = found.groups()
        if kind:
            yield _KINDS[kind], normal(kind, _unquoted(value))
        elif number:
            yield "system", number
        elif digits:
            yield "hash", digits.lower()
        elif named:
            yield _KINDS[named], _unquoted(name)
        elif reference:
            yield from of_text(_unquoted(reference))


def of_text(text: str) -> Iterator[tuple[str, str]]:
    """What a person may have typed: every kind of value that it can be."""
    plain = text.strip()
    lower = plain.lower()
    if "://" in plain:
        yield "url", plain
    elif "@" in plain:
        yield "mail", lower
    elif re.fullmatch(r"[0-9a-f.:]+(?:/\d+)?", lower) and (":" in plain or "." in plain):
        yield "address", normal("ipv4-addr", lower)
    elif re.fullmatch(r"[0-9a-f]{32,128}", lower):
        yield "hash", lower
    elif re.fullmatch(r"as\d+", lower):
        yield "system", lower[2:]
    elif _CVE.fullmatch(plain):
        yield "cve", plain.upper()
    elif "." in plain:
        yield "domain", lower.rstrip(".")
    yield "file", plain
    yield "mutex", plain
    yield "name", plain
    yield "product", lower


def normal(kind: str, value: str) -> str:
    """One spelling of a value: addresses compressed and without a whole prefix, names in lower case
    without the dot at their end."""
    if kind in ("ipv4-addr", "ipv6-addr"):
        import ipaddress

        try:
            found = ipaddress.ip_network(value, strict=False)
        except ValueError:
            return value
        whole = found.prefixlen == found.max_prefixlen
        return found.network_address.compressed if whole else found.compressed
    return value if kind == "url" else value.lower().rstrip(".")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
