"""Regular expressions in linear time (RE2): a pattern that would go back for ever is none that it
takes. What needs going back (back references, look-around) is refused with that reason."""

from __future__ import annotations

import functools
import importlib
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from noroshi.desks.cyber.match.pattern.tree import Refused

LONGEST: Final = 4096
MEMORY: Final = 4 << 20
"""Bytes that one compiled expression may take: `(a{1000}){1000}` takes more."""

Found = Callable[[str | bytes], bool]


def matcher(text: str) -> Found:
    """Whether the expression is found anywhere in a text or in bytes (MATCHES, PCRE as far as RE2
    takes it; classes such as `\\d` are ASCII's). Raises `Refused`."""
    text = unicodedata.normalize("NFC", text)
    in_text = _compiled(text, False, False)
    in_bytes = _compiled(text, True, False) if max(text, default="") < "\u0100" else None

    def found(value: str | bytes) -> bool:
        if isinstance(value, str):
            return in_text.search(unicodedata.normalize("NFC", value)) is not None
        return in_bytes is not None and in_bytes.search(value) is not None

    return found


def like(text: str) -> Found:
    """Whether the whole of a text is like one in which `%` is anything and `_` one character."""
    text = unicodedata.normalize("NFC", text)
    parts = re.split("([%_])", text)
    whole = "".join({"%": ".*", "_": "."}.get(each) or re.escape(each) for each in parts)
    wanted = _compiled(rf"\A(?:{whole})\z", False, True)

    def found(value: str | bytes) -> bool:
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return False
        return wanted.search(unicodedata.normalize("NFC", value)) is not None

    return found


@functools.cache
def _re2() -> Any:
    return importlib.import_module("re2")


def _compiled(text: str, latin: bool, dot_all: bool) -> Any:
    if len(text) > LONGEST:
        raise Refused(f"an expression of {len(text)} characters; at most {LONGEST} are compiled")
    re2 = _re2()
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    options.never_capture = True
    options.dot_nl = dot_all
    try:
        if latin:
            options.encoding = re2.Options.Encoding.LATIN1
            return re2.compile(text.encode("latin-1"), options)
        return re2.compile(text, options)
    except (re2.error, UnicodeEncodeError) as problem:
        raise Refused(f"not compiled in linear time: {problem}: {text[:80]!r}") from problem
