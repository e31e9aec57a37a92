"""Reading `node.toml`: every effective value, and where it came from.

A flag beats the environment, the environment beats the file. Paths are relative to the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from noroshi.config.machines import Peer
from noroshi.config.secret import Secret
from noroshi.config.whole import Config, check
from noroshi.store.address import with_password
from noroshi.words.errors import BadConfig

FILE_NAME: Final = "node.toml"
ACCOUNTS: Final = "accounts.json"
"""In the data folder: what `noroshi account` writes."""

ENVIRONMENT: Final = {
    "NOROSHI_STORE_URL": ("store", "url"),
    "NOROSHI_SERVE_LISTEN": ("serve", "listen"),
    "NOROSHI_NODE_NAME": ("node", "name"),
}


class _Named(msgspec.Struct):
    name: str


class _Table(msgspec.Struct):
    accounts: list[_Named] = []


class Settings(msgspec.Struct, frozen=True):
    """The effective configuration, its folder, and where each leaf came from."""

    config: Config
    folder: Path
    origins: dict[str, str]

    @property
    def data(self) -> Path:
        """The node's data folder."""
        return self.folder / self.config.node.data

    @property
    def history(self) -> Path:
        """The folder of what sources hold in bulk."""
        return self.data / self.config.history.folder

    @property
    def store_at(self) -> Path | str:
        """The SQLite file that `[store] url` names, or the whole URL, with its password."""
        part = self.config.store
        if part.url.startswith("sqlite:"):
            return self.data / part.url.removeprefix("sqlite:")
        if part.password is None:
            return part.url
        return with_password(part.url, self.secret(part.password, "[store] password"))

    def secret(self, secret: Secret, what: str) -> str:
        """The value of a secret; `BadConfig` naming `what` when it is not there."""
        if secret.env is not None:
            value = os.environ.get(secret.env)
            if value is None:
                raise BadConfig(what, f"the environment variable {secret.env} is not set")
            return value
        path = self.folder / str(secret.file)
        try:
            return path.read_text("utf-8").strip()
        except OSError as problem:
            raise BadConfig(what, f"cannot read {path}: {problem.strerror}") from problem

    def peer(self, party: str) -> Peer:
        """The peer of `party`; `BadConfig` listing those there are."""
        for peer in self.config.peer:
            if peer.party == party:
                return peer
        known = ", ".join(peer.party for peer in self.config.peer) or "none"
        raise BadConfig(str(self.folder / FILE_NAME), f"no [[peer]] {party}", expected=known)


def load_settings(
    folder: Path,
    flags: dict[str, str] | None = None,
    environ: dict[str, str] | None = None,
    *,
    file: Path | None = None,
    accounts: Iterable[str] = (),
) -> Settings:
    """The configuration of the node in `folder`, as it would be with another `file`, and with
    `accounts` more than there are. Raises `BadConfig` with file, key and hint."""
    path = file or folder / FILE_NAME
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadConfig(
            str(path), "no node here", hint="make one with: noroshi init DIR --party JPN"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadConfig(str(path), str(problem)) from problem
    origins = dict.fromkeys(_leaves(table), FILE_NAME)
    overrides = [
        (ENVIRONMENT[name], value, f"environment {name}")
        for name, value in (environ if environ is not None else os.environ).items()
        if name in ENVIRONMENT
    ]
    overrides += [(tuple(key.split(".")), value, "flag") for key, value in (flags or {}).items()]
    for (part, key), value, origin in overrides:
        table.setdefault(part, {})[key] = value
        origins[f"{part}.{key}"] = origin
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as problem:
        raise BadConfig(
            str(path), str(problem), hint="docs/configuration.md lists every key"
        ) from problem
    settings = Settings(config, folder, origins)
    check(config, path, [*_account_names(settings.data / ACCOUNTS), *accounts])
    return settings


def _account_names(path: Path) -> list[str]:
    """The names in the table of accounts. Whether the table can be read is for who needs it."""
    try:
        return [each.name for each in msgspec.json.decode(path.read_bytes(), type=_Table).accounts]
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []


def effective(settings: Settings) -> list[tuple[str, str, str]]:
    """Every value in force as (key, value, origin), secrets by name only."""
    table = msgspec.to_builtins(settings.config)
    return [
        (key, msgspec.json.encode(value).decode(), settings.origins.get(key, "default"))
        for key, value in _leaves(table).items()
    ]


def _leaves(table: Any, prefix: str = "") -> dict[str, Any]:
    """Dotted keys of all leaves; members of an array of tables carry their index."""
    items: list[tuple[str, Any]] = []
    if isinstance(table, dict):
        items = [(str(key), value) for key, value in cast("dict[Any, Any]", table).items()]
    elif isinstance(table, (list, tuple)):
        members = list(cast("list[Any]", table))
        if members and isinstance(members[0], dict):
            items = [(str(n), value) for n, value in enumerate(members)]
    if not items:
        return {prefix: table}
    found: dict[str, Any] = {}
    for key, value in items:
        found.update(_leaves(value, f"{prefix}.{key}" if prefix else key))
    return found
