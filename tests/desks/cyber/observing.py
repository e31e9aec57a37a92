"""Observed-data for the tests of patterns, and what the public matcher says (stix2-matcher)."""

from __future__ import annotations

from typing import Any

import stix2matcher.matcher as public

from noroshi.desks.cyber.match.pattern import compiled, observations

FILE = {
    "type": "file",
    "name": "resume.pdf",
    "size": 2500,
    "name_enc": "iso-8859-1",
    "hashes": {"MD5": "22a0fb8f", "SHA-256": "bf07a7fb"},
    "mtime": "2026-03-01T10:00:00.5Z",
    "content_ref": "1",
    "parent_directory_ref": "2",
    "magic_number_hex": "504b",
    "is_odd": True,
    "extensions": {"pdf-ext": {"version": "1.7", "pdfid0": "DFCE52BD"}},
}
DIRECTORY = {"type": "directory", "path": "/tmp/wörk", "contains_refs": ["0", "3"]}
TRAFFIC = {
    "type": "network-traffic",
    "src_ref": "4",
    "dst_ref": "5",
    "src_port": 443,
    "protocols": ["ipv4", "tcp", "tls"],
    "extensions": {"http-request-ext": {"request_header": {"User-Agent": ["curl/8", "x"]}}},
}
OBJECTS: dict[str, Any] = {
    "0": FILE,
    "1": {"type": "artifact", "payload_bin": "UEsDBA==", "mime_type": "application/zip"},
    "2": DIRECTORY,
    "3": {"type": "file", "name": "ABCDE%F.exe", "size": 7.5},
    "4": {"type": "ipv4-addr", "value": "198.51.100.3", "resolves_to_refs": ["6"]},
    "5": {"type": "ipv4-addr", "value": "203.0.113.0/26"},
    "6": {"type": "mac-addr", "value": "d2:fb:49:24:37:18"},
    "7": {"type": "ipv6-addr", "value": "2001:db8::1"},
    "8": TRAFFIC,
}


def seen(objects: dict[str, Any], first: int = 0, last: int | None = None, number: int = 1) -> Any:
    """An observed-data of STIX 2.0 at some seconds past the hour."""
    stamp = "2026-03-01T10:{:02d}:{:02d}Z"
    ends = [stamp.format(*divmod(each, 60)) for each in (first, first if last is None else last)]
    return {
        "type": "observed-data",
        "id": "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf",
        "created": "2026-03-01T12:00:00.000Z",
        "modified": "2026-03-01T12:00:00.000Z",
        "first_observed": ends[0],
        "last_observed": ends[1],
        "number_observed": number,
        "objects": objects,
    }


def ours(pattern: str, data: list[Any]) -> tuple[int, ...] | None:
    return compiled(pattern).binding(observations(data))


OTHER = {"0": {"type": "file", "name": "other"}}
SEEN = [seen(OBJECTS), seen(OTHER, 10, number=2), seen(OTHER, 40)]


def in_21(data: list[Any]) -> list[Any]:
    """The same as STIX 2.1 has it: objects of their own, named by observed-data."""
    made: list[Any] = []
    for at, each in enumerate(data):
        named = {
            key: f"{value['type']}--00000000-0000-4000-8000-{at:06d}{int(key):06d}"
            for key, value in each["objects"].items()
        }
        fields = {name: value for name, value in each.items() if name != "objects"}
        made.append({**fields, "id": f"observed-data--{at}", "object_refs": [*named.values()]})
        for key, value in each["objects"].items():
            moved = {name: _moved(name, held, named) for name, held in value.items()}
            made.append({**moved, "id": named[key]})
    return made


def _moved(name: str, value: Any, named: dict[str, str]) -> Any:
    if name.endswith("_ref"):
        return named[value]
    return [named[each] for each in value] if name.endswith("_refs") else value


def theirs(pattern: str, data: list[Any]) -> bool:
    """The public matcher's answer. For STIX 2.0 it cannot read START and STOP."""
    if "START" in pattern:
        return theirs_21(pattern, data)
    return bool(public.match(pattern, data, stix_version="2.0"))


def theirs_21(pattern: str, data: list[Any]) -> bool:
    return bool(public.match(pattern, [{"objects": in_21(data)}], stix_version="2.1"))
