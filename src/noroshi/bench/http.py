"""The raw HTTP client that measures every TAXII server here: one kept connection, no library.

Each turn opens its own: a server may close what was idle while the other had its turn.
"""

from __future__ import annotations

import base64
import http.client
from types import TracebackType
from typing import Final

import msgspec

from noroshi.bench.peer import Peer

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"


class Access(msgspec.Struct, frozen=True):
    """Where objects are to be had, and under which account; with a `token` by that instead. `pid`
    is the server's process, where it is one."""

    port: int
    user: str
    password: str
    path: str
    token: str | None = None
    pid: int | None = None

    def client(self) -> Client:
        """A new connection."""
        return Client(self.port, self.user, self.password, self.token)


def peer_access(peer: Peer) -> Access:
    """Where a peer that is a server said that it listens."""
    hello = peer.hello
    named = [hello.get(name) for name in ("user", "password")]
    user, password = (str(each or "") for each in named)
    return Access(hello["port"], user, password, hello["path"], hello.get("token"))


class Client:
    """One connection to one server under one account. Not safe for several threads."""

    def __init__(self, port: int, user: str, password: str, token: str | None = None) -> None:
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        proof = f"Bearer {token}" if token else f"Basic {basic}"
        self._headers = {"Authorization": proof, "Accept": MEDIA_TYPE}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        """The body at `path`. Raises `OSError` for any status but 200."""
        return self._exchange("GET", path, None, 200)

    def post(self, path: str, body: bytes) -> bytes:
        """The answer to `body` posted to `path`. Raises `OSError` for any status but 202."""
        return self._exchange("POST", path, body, 202)

    def _exchange(self, method: str, path: str, body: bytes | None, wanted: int) -> bytes:
        headers = {**self._headers, "Content-Type": MEDIA_TYPE} if body else self._headers
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        if response.status != wanted:
            raise OSError(f"{method} {path}: {response.status} {data[:200]!r}")
        return data
