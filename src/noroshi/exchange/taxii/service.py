"""What a node offers over TAXII: roots, their collections, and who may read them."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.exchange.accounts import Accounts
from noroshi.exchange.served import Content
from noroshi.words import ids

VIEW: Final = "view"
"""The alias under which every partner finds its own view."""


class Collection(msgspec.Struct, frozen=True):
    """A collection; `readers` are party codes, None every account. What it holds is decided per
    caller by `content`, so all partners may share one id and each still sees only its own."""

    id: str
    title: str
    content: Content
    alias: str | None = None
    description: str | None = None
    readers: tuple[str, ...] | None = None

    def readable(self, party: str) -> bool:
        """Whether this party may know of the collection at all."""
        return self.readers is None or party in self.readers


class Root(msgspec.Struct, frozen=True):
    """An API root at `/{path}/`: one path segment, unencoded."""

    path: str
    title: str
    collections: tuple[Collection, ...]
    description: str | None = None


class Service(msgspec.Struct, frozen=True):
    """All that `handle` needs. `secret` signs `next` and must survive a restart; `page_cap` is
    objects a page, `max_content_length` bytes of a request body."""

    title: str
    roots: tuple[Root, ...]
    accounts: Accounts
    secret: bytes
    description: str | None = None
    contact: str | None = None
    page_cap: int = 1000
    max_content_length: int = 10 * 1024 * 1024


def view_collection(party: str, content: Content, title: str = "View") -> Collection:
    """The collection in which every partner of `party`'s node finds its own view."""
    return Collection(
        id=ids.uuid5(["collection", party, VIEW]),
        alias=VIEW,
        title=title,
        description="What the agreements in force release to the caller.",
        content=content,
    )
