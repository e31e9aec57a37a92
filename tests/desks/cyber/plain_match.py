"""Matching as one would write it down: every entry against every field of every line."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from noroshi.desks.cyber.match.entry import Entry
from noroshi.desks.cyber.match.formats import Layout, Reader

WORD = "A-Za-z0-9._@+\\-\u0080-\U0010ffff"
WORDS = re.compile(f"[{WORD}]+")
PATH_END = r"[\x00-\x20\"'<>\\`]"


def matched(entries: Sequence[Entry], data: bytes, layout: Layout) -> set[tuple[int, int]]:
    """(start of the line, number of the entry) of all that match."""
    reader = Reader(layout, None)
    found: set[tuple[int, int]] = set()
    at = 0
    for line in data.split(b"\n"):
        raw = line.rstrip(b"\r")
        if layout.format == "zeek" and raw.startswith(b"#"):
            reader.heading(raw)
        elif raw:
            fields, _, _ = reader.read(raw)
            found.update(
                (at, number)
                for number, entry in enumerate(entries)
                if any(holds(entry, text) for _, text in fields)
            )
        at += len(line) + 1
    return found


def holds(entry: Entry, text: str) -> bool:
    """Whether a field holds what an entry names."""
    words = [each.rstrip(".") for each in WORDS.findall(text)]
    value = entry.value.lower()
    match entry.kind:
        case "domain":
            return any(
                f".{each.lower().rpartition('@')[2]}".endswith(f".{value}") for each in words
            )
        case "email" | "hash":
            return value in [each.lower() for each in words]
        case "word":
            return value in text.lower()
        case "url":
            host, slash, path = entry.value.removeprefix("http://").partition("/")
            url = f"{re.escape(host)}\\.*(:\\d+)?(?-i:{re.escape(slash + path)})"
            return bool(re.search(f"(?i)(?<![{WORD[:-13]}])\\b{url}({PATH_END}|$)", text))
        case _:
            return any(inside(each.rpartition("@")[2], value) for each in words) or (
                ":" in value and any(inside(each, value) for each in sixes(text.lower()))
            )


def sixes(text: str) -> list[str]:
    """What may be IPv6 addresses: groups of hexadecimal digits joined by colons, as many as there
    are, that no other word touches."""
    found = []
    for chunk in re.findall(f"[{WORD}:]+", text):
        run = ""
        for part in [*re.split("(:+)", chunk), "?"]:
            plain = part.rstrip(".")
            if part.startswith(":") or re.fullmatch(r"[0-9a-f]{1,4}", plain):
                run += plain
                if part == plain:
                    continue
            elif inside(plain, "0.0.0.0/0"):
                run += plain
            elif run.endswith(":") and part not in ("?", ""):
                run = ""
            # A colon that begins or ends what is none is a mark of the text around.
            found.append(re.sub("^:(?!:)|(?<!:):$", "", run))
            run = ""
    return found


def inside(text: str, range_: str) -> bool:
    """Whether a text is an address of a range."""
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(range_, strict=False)
    except ValueError:
        return False
