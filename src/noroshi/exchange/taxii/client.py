"""Pulling another node's view: page after page, from where the last pull ended.

Nothing a peer says is taken on trust: not its counts, not that its pages end, not that its
objects are objects. What does not hold raises `PeerError`, which names the URL and what was
expected; pages already yielded stay good, and the cursor of the last one resumes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import httpx2
import msgspec

from noroshi.exchange.taxii.fetch import (
    PATIENT,
    Got,
    Patience,
    Peer,
    PeerError,
    get,
    open_client,
    post,
)
from noroshi.exchange.taxii.message import Problem
from noroshi.exchange.taxii.query import instant
from noroshi.exchange.taxii.service import INBOX, LEDGER, LETTERS, VIEW
from noroshi.exchange.vouch import Vouched
from noroshi.words.grant import Grant
from noroshi.words.label import Label

__all__ = [
    "PATIENT",
    "Cursor",
    "Found",
    "Patience",
    "PeerError",
    "Pulled",
    "ask",
    "discover",
    "discover_inbox",
    "discover_view",
    "open_client",
    "pull",
    "send",
    "unpack",
]

MAX_PAGES: Final = 100_000


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How far a pull came. `added_after` is the filter of the run of pages being read, `next` the
    peer's token within it (None between runs), `last` the date of the last page, in the peer's
    own text: its clock may be finer than ours."""

    added_after: str | None = None
    next: str | None = None
    last: str | None = None


class Pulled(msgspec.Struct, frozen=True):
    """One page: objects as the bytes received; `of[i]` is the index of object i's label in
    `labels`. A label that this version cannot read is None: its objects must not be kept. A grant
    that cannot be read is left out, and so is `vouched`, the signatures. A peer that is no noroshi
    node sends no terms: then all of these are empty. Store the page and `cursor` together."""

    objects: tuple[bytes, ...]
    labels: tuple[Label | None, ...]
    grants: tuple[Grant, ...]
    of: tuple[int, ...]
    cursor: Cursor
    vouched: Vouched | None = None


class _Terms(msgspec.Struct):
    """`ReleaseTerms` of a peer that may be newer than we are: each label and grant read alone."""

    labels: tuple[msgspec.Raw, ...] = ()
    grants: tuple[msgspec.Raw, ...] = ()
    of: tuple[int, ...] = ()
    vouched: msgspec.Raw = msgspec.Raw(b"null")


class _Envelope(msgspec.Struct):
    more: bool = False
    next: str | None = None
    objects: list[msgspec.Raw] = []
    x_noroshi_release: _Terms | None = None


def pull(
    url: str,
    auth: tuple[str, str] | None,
    after: Cursor,
    http: httpx2.Client,
    *,
    patience: Patience = PATIENT,
    max_pages: int = MAX_PAGES,
) -> Iterator[Pulled]:
    """Every page of the collection at `url` since `after`, one request each, as it is asked for:
    all versions of its objects, for each has terms of its own.

    The peer may send smaller pages than `patience` asks for. `max_pages` ends a peer that never
    does. Raises `PeerError`.
    """
    peer = Peer(http, auth, patience)
    objects = f"{url.rstrip('/')}/objects/"
    cursor = after
    for _ in range(max_pages):
        try:
            got = get(peer, objects, _asked(cursor, patience.page), {"noroshi-release": "1"})
        except PeerError as error:
            if error.status != 400 or cursor.next is None or cursor != after:
                raise
            # The peer no longer knows a token that we kept: read this run again from its start.
            cursor = after = Cursor(cursor.added_after)
            continue
        page, more = _page(got, cursor)
        if page.objects or page.cursor != cursor:
            yield page
        if not more:
            return
        cursor = page.cursor
    raise PeerError(objects, f"{max_pages} pages and more", "an end")


def discover(url: str, auth: tuple[str, str] | None, http: httpx2.Client) -> str:
    """The URL of the caller's view at the server `url`, as `discover_view`. Raises `PeerError`."""
    return discover_view(url, auth, http).url


def discover_view(
    url: str, auth: tuple[str, str] | None, http: httpx2.Client, patience: Patience = PATIENT
) -> Found:
    """What the caller finds at the server `url` (its discovery, or the host alone): the view is the
    collection with the alias `view`, or else the only readable one. Raises `PeerError`."""
    got, found = _collections(Peer(http, auth, patience), url)
    readable = [each for each in found if each.can_read]
    views = [each for each in readable if each.alias == VIEW] or readable
    if len(views) != 1:
        raise PeerError(got.url, f"{len(views)} readable collections", f"one with alias {VIEW!r}")
    letters = next((_at(got, each) for each in readable if each.alias == LETTERS), None)
    ledger = next((_at(got, each) for each in readable if each.alias == LEDGER), None)
    return Found(_at(got, views[0]), views[0].x_noroshi_life, letters, ledger)


def discover_inbox(
    url: str, auth: tuple[str, str] | None, http: httpx2.Client, patience: Patience = PATIENT
) -> str | None:
    """The URL of the collection to which the caller may send; None where the server has none for
    it. Raises `PeerError`."""
    got, found = _collections(Peer(http, auth, patience), url)
    return next((_at(got, each) for each in found if each.can_write and each.alias == INBOX), None)


class Found(msgspec.Struct, frozen=True):
    """What a caller finds at a server: the URL of its view, how often that node was put back from a
    backup, and the URLs of letters to it and of what is said of the ledger about it (None: there
    are none)."""

    url: str
    life: int
    letters: str | None
    ledger: str | None = None


def ask(
    url: str,
    auth: tuple[str, str] | None,
    http: httpx2.Client,
    names: Sequence[str],
    patience: Patience = PATIENT,
) -> Pulled:
    """The objects with these ids, in one page, of the collection at `url`. Raises `PeerError`."""
    objects = f"{url.rstrip('/')}/objects/"
    asked = {"match[id]": ",".join(names), "limit": str(len(names))}
    got = get(Peer(http, auth, patience), objects, asked, {"noroshi-release": "1"})
    return unpack(got.body, got.url)


def send(
    url: str,
    auth: tuple[str, str] | None,
    http: httpx2.Client,
    body: bytes,
    patience: Patience = PATIENT,
) -> tuple[int, int]:
    """Add an envelope to the collection at `url`: how many objects were taken, and how many not.
    Raises `PeerError`."""
    got = post(Peer(http, auth, patience), f"{url.rstrip('/')}/objects/", body)
    status = _decoded(got, _Status)
    return status.success_count, status.failure_count


def _at(got: Got, collection: _Collection) -> str:
    return f"{got.url.rstrip('/')}/{quote(collection.id, safe='')}/"


def _collections(peer: Peer, url: str) -> tuple[Got, tuple[_Collection, ...]]:
    """The collections of the default API root, or of the first, at a server."""
    start = url if urlsplit(url).path.strip("/") else urljoin(url, "/taxii2/")
    got = get(peer, start)
    found = _decoded(got, _Discovery)
    named = found.default or next(iter(found.api_roots), None)
    if named is None:
        raise PeerError(got.url, "no API root", "at least one")
    root = urljoin(got.url, named)
    if urlsplit(root)[:2] != urlsplit(start)[:2]:
        raise PeerError(got.url, f"an API root elsewhere, {root}", "one at the same origin")
    got = get(peer, f"{root.rstrip('/')}/collections/")
    return got, _decoded(got, _Collections).collections


class _Discovery(msgspec.Struct):
    default: str | None = None
    api_roots: tuple[str, ...] = ()


class _Collection(msgspec.Struct):
    id: str
    can_read: bool
    can_write: bool = False
    alias: str | None = None
    x_noroshi_life: int = 0


class _Status(msgspec.Struct):
    success_count: int = 0
    failure_count: int = 0


class _Collections(msgspec.Struct):
    collections: tuple[_Collection, ...] = ()


T = TypeVar("T", bound=msgspec.Struct)


def _decoded(got: Got, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(got.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PeerError(got.url, str(error), "TAXII 2.1 JSON") from error


def _asked(cursor: Cursor, limit: int) -> dict[str, str]:
    asked = {
        "limit": str(limit),
        "match[version]": "all",
        "added_after": cursor.added_after,
        "next": cursor.next,
    }
    return {name: value for name, value in asked.items() if value is not None}


def unpack(body: bytes, where: str) -> Pulled:
    """The envelope `body` that came from `where`, with its terms. Raises `PeerError`."""
    return _unpacked(where, _decoded(Got(where, body, {}), _Envelope), Cursor())


def _page(got: Got, cursor: Cursor) -> tuple[Pulled, bool]:
    """One page, checked, with the cursor after it; and whether the peer says that more follow."""
    envelope = _decoded(got, _Envelope)
    if not envelope.objects:
        if envelope.more:
            raise PeerError(got.url, "more, but no objects", "objects on every page but the last")
        return Pulled((), (), (), (), Cursor(cursor.last or cursor.added_after)), False
    return _unpacked(got.url, envelope, _following(got, envelope, cursor)), envelope.more


def _unpacked(where: str, envelope: _Envelope, cursor: Cursor) -> Pulled:
    objects = tuple(bytes(raw) for raw in envelope.objects)
    for n, raw in enumerate(objects):
        if not raw.startswith(b"{"):
            raise PeerError(where, f"{raw[:40]!r} as objects[{n}]", "a JSON object")
    terms = envelope.x_noroshi_release
    if terms is None:
        return Pulled(objects, (), (), (), cursor)
    if len(terms.of) != len(objects) or not all(0 <= n < len(terms.labels) for n in terms.of):
        raise PeerError(where, "x_noroshi_release.of that does not fit", "a label an object")
    labels = tuple(_readable(raw, Label) for raw in terms.labels)
    grants = tuple(each for raw in terms.grants if (each := _readable(raw, Grant)) is not None)
    return Pulled(objects, labels, grants, terms.of, cursor, _readable(terms.vouched, Vouched))


def _readable(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """A label or grant; None where it holds what we do not know, which may be a limit on it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _following(got: Got, envelope: _Envelope, cursor: Cursor) -> Cursor:
    """The cursor after a page with objects: dates never go back, so that the pages must end."""
    name = "x-taxii-date-added-last"
    last = _date(got, got.headers.get(name, ""), name)
    before = cursor.last or cursor.added_after
    floor = None if before is None else _date(got, before, "cursor")
    if floor is not None and last < floor:
        raise PeerError(got.url, f"{name} {got.headers[name]}", f"none before {before}")
    if not envelope.more:
        return Cursor(got.headers[name])
    if envelope.next is not None:
        if envelope.next == cursor.next:
            raise PeerError(got.url, "the next that was asked with", "another one")
        return Cursor(cursor.added_after, envelope.next, got.headers[name])
    if floor is not None and last == floor:
        raise PeerError(got.url, "more without next, at one date", f"{name} after {before}")
    return Cursor(got.headers[name])


def _date(got: Got, text: str, name: str) -> int:
    try:
        return instant(text, name)
    except Problem as problem:
        raise PeerError(got.url, f"{name} {text!r}", "an RFC 3339 instant") from problem
