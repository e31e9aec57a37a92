"""`[[root]]` and `[[collection]]`: plain collections, and what must hold of them together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeVar

import msgspec

API: Final = "api"
"""The API root of the views, and of collections that name no other."""

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_T = TypeVar("_T", bound=Hashable)


class ApiRoot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[root]]`: a TAXII API root for plain collections at `/{path}/`; `max_content_length` is the
    longest body in bytes."""

    path: str
    title: str
    description: str | None = None
    max_content_length: int | None = None


class PlainCollection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[collection]]`: a plain TAXII collection, the operator's own declaration: no agreement
    decides about it. `rights` by account name, `*` for every account; `page` is the most objects a
    page has, where less than `[serve] page`."""

    id: str
    title: str
    rights: dict[str, Literal["r", "w", "rw"]]
    alias: str | None = None
    description: str | None = None
    root: str = API
    page: int | None = None


def taxii_problems(
    declared: Sequence[str],
    accounts: Iterable[str],
    api_roots: Iterable[ApiRoot],
    collections: Sequence[PlainCollection],
) -> Iterator[str]:
    """What is wrong with names of accounts (`declared` in the same file, and others), API roots
    and collections, taken together."""
    yield from (f"account {name!r} is declared twice" for name in _repeated(declared))
    known = {"*", *declared, *accounts}
    roots = [API, *(each.path for each in api_roots)]
    for path in roots:
        if path == "taxii2" or _SEGMENT.fullmatch(path) is None:
            yield f"root.path = {path!r}: expected one path segment other than taxii2"
    yield from (f"root {path!r} is declared twice" for path in _repeated(roots))
    ids = [each.id for each in collections]
    yield from (f"collection {name!r} is declared twice" for name in _repeated(ids))
    names = [(each.root, each.alias) for each in collections if each.alias]
    names += [(API, "view"), *((each.root, each.id) for each in collections)]
    yield from (f"alias {name!r} is used twice in {root!r}" for root, name in _repeated(names))
    for each in collections:
        if _UUID.fullmatch(each.id) is None:
            yield f"collection.id = {each.id!r}: expected a UUID in lower case"
        if each.root not in roots:
            yield f"collection {each.id}: there is no [[root]] {each.root!r}"
        if each.page is not None and each.page < 1:
            yield f"collection {each.id}: page = {each.page}: expected at least 1"
        for name in each.rights.keys() - known:
            yield f"collection {each.id}: rights for {name!r}, which is no account"


def _repeated(values: Iterable[_T]) -> list[_T]:
    return [each for each, times in Counter(values).items() if times > 1]
