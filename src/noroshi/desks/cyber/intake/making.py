"""STIX 2.1 objects of pieces of other formats: deterministic ids, the piece kept, a label.

Ids are those of the source where it has UUIDs (MISP), else UUIDv5 over what identifies the piece in
its source. So the same piece read again, or at another node, is the same object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from noroshi.desks.cyber.demand import SILENT, Terms
from noroshi.desks.cyber.markings import checked_default, labelled
from noroshi.words import ids
from noroshi.words.label import Tlp, highest_tlp, tlp_marking_id
from noroshi.words.origin import EXTENSION, Origin
from noroshi.words.record import Record
from noroshi.words.time import format_instant

if TYPE_CHECKING:
    from noroshi.words.desk import Source
    from noroshi.words.evidence import Locator
    from noroshi.words.label import Label
    from noroshi.words.time import Span

MAX_BYTES: Final = 256 << 20
"""A larger document is refused: it is read whole."""


class Maker:
    """Makes the records of one source of `form`."""

    def __init__(self, source: Source, form: str) -> None:
        checked_default(source.label, source.name)
        self._source, self._form = source, form
        self._labels: dict[tuple[str, Terms], Label] = {}
        self._default = highest_tlp(source.label)

    def record(
        self,
        own: str,
        at: Locator,
        text: str,
        /,
        *,
        created: int,
        modified: int,
        terms: Terms = SILENT,
        span: Span | None = None,
        techniques: tuple[str, ...] = (),
        products: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        hashed: tuple[str, ...] = (),
        revoked: bool = False,
        **properties: Any,
    ) -> Record:
        """The object with id `own` of the piece `text` that stands `at`. `created` and `modified`
        in µs UTC; `properties` of None or () are left out."""
        kind = own.partition("--")[0]
        label = self._label(kind, terms)
        origin = Origin(
            format=self._form,
            lineage=self._source.lineage,
            sha256=self._source.sha256,
            place=at,
            text=text,
            text_sha256=ids.sha256(text.encode("utf-8", "surrogatepass")) if text else "",
            span=span,
            techniques=techniques,
            products=products,
            names=names,
            hashed=hashed,
        )
        created = min(created, modified)
        made: dict[str, Any] = {
            "type": kind,
            "spec_version": "2.1",
            "id": own,
            "created": format_instant(created),
            "modified": format_instant(modified),
            "revoked": revoked or None,
            "object_marking_refs": [tlp_marking_id(self._tlp(terms))],
            **properties,
            "extensions": {EXTENSION: origin},
        }
        raw = ids.canonical({key: each for key, each in made.items() if each not in (None, (), [])})
        return Record(
            id=own,
            version=modified,
            kind=kind,
            pillar="cyber",
            owner=self._source.owner,
            label=label,
            raw=raw,
            sha256=ids.sha256(raw),
            received=self._source.retrieved,
            status="revoked" if revoked else "live",
        )

    def _tlp(self, terms: Terms) -> Tlp:
        return terms.tlp or self._default

    def _label(self, kind: str, terms: Terms) -> Label:
        """A source's own TLP counts, above its default or below; where it says none the default."""
        known = self._labels.get((kind, terms))
        if known is None:
            known = self._labels[kind, terms] = labelled(self._source.label, kind, terms)
        return known


def derived_id(kind: str, *what: str) -> str:
    """`kind--` and the UUIDv5 over `what` identifies a piece in its source."""
    return f"{kind}--{ids.uuid5([kind, *what])}"
