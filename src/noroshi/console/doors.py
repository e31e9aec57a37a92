"""The doors of the console: who is let through to what, and how an answer looks.

Every route names the least role that may use it. A request that changes something has to come from
the page itself: the session's cookie, its second secret in a header, and no other origin.
"""

from __future__ import annotations

import functools
import gzip
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from noroshi.console.desk import Desk
from noroshi.console.sessions import Session, proved
from noroshi.console.users import Role, at_least
from noroshi.words.errors import BadInput, NoroshiError, Refused, UnknownParty
from noroshi.words.time import parse_instant, parse_partial

COOKIE: Final = "noroshi"
COOKIE_TLS: Final = "__Host-noroshi"
CSRF: Final = "x-noroshi-csrf"
BODY_MOST: Final = 64 * 1024
PACKED: Final = 32 * 1024
"""Bytes of an answer from which on it is worth packing."""

Answer = Callable[["Asked"], Any]
_log = logging.getLogger(__name__)


class Denied(Exception):
    """A request that is not let through: HTTP status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class Asked:
    """One request of somebody who is signed in."""

    def __init__(self, desk: Desk, session: Session, request: Request, body: bytes) -> None:
        self.desk, self.session, self.body = desk, session, body
        self.query = request.query_params
        self.now = desk.clock()

    @property
    def who(self) -> str:
        """The user's name."""
        return self.session.user.name

    def text(self, name: str, default: str | None = None) -> str:
        """A value of the query; `Denied` where it has to be there and is not."""
        found = self.query.get(name) or default
        if found is None:
            raise Denied(400, f"{name} is missing")
        return found

    def instant(self, name: str) -> int | None:
        """An instant or a date of the query as µs UTC; None where there is none."""
        found = self.query.get(name)
        if not found:
            return None
        try:
            return parse_instant(found) if "T" in found.upper() else parse_partial(found).t0
        except ValueError:
            raise Denied(400, f"{name}: {found[:40]!r} is no instant") from None

    def number(self, name: str, most: int) -> int | None:
        """A number of the query from 1 to `most`; None where there is none."""
        found = self.query.get(name)
        if not found:
            return None
        digits = found.isascii() and found.isdecimal() and len(found) <= len(str(most))
        if not digits or not 1 <= int(found) <= most:
            raise Denied(400, f"{name}: {found[:40]!r} is no number from 1 to {most}")
        return int(found)

    def decoded(self, kind: Any) -> Any:
        """The body as a `kind`."""
        return decoded(self.body, kind)

    def note(self, what: str, **about: str) -> None:
        """Write into the journal what they do. On the disc when it returns."""
        self.desk.acts.add(self.who, what, about, self.now)


def decoded(body: bytes, kind: Any) -> Any:
    """JSON as a `kind`; `Denied` where it is none."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Denied(400, str(problem)) from None


def json(value: Any, status: int = 200) -> Response:
    """An answer of JSON. Bytes are JSON already."""
    return answered(value if isinstance(value, bytes) else msgspec.json.encode(value), status)


def answered(body: bytes, status: int = 200, media: str = "application/json") -> Response:
    """An answer that no cache keeps."""
    return Response(body, status, {"cache-control": "no-store"}, media)


def packed(request: Request, answer: Response) -> Response:
    """A long answer made short, for whoever takes it so."""
    body = bytes(answer.body)
    if len(body) < PACKED or "gzip" not in request.headers.get("accept-encoding", ""):
        return answer
    answer.body = gzip.compress(body, 1)
    answer.headers["content-encoding"] = "gzip"
    answer.headers["content-length"] = str(len(answer.body))
    return answer


def refusal(status: int, text: str) -> Response:
    """An error as the page reads it."""
    return json({"error": text}, status)


def door(
    desk: Desk, role: Role, answer: Answer, *, changes: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """The route that lets those of `role` and above to `answer`, which runs in a thread."""

    async def route(request: Request) -> Response:
        try:
            session = let_in(desk, request, role, changes=changes)
            # Read whole in any case: until it is, the server takes the caller to be a slow one.
            body = await limited(request)
            asked = Asked(desk, session, request, body)
            found = await run_in_threadpool(functools.partial(answer, asked))
            found = found if isinstance(found, Response) else json(found)
            return await run_in_threadpool(packed, request, found)
        except Denied as problem:
            return refusal(problem.status, problem.text)
        except UnknownParty as problem:
            return refusal(404, str(problem))
        except (Refused, BadInput) as problem:
            return refusal(409, str(problem))
        except NoroshiError as problem:
            return refusal(500, str(problem))
        except Exception:
            _log.exception("console request failed: %s", request.url.path)
            return refusal(500, "The server failed; what happened is in its log.")

    return route


def let_in(desk: Desk, request: Request, role: Role, *, changes: bool) -> Session:
    """The session of the request. Raises `Denied`."""
    desk.users()
    session = desk.sessions.of(request.cookies.get(cookie(desk), ""), desk.clock())
    if session is None:
        raise Denied(401, "Sign in first.")
    if changes:
        from_here(request)
        if not proved(session, request.headers.get(CSRF, "")):
            raise Denied(403, "The request does not carry the session's secret.")
    if not at_least(session.role, role):
        raise Denied(403, f"That takes the role of {role}; you have that of {session.role}.")
    return session


def from_here(request: Request) -> None:
    """`Denied` for a request that another site brought about."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise Denied(403, "The request comes from another site.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Denied(403, "The request comes from another origin.")


def cookie(desk: Desk) -> str:
    """The name of the cookie: under TLS one that no other host can set (RFC 6265bis §4.1.3.2)."""
    return COOKIE_TLS if desk.secure else COOKIE


async def limited(request: Request) -> bytes:
    """The body, no longer than is read."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_MOST:
            raise Denied(413, f"more than {BODY_MOST} bytes")
        parts.append(part)
    return b"".join(parts)
