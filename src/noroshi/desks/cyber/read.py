"""STIX to records: whatever a bundle comes in, each object keeps exactly the bytes it came as.

A source is read whole, since the marking-definitions that label its first object may stand last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from noroshi.desks.cyber.check import Parts, Unacceptable, checked
from noroshi.desks.cyber.markings import checked_default, labeller, unread
from noroshi.desks.cyber.pieces import BOM, Piece, pieces
from noroshi.words import ids, stix
from noroshi.words.desk import Rejected, Source
from noroshi.words.errors import BadInput
from noroshi.words.record import Record

MAX_BYTES: Final = 256 << 20
"""A larger source is refused: it stands in memory about three times over while it is read."""

_ID = re.compile(rb'"id"\s*:\s*"[a-z][a-z0-9-]+--[0-9a-fA-F]{8}-')
_TYPE = re.compile(rb'"type"\s*:\s*"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"')
_BUNDLE = re.compile(rb'"type"\s*:\s*"bundle"')
_STIX_KEY = re.compile(
    rb'"(?:spec_version|created_by_ref|object_marking_refs|created|modified)"\s*:'
)


def sniff(head: bytes, name: str) -> float:
    """How surely a source that starts with `head` (≤ 64 KiB) is STIX; its name says nothing.

    1 with a type and a STIX id. 0.5 where STIX's keys or a bundle's type stand without such an id,
    or around text that is no JSON: to be rejected by place rather than passed over. Else 0.
    """
    start = head.removeprefix(BOM).lstrip()[:1]
    if _TYPE.search(head) is None or not any(
        each.search(head) for each in (_ID, _STIX_KEY, _BUNDLE)
    ):
        return 0.0
    return 1.0 if start in (b"{", b"[") and _ID.search(head) else 0.5


def read(source: Source, max_bytes: int = MAX_BYTES) -> Iterator[Record | Rejected]:
    """The source's objects as records, in order, and what cannot be one as `Rejected`.

    Rejected objects come first, since labels need all that is accepted. An object that stands twice
    with the same bytes is one record; with other bytes under one id and version, the first is. A
    marking-definition that is not understood is a record, and a `Rejected` that says why besides.
    Raises `BadInput` for a source above `max_bytes` or a default label of TLP CLEAR.
    """
    checked_default(source.label, source.name)
    accepted: list[tuple[Piece, Parts]] = []
    for item in pieces(_whole(source, max_bytes), source.sha256):
        if isinstance(item, Rejected):
            yield item
            continue
        try:
            accepted.append((item, checked(item[1])))
        except Unacceptable as problem:
            yield Rejected(source.sha256, item[0], str(problem), item[1])
    yield from _records(accepted, source)


def _whole(source: Source, max_bytes: int) -> bytes:
    with source.open() as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise BadInput(
            source.name,
            "too large to be read whole",
            found=f"more than {max_bytes} bytes",
            expected=f"at most {max_bytes} bytes of STIX in one source",
            hint="split it into several bundles, each with its marking-definitions",
        )
    return data


def _records(accepted: list[tuple[Piece, Parts]], source: Source) -> Iterator[Record | Rejected]:
    label_of = labeller([(parts, raw) for (_, raw), parts in accepted], source.label)
    first: dict[tuple[str, int], str] = {}
    for (locator, raw), parts in accepted:
        key = (parts.id, stix.version_of(parts, source.retrieved))
        sha256 = ids.sha256(raw)
        held = first.get(key)
        why = unread(parts, raw) if held is None else None
        if why is not None:
            yield Rejected(source.sha256, locator, why, raw)
        if held is None:
            first[key] = sha256
            yield Record(
                id=parts.id,
                version=key[1],
                kind=parts.type,
                pillar="cyber",
                owner=source.owner,
                label=label_of(parts, raw),
                raw=raw,
                sha256=sha256,
                received=source.retrieved,
                status="revoked" if parts.revoked else "live",
            )
        elif held != sha256:
            reason = f"conflicting version: {parts.id} has the same version with other bytes before"
            yield Rejected(source.sha256, locator, reason, raw)
