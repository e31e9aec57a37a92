"""How deep JSON is nested, told without reading it.

A parser that follows what it reads needs stack for each level, and how much is left depends on who
called: what one place reads, another could not. So there is one limit, asked for at the door.
"""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 64
"""Levels of objects and arrays; STIX in the wild has about six, a GeoJSON polygon four more."""

_ALIKE = bytes.maketrans(b"{}", b"[]")
_OTHERS = bytes(set(range(256)) - set(b'{}[]"'))


def too_deep(raw: bytes, limit: int = MAX_DEPTH) -> bool:
    """Whether objects and arrays of the JSON text `raw` stand in one another below `limit`.

    Of what is no JSON it may say either; a parser will say the rest.
    """
    if raw.count(b"{") + raw.count(b"[") <= limit:
        return False
    # Outside of strings: every other part between quotes, once escaped ones are gone. Two quotes
    # with nothing between them change nothing of that.
    plain = raw.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in raw else raw
    marks = plain.translate(_ALIKE, _OTHERS).replace(b'""', b"")
    left = b"".join(marks.split(b'"')[::2])
    for _ in range(limit):
        if b"[" * (limit + 1) in left:
            return True
        # Each turn takes away what holds nothing any more: the lowest level of every branch.
        before, left = left, left.replace(b"[]", b"")
        if len(left) == len(before):
            return False
    return b"[]" in left
