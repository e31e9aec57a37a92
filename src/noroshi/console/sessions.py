"""Sessions: who is signed in, kept in this process alone, under hashes of what browsers hold.

A session ends after `IDLE` without a request, after `LONGEST` in any case, when its user is gone
or changes role or password, and when the server ends. A request that changes something has to
carry the session's second secret in a header of its own, which no other site can send
(OWASP CSRF Prevention Cheat Sheet, "custom request headers" and "synchronizer token").
"""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import Final

import msgspec

from noroshi.console.users import File, Role, User
from noroshi.words.ids import sha256
from noroshi.words.time import HOUR

IDLE: Final = HOUR
LONGEST: Final = 12 * HOUR
MOST: Final = 1_000
"""Sessions at a time; the one unused longest makes room."""


class Session(msgspec.Struct):
    """Who is signed in, as what, and the secret that changes have to carry. Instants µs UTC."""

    user: User
    csrf: str
    since: int
    used: int

    @property
    def role(self) -> Role:
        """What they may."""
        return self.user.role


class Sessions:
    """The sessions of one server. Safe to use from several threads."""

    def __init__(self) -> None:
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: User, now: int) -> tuple[str, Session]:
        """(what the browser is to hold, the session)."""
        secret = secrets.token_urlsafe(32)
        session = Session(user, secrets.token_urlsafe(32), now, now)
        with self._lock:
            if len(self._held) >= MOST:
                del self._held[min(self._held, key=lambda each: self._held[each].used)]
            self._held[_key(secret)] = session
        return secret, session

    def of(self, secret: str, now: int) -> Session | None:
        """The session of what a browser sent, if it lives."""
        with self._lock:
            found = self._held.get(_key(secret))
            if found is None:
                return None
            if now - found.used > IDLE or now - found.since > LONGEST:
                del self._held[_key(secret)]
                return None
            found.used = now
            return found

    def drop(self, session: Session) -> None:
        """Sign out."""
        with self._lock:
            self._held = {key: each for key, each in self._held.items() if each is not session}

    def keep(self, file: File) -> None:
        """Go on with the users of `file`: who is another now has to sign in again. Whom a provider
        signed in is in no file."""
        users = set(file.users)
        with self._lock:
            self._held = {
                key: each
                for key, each in self._held.items()
                if each.user.subject or each.user in users
            }


def proved(session: Session, sent: str) -> bool:
    """Whether a request carries the session's second secret."""
    return hmac.compare_digest(session.csrf.encode(), sent.encode())


def _key(secret: str) -> str:
    return sha256(secret.encode())
