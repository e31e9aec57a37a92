"""Fingerprints as two people read them to one another."""

from __future__ import annotations

from typing import Final

GROUP: Final = 4
ROW: Final = 8


def rows(fingerprint: str) -> tuple[str, ...]:
    """The hex digits in groups of four, eight groups a row."""
    groups = [fingerprint[n : n + GROUP] for n in range(0, len(fingerprint), GROUP)]
    return tuple(" ".join(groups[n : n + ROW]) for n in range(0, len(groups), ROW))


def digits(spoken: str) -> str:
    """What was typed or pasted, as plain lower-case hex: spaces, colons and `sha256:` are left
    out."""
    bare = spoken.strip().lower().removeprefix("sha256:")
    return "".join(bare.replace(":", " ").replace("-", " ").split())
