"""One request to another node's TAXII server: bounded, retried, and answers other than TAXII not
believed."""

from __future__ import annotations

import functools
import math
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2
import msgspec

from noroshi.exchange.taxii.message import MEDIA_TYPE
from noroshi.exchange.taxii.negotiate import is_taxii
from noroshi.words.errors import NoroshiError

ATTEMPTS: Final = 5
LONGEST_WAIT_S: Final = 300.0
MAX_BYTES: Final = 64 * 1024 * 1024
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})


class PeerError(NoroshiError):
    """What a peer did that it should not have: its URL, what came, and what was expected."""

    def __init__(
        self,
        url: str,
        found: str,
        expected: str,
        *,
        status: int | None = None,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(f"{url}: found {found}; expected {expected}")
        self.url, self.found, self.expected, self.status = url, found, expected, status
        self.wait_s = wait_s
        """How long the peer asked to be left alone."""


class Patience(msgspec.Struct, frozen=True):
    """How long a peer is waited for: how often it is asked the same, for how many seconds an answer
    may come in, and how many objects are asked for, or sent, at once. `enough` says, between pages,
    whether the rest is left to another time. `sleep` and `watch` are in seconds."""

    attempts: int = ATTEMPTS
    answer_s: float = math.inf
    page: int = 1_000
    enough: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    watch: Callable[[], float] = time.monotonic


PATIENT: Final = Patience()
"""Of a person who asked for it and waits."""


class Peer(msgspec.Struct, frozen=True):
    """How to reach a peer: an open client, its credentials, and how long it is waited for."""

    http: httpx2.Client
    auth: tuple[str, str] | None
    patience: Patience = PATIENT
    max_bytes: int = MAX_BYTES


class Got(msgspec.Struct, frozen=True):
    """A TAXII answer: the URL asked, its body and its headers (lower-case names)."""

    url: str
    body: bytes
    headers: Mapping[str, str]


def open_client(verify: ssl.SSLContext | bool = True) -> httpx2.Client:
    """A client with the time limits that a peer gets; it never follows a redirect, which would
    carry credentials elsewhere."""
    limits = httpx2.Timeout(30.0, connect=10.0)
    context = _public() if verify is True else verify
    return httpx2.Client(verify=context, timeout=limits, follow_redirects=False)


@functools.cache
def _public() -> ssl.SSLContext:
    """What trusts the public authorities: one for all clients, as reading them takes 0.1 s."""
    return httpx2.create_ssl_context()


def get(
    peer: Peer, url: str, params: Mapping[str, str] = {}, headers: Mapping[str, str] = {}
) -> Got:
    """The TAXII answer at `url`; waits and tries again while the peer is busy or out of reach.

    Raises `PeerError` for anything else than a 200 in the right media type.
    """
    return _checked(*asked(peer, "GET", url, params, headers, None), 200)


def post(peer: Peer, url: str, body: bytes) -> Got:
    """The TAXII answer to `body` at `url`. What is tried again may come twice: send only what the
    peer takes once. Raises `PeerError` for anything else than a 202 in the right media type."""
    return _checked(*asked(peer, "POST", url, {}, {"content-type": MEDIA_TYPE}, body), 202)


def asked(
    peer: Peer,
    method: str,
    url: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    sent: bytes | None,
) -> tuple[Got, int]:
    """The answer at `url`, whatever it is, with its status; waits and tries again while the server
    is busy or out of reach. Raises `PeerError` where there is none."""
    for attempt in range(peer.patience.attempts):
        last = attempt == peer.patience.attempts - 1
        try:
            status, got = _once(peer, method, url, params, headers, sent)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            if last or isinstance(error, (httpx2.UnsupportedProtocol, httpx2.DecodingError)):
                raise PeerError(url, f"{type(error).__name__} {error}", "an answer") from error
            peer.patience.sleep(float(2**attempt))
            continue
        except httpx2.InvalidURL as error:
            raise PeerError(url, str(error), "a URL") from error
        if status in _AGAIN and not last:
            peer.patience.sleep(_wait(got.headers, attempt))
        else:
            return got, status
    raise AssertionError("the last attempt returns or raises")


def _once(
    peer: Peer,
    method: str,
    url: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    sent: bytes | None,
) -> tuple[int, Got]:
    # Identity: a body that is small on the wire must not become a large one in memory.
    said = {"accept": MEDIA_TYPE, "accept-encoding": "identity", **headers}
    end = peer.patience.watch() + peer.patience.answer_s
    with peer.http.stream(
        method, url, params=params, headers=said, auth=peer.auth, content=sent
    ) as response:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > peer.max_bytes:
                raise PeerError(url, "a longer body", f"at most {peer.max_bytes} bytes")
            if peer.patience.watch() > end:
                late = f"only {len(body)} bytes after {peer.patience.answer_s:g} s"
                raise PeerError(url, late, "a whole answer")
        received = {name.lower(): value for name, value in response.headers.items()}
        return response.status_code, Got(str(response.url), bytes(body), received)


def _checked(got: Got, status: int, wanted: int) -> Got:
    if status != wanted:
        found = f"HTTP {status}{_title(got.body)}"
        wait_s = _wait(got.headers, 0) if "retry-after" in got.headers else 0.0
        raise PeerError(got.url, found, f"HTTP {wanted}", status=status, wait_s=wait_s)
    found = got.headers.get("content-type", "")
    if not is_taxii(found):
        raise PeerError(got.url, f"content type {found!r}", MEDIA_TYPE)
    return got


class _Error(msgspec.Struct):
    title: str
    description: str = ""


def _title(body: bytes) -> str:
    """What a TAXII error object says, short and on one line; nothing for any other body."""
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    text = " ".join(f"{error.title}: {error.description}".split())
    return f" ({text[:200]})" if text.isprintable() else ""


def _wait(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds: what `Retry-After` says (as a number, or a date counted from the peer's own
    `Date`), within bounds; doubling from one second without it."""
    said = headers.get("retry-after", "").strip()
    seconds = float(2**attempt)
    if said.isascii() and said.isdigit():
        seconds = float(said[:9])
    elif said and "date" in headers:
        try:
            until = parsedate_to_datetime(said) - parsedate_to_datetime(headers["date"])
            seconds = until.total_seconds()
        except (ValueError, TypeError):
            pass
    return min(max(seconds, 0.0), LONGEST_WAIT_S)
