"""Reading one collection: objects, one object, its versions, the manifest (TAXII 2.1 §5.3–§5.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from noroshi.exchange.served import Page, Served
from noroshi.exchange.taxii import envelope, query, token
from noroshi.exchange.taxii.marking import PUBLIC, TLP_CREATED
from noroshi.exchange.taxii.message import NOT_FOUND, Problem, Request, Response, answer
from noroshi.exchange.taxii.service import Collection, Service

RELEASE_HEADER: Final = "noroshi-release"


class Call(msgspec.Struct, frozen=True):
    """A request of a known caller at `now` (µs UTC)."""

    service: Service
    request: Request
    party: str
    now: int


class Reading(msgspec.Struct, frozen=True):
    """A call that reads one collection; `where` names the endpoint, to which `next` is bound."""

    call: Call
    collection: Collection
    where: tuple[str, ...]

    @property
    def terms(self) -> bool:
        """Whether the caller is a noroshi peer, which takes labels beside untouched bytes."""
        return self.call.request.headers.get(RELEASE_HEADER, "").strip() == "1"

    def query(self, fields: tuple[str, ...]) -> query.Query:
        """What is asked, of an endpoint with these match fields."""
        return query.parse(self.call.request.query, fields)

    def limit(self, asked: query.Query) -> int:
        """How many entries a page has: never more than the service's cap."""
        return min(asked.limit or self.call.service.page_cap, self.call.service.page_cap)

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
        return query.bound(self.call.party, *self.where, query=asked)


def objects(reading: Reading) -> Response:
    """`GET …/objects/`: an envelope of what matches, in the order it entered the view."""
    page, following = _page(reading)
    return envelope.objects(page.entries, following, terms=reading.terms)


def manifest(reading: Reading) -> Response:
    """`GET …/manifest/`: the same entries without their contents."""
    page, following = _page(reading)
    return envelope.manifest(page.entries, following)


def one_object(reading: Reading, oid: str) -> Response:
    """`GET …/objects/{id}/`: the versions asked for, in the order they entered the view."""
    asked = reading.query(query.OBJECT_FIELDS)
    place = reading.place(asked)
    if oid in PUBLIC:
        return answer(b'{"more":false,"objects":[%b]}' % PUBLIC[oid], *_dated(TLP_CREATED))
    found = sorted(query.select(_held(reading, oid), asked.match), key=lambda each: each.n)
    left = _left(found, asked, [place is None or each.n > place for each in found])
    kept = left[: reading.limit(asked)]
    following = reading.token(asked, kept[-1].n) if len(left) > len(kept) else None
    return envelope.objects(kept, following, terms=reading.terms)


def versions(reading: Reading, oid: str) -> Response:
    """`GET …/objects/{id}/versions/`: newest first."""
    asked = reading.query(query.VERSIONS_FIELDS)
    place = reading.place(asked)
    if oid in PUBLIC:
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
        reading.call.party,
        reading.call.now,
        after_n=reading.place(asked) or 0,
        added_after=asked.added_after,
        limit=reading.limit(asked),
        match=asked.match,
    )
    going_on = page.more and page.entries
    return page, reading.token(asked, page.entries[-1].n) if going_on else None


def _held(reading: Reading, oid: str) -> tuple[Served, ...]:
    call = reading.call
    held = reading.collection.content.object(call.party, oid, call.now)
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


def _dated(stamp: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("x-taxii-date-added-first", stamp), ("x-taxii-date-added-last", stamp)
