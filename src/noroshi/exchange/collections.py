"""Plain collections: what an operator lets named accounts put in, read and take out.

A plain collection is the operator's declaration and nothing else. It holds no agreement data: no
record, label, grant or ledger line goes into it or comes out of it, and no agreement decides about
it. What agreements release is in the views.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from noroshi.exchange.served import Match, Page, Served, stamp
from noroshi.store import Added, Held, NewObject, Store
from noroshi.store import Match as StoreMatch
from noroshi.words import ids
from noroshi.words.stix import head
from noroshi.words.time import DAY, format_instant, parse_instant

KEPT: Final = 2 * DAY
"""How long (µs) a status can be asked for; TAXII 2.1 §4.3 wants a day at least."""

SPECS: Final = ("2.0", "2.1")


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one object of a request (TAXII 2.1 §4.3.1)."""

    id: str
    version: str
    message: str | None = None


class Status(msgspec.Struct, frozen=True):
    """What became of a request to add objects (TAXII 2.1 §4.3.1)."""

    id: str
    status: Literal["complete", "pending"]
    request_timestamp: str
    total_count: int
    success_count: int
    successes: tuple[Item, ...]
    failure_count: int
    failures: tuple[Item, ...]
    pending_count: int
    pendings: tuple[Item, ...]


class Unfit(ValueError):
    """Why an object cannot be added, in words for who sent it."""


def status(
    id: str, at: str, good: Sequence[Item], bad: Sequence[Item], open: Sequence[Item] = ()
) -> Status:
    """A status with its counts."""
    return Status(
        id=id,
        status="pending" if open else "complete",
        request_timestamp=at,
        total_count=len(good) + len(bad) + len(open),
        success_count=len(good),
        successes=tuple(good),
        failure_count=len(bad),
        failures=tuple(bad),
        pending_count=len(open),
        pendings=tuple(open),
    )


def fit(raw: bytes, added_at: int | None = None) -> NewObject:
    """A STIX object as it can be added; `Unfit` says what is wrong with it. Only what routes it is
    looked at: the rest of the bytes is kept as it came."""
    try:
        common = head(raw)
    except msgspec.MsgspecError as problem:
        raise Unfit(str(problem)) from problem
    if not ids.is_stix_id(common.id):
        raise Unfit("id: expected type--UUID")
    if common.type != common.id.partition("--")[0]:
        raise Unfit("type: expected the one that the id begins with")
    created, modified = _instant("created", common.created), _instant("modified", common.modified)
    if created is not None and modified is not None and modified < created:
        raise Unfit("modified: expected no instant before created")
    version = created if modified is None else modified
    # Up to 2.0 no object says its version, and all but observables have dates (STIX 2.1 §3.2).
    spec = common.spec_version or ("2.1" if version is None else "2.0")
    if spec not in SPECS:
        raise Unfit(f"spec_version: expected {' or '.join(SPECS)}")
    return NewObject(common.id, version, common.type, spec, raw, added_at)


class Plain:
    """One plain collection, the same for every account that may read it."""

    def __init__(self, store: Store, root: str, id: str) -> None:
        self._store, self._root, self._id = store, root, id

    def page(
        self,
        party: str,
        now: int,
        *,
        after_n: int = 0,
        added_after: int | None = None,
        limit: int = 1000,
        match: Match = Match(),  # noqa: B008 — frozen
        disclose: bool = True,
    ) -> Page:
        """As `Content.page`; who asks makes no difference, and nothing is accounted for."""
        wanted = StoreMatch(match.id, match.type, match.spec_version, match.version)
        found = self._store.collection_page(
            self._id, after_n=after_n, added_after=added_after, limit=limit + 1, match=wanted
        )
        return Page(tuple(_served(each) for each in found[:limit]), len(found) > limit)

    def object(
        self, party: str, oid: str, now: int, *, disclose: bool = True
    ) -> tuple[Served, ...]:
        """As `Content.object`."""
        return tuple(_served(each) for each in self._store.collection_object(self._id, oid))

    def add(
        self, account: str, objects: Iterable[tuple[str, bytes]], now: int, *, tell: bool
    ) -> Status:
        """Add objects, each given with its id, in one transaction, and keep the status for
        `account`. Without `tell` the status is the same whether an object was there or not."""
        at = stamp(now)
        given: list[tuple[str, NewObject | Unfit]] = []
        for oid, raw in objects:
            try:
                given.append((oid, fit(raw)))
            except Unfit as problem:
                given.append((oid, problem))
        with self._store.write():
            fitting = [each for _, each in given if isinstance(each, NewObject)]
            added = self._store.add_objects(self._id, fitting, at=now)
            good = [
                _success(new, became, at, tell) for new, became in zip(fitting, added, strict=True)
            ]
            bad = [Item(oid, at, str(each)) for oid, each in given if isinstance(each, Unfit)]
            made = status(str(uuid.uuid4()), at, good, bad)
            self.keep(account, made, now)
        return made

    def keep(self, account: str, made: Status, now: int) -> None:
        """Keep a status for `account`, and forget those whose time is over."""
        self._store.drop_statuses(now)
        body = msgspec.json.encode(made)
        self._store.put_status(self._root, made.id, account, body, until=now + KEPT)

    def remove(self, oid: str, choose: Callable[[Sequence[Served]], Sequence[Served]]) -> int:
        """Delete the versions of one object that `choose` takes; how many."""
        with self._store.write():
            held = {each.n: each for each in self._store.collection_object(self._id, oid)}
            chosen = choose([_served(each) for each in held.values()])
            self._store.remove_objects(self._id, [held[each.n] for each in chosen])
        return len(chosen)


class Statuses:
    """The statuses of one API root, each for the account that sent the request."""

    def __init__(self, store: Store, root: str) -> None:
        self._store, self._root = store, root

    def get(self, account: str, id: str, now: int) -> bytes | None:
        """The JSON of a status; None where there is none for this account."""
        return self._store.status(self._root, id, account, now)


def _instant(name: str, text: str | None) -> int | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError as problem:
        raise Unfit(f"{name}: expected an RFC 3339 instant") from problem


def _success(new: NewObject, became: Added, at: str, tell: bool) -> Item:
    if not tell:
        return Item(new.oid, at if new.oversion is None else _version(new, new.oversion))
    message = None
    if not became.new:
        message = "known" if became.same else "known, with other content, which stays as it is"
    return Item(new.oid, _version(new, became.oversion), message)


def _version(new: NewObject, version: int) -> str:
    return stamp(version) if new.oversion is None else format_instant(version)


def _served(held: Held) -> Served:
    return Served(
        n=held.n,
        oid=held.oid,
        oversion=held.oversion,
        otype=held.otype,
        spec_version=held.spec_version,
        entered_at=held.entered_at,
        body=held.body,
        dated=bool(held.dated),
    )
