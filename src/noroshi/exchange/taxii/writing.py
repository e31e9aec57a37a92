"""Adding to a plain collection and deleting from it (TAXII 2.1 §5.5, §5.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from noroshi.exchange.collections import Plain, Status
from noroshi.exchange.taxii import query
from noroshi.exchange.taxii.message import MEDIA_TYPE, NOT_FOUND, Problem, Response, answer
from noroshi.exchange.taxii.negotiate import is_taxii
from noroshi.exchange.taxii.reading import Reading

_READ_ONLY: Final = "This collection is read-only."


class _Envelope(msgspec.Struct):
    """TAXII 2.1 §3.7. A bundle reads as one: `stix2.TAXIICollectionSink` sends those."""

    objects: list[msgspec.Raw]


class _Named(msgspec.Struct):
    id: str


_envelope = msgspec.json.Decoder(_Envelope)
_named = msgspec.json.Decoder(_Named)


def add(reading: Reading) -> Response:
    """`POST …/objects/`: 202 and the status, in which each object has its line. An envelope in
    which an object cannot be named is refused as a whole, and nothing of it is stored."""
    request = reading.call.request
    put = _adding(reading)
    if not is_taxii(request.headers.get("content-type")):
        raise Problem(415, f"Expected the content type {MEDIA_TYPE}.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(415, "Expected no content encoding.")
    limit = reading.call.service.longest(reading.root)
    if len(request.body) > limit:
        raise Problem(413, f"A body may have at most {limit} bytes.")
    return answer(msgspec.json.encode(put(request.body)), status=202)


def delete(reading: Reading, oid: str) -> Response:
    """`DELETE …/objects/{id}/`: the versions asked for, all of them where none is named."""
    plain = _writable(reading)
    if not reading.rights.read:
        raise Problem(403, "Deleting from this collection needs the right to read it as well.")
    asked = reading.query(query.OBJECT_FIELDS)
    if not plain.remove(oid, lambda held: query.among(held, asked.match)):
        raise Problem(404, NOT_FOUND)
    return answer(b"")


def named(body: bytes) -> list[tuple[str, bytes]]:
    """The objects of an envelope, each with its id; `Problem` 422 for what is no envelope."""
    try:
        body.decode()
        objects = [bytes(raw) for raw in _envelope.decode(body).objects]
        if not objects:
            raise Problem(422, "objects: expected at least one.")
        return [(_named.decode(raw).id, raw) for raw in objects]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        expected = 'an envelope {"objects": […]} of JSON objects that have an id'
        found = "JSON nested too deep" if isinstance(problem, RecursionError) else str(problem)
        raise Problem(422, f"Expected {expected}: {found}") from problem


def _adding(reading: Reading) -> Callable[[bytes], Status]:
    """What adds an envelope to the collection; `Problem` 403 where the caller may not."""
    inbox, account, now = reading.collection.inbox, reading.call.account, reading.call.now
    if inbox is not None and reading.rights.write:
        return lambda body: inbox.take(account, body, now)
    plain, tell = _writable(reading), reading.rights.read
    return lambda body: plain.add(account.key, named(body), now, tell=tell)


def _writable(reading: Reading) -> Plain:
    plain = reading.collection.plain
    # The same for what exists and what does not: nothing is looked up before.
    if plain is None or not reading.rights.write:
        raise Problem(403, _READ_ONLY)
    return plain
