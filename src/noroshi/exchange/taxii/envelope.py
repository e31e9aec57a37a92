"""Envelopes, manifests and version lists, put together from bytes (TAXII 2.1 §3.7, §5.3 to §5.8).

Objects are joined as the bytes they are: nothing is parsed on the way out, except to add a TLP
marking that a plain client would otherwise not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.exchange.served import Served, stamp
from noroshi.exchange.taxii.marking import PUBLIC, marked
from noroshi.exchange.taxii.message import Response, answer
from noroshi.exchange.vouch import Vouched
from noroshi.words.grant import Grant
from noroshi.words.label import Label
from noroshi.words.time import format_instant


class ReleaseTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """`x_noroshi_release`: the terms beside the objects. `of` gives each object's index into
    `labels`; a strand's grant is found in `grants` by id. `vouched` signs the objects."""

    labels: tuple[Label, ...]
    grants: tuple[Grant, ...]
    of: tuple[int, ...]
    vouched: Vouched | None = None


def objects(
    entries: Sequence[Served],
    next: str | None,
    *,
    terms: bool,
    vouched: Vouched | None = None,
) -> Response:
    """An envelope. With `terms` the bytes stay untouched and the terms stand beside them."""
    if not entries:
        return answer(b"{}")
    bodies = [each.body if terms else _plain(each) for each in entries]
    tail = (
        b',"x_noroshi_release":' + msgspec.json.encode(release(entries, vouched)) if terms else b""
    )
    return _page(b"objects", bodies, entries, next, tail)


def manifest(entries: Sequence[Served], next: str | None) -> Response:
    """A manifest: id, date added, version and media type of each entry, no contents."""
    if not entries:
        return answer(b"{}")
    rows = [msgspec.json.encode(_manifest_row(each)) for each in entries]
    return _page(b"objects", rows, entries, next)


def versions(entries: Sequence[Served], next: str | None) -> Response:
    """The versions of one object, in the order of `entries`."""
    if not entries:
        return answer(b"{}")
    rows = [f'"{_version(each)}"'.encode() for each in entries]
    return _page(b"versions", rows, entries, next)


def release(entries: Sequence[Served], vouched: Vouched | None = None) -> ReleaseTerms:
    """The terms of a page: every label and grant once, in order of first use."""
    labels: dict[Label, int] = {}
    grants: dict[str, Grant] = {}
    of: list[int] = []
    for each in entries:
        if each.label is not None:
            of.append(labels.setdefault(each.label, len(labels)))
        for grant in each.grants:
            grants.setdefault(grant.id, grant)
    return ReleaseTerms(tuple(labels), tuple(grants.values()), tuple(of), vouched)


def _plain(entry: Served) -> bytes:
    if entry.tlp is None or entry.oid in PUBLIC:
        return entry.body
    return marked(entry.body, entry.tlp)


def _version(entry: Served) -> str:
    return format_instant(entry.oversion) if entry.dated else stamp(entry.oversion)


def _manifest_row(entry: Served) -> dict[str, Any]:
    return {
        "id": entry.oid,
        "date_added": stamp(entry.entered_at),
        "version": _version(entry),
        "media_type": f"application/stix+json;version={entry.spec_version}",
    }


def _page(
    name: bytes,
    rows: Sequence[bytes],
    entries: Sequence[Served],
    next: str | None,
    tail: bytes = b"",
) -> Response:
    more = b'"more":false,' if next is None else b'"more":true,"next":"%s",' % next.encode()
    body = b'{%b"%b":[%b]%b}' % (more, name, b",".join(rows), tail)
    return answer(
        body,
        ("x-taxii-date-added-first", stamp(entries[0].entered_at)),
        ("x-taxii-date-added-last", stamp(entries[-1].entered_at)),
    )
