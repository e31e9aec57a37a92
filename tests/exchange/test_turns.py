"""Passwords take turns: few wait, who comes too many is told so, and nobody else waits."""

from __future__ import annotations

import asyncio
import base64
import threading
from typing import Any

import argon2
import pytest

from noroshi.exchange.accounts import Account, Accounts, Unproved
from noroshi.exchange.credentials import Password, Token, hash_password, hash_token, new_token
from noroshi.exchange.turns import OF_ONE, WAITING, TooMany, Turns

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TOKEN = new_token()
BOB = Account(
    "bob", "EU", (Password(hash_password("right", CHEAP)), Token(hash_token(TOKEN), id="1"))
)


class Held(argon2.PasswordHasher):
    """Computes only when it is let go; counts how often, and how many at a time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()
        self.computed = self.most = self._inside = 0

    def verify(self, *args: Any, **kwargs: Any) -> Any:
        self._inside += 1
        self.most = max(self.most, self._inside)
        self.go.wait()
        self.computed += 1
        self._inside -= 1
        return super().verify(*args, **kwargs)


def unproved(accounts: Accounts, name: str, password: str) -> Unproved:
    text = base64.b64encode(f"{name}:{password}".encode()).decode()
    found = accounts.recall(f"Basic {text}", 0)
    assert isinstance(found, Unproved)
    return found


async def turned_away(turns: Turns, accounts: Accounts, one: Unproved, address: str) -> bool:
    with pytest.raises(TooMany) as refused:
        await turns.prove(accounts, one, 0, address)
    return refused.value.own


def test_few_wait_and_fewer_of_one_address() -> None:
    hasher = Held()
    accounts = Accounts([BOB], hasher)

    async def flood() -> list[Account | None]:
        turns = Turns()
        tasks = [
            asyncio.create_task(
                turns.prove(accounts, unproved(accounts, "eve", str(n)), 0, f"192.0.2.{n % 4}")
            )
            for n in range(4 * OF_ONE)
        ]
        await asyncio.sleep(0)
        assert len(tasks) == WAITING
        one = unproved(accounts, "eve", "more")
        assert await turned_away(turns, accounts, one, "192.0.2.1")
        assert not await turned_away(turns, accounts, one, "192.0.2.9")
        # Whoever is proved already never asks for a turn.
        assert isinstance(accounts.recall(f"Bearer {TOKEN}", 0), Account)
        hasher.go.set()
        found = await asyncio.gather(*tasks)
        right = unproved(accounts, "bob", "right")
        while (again := await _tried(turns, accounts, right)) is None:
            await asyncio.sleep(0)
        return [*found, again]

    found = asyncio.run(flood())
    assert found == [None] * WAITING + [BOB]
    assert (hasher.computed, hasher.most) == (WAITING + 1, 1)


async def _tried(turns: Turns, accounts: Accounts, one: Unproved) -> Account | None:
    try:
        return await turns.prove(accounts, one, 0, "192.0.2.1")
    except TooMany:
        return None


def test_many_who_ask_the_same_take_one_turn() -> None:
    hasher = Held()
    accounts = Accounts([BOB], hasher)

    async def many() -> list[Account | None]:
        turns = Turns()
        one = unproved(accounts, "bob", "right")
        asked = [asyncio.create_task(turns.prove(accounts, one, 0, "::1")) for _ in range(50)]
        await asyncio.sleep(0)
        asked[0].cancel()  # who leaves takes nobody's turn away
        hasher.go.set()
        return await asyncio.gather(*asked[1:])

    assert asyncio.run(many()) == [BOB] * 49
    assert hasher.computed == 1


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_a_network_of_one_s_own_is_one_address(first: str, second: str, together: bool) -> None:
    hasher = Held()
    accounts = Accounts([BOB], hasher)

    async def ask() -> bool:
        turns = Turns()
        tasks = [
            asyncio.create_task(turns.prove(accounts, unproved(accounts, "eve", str(n)), 0, first))
            for n in range(OF_ONE)
        ]
        await asyncio.sleep(0)
        try:
            last = turns.prove(accounts, unproved(accounts, "eve", "last"), 0, second)
            task = asyncio.create_task(last)
            await asyncio.sleep(0)
            hasher.go.set()
            await asyncio.gather(task, *tasks)
        except TooMany:
            await asyncio.gather(*tasks)
            return True
        return False

    assert asyncio.run(ask()) == together


def test_addresses_take_turns() -> None:
    """Who comes last from an address of its own is second, not last."""
    hasher = Held()
    accounts = Accounts([BOB], hasher)
    order: list[str] = []

    async def one(turns: Turns, name: str, address: str) -> None:
        await turns.prove(accounts, unproved(accounts, "eve", name), 0, address)
        order.append(name)

    async def ask() -> None:
        turns = Turns()
        flood = [asyncio.create_task(one(turns, f"a{n}", "192.0.2.1")) for n in range(OF_ONE)]
        await asyncio.sleep(0)
        late = asyncio.create_task(one(turns, "b", "192.0.2.2"))
        await asyncio.sleep(0)
        hasher.go.set()
        await asyncio.gather(late, *flood)

    asyncio.run(ask())
    assert order == ["a0", "b", "a1", "a2", "a3"]


def test_what_goes_wrong_reaches_who_waits_and_nobody_else() -> None:
    accounts = Accounts([BOB], CHEAP)

    class Broken(Accounts):
        def prove(self, unproved: Unproved, now: int) -> Account | None:
            raise OSError("no memory")

    async def ask() -> Account | None:
        turns = Turns()
        with pytest.raises(OSError, match="no memory"):
            await turns.prove(Broken([BOB], CHEAP), unproved(accounts, "eve", "x"), 0, "::1")
        return await turns.prove(accounts, unproved(accounts, "bob", "right"), 0, "::1")

    assert asyncio.run(ask()) == BOB
