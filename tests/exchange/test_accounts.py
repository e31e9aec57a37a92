"""Credentials: right, wrong and unknown; what is remembered and for how long."""

from __future__ import annotations

import base64
from typing import Any

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.accounts import (
    LONGEST,
    REMEMBERED,
    Account,
    Accounts,
    hash_password,
    new_password,
)

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BOB = Account("bob", "EU", hash_password("pässword", CHEAP))


class Counting(argon2.PasswordHasher):
    """Counts how often Argon2id is really computed."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.computed = 0

    def verify(self, *args: Any, **kwargs: Any) -> Any:
        self.computed += 1
        return super().verify(*args, **kwargs)


def test_a_hash_made_here_is_argon2id_with_the_library_s_defaults() -> None:
    encoded = hash_password("x")
    assert argon2.extract_parameters(encoded) == argon2.profiles.RFC_9106_LOW_MEMORY
    assert argon2.PasswordHasher().verify(encoded, "x")


def test_new_passwords_are_long_and_differ() -> None:
    assert len({new_password() for _ in range(100)}) == 100
    assert len(new_password()) == 32


@pytest.mark.parametrize(
    ("name", "password", "right"),
    [
        ("bob", "pässword", True),
        ("bob", "password", False),
        ("bob", "", False),
        ("Bob", "pässword", False),
        ("nobody", "pässword", False),
        ("", "", False),
        ("bob", "x" * (LONGEST + 1), False),
    ],
)
def test_only_the_right_password_of_a_known_name(name: str, password: str, right: bool) -> None:
    assert Accounts([BOB], CHEAP).check(name, password, 0) == (BOB if right else None)


def test_a_right_password_is_remembered_and_forgotten_again() -> None:
    hasher = Counting()
    accounts = Accounts([BOB], hasher)
    times = (0, 1, REMEMBERED - 1, REMEMBERED, REMEMBERED + 1)
    for now, computed in zip(times, (1, 1, 1, 2, 2), strict=True):
        assert accounts.check("bob", "pässword", now) == BOB
        assert hasher.computed == computed


def test_a_wrong_or_unknown_one_costs_one_computation_each_time() -> None:
    hasher = Counting()
    accounts = Accounts([BOB], hasher)
    accounts.check("bob", "pässword", 0)
    for n, (name, password) in enumerate([("bob", "wrong"), ("eve", "wrong")] * 3):
        assert accounts.check(name, password, 0) is None
        assert hasher.computed == n + 2
    assert accounts.check("bob", "pässword", 0) == BOB
    assert hasher.computed == 7  # a wrong guess did not push the right password out


def header(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("authorization", "right"),
    [
        (header("bob:pässword".encode()), True),
        (header("bob:pässword".encode()).replace("Basic ", "bAsIc   "), True),
        (header("bob:pässword".encode("latin-1")), False),
        (header(b"bob"), False),
        ("Basic", False),
        ("Basic ====", False),
        ("Bearer Ym9i", False),
        ("", False),
    ],
)
def test_basic_header(authorization: str, right: bool) -> None:
    found = Accounts([BOB], CHEAP).authenticate(authorization, 0)
    assert found == (BOB if right else None)


def test_colons_belong_to_the_password() -> None:
    account = Account("bob", "EU", hash_password("a:b", CHEAP))
    assert Accounts([account], CHEAP).authenticate(header(b"bob:a:b"), 0) == account


@given(st.text())
def test_any_header_is_answered(text: str) -> None:
    assert Accounts([], CHEAP).authenticate(text, 0) is None


@pytest.mark.parametrize(
    ("name", "encoded"),
    [("a:b", BOB.argon2), ("", BOB.argon2), ("a", "x")],
    ids=["colon", "no name", "no hash"],
)
def test_an_account_that_could_never_be_used_is_refused(name: str, encoded: str) -> None:
    with pytest.raises(ValueError, match="account"):
        Account(name, "EU", encoded)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Accounts([BOB, BOB], CHEAP)
