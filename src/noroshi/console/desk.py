"""What the console's routes share: the node, who is signed in, and the journal of what they do."""

from __future__ import annotations

import threading
from collections.abc import Callable

import argon2
import httpx2

from noroshi.console import users
from noroshi.console.acts import Acts
from noroshi.console.begun import Begun
from noroshi.console.beside import Beside
from noroshi.console.provider import Provider
from noroshi.console.sessions import Sessions
from noroshi.exchange.accounts import Accounts
from noroshi.exchange.turns import Turns
from noroshi.node.node import Node


class Desk:
    """The console of one open node; `clock` gives µs UTC, `secure` says that it stands behind TLS.
    Safe to use from several threads."""

    def __init__(
        self, node: Node, clock: Callable[[], int], *, secure: bool,
        hasher: argon2.PasswordHasher | None = None, stop: threading.Event | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.node, self.clock, self.secure = node, clock, secure
        self.stop = stop or threading.Event()
        self.sessions, self.acts = Sessions(), Acts(node.settings)
        self.beside = Beside(node.settings.folder)
        self.turns = Turns()
        self.printing = threading.Lock()
        self.begun = Begun()
        self.provider = _provider(node, clock, transport)
        self.accounts = Accounts((), hasher)
        self._file = users.File()
        self._stamp: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def users(self) -> users.File:
        """The users as they stand now; whoever changed is signed out, and so is who is gone."""
        try:
            found = (self.node.settings.data / users.USERS).stat()
            stamp = found.st_mtime_ns, found.st_ino
        except FileNotFoundError:
            stamp = None
        with self._lock:
            if stamp != self._stamp:
                self._file = users.read(self.node.settings)
                self.accounts.replace(users.accounts(self._file))
                self.sessions.keep(self._file)
                self._stamp = stamp
            return self._file


def _provider(
    node: Node, clock: Callable[[], int], transport: httpx2.BaseTransport | None
) -> Provider | None:
    """The identity provider of the configuration; None where it names none."""
    config = node.settings.config.console.oidc
    if config is None:
        return None

    def secret() -> str:
        named = config.client_secret
        return "" if named is None else node.settings.secret(named, "[console.oidc] client_secret")

    return Provider(config, secret, clock, transport)
