"""Declarations written into `node.toml` by a command, where the operator then finds them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from noroshi.config import API, FILE_NAME, Settings, load_settings
from noroshi.exchange.credentials import hash_password
from noroshi.node.medallion import Roots
from noroshi.words.errors import BadInput

RIGHTS: Final = {(True, False): "r", (False, True): "w", (True, True): "rw"}
NOBODY: Final = "rights = {}"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def append(settings: Settings, text: str) -> None:
    """Write `text` at the end of `node.toml`, in one step. Raises `BadConfig`, leaving the file
    as it was, where that would be no configuration."""
    if not text:
        return
    file = settings.folder / FILE_NAME
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name) / FILE_NAME
        trial.write_bytes(file.read_bytes() + text.encode())
        load_settings(trial.parent)
        partial = file.with_suffix(".toml.new")
        partial.write_bytes(trial.read_bytes())
    partial.replace(file)


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


def account(settings: Settings, name: str, password: str) -> str:
    """The lines for a new account; the hash of its password is kept in a file that only the node's
    user can read."""
    if _NAME.fullmatch(name) is None:
        expected = "letters, digits, dots, dashes and underscores"
        raise BadInput("--account", "no name for an account", found=name, expected=expected)
    folder = settings.folder / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{name}.hash"
    file.touch(mode=0o600)
    file.write_text(hash_password(password), "utf-8")
    secret = _text(f"secrets/{name}.hash")
    return f"\n[[account]]\nname = {_text(name)}\nhash = {{ file = {secret} }}\n"


def _keys(table: Mapping[str, str | int | None]) -> list[str]:
    return [f"{key} = {_text(value)}" for key, value in table.items() if value is not None]


def _text(value: str | int) -> str:
    """A value as TOML writes it; a JSON string is a TOML basic string, but for DEL."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
