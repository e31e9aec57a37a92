"""What a node offers over TAXII: roots, their collections, and who may read and write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.collections import Plain, Status, Statuses
from noroshi.exchange.served import Content, Served
from noroshi.exchange.vouch import Vouched
from noroshi.words import ids

MAX_CONTENT_LENGTH: Final = 10 * 1024 * 1024
"""Bytes of a body, where nothing else is said."""

VIEW: Final = "view"
"""The alias under which every partner finds its own view."""

INBOX: Final = "inbox"
"""The alias under which a partner's node finds where it may send to this one."""


LETTERS: Final = "letters"
"""The alias under which a partner's node fetches what this one wrote to it alone."""

LEDGER: Final = "ledger"
"""The alias under which a partner's node finds what this one says of its ledger about it."""

EVERYONE: Final = "*"
"""The name under which rights are given to every account."""


class Rights(msgspec.Struct, frozen=True):
    """What an account may do with a collection; without either it never hears of it."""

    read: bool = False
    write: bool = False


class Inbox(Protocol):
    """Where the nodes of `parties` may send what they release to this one."""

    parties: frozenset[str]

    def take(self, account: Account, body: bytes, now: int) -> Status:
        """What became of an envelope with its terms; kept for `account`. Raises `Problem`."""
        ...


class Collection(msgspec.Struct, frozen=True):
    """A collection. A view: what it holds is decided per caller by `content`, so that all partners
    share one id and each sees only its own; every account of a party may read it and none may
    write. A plain collection has `plain`, which is its `content` too, and `rights` by account. To
    an `inbox` the parties that it names may add; what is in it nobody reads. `life` says how often
    the node was put back from a backup. `readers` are the parties that may read, where not all may.
    """

    id: str
    title: str
    content: Content
    alias: str | None = None
    description: str | None = None
    plain: Plain | None = None
    rights: dict[str, Rights] | None = None
    page_cap: int | None = None
    inbox: Inbox | None = None
    life: Callable[[], int] | None = None
    readers: frozenset[str] | None = None

    def may(self, account: Account) -> Rights:
        """What the account may do here."""
        if self.inbox is not None:
            given = Rights(write=account.party in self.inbox.parties)
        elif self.rights is None:
            among = self.readers is None or account.party in self.readers
            given = Rights(read=bool(account.party) and among)
        else:
            given = self.rights.get(account.name, self.rights.get(EVERYONE, Rights()))
        limits = account.limits
        if limits is None:
            return given
        if limits.collections is not None and self.id not in limits.collections:
            return Rights()
        return Rights(given.read, given.write and not limits.read_only)


class Root(msgspec.Struct, frozen=True):
    """An API root at `/{path}/`: one path segment, unencoded. `max_content_length` where it is
    less than the service's; that is the limit for all of them."""

    path: str
    title: str
    collections: tuple[Collection, ...]
    description: str | None = None
    statuses: Statuses | None = None
    max_content_length: int | None = None


class Service(msgspec.Struct, frozen=True):
    """All that `handle` needs. `secret` signs `next` and must survive a restart; `page_cap` is
    objects a page, `max_content_length` bytes of a request body. `vouch` signs what a noroshi peer
    gets, at an instant (µs UTC). `heard` is told which party calls, each time one proved to."""

    title: str
    roots: tuple[Root, ...]
    accounts: Accounts
    secret: bytes
    description: str | None = None
    contact: str | None = None
    page_cap: int = 1000
    max_content_length: int = MAX_CONTENT_LENGTH
    vouch: Callable[[Sequence[Served], int], Vouched] | None = None
    heard: Callable[[str, int], None] | None = None

    @property
    def shortest(self) -> int:
        """How many bytes a body may have where nothing is said about it."""
        return min(MAX_CONTENT_LENGTH, self.max_content_length)

    def longest(self, root: Root) -> int:
        """How many bytes a body may have at an API root."""
        return min(root.max_content_length or self.shortest, self.max_content_length)

    def roots_of(self, account: Account) -> tuple[Root, ...]:
        """The API roots in which the account may do anything; of the others it never hears."""
        return tuple(
            root
            for root in self.roots
            if any(each.may(account) != Rights() for each in root.collections)
        )


def view_collection(
    party: str, content: Content, title: str = "View", life: Callable[[], int] | None = None
) -> Collection:
    """The collection in which every partner of `party`'s node finds its own view."""
    return Collection(
        id=view_id(party),
        alias=VIEW,
        title=title,
        description="What the agreements in force release to the caller.",
        content=content,
        life=life,
    )


def view_id(party: str) -> str:
    """The id of that collection: the same for every partner, and for ever."""
    return ids.uuid5(["collection", party, VIEW])


def inbox_collection(party: str, content: Content, inbox: Inbox) -> Collection:
    """The collection to which partners' nodes send what they release to `party`."""
    return Collection(
        id=ids.uuid5(["collection", party, INBOX]),
        alias=INBOX,
        title=f"Inbox of {party}",
        description="What partners' nodes send, with its terms and signed.",
        content=content,
        inbox=inbox,
    )


def letters_collection(party: str, content: Content, readers: frozenset[str]) -> Collection:
    """The collection in which partners' nodes find what `party` wrote to them alone."""
    return Collection(
        id=ids.uuid5(["collection", party, LETTERS]),
        alias=LETTERS,
        title=f"Letters of {party}",
        description="Answers and questions to the caller alone, signed.",
        content=content,
        readers=readers,
    )


def ledger_collection(party: str, content: Content, readers: frozenset[str]) -> Collection:
    """The collection in which partners' nodes find what `party` says of what it disclosed to
    them."""
    return Collection(
        id=ids.uuid5(["collection", party, LEDGER]),
        alias=LEDGER,
        title=f"Ledger of {party}",
        description="What was disclosed to the caller and what came from it, signed; by id.",
        content=content,
        readers=readers,
    )
