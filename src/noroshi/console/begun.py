"""Sign-ins by an identity provider that are under way: each comes back once, in the browser that
began it, within ten minutes."""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import Final, NamedTuple

from noroshi.words.ids import sha256
from noroshi.words.time import MINUTE

LASTS: Final = 10 * MINUTE
MOST: Final = 1_000


class _Begun(NamedTuple):
    """A sign-in that is under way: hash of the browser's cookie, nonce, verifier, until (µs)."""

    browser: str
    nonce: str
    verifier: str
    until: int


class Begun:
    """Sign-ins under way. Safe to use from several threads."""

    def __init__(self) -> None:
        self._held: dict[str, _Begun] = {}
        self._lock = threading.Lock()

    def begin(self, now: int) -> tuple[str, str, str, str]:
        """(state, what the browser is to hold, nonce, verifier) of a new one."""
        state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        with self._lock:
            self._held = {key: each for key, each in self._held.items() if each.until > now}
            if len(self._held) >= MOST:
                del self._held[next(iter(self._held))]
            made = _Begun(sha256(browser.encode()), nonce, verifier, now + LASTS)
            self._held[sha256(state.encode())] = made
        return state, browser, nonce, verifier

    def back(self, state: str, browser: str, now: int) -> tuple[str, str] | None:
        """(nonce, verifier) of the one with this state, which is gone then; None for another
        browser, a second time, or too late."""
        with self._lock:
            found = self._held.pop(sha256(state.encode()), None)
        if found is None or found.until <= now:
            return None
        same = hmac.compare_digest(found.browser, sha256(browser.encode()))
        return (found.nonce, found.verifier) if same else None
