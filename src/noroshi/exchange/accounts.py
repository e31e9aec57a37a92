"""Who is calling: HTTP Basic, bearer tokens and client certificates, against one table of accounts.

Argon2id (RFC 9106) costs tens of milliseconds on purpose; a poll may cost three. So a password
that was right is remembered as a keyed hash under a key that lives only in this process, and what
has to be computed stands in a short queue of its own, in which nobody else waits.
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

from noroshi.exchange.credentials import (
    LONGEST,
    Certificate,
    Credential,
    Limits,
    Password,
    Presented,
    Token,
    hash_token,
    is_token,
    live,
    nobody,
)
from noroshi.words.time import HOUR, MINUTE

REMEMBERED: Final = 5 * MINUTE
"""How long (µs) a right password is taken without computing Argon2id again."""

_NOBODY_S_TOKEN: Final = hash_token("")


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name that may call in for `party` (empty: for none), with what it proves itself with.

    `limits` are those of the token that was used, `by` its id; both only where it has limits.
    """

    name: str
    party: str = ""
    credentials: tuple[Credential, ...] = ()
    limits: Limits | None = None
    by: str = ""

    def __post_init__(self) -> None:
        if not self.name or ":" in self.name:
            raise ValueError(
                f"account name {self.name!r}: expected text without a colon (RFC 7617)"
            )
        if (
            sum(isinstance(each, Password) and each.revoked is None for each in self.credentials)
            > 1
        ):
            # A second one would make wrong passwords dearer here than for an unknown name.
            raise ValueError(f"account {self.name!r} has two passwords: expected one at most")

    @property
    def key(self) -> str:
        """To whom statuses and places in pages belong: a token with limits is its own caller. No
        name has a colon."""
        return f"{self.name}:{self.by}" if self.by else self.name


class Unproved(msgspec.Struct, frozen=True):
    """A name and a password about which nothing is known before Argon2id is computed; `id` is the
    same for the same two, and tells nothing about them."""

    name: str
    password: str
    id: bytes


class _Table(msgspec.Struct, frozen=True):
    """The accounts by name, and what leads to them: hashes of tokens, pins of certificates."""

    accounts: dict[str, Account]
    passwords: dict[str, Password]
    tokens: dict[str, tuple[Account, Token]]
    pins: dict[str, tuple[tuple[Account, Certificate], ...]]


class Accounts:
    """The accounts of a node. Safe to use from several threads."""

    def __init__(
        self, accounts: Iterable[Account] = (), hasher: argon2.PasswordHasher | None = None
    ) -> None:
        self._table = _table(accounts)
        self._hasher = hasher or argon2.PasswordHasher()
        self._key = secrets.token_bytes(32)
        self._nobody = nobody(self._hasher)
        # At most one entry an account, so the memory is bounded by what the operator declared.
        self._known: dict[str, tuple[bytes, int, Password]] = {}
        self._used: dict[str, int] = {}
        # One Argon2id at a time: a flood of guesses may take one core and 64 MiB, not all.
        self._one = threading.Lock()

    def replace(self, accounts: Iterable[Account]) -> None:
        """Go on with these accounts; what was proved with a credential that is gone counts no
        more. Raises `ValueError`, and goes on as before, where two accounts share something."""
        self._table = _table(accounts)

    def used(self) -> dict[str, int]:
        """Credential id → the hour (µs UTC) in which it was used last, of those used here."""
        return dict(self._used)

    def recall(
        self, authorization: str, now: int, certificate: Presented | None = None
    ) -> Account | Unproved | None:
        """The account that is proved, None when none is, or what has to be computed first: see
        `prove`. Takes microseconds. `now` is µs UTC; where a header and a certificate that is
        pinned are sent, both have to be those of one account."""
        pinned = self._pinned(certificate, now)
        if not authorization.strip():
            return pinned
        scheme, _, rest = authorization.strip().partition(" ")
        found: Account | Unproved | None = None
        if len(rest) > 4 * LONGEST:
            return None
        if scheme.lower() == "bearer":
            found = self._bearer(rest.strip(), now)
        elif scheme.lower() == "basic":
            found = self._basic(rest.strip(), now)
        if pinned is not None and found is not None and found.name != pinned.name:
            return None
        return found

    def prove(self, unproved: Unproved, now: int) -> Account | None:
        """The account, when the password is its own; None otherwise, at the same cost whether or
        not there is such a name. Waits for its turn, then computes for tens of milliseconds."""
        table = self._table
        password = table.passwords.get(unproved.name)
        right = self._right(password.argon2 if password else self._nobody, unproved.password)
        if password is None or not right or not live(password, now):
            return None
        self._known[unproved.name] = (unproved.id, now + REMEMBERED, password)
        self._use(password, now)
        return table.accounts[unproved.name]

    def authenticate(
        self, authorization: str, now: int, certificate: Presented | None = None
    ) -> Account | None:
        """`recall`, and `prove` where that is needed."""
        found = self.recall(authorization, now, certificate)
        return self.prove(found, now) if isinstance(found, Unproved) else found

    def _basic(self, encoded: str, now: int) -> Account | Unproved | None:
        """RFC 7617. A token may stand in place of the password, for clients that know no other
        scheme."""
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except ValueError:
            return None
        name, colon, password = text.partition(":")
        if not colon or max(len(name), len(password)) > LONGEST:
            return None
        if is_token(password):
            found = self._bearer(password, now)
            return found if found is not None and found.name == name else None
        asked = self._mac(name, password)
        mac, until, by = self._known.get(name, (b"", 0, None))
        table = self._table
        same = hmac.compare_digest(mac, asked)
        if same and by is not None and now < until and by == table.passwords.get(name):
            if not live(by, now):
                return None
            self._use(by, now)
            return table.accounts[name]
        return Unproved(name, password, asked)

    def _bearer(self, token: str, now: int) -> Account | None:
        """RFC 6750. What is looked up is a hash of 202 random bits: how long that takes tells
        nobody anything about another token."""
        if not is_token(token):
            return None
        sha256 = hash_token(token)
        account, held = self._table.tokens.get(sha256, (None, Token(_NOBODY_S_TOKEN)))
        if not hmac.compare_digest(sha256, held.sha256) or not live(held, now):
            return None
        self._use(held, now)
        return account

    def _pinned(self, certificate: Presented | None, now: int) -> Account | None:
        if certificate is None or not certificate.not_before <= now < certificate.not_after:
            return None
        for account, held in self._table.pins.get(certificate.spki, ()):
            if live(held, now):
                self._use(held, now)
                return account
        return None

    def _right(self, encoded: str, password: str) -> bool:
        with self._one:
            try:
                return self._hasher.verify(encoded, password)
            except argon2.exceptions.Argon2Error:
                return False

    def _use(self, credential: Credential, now: int) -> None:
        if credential.id:
            self._used[credential.id] = now - now % HOUR

    def _mac(self, name: str, password: str) -> bytes:
        # A name holds no colon, so the pair is unambiguous.
        return hmac.digest(self._key, f"{name}:{password}".encode(), "sha256")


def _table(accounts: Iterable[Account]) -> _Table:
    table = _Table({}, {}, {}, {})
    for account in accounts:
        if account.name in table.accounts:
            raise ValueError(f"account {account.name!r} is given twice")
        table.accounts[account.name] = account
        for each in account.credentials:
            if each.revoked is not None:
                continue
            if isinstance(each, Password):
                table.passwords[account.name] = each
            elif isinstance(each, Token):
                limited = account
                if each.limits is not None:
                    limited = msgspec.structs.replace(account, limits=each.limits, by=each.id)
                table.tokens[each.sha256] = (limited, each)
            else:
                _pin(table, account, each)
    return table


def _pin(table: _Table, account: Account, certificate: Certificate) -> None:
    others = table.pins.get(certificate.spki, ())
    if any(other.name != account.name for other, _ in others):
        raise ValueError(f"account {account.name!r}: its key is pinned for another one as well")
    table.pins[certificate.spki] = (*others, (account, certificate))
