"""Changing `[[peer]]` tables in `node.toml` without touching the rest of what a person wrote there.

The text is changed line by line, and then read again: unless it says exactly what it said before
but for the change, nothing is written.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from noroshi.pact.lines import line_index
from noroshi.words.errors import BadConfig

Value = str | dict[str, str]
"""Of a key: a text, or a secret's place."""

Meant = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
"""What the tables should then be."""


def with_peer(text: str, values: Mapping[str, Value], note: str = "") -> str:
    """`text` with a `[[peer]]` at its end; `note` follows as a comment."""
    head = "[[peer]]" + (f"  # {note}" if note else "")
    block = [head, *(f"{key} = {_toml(value)}" for key, value in values.items())]
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    return _checked(
        text, text + gap + "\n".join(block) + "\n", lambda peers: [*peers, dict(values)]
    )


def changed_peer(text: str, party: str, values: Mapping[str, Value]) -> str:
    """`text` with these keys of the `[[peer]]` of `party` set; its other keys, and what is said
    about them, stay."""
    n, (_, end) = _block(text, party)
    lines, keys = text.splitlines(keepends=True), line_index(text)
    left = dict(values)
    for key in values:
        at = keys.get(("peer", n, key))
        if at is not None:
            _, _, comment = _parted(lines[at - 1])
            lines[at - 1] = f"{key} = {_toml(left.pop(key))}{comment}\n"
    lines[end:end] = [f"{key} = {_toml(value)}\n" for key, value in left.items()]
    if left and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"

    def meant(peers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**each, **values} if i == n else each for i, each in enumerate(peers)]

    return _checked(text, "".join(lines), meant)


def without_peer(text: str, party: str) -> tuple[str, str]:
    """(`text` without the `[[peer]]` of `party`, what was taken out). Comments above it stay."""
    n, (start, end) = _block(text, party)
    lines = text.splitlines(keepends=True)
    taken = "".join(lines[start:end])
    if end < len(lines) and not lines[end].strip() and start and not lines[start - 1].strip():
        end += 1  # of the two empty lines around it, one stays
    left = "".join((*lines[:start], *lines[end:]))
    return _checked(text, left, lambda peers: [*peers[:n], *peers[n + 1 :]]), taken


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Put what `change` makes of the file's text in its place, in one step, with the rights and
    the line ends that it has. Raises what `change` raises, and then writes nothing."""
    raw = path.read_bytes()
    returns = b"\r\n" in raw
    text = change(raw.decode("utf-8").replace("\r\n", "\n"))
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8", newline="\r\n" if returns else "\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.chmod(stat.S_IMODE(path.stat().st_mode))
    new.replace(path)


def _block(text: str, party: str) -> tuple[int, tuple[int, int]]:
    """(which `[[peer]]`, its lines from its header to its last key as [start, end))."""
    peers = tomllib.loads(text).get("peer", [])
    n = next((i for i, each in enumerate(peers) if each.get("party") == party), None)
    if n is None:
        raise BadConfig("node.toml", f"no [[peer]] {party}")
    where, lines = line_index(text), text.splitlines()
    start = where["peer", n] - 1
    others = [line - 1 for path, line in where.items() if path[:2] != ("peer", n)]
    limit = min((each for each in others if each > start), default=len(lines))
    end = last = max(line for path, line in where.items() if path[:2] == ("peer", n))
    # A value may go on over several lines: all that is not empty and no comment belongs to it.
    for line in range(last, limit):
        if lines[line].strip() and not lines[line].lstrip().startswith("#"):
            end = line + 1
    return n, (start, end)


def _parted(line: str) -> tuple[str, str, str]:
    """(key, value, comment with the space before it) of a line `key = value # comment`."""
    key, _, rest = line.rstrip("\r\n").partition("=")
    for at, each in enumerate(rest):
        if each == "#" and _whole(rest[:at]):
            value = rest[:at].rstrip()
            return key.strip(), value, rest[len(value) :]
    return key.strip(), rest.rstrip(), ""


def _whole(value: str) -> bool:
    try:
        tomllib.loads(f"x = {value}")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _checked(before: str, after: str, meant: Meant) -> str:
    """`after`, if it differs from `before` in the peers alone, and as `meant`."""
    told = tomllib.loads(before)
    told["peer"] = meant(told.get("peer", []))
    try:
        found = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        found = {}
    if {"peer": [], **found} != told:
        raise BadConfig(
            "node.toml",
            "its [[peer]] tables are written in a way that this cannot change",
            hint="change them by hand; nothing was written",
        )
    return after


def _toml(value: Value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    # A JSON string is a TOML basic string.
    return msgspec.json.encode(value).decode()
