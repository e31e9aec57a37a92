"""What a request asks for: filters, limit and place, read strictly (TAXII 2.1 §3.4, §3.5).

A parameter that we do not know is ignored, as TAXII asks; a *filter* that an endpoint does not
have is refused, because ignoring one shows more than was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from noroshi.exchange.served import Match, Served
from noroshi.exchange.taxii.message import Problem
from noroshi.words import ids
from noroshi.words.time import parse_instant

LONGEST: Final = 65_536
"""Characters of a query string; uvicorn's own limit on a request line is lower."""

MOST_VALUES: Final = 500
"""Values of one filter: far below what SQLite binds in one statement."""

COLLECTION_FIELDS: Final = ("id", "type", "spec_version", "version")
OBJECT_FIELDS: Final = ("spec_version", "version")
VERSIONS_FIELDS: Final = ("spec_version",)

_MATCH = re.compile(r"^match\[(.*)\]$", re.DOTALL)
_LIMIT = re.compile(r"^[0-9]{1,18}$")
_SPEC = re.compile(r"^[0-9]\.[0-9]$")


class Query(msgspec.Struct, frozen=True):
    """`added_after` is µs UTC, exclusive; `limit` ≥ 1; `next` as the client sent it."""

    match: Match = Match()
    added_after: int | None = None
    limit: int | None = None
    next: str | None = None

    def filters(self) -> tuple[Match, int | None]:
        """What a `next` is bound to. The limit is not part: a client may take smaller pages."""
        return self.match, self.added_after


def parse(query: str, fields: tuple[str, ...]) -> Query:
    """The query of an endpoint that has the match `fields`; `Problem` 400 says what is wrong."""
    given = _parameters(query)
    match = {
        name[1]: _values(name[0], value)
        for name, value in ((_MATCH.match(key), value) for key, value in given.items())
        if name is not None
    }
    for name in match:
        if name not in fields:
            expected = ", ".join(f"match[{field}]" for field in fields)
            raise Problem(400, f"A filter that this endpoint does not have; it has {expected}.")
    after = given.get("added_after")
    limit = given.get("limit")
    return Query(
        Match(
            id=match.get("id", ()),
            type=match.get("type", ()),
            spec_version=tuple(_spec(each) for each in match.get("spec_version", ())),
            version=_unique(_version(each) for each in match.get("version", ())),
        ),
        None if after is None else instant(after, "added_after"),
        None if limit is None else _limit(limit),
        given.get("next"),
    )


def select(entries: Iterable[Served], match: Match) -> list[Served]:
    """The versions of *one* object that `match` asks for, in the order given.

    The specification version is chosen first (the newest there is, unless asked otherwise), then
    the version among those of each: as a page of a collection does.
    """
    held = list(entries)
    specs = match.spec_version or (max((each.spec_version for each in held), default=""),)
    version = match.version or ("last",)
    alike = [Match(spec_version=(spec,), version=version) for spec in specs]
    wanted = {each.n for one in alike for each in among(held, one)}
    return [each for each in held if each.n in wanted]


def among(entries: Iterable[Served], match: Match) -> list[Served]:
    """The versions of *one* object that `match` names, in the order given: all of them, in every
    specification version, unless it says otherwise."""
    specs = match.spec_version
    held = [each for each in entries if not specs or each.spec_version in specs]
    asked = set(match.version or ("all",))
    if not held or "all" in asked:
        return held
    versions = [each.oversion for each in held]
    ends = {"first": min(versions), "last": max(versions)}
    wanted = {ends[each] if isinstance(each, str) else each for each in asked - {"all"}}
    return [each for each in held if each.oversion in wanted]


def instant(text: str, name: str) -> int:
    """An RFC 3339 instant with any number of fraction digits, cut to µs UTC.

    Cutting is exact for `added_after`: no entry is dated between two microseconds.
    """
    try:
        return parse_instant(text)
    except ValueError as error:
        expected = "an RFC 3339 instant such as 2026-01-31T09:30:00.000Z"
        raise Problem(400, f"{name}: expected {expected}.") from error


def _parameters(query: str) -> dict[str, str]:
    if len(query) > LONGEST or not query.isascii():
        raise Problem(
            400, f"Query: expected at most {LONGEST} characters of percent-encoded ASCII."
        )
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise Problem(400, "Query: expected at most 100 parameters in UTF-8.") from error
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given and (name in ("added_after", "limit", "next") or _MATCH.match(name)):
            raise Problem(400, "A filter may be given once; give alternatives as a,b.")
        given[name] = value
    return given


def _values(name: str, value: str) -> tuple[str, ...]:
    values = [each.strip() for each in value.split(",")]
    if "" in values or "\0" in value or len(values) > MOST_VALUES:
        raise Problem(400, f"{name}: expected 1 to {MOST_VALUES} values, separated by commas.")
    return tuple(sorted(set(values)))


def _spec(value: str) -> str:
    if _SPEC.match(value) is None:
        raise Problem(400, "match[spec_version]: expected a version such as 2.1.")
    return value


def _version(value: str) -> str | int:
    if value in ("first", "last", "all"):
        return value
    return instant(value, "match[version]: first, last, all or a timestamp")


def _unique(values: Iterable[str | int]) -> tuple[str | int, ...]:
    return tuple(sorted(set(values), key=str))


def _limit(text: str) -> int:
    if _LIMIT.match(text) is None or int(text) == 0:
        raise Problem(400, "limit: expected a positive whole number.")
    return int(text)


def bound(*context: str, query: Query) -> bytes:
    """The bytes that a `next` is bound to: who asks where, and with which filters."""
    return ids.canonical([context, query.filters()])
