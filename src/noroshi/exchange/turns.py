"""Passwords that have to be computed take turns, so that a flood of guesses keeps nobody waiting.

Argon2id is computed in one thread of its own. Few may wait for it, fewer from one address, and who
comes too many is told so at once. Who is proved already, by a password that is remembered, a token
or a certificate, never comes here.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import msgspec

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


class _Turn(msgspec.Struct):
    """One password that waits: who asked for it first, and what all who ask for it wait for."""

    id: bytes
    group: str
    compute: Callable[[], Account | None]
    answer: asyncio.Future[Account | None]


class Turns:
    """The turns of one event loop; not to be used from several threads."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._turns: dict[bytes, _Turn] = {}
        # By address, in the order in which addresses have their turns.
        self._waiting: dict[str, deque[_Turn]] = {}
        self._of: Counter[str] = Counter()
        self._busy, self._last = False, ""

    async def prove(
        self, accounts: Accounts, unproved: Unproved, now: int, address: str
    ) -> Account | None:
        """`accounts.prove` when its turn comes; one turn for all who ask with the same name and
        password meanwhile. Addresses take turns too: whoever comes from one that has nothing
        waiting is behind one password of each other, not behind all. Raises `TooMany`."""
        turn = self._turns.get(unproved.id)
        if turn is None:
            group = _group(address)
            if self._of[group] >= OF_ONE:
                raise TooMany(own=True)
            if len(self._turns) >= WAITING:
                raise TooMany(own=False)
            answer = asyncio.get_running_loop().create_future()
            compute = functools.partial(accounts.prove, unproved, now)
            turn = self._turns[unproved.id] = _Turn(unproved.id, group, compute, answer)
            self._of[group] += 1
            self._waiting.setdefault(group, deque()).append(turn)
            self._next()
        return await asyncio.shield(turn.answer)

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        # Not the address that had the turn before, which went to the end of the row before others
        # came.
        others = (each for each in self._waiting if each != self._last)
        group = self._last = next(others, self._last)
        left = self._waiting.pop(group)
        turn = left.popleft()
        if left:
            self._waiting[group] = left  # at the end of the row
        self._busy = True
        done = asyncio.get_running_loop().run_in_executor(self._thread, turn.compute)
        done.add_done_callback(functools.partial(self._over, turn))

    def _over(self, turn: _Turn, done: asyncio.Future[Account | None]) -> None:
        self._busy = False
        del self._turns[turn.id]
        self._of[turn.group] -= 1
        if not self._of[turn.group]:
            del self._of[turn.group]
        problem = done.exception()
        if problem is None:
            turn.answer.set_result(done.result())
        else:
            turn.answer.set_exception(problem)
        self._next()


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
