"""A request, a response, and the error object that every refusal carries (TAXII 2.1 §3.6.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec

from noroshi.exchange.credentials import Presented

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"

NOT_FOUND: Final = "There is nothing here for you."
"""The one text for what is not there and for what is not the caller's."""

Headers = tuple[tuple[str, str], ...]


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. `path` is as it came, still percent-encoded, `query` what follows `?`;
    header names are lower-case. `body` may be cut one byte past the service's limit. `certificate`
    is the client's, from the TLS handshake."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""
    certificate: Presented | None = None


class Response(msgspec.Struct, frozen=True):
    """One HTTP response; `headers` are complete, content length included."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, its name in any case."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, None)


class Problem(Exception):
    """A refusal on its way to the edge; `description` says what was found and expected."""

    def __init__(
        self, status: int, description: str, *, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(description)
        self.status, self.description, self.headers = status, description, tuple(headers)


def answer(body: bytes, *headers: tuple[str, str], status: int = 200) -> Response:
    """A TAXII response around JSON bytes. Nothing in between may keep what one caller was told."""
    always = (
        ("content-type", MEDIA_TYPE),
        ("content-length", str(len(body))),
        ("cache-control", "private, no-store"),
    )
    return Response(status, always + headers, body)


def answer_json(value: Any, *headers: tuple[str, str]) -> Response:
    """A TAXII response around a value that msgspec writes as JSON."""
    return answer(msgspec.json.encode(value), *headers)


def refusal(problem: Problem, request: Request) -> Response:
    """The error object of a refusal.

    `error_id` is a digest of the request as sent, so that a log line is found by it, and it tells
    nothing that the caller did not write: two refusals of one request are equal to the last byte.
    """
    asked = "\0".join((request.method, request.path, request.query, str(problem.status)))
    error = {
        "title": HTTPStatus(problem.status).phrase,
        "description": problem.description,
        "error_id": hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()[:16],
        "http_status": str(problem.status),
    }
    return answer(msgspec.json.encode(error), *problem.headers, status=problem.status)
