"""Lines: where in a TOML file each key and element stands, which `tomllib` does not say.

The scanner assumes a document that `tomllib` has already accepted (TOML 1.0), so it only has to
follow structure: headers, keys, strings, arrays and inline tables.
"""

from __future__ import annotations

import bisect
import re

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


def line_index(text: str) -> dict[Path, int]:
    """Line (first is 1) of every key and array element of a valid TOML document.

    A path mixes keys and positions: `("release", 1, "transform", 0, "kind")`.
    """
    return _Scanner(text).lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table that holds it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    """One pass over the document; `lines` fills as it goes."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Path, int] = {}
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._count: dict[Path, int] = {}
        table: Path = ()
        while self._skip(_BLANK) < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _mark(self, path: Path) -> None:
        self.lines.setdefault(path, bisect.bisect_right(self._starts, self.at))

    def _header(self) -> Path:
        double = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if double else 1
        keys = self._keys()
        self.at, end = start, self.text.index("]", self.at) + (2 if double else 1)
        path: Path = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            if double and i == len(keys) - 1:
                self._count[path] = self._count.get(path, -1) + 1
            self._mark(path)
            if path in self._count:
                path = (*path, self._count[path])
                self._mark(path)
        self.at = end
        return path

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            start = self._skip(_SPACE)
            if self.text[start] in "\"'":
                self._skip(_STRINGS[2] if self.text[start] == '"' else _STRINGS[3])
                keys.append(self.text[start + 1 : self.at - 1])
            else:
                keys.append(self.text[start : self._skip(_BARE)])
            if self.text[self._skip(_SPACE)] != ".":
                return keys
            self.at += 1

    def _pair(self, table: Path) -> None:
        start = self._skip(_BLANK)
        path = table
        for key in self._keys():
            path = (*path, key)
            after, self.at = self.at, start
            self._mark(path)
            self.at = after
        self.at += 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.text[self.at]
        if opening == "[":
            self._members(path, "]")
        elif opening == "{":
            self._members(path, "}")
        elif opening in "\"'":
            before = self.at
            for pattern in _STRINGS:
                if self._skip(pattern) > before:
                    return
        else:
            self._skip(_SCALAR)

    def _members(self, path: Path, closing: str) -> None:
        self.at += 1
        position = 0
        while self.text[self._skip(_BLANK)] != closing:
            if closing == "}":
                self._pair(path)
            else:
                self._mark((*path, position))
                self._value((*path, position))
                position += 1
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1
