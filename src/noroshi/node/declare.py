"""Declarations written into `node.toml` by a command, where the operator then finds them."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from typing import Final

import msgspec

from noroshi.config import API, FILE_NAME, Settings, load_settings
from noroshi.node.medallion import Roots

RIGHTS: Final = {(True, False): "r", (False, True): "w", (True, True): "rw"}
NOBODY: Final = "rights = {}"


@contextlib.contextmanager
def appending(settings: Settings, text: str, account: str) -> Generator[None]:
    """Write `text` at the end of `node.toml`, in one step and after what is done meanwhile, which
    makes `account`. Raises `BadConfig` before that, leaving the file as it was, where it would be
    no configuration."""
    file = settings.folder / FILE_NAME
    partial = file.with_suffix(".toml.new")
    partial.write_bytes(file.read_bytes() + text.encode())
    try:
        load_settings(settings.folder, file=partial, accounts=(account,))
        yield
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def collections(settings: Settings, found: Roots, account: str) -> str:
    """The lines that `node.toml` lacks for the roots and collections of a file, `account` having
    the rights that the file gives to everybody."""
    held = {each.id for each in settings.config.collection}
    paths = {API, *(each.path for each in settings.config.root)}
    lines: list[str] = []
    for path, root in found.items():
        if path not in paths:
            keys = ("title", "description", "max_content_length")
            told = {key: getattr(root.information, key) for key in keys}
            lines += ["", "[[root]]", *_keys({"path": path, **told})]
        for each in root.collections:
            may = RIGHTS.get((each.can_read, each.can_write))
            if each.id not in held:
                keys = ("id", "title", "alias", "description")
                lines += ["", "[[collection]]", *_keys({key: getattr(each, key) for key in keys})]
                lines += _keys({"root": path})
                lines.append(f"rights = {{ {_text(account)} = {_text(may)} }}" if may else NOBODY)
    return "".join(f"{line}\n" for line in lines)


def _keys(table: Mapping[str, str | int | None]) -> list[str]:
    return [f"{key} = {_text(value)}" for key, value in table.items() if value is not None]


def _text(value: str | int) -> str:
    """A value as TOML writes it; a JSON string is a TOML basic string, but for DEL."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
