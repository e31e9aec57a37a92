"""Who is calling: HTTP Basic names and passwords, kept as Argon2id and remembered for a while.

Argon2id (RFC 9106) costs tens of milliseconds on purpose; a poll may cost three. So a password
that was right is remembered as a keyed hash under a key that lives only in this process.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections.abc import Iterable
from typing import Final

import argon2
import msgspec

from noroshi.words.time import MINUTE

REMEMBERED: Final = 5 * MINUTE
"""How long (µs) a right password is taken without computing Argon2id again."""

LONGEST: Final = 1024
"""Characters of a name or password beyond which nothing is computed: no account has such."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name that may call in for `party`; `argon2` is the encoded hash of its password."""

    name: str
    party: str
    argon2: str

    def __post_init__(self) -> None:
        if not self.name or ":" in self.name:
            raise ValueError(
                f"account name {self.name!r}: expected text without a colon (RFC 7617)"
            )
        try:
            argon2.extract_parameters(self.argon2)
        except argon2.exceptions.InvalidHashError as error:
            raise ValueError(f"account {self.name!r}: expected an encoded Argon2 hash") from error


def new_password() -> str:
    """A random password of 192 bits, safe in URLs and shells."""
    return secrets.token_urlsafe(24)


def hash_password(password: str, hasher: argon2.PasswordHasher | None = None) -> str:
    """The encoded Argon2id hash of `password`, with a fresh salt."""
    return (hasher or argon2.PasswordHasher()).hash(password)


class Accounts:
    """The accounts of a node, by name. Safe to use from several threads."""

    def __init__(
        self, accounts: Iterable[Account] = (), hasher: argon2.PasswordHasher | None = None
    ) -> None:
        self._by_name: dict[str, Account] = {}
        for account in accounts:
            if account.name in self._by_name:
                raise ValueError(f"account {account.name!r} is given twice")
            self._by_name[account.name] = account
        self._hasher = hasher or argon2.PasswordHasher()
        self._key = secrets.token_bytes(32)
        self._nobody = Account("nobody", "", hash_password(new_password(), self._hasher))
        # At most one entry an account, so the memory is bounded by what the operator declared.
        self._known: dict[str, tuple[bytes, int]] = {}
        # One Argon2id at a time: a flood of guesses may take one core and 64 MiB, not all.
        self._one = threading.Lock()

    def check(self, name: str, password: str, now: int) -> Account | None:
        """The account, when `password` is its password; None otherwise, at the same cost whether
        or not there is such a name. `now` is µs UTC."""
        if max(len(name), len(password)) > LONGEST:
            return None
        account = self._by_name.get(name)
        mac = self._mac(name, password)
        held = self._known.get(name)
        if held is not None and now < held[1] and hmac.compare_digest(held[0], mac):
            return account
        right = self._right(account or self._nobody, password)
        if account is None or not right:
            return None
        self._known[name] = (mac, now + REMEMBERED)
        return account

    def authenticate(self, authorization: str, now: int) -> Account | None:
        """The account that an HTTP `Authorization` header proves (RFC 7617); None when none."""
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            text = base64.b64decode(token.strip(), validate=True).decode()
        except ValueError:
            return None
        name, colon, password = text.partition(":")
        return self.check(name, password, now) if colon else None

    def _right(self, account: Account, password: str) -> bool:
        with self._one:
            try:
                return self._hasher.verify(account.argon2, password)
            except argon2.exceptions.Argon2Error:
                return False

    def _mac(self, name: str, password: str) -> bytes:
        # A name holds no colon, so the pair is unambiguous.
        return hmac.digest(self._key, f"{name}:{password}".encode(), "sha256")
