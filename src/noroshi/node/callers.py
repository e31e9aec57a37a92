"""Patience with callers: how long a connection may take over a request and over its answer.

uvicorn waits for ever for a request that has begun, and for a caller that does not read. Whoever
keeps many such connections open would take them from everybody else. So each has to come or go at
a pace, and where many wait, the one that has waited longest makes room for a new one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, cast

import msgspec

Messages = Callable[[], Awaitable[MutableMapping[str, Any]]]

GRACE_S: Final = 10.0
"""What a TLS handshake, a request or the reading of an answer may take beyond its pace."""

PACE: Final = 8_000
"""Bytes for which a request has a second more, and of which an answer loses so many a second:
64 kbit/s, the slowest line that a node is run over."""

MOST: Final = 500
"""Connections that may wait for their callers at once; a process has 1,024 files by default."""


class Callers(msgspec.Struct, eq=False):
    """What the connections of one server share: the limits, and who waits, the longest first."""

    grace_s: float = GRACE_S
    pace: float = PACE
    most: int = MOST
    waiting: dict[Connection, str] = {}

    def wait(self, connection: Connection, address: str) -> None:
        """`connection` waits for its caller at `address`, which may cost another its place: the
        one that has waited longest of the address with the most of them."""
        if connection not in self.waiting and len(self.waiting) >= self.most:
            (crowded, _), *_ = Counter(self.waiting.values()).most_common(1)
            longest = next(each for each, of in self.waiting.items() if of == crowded)
            longest.end()
        self.waiting[connection] = address

    def over(self, base: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
        """A uvicorn protocol for these callers."""
        return cast(
            "type[asyncio.Protocol]", type("Patient", (Connection, base), {"callers": self})
        )


class Connection(asyncio.Protocol):
    """What is laid over uvicorn's protocol: a time by which the request that is under way has come,
    and looks at whether the answer is being read."""

    callers: Callers
    app: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport = cast("asyncio.Transport", transport)
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self._loop = asyncio.get_running_loop()
        self._due: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._answering = self._lost = False
        self.app = self._heard(self.app)
        self._expect()

    def data_received(self, data: bytes) -> None:
        if not self._answering:
            self._expect(len(data))
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._rest()
        super().connection_lost(exc)

    def end(self) -> None:
        """Close the connection, whatever is under way."""
        self._rest()
        self._transport.abort()

    def _expect(self, came: int = 0) -> None:
        """A request is to come, of which `came` bytes just did."""
        until = self._loop.time() + self.callers.grace_s
        if self._due is None:
            self.callers.wait(self, self._address)
        else:
            until = self._due.when() + came / self.callers.pace
            self._due.cancel()
        self._due = self._loop.call_at(until, self.end)

    def _rest(self) -> None:
        """Nothing is waited for."""
        self.callers.waiting.pop(self, None)
        for each in (self._due, self._look):
            if each is not None:
                each.cancel()
        self._due = self._look = None

    def _heard(self, app: Any) -> Any:
        """The application: it is called when a head is whole, and has answered when it ends."""

        async def application(
            scope: dict[str, Any], receive: Messages, send: Callable[[Any], Awaitable[None]]
        ) -> None:
            async def received() -> MutableMapping[str, Any]:
                message = await receive()
                if not message.get("more_body", False):
                    self._answering = True
                    self._rest()
                return message

            await app(scope, received, send)
            self._answering = False
            self._rest()
            if not self._lost:
                self._read(self._transport.get_write_buffer_size())

        return application

    def _read(self, left: int) -> None:
        """The answer is to be read, of which `left` bytes are in our hands."""
        if left:
            self.callers.wait(self, self._address)
            self._look = self._loop.call_later(self.callers.grace_s, self._looked, left)
        elif self._due is None:
            self.callers.waiting.pop(self, None)

    def _looked(self, before: int) -> None:
        left, callers = self._transport.get_write_buffer_size(), self.callers
        if left > max(0, before - callers.pace * callers.grace_s):
            self.end()
        else:
            self._read(left)


class Loop(asyncio.SelectorEventLoop):
    """The event loop of a server, in which a TLS handshake takes no longer than a head."""

    async def create_server(self, *args: Any, **given: Any) -> asyncio.Server:
        if given.get("ssl") is not None:
            given.setdefault("ssl_handshake_timeout", GRACE_S)
        return await super().create_server(*args, **given)


LOOP: Final = f"{__name__}:{Loop.__name__}"
"""As uvicorn's configuration names it."""
