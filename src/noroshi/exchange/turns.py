"""Passwords that have to be computed take turns, so that a flood of guesses keeps nobody waiting.

Argon2id is computed in one thread of its own. Few may wait for it, fewer from one address, and who
comes too many is told so at once. Who is proved already, by a password that is remembered, a token
or a certificate, never comes here.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from noroshi.exchange.accounts import Account, Accounts, Unproved

WAITING: Final = 16
"""Passwords that may wait at a time: less than a second of work."""

OF_ONE: Final = 4
"""Passwords that may wait of one address."""


class TooMany(Exception):
    """No turn is given: `own` says that it is for the caller's own address, which has enough
    waiting; else too many others wait."""

    def __init__(self, own: bool) -> None:
        super().__init__("too many passwords are waiting")
        self.own = own


class Turns:
    """The turns of one event loop; not to be used from several threads."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._waiting: dict[bytes, Future[Account | None]] = {}
        self._of: Counter[str] = Counter()

    async def prove(
        self, accounts: Accounts, unproved: Unproved, now: int, address: str
    ) -> Account | None:
        """`accounts.prove` when its turn comes; one turn for all who ask with the same name and
        password meanwhile. Raises `TooMany`."""
        turn = self._waiting.get(unproved.id)
        if turn is None:
            group = _group(address)
            if self._of[group] >= OF_ONE:
                raise TooMany(own=True)
            if len(self._waiting) >= WAITING:
                raise TooMany(own=False)
            turn = self._thread.submit(accounts.prove, unproved, now)
            self._waiting[unproved.id] = turn
            self._of[group] += 1
            over = asyncio.get_running_loop().call_soon_threadsafe
            turn.add_done_callback(lambda _: over(self._over, unproved.id, group))
        return await asyncio.shield(asyncio.wrap_future(turn))

    def _over(self, id: bytes, group: str) -> None:
        self._waiting.pop(id, None)
        self._of[group] -= 1
        if not self._of[group]:
            del self._of[group]


def _group(address: str) -> str:
    """The address, of IPv6 its /64: whoever has one address of that has all of them."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
