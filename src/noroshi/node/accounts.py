"""The accounts of a node: a file beside its keys, and passwords declared in `node.toml`.

The file `accounts.json` in the data folder is written by `noroshi account` alone, holds no secret
in clear, and can be read by the node's user only. It is no part of the store: an account is a
matter between this node and a machine, and nothing about it is ever shared. A running `serve`
looks at it every second.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import msgspec

from noroshi.config import ACCOUNTS, Settings
from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.credentials import Certificate, Password
from noroshi.words.errors import BadConfig, BadInput, NoroshiError

USED: Final = "accounts.used.json"

_Stamp = tuple[tuple[int, int, int] | None, ...]


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `accounts.json`."""

    accounts: tuple[Account, ...] = ()
    format: int = 1


def read(settings: Settings) -> tuple[Account, ...]:
    """The accounts in the file; none where there is none. Raises `BadInput`."""
    path = settings.data / ACCOUNTS
    try:
        found = msgspec.json.decode(path.read_bytes(), type=File)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BadInput(str(path), f"no table of accounts: {problem}") from problem
    if found.format != 1:
        raise BadInput(str(path), "of another version", found=str(found.format), expected="1")
    return found.accounts


def every(settings: Settings) -> tuple[Account, ...]:
    """The accounts of the node, with all that each proves itself with. Raises `BadConfig` where
    the file and `node.toml` do not go together."""
    found = {each.name: each for each in declared(settings)}
    for each in read(settings):
        known = found.get(each.name, each)
        where = str(settings.data / ACCOUNTS)
        if known.party != each.party:
            told = f"{each.party or 'nobody'} here, {known.party or 'nobody'} in node.toml"
            raise BadConfig(where, f"account {each.name!r} calls in for {told}")
        credentials = (*known.credentials, *each.credentials) if known is not each else None
        try:
            found[each.name] = Account(each.name, each.party, credentials or each.credentials)
        except ValueError as problem:
            raise BadConfig(where, str(problem)) from problem
    return tuple(found.values())


def declared(settings: Settings) -> tuple[Account, ...]:
    """The accounts that stand in `node.toml`, each with its password where it has one there."""
    config, secret = settings.config, settings.secret
    rows = [
        (each.account, each.party, each.account_hash, f"account_hash of [[peer]] {each.party}")
        for each in config.peer
        if each.account
    ]
    rows += [
        (each.name, "", each.hash, f"hash of [[account]] {each.name}") for each in config.account
    ]
    made: list[Account] = []
    for name, party, where, what in rows:
        try:
            credentials = (Password(secret(where, what)),) if where else ()
            made.append(Account(name, party, credentials))
        except ValueError as problem:
            raise BadConfig(what, str(problem)) from problem
    return tuple(made)


def parties(settings: Settings) -> tuple[str, ...]:
    """The parties for which some account calls in: whose views are to be kept up to date."""
    found = {each.party for each in settings.config.peer if each.account}
    found |= {each.party for each in read(settings) if each.party}
    return tuple(sorted(found - {settings.config.node.party}))


def pinned(accounts: tuple[Account, ...]) -> tuple[str, ...]:
    """The certificates, in PEM, that a handshake has to trust by themselves."""
    every = (each for account in accounts for each in account.credentials)
    pems = {each.pem for each in every if isinstance(each, Certificate) and each.revoked is None}
    return tuple(sorted(pem for pem in pems if pem))


@contextlib.contextmanager
def writing(settings: Settings) -> Generator[list[Account]]:
    """The accounts of the file, to be changed in place and then written back in one step. Another
    process that changes them waits."""
    path = settings.data / ACCOUNTS
    with (settings.data / "accounts.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        accounts = list(read(settings))
        yield accounts
        # As bytes that a person can read, because a person may have to.
        body = msgspec.json.format(msgspec.json.encode(File(tuple(accounts))), indent=1)
        replace(path, body + b"\n")


def used(settings: Settings) -> dict[str, int]:
    """Credential id → the hour (µs UTC) of its last use, as far as `serve` wrote it down."""
    try:
        return msgspec.json.decode((settings.data / USED).read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


class Watched:
    """The accounts of a running node, as they stand now. `changed` is told the certificates that
    are to be trusted, at first and whenever something changed; `say` what cannot be read."""

    def __init__(
        self,
        settings: Settings,
        changed: Callable[[tuple[str, ...]], None] = lambda pems: None,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._settings, self._changed, self._say = settings, changed, say
        self._stamp = self._now()
        found = every(settings)
        self.accounts = Accounts(found)
        self._told: dict[str, int] = {}
        changed(pinned(found))

    def look(self) -> None:
        """Take up what changed since. What cannot be read changes nothing, and is said."""
        stamp = self._now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            found = every(self._settings)
            self.accounts.replace(found)
            self._changed(pinned(found))
        except (NoroshiError, ValueError) as problem:
            self._say(f"accounts stay as they were: {problem}")

    def note(self) -> None:
        """Write down which credentials were used when, where that is new."""
        latest = self.accounts.used()
        if latest != self._told:
            self._told = latest
            every = used(self._settings) | latest
            replace(self._settings.data / USED, msgspec.json.encode(every))

    def _now(self) -> _Stamp:
        config = self._settings.config
        secrets = [each.account_hash for each in config.peer]
        secrets += [each.hash for each in config.account]
        files = [each.file for each in secrets if each and each.file]
        paths = [self._settings.data / ACCOUNTS, *(self._settings.folder / each for each in files)]
        return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def replace(path: Path, body: bytes) -> None:
    """Write the file in one step, for this user only, and not before it is on the disk."""
    partial = path.with_suffix(".new")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
