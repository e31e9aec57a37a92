"""Reading one collection: objects, one object, its versions, the manifest (TAXII 2.1 §5.3–§5.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from noroshi.exchange.accounts import Account
from noroshi.exchange.served import Page, Served, stamp
from noroshi.exchange.taxii import envelope, query, token
from noroshi.exchange.taxii.marking import PUBLIC, TLP_CREATED
from noroshi.exchange.taxii.message import NOT_FOUND, Problem, Request, Response, answer
from noroshi.exchange.taxii.service import Collection, Rights, Root, Service
from noroshi.words.time import parse_instant

RELEASE_HEADER: Final = "noroshi-release"


class Call(msgspec.Struct, frozen=True):
    """A request of a known caller at `now` (µs UTC)."""

    service: Service
    request: Request
    account: Account
    now: int


class Reading(msgspec.Struct, frozen=True):
    """A call about one collection, in which the caller has `rights`; `where` names the endpoint,
    to which `next` is bound."""

    call: Call
    root: Root
    collection: Collection
    rights: Rights
    where: tuple[str, ...]

    @property
    def terms(self) -> bool:
        """Whether the caller is a noroshi peer, which takes labels beside untouched bytes. What is
        in a plain collection has none."""
        wanted = self.call.request.headers.get(RELEASE_HEADER, "").strip() == "1"
        return wanted and self.collection.plain is None

    def envelope(self, entries: Sequence[Served], following: str | None) -> Response:
        """The entries with their contents; for a noroshi peer with their terms, and signed."""
        if not self.terms:
            return envelope.objects(entries, following, terms=False)
        vouch = self.call.service.vouch
        vouched = vouch(entries, self.call.now) if vouch and entries else None
        return envelope.objects(entries, following, terms=True, vouched=vouched)

    @property
    def disclose(self) -> bool:
        """Whether the caller gets to see a body."""
        return self.call.request.method != "HEAD"

    def public(self, oid: str) -> bool:
        """Whether anyone may have this object here; a plain collection has what was added to it."""
        return oid in PUBLIC and self.collection.plain is None

    def query(self, fields: tuple[str, ...]) -> query.Query:
        """What is asked, of an endpoint with these match fields."""
        return query.parse(self.call.request.query, fields)

    def limit(self, asked: query.Query) -> int:
        """How many entries a page has: never more than the service's cap, or the collection's."""
        cap = self.call.service.page_cap
        return min(asked.limit or cap, cap, self.collection.page_cap or cap)

    def place(self, asked: query.Query) -> int | None:
        """Where to go on from; None at the start. `Problem` 400 for a `next` of another request."""
        if asked.next is None:
            return None
        found = token.read(self.call.service.secret, self._bound(asked), asked.next)
        if found is None:
            raise Problem(400, "next: expected one from a page of this request, filters unchanged.")
        return found

    def token(self, asked: query.Query, place: int) -> str:
        """The `next` for going on after `place`."""
        return token.mint(self.call.service.secret, self._bound(asked), place)

    def _bound(self, asked: query.Query) -> bytes:
        return query.bound(self.call.account.key, *self.where, query=asked)


def objects(reading: Reading) -> Response:
    """`GET …/objects/`: an envelope of what matches, in the order it entered the view."""
    page, following = _page(reading)
    return reading.envelope(page.entries, following)


def manifest(reading: Reading) -> Response:
    """`GET …/manifest/`: the same entries without their contents."""
    page, following = _page(reading)
    return envelope.manifest(page.entries, following)


def one_object(reading: Reading, oid: str) -> Response:
    """`GET …/objects/{id}/`: the versions asked for, in the order they entered the view."""
    asked = reading.query(query.OBJECT_FIELDS)
    place = reading.place(asked)
    if reading.public(oid):
        return answer(b'{"more":false,"objects":[%b]}' % PUBLIC[oid], *_dated(TLP_CREATED))
    found = sorted(query.select(_held(reading, oid), asked.match), key=lambda each: each.n)
    left = _left(found, asked, [place is None or each.n > place for each in found])
    kept = left[: reading.limit(asked)]
    following = reading.token(asked, kept[-1].n) if len(left) > len(kept) else None
    return reading.envelope(kept, following)


def versions(reading: Reading, oid: str) -> Response:
    """`GET …/objects/{id}/versions/`: newest first."""
    asked = reading.query(query.VERSIONS_FIELDS)
    place = reading.place(asked)
    if reading.public(oid):
        body = b'{"more":false,"versions":["%b"]}' % TLP_CREATED.encode()
        return answer(body, *_dated(TLP_CREATED))
    every = msgspec.structs.replace(asked.match, version=("all",))
    held = {each.oversion: each for each in query.select(_held(reading, oid), every)}
    found = [held[version] for version in sorted(held, reverse=True)]
    left = _left(found, asked, [place is None or each.oversion < place for each in found])
    kept = left[: reading.limit(asked)]
    following = reading.token(asked, kept[-1].oversion) if len(left) > len(kept) else None
    return envelope.versions(kept, following)


def _page(reading: Reading) -> tuple[Page, str | None]:
    asked = reading.query(query.COLLECTION_FIELDS)
    page = reading.collection.content.page(
        reading.call.account.party,
        reading.call.now,
        after_n=reading.place(asked) or 0,
        added_after=asked.added_after,
        limit=reading.limit(asked),
        match=asked.match,
        disclose=reading.disclose,
    )
    going_on = page.more and page.entries
    return page, reading.token(asked, page.entries[-1].n) if going_on else None


def _held(reading: Reading, oid: str) -> tuple[Served, ...]:
    call = reading.call
    held = reading.collection.content.object(
        call.account.party, oid, call.now, disclose=reading.disclose
    )
    if not held:
        raise Problem(404, NOT_FOUND)
    return held


def _left(found: Sequence[Served], asked: query.Query, ahead: Sequence[bool]) -> list[Served]:
    after = asked.added_after
    return [
        each
        for each, wanted in zip(found, ahead, strict=True)
        if wanted and (after is None or each.entered_at > after)
    ]


def _dated(version: str) -> tuple[tuple[str, str], tuple[str, str]]:
    date = stamp(parse_instant(version))
    return ("x-taxii-date-added-first", date), ("x-taxii-date-added-last", date)
