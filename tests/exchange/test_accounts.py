"""Credentials: right, wrong and unknown; what is remembered and for how long."""

from __future__ import annotations

import base64
from typing import Any

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.accounts import REMEMBERED, Account, Accounts
from noroshi.exchange.credentials import (
    LONGEST,
    Certificate,
    Credential,
    Limits,
    Password,
    Presented,
    Token,
    hash_password,
    hash_token,
    new_password,
    new_token,
)
from noroshi.words.time import HOUR

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BOB = Account("bob", "EU", (Password(hash_password("pässword", CHEAP)),))


class Counting(argon2.PasswordHasher):
    """Counts how often Argon2id is really computed."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.computed = 0

    def verify(self, *args: Any, **kwargs: Any) -> Any:
        self.computed += 1
        return super().verify(*args, **kwargs)

    def hash(self, *args: Any, **kwargs: Any) -> Any:
        self.computed += 1
        return super().hash(*args, **kwargs)


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
    found = Accounts([BOB], CHEAP).authenticate(basic(name, password), 0)
    assert found == (BOB if right else None)


def test_a_right_password_is_remembered_and_forgotten_again() -> None:
    hasher = Counting()
    accounts = Accounts([BOB], hasher)
    times = (0, 1, REMEMBERED - 1, REMEMBERED, REMEMBERED + 1)
    for now, computed in zip(times, (1, 1, 1, 2, 2), strict=True):
        assert accounts.authenticate(basic("bob", "pässword"), now) == BOB
        assert hasher.computed == computed


def test_a_wrong_or_unknown_one_costs_one_computation_each_time() -> None:
    hasher = Counting()
    accounts = Accounts([BOB], hasher)
    assert not hasher.computed  # a node starts without
    accounts.authenticate(basic("bob", "pässword"), 0)
    for n, (name, password) in enumerate([("bob", "wrong"), ("eve", "wrong")] * 3):
        assert accounts.authenticate(basic(name, password), 0) is None
        assert hasher.computed == n + 2
    assert accounts.authenticate(basic("bob", "pässword"), 0) == BOB
    assert hasher.computed == 7  # a wrong guess did not push the right password out


def basic(name: str, password: str) -> str:
    return header(f"{name}:{password}".encode())


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
    account = Account("bob", "EU", (Password(hash_password("a:b", CHEAP)),))
    assert Accounts([account], CHEAP).authenticate(header(b"bob:a:b"), 0) == account


@given(st.text())
def test_any_header_is_answered(text: str) -> None:
    assert Accounts([], CHEAP).authenticate(text, 0) is None


@pytest.mark.parametrize("name", ["a:b", ""], ids=["colon", "no name"])
def test_an_account_that_could_never_be_used_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="account"):
        Account(name, "EU")


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Accounts([BOB, BOB], CHEAP)


TOKEN, OLD, NARROW = new_token(), new_token(), new_token()
LIMITS = Limits(("c1",), read_only=True)
EVE = Account(
    "eve",
    "",
    (
        Token(hash_token(TOKEN), id="t1"),
        Token(hash_token(OLD), id="t2", expires=100),
        Token(hash_token(NARROW), id="t3", limits=LIMITS),
        Certificate("aa", id="c1", revoked=50),
        Certificate("bb", id="c2", expires=100),
    ),
)
CERTIFICATE = Presented("bb", 10, 90)


@pytest.mark.parametrize(
    ("authorization", "now", "name"),
    [
        (f"Bearer {TOKEN}", 0, "eve"),
        (f"bEaReR   {TOKEN} ", 10**18, "eve"),
        (f"Bearer {OLD}", 99, "eve"),
        (f"Bearer {OLD}", 100, None),
        (f"Bearer {new_token()}", 0, None),
        (f"Bearer {TOKEN[:-1]}", 0, None),
        (f"Bearer {TOKEN}, Bearer {TOKEN}", 0, None),
        (f"Token {TOKEN}", 0, None),
        (TOKEN, 0, None),
        (basic("eve", TOKEN), 0, "eve"),
        (basic("bob", TOKEN), 0, None),
        (basic("", TOKEN), 0, None),
        (basic("eve", new_token()), 0, None),
        (basic("eve", ""), 0, None),
    ],
    ids=["right", "any case", "not over yet", "over", "unknown", "cut", "twice", "another scheme",
         "no scheme", "as a password", "another's", "nobody's", "unknown as one", "empty"],
)  # fmt: skip
def test_bearer_tokens_and_tokens_as_passwords(
    authorization: str, now: int, name: str | None
) -> None:
    found = Accounts([BOB, EVE], CHEAP).authenticate(authorization, now)
    assert (found and found.name) == name


def test_a_token_costs_no_argon2id_right_or_wrong() -> None:
    hasher = Counting()
    accounts = Accounts([BOB, EVE], hasher)
    for token in (TOKEN, OLD, new_token()):
        accounts.authenticate(f"Bearer {token}", 0)
        accounts.authenticate(basic("eve", token), 0)
    assert hasher.computed == 0


def test_a_token_with_limits_is_a_caller_of_its_own() -> None:
    accounts = Accounts([EVE], CHEAP)
    narrow = accounts.authenticate(f"Bearer {NARROW}", 0)
    wide = accounts.authenticate(f"Bearer {TOKEN}", 0)
    assert narrow
    assert wide
    assert (narrow.limits, wide.limits) == (LIMITS, None)
    assert (narrow.key, wide.key) == ("eve:t3", "eve")


@pytest.mark.parametrize(
    ("certificate", "authorization", "now", "name"),
    [
        (CERTIFICATE, "", 10, "eve"),
        (CERTIFICATE, "  ", 89, "eve"),
        (CERTIFICATE, "", 9, None),
        (CERTIFICATE, "", 90, None),
        (Presented("bb", 0, 10**9), "", 100, None),
        (Presented("aa", 0, 10**9), "", 49, None),
        (Presented("cc", 0, 10**9), "", 50, None),
        (CERTIFICATE, f"Bearer {TOKEN}", 50, "eve"),
        (CERTIFICATE, f"Bearer {new_token()}", 50, None),
        (CERTIFICATE, basic("bob", "pässword"), 50, None),
        (CERTIFICATE, basic("bob", "wrong"), 50, None),
        (Presented("cc", 0, 10**9), basic("bob", "pässword"), 50, "bob"),
        (None, "", 50, None),
    ],
    ids=[
        "right", "right to its last moment", "not yet valid", "no longer valid", "pin expired",
        "pin revoked", "stranger", "and a token", "and a wrong token", "and another's password",
        "and a wrong password", "stranger with a password", "none",
    ],
)  # fmt: skip
def test_certificates(
    certificate: Presented | None, authorization: str, now: int, name: str | None
) -> None:
    found = Accounts([BOB, EVE], CHEAP).authenticate(authorization, now, certificate)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    "authorization", [basic("bob", "pässword"), f"Bearer {TOKEN}", ""], ids=["b", "t", "c"]
)
def test_what_is_taken_away_counts_no_more_at_once(authorization: str) -> None:
    accounts = Accounts([BOB, EVE], CHEAP)
    certificate = None if authorization else CERTIFICATE
    assert accounts.authenticate(authorization, 50, certificate)
    accounts.replace([Account("bob"), Account("eve")])
    assert accounts.authenticate(authorization, 50, certificate) is None
    accounts.replace([BOB, EVE])
    assert accounts.authenticate(authorization, 50, certificate)


def test_a_password_that_stays_stays_remembered() -> None:
    hasher = Counting()
    accounts = Accounts([BOB], hasher)
    for more in ((), (Token(hash_token(TOKEN)),)):
        accounts.replace([Account("bob", "EU", (*BOB.credentials, *more))])
        assert accounts.authenticate(basic("bob", "pässword"), 0)
    assert hasher.computed == 1
    accounts.replace([Account("bob", "EU", (Password(hash_password("new", CHEAP)),))])
    assert accounts.authenticate(basic("bob", "pässword"), 0) is None
    assert accounts.authenticate(basic("bob", "new"), 0)


def test_an_account_without_password_costs_what_one_with_costs() -> None:
    hasher = Counting()
    accounts = Accounts([BOB, EVE], hasher)
    for n, name in enumerate(("eve", "nobody", "bob")):
        assert accounts.authenticate(basic(name, "wrong"), 0) is None
        assert hasher.computed == n + 1


def test_the_hour_of_last_use_is_known_of_what_was_right() -> None:
    accounts = Accounts([BOB, EVE], CHEAP)
    accounts.authenticate(f"Bearer {OLD}", 2 * HOUR)
    assert accounts.used() == {}
    accounts.authenticate(f"Bearer {TOKEN}", 2 * HOUR + 5)
    accounts.authenticate("", 50, CERTIFICATE)
    assert accounts.used() == {"t1": 2 * HOUR, "c2": 0}


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        ((*BOB.credentials, *BOB.credentials), "two passwords"),
        ((Certificate("bb"),), "another one"),
    ],
)
def test_what_would_be_ambiguous_is_refused(credentials: tuple[Credential, ...], says: str) -> None:
    accounts = Accounts([EVE], CHEAP)
    with pytest.raises(ValueError, match=says):
        accounts.replace([EVE, Account("mallory", "", credentials)])
    assert accounts.authenticate(f"Bearer {TOKEN}", 0)
