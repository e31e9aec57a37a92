"""CSAF 2.0 advisories (OASIS Standard, 18 November 2022) and the KEV catalogue, to vulnerabilities.

An advisory is a report with a `vulnerability` for each of its entries; a vulnerability says which
products are affected, by vendor and name, so that it can be held against what an asset runs. Many
say only in what it was fixed (Red Hat's do): the same product was affected before.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec

from noroshi.desks.cyber.demand import SILENT, Terms
from noroshi.desks.cyber.intake.making import Maker, derived_id
from noroshi.desks.cyber.terms import level
from noroshi.words.desk import Rejected, Restated
from noroshi.words.evidence import JsonPointer, Row
from noroshi.words.time import parse_instant, parse_partial

if TYPE_CHECKING:
    from noroshi.words.desk import Source
    from noroshi.words.evidence import Locator
    from noroshi.words.record import Record

_CVE = re.compile(r"CVE-\d{4}-\d{4,}")
AFFECTED: Final = ("known_affected", "first_affected", "last_affected", "first_fixed", "fixed")
"""Of product_status: what a vulnerability is in, or was until it was fixed (CSAF 2.0 §3.2.3.9)."""

_CPE = re.compile(r"cpe:(?:/|2\.3:)[aho]:(?P<vendor>(?:[^:\\]|\\.)+):(?P<product>(?:[^:\\]|\\.)+)")
_PURL = re.compile(
    r"pkg:[a-z0-9.+-]+/(?P<vendor>[^/@?#]+)/(?:[^@?#]*/)?(?P<product>[^/@?#]+)", re.I
)


class _Publisher(msgspec.Struct):
    name: str
    namespace: str
    category: str


class _Tracking(msgspec.Struct):
    id: str
    status: str
    version: str
    initial_release_date: str
    current_release_date: str
    revision_history: tuple[Any, ...]


class _Tlp(msgspec.Struct):
    label: str


class _Distribution(msgspec.Struct):
    tlp: _Tlp | None = None


class _Document(msgspec.Struct):
    category: str
    csaf_version: str
    publisher: _Publisher
    title: str
    tracking: _Tracking
    distribution: _Distribution | None = None


class _Helper(msgspec.Struct, frozen=True):
    cpe: str = ""
    purl: str = ""


class _Named(msgspec.Struct, frozen=True):
    product_id: str = ""
    name: str = ""
    product_identification_helper: _Helper = _Helper()


class _Branch(msgspec.Struct):
    category: str = ""
    name: str = ""
    product: _Named | None = None
    branches: tuple[_Branch, ...] = ()


class _Relationship(msgspec.Struct):
    full_product_name: _Named = _Named()
    product_reference: str = ""
    relates_to_product_reference: str = ""


class _Tree(msgspec.Struct, frozen=True):
    branches: tuple[_Branch, ...] = ()
    full_product_names: tuple[_Named, ...] = ()
    relationships: tuple[_Relationship, ...] = ()


class _Note(msgspec.Struct):
    category: str = ""
    text: str = ""


class _Vulnerability(msgspec.Struct):
    cve: str | None = None
    title: str | None = None
    notes: tuple[_Note, ...] = ()
    product_status: dict[str, tuple[str, ...]] = {}


class _Advisory(msgspec.Struct):
    document: _Document
    product_tree: _Tree = _Tree()
    vulnerabilities: tuple[msgspec.Raw, ...] = ()


def sniff(head: bytes) -> float:
    """How surely `head` begins an advisory or the catalogue."""
    if head.lstrip()[:1] == b"{":
        if re.search(rb'"csaf_version"\s*:', head) and b'"document"' in head:
            return 0.95
        return 0.95 if b'"catalogVersion"' in head and b'"vulnerabilities"' in head else 0.0
    first = head.partition(b"\n")[0].replace(b'"', b"")
    return 0.95 if first.removeprefix(b"\xef\xbb\xbf").startswith(b"cveID,vendorProject,") else 0.0


def read(source: Source, data: bytes) -> Iterator[Record | Restated | Rejected]:
    """The records of an advisory, or of the entries of a catalogue."""
    if data.lstrip()[:1] != b"{":
        yield from _table(source, data)
    elif b'"catalogVersion"' in data[:65536]:
        yield from _catalogue(source, data)
    else:
        yield from _advisory(source, data)


def _advisory(source: Source, data: bytes) -> Iterator[Record | Rejected]:
    try:
        advisory = msgspec.json.decode(data, type=_Advisory)
        _check(advisory.document)
        first = parse_instant(advisory.document.tracking.initial_release_date)
        changed = parse_instant(advisory.document.tracking.current_release_date)
        text = data.decode()
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        reason = f"not a CSAF 2.0 advisory: {problem}"
        yield Rejected(source.sha256, JsonPointer(""), reason, data[:65536])
        return
    document = advisory.document
    maker, terms = Maker(source, "csaf"), _terms(document)
    own = (document.publisher.namespace, document.tracking.id)
    products = _products(advisory.product_tree)
    found: list[str] = []
    for number, raw in enumerate(advisory.vulnerabilities):
        at = JsonPointer(f"/vulnerabilities/{number}")
        try:
            each = msgspec.json.decode(raw, type=_Vulnerability)
            if each.cve is not None and not _CVE.fullmatch(each.cve):
                raise ValueError(f"not a CVE number: {each.cve!r}")
        except (msgspec.MsgspecError, ValueError) as problem:
            yield Rejected(source.sha256, at, str(problem), bytes(raw))
            continue
        name = derived_id("vulnerability", "csaf", *own, each.cve or str(number))
        found.append(name)
        yield maker.record(
            name, at, bytes(raw).decode(), created=first, modified=changed, terms=terms,
            products=_affected(each, products), name=each.cve or each.title or document.title,
            description=next((n.text for n in each.notes if n.text), None) or each.title,
            external_references=_cve(each.cve),
        )  # fmt: skip
    if not found:  # a report is of something: of who published it, where of nothing else
        publisher = document.publisher
        found = [derived_id("identity", "csaf", publisher.namespace, publisher.name)]
        yield maker.record(
            found[0], JsonPointer("/document/publisher"), msgspec.json.encode(publisher).decode(),
            created=first, modified=changed, terms=terms, name=publisher.name,
            identity_class="organization",
        )  # fmt: skip
    yield maker.record(
        derived_id("report", "csaf", *own), JsonPointer(""), text, created=first, modified=changed,
        terms=terms, name=document.title, report_types=["vulnerability"],
        published=document.tracking.initial_release_date,
        object_refs=found,
        external_references=[{"source_name": document.publisher.name,
                              "external_id": document.tracking.id}],
    )  # fmt: skip


def _check(document: _Document) -> None:
    if document.csaf_version != "2.0":
        raise ValueError(f"csaf_version {document.csaf_version!r}; expected 2.0")
    if document.tracking.status not in ("draft", "interim", "final"):
        raise ValueError(f"tracking.status {document.tracking.status!r}")
    if not document.tracking.revision_history:
        raise ValueError("tracking.revision_history is empty")


def _terms(document: _Document) -> Terms:
    """CSAF writes TLP 1: WHITE, GREEN, AMBER, RED. Without a label the source's default counts."""
    shared = document.distribution.tlp if document.distribution else None
    return SILENT if shared is None else level("tlp", shared.label)


def _products(tree: _Tree) -> dict[str, frozenset[str]]:
    """By product_id what it is as `vendor:product`. What is a part of something else is both: who
    runs either may be affected."""
    found = dict(_branches(tree))
    for each in tree.relationships:  # a later one may build on an earlier
        ends = (each.product_reference, each.relates_to_product_reference)
        both = frozenset[str]().union(*(found.get(end, frozenset()) for end in ends))
        found.setdefault(each.full_product_name.product_id, both)
    return found


def _branches(tree: _Tree) -> Iterator[tuple[str, frozenset[str]]]:
    """(product_id, each `vendor:product` that it is) of what the tree names by itself."""
    for each in tree.full_product_names:
        yield each.product_id, frozenset((each.name.strip().casefold(), *_identified(each)))
    stack = [(branch, "", "", "") for branch in tree.branches]
    while stack:
        branch, vendor, family, product = stack.pop()
        vendor = branch.name if branch.category == "vendor" else vendor
        family = branch.name if branch.category == "product_family" else family
        product = branch.name if branch.category == "product_name" else product
        if branch.product is not None:
            shown = (product or branch.product.name, family)
            named = (_product(vendor, each) for each in shown if each)
            yield branch.product.product_id, frozenset((*named, *_identified(branch.product)))
        stack += [(inner, vendor, family, product) for inner in branch.branches]


def _identified(each: _Named) -> Iterator[str]:
    """What the product is by its CPE (2.2 or 2.3) and by its package URL."""
    helper = each.product_identification_helper
    for pattern, text in ((_CPE, helper.cpe), (_PURL, helper.purl)):
        found = pattern.match(text)
        if found is not None:
            plain = (unquote(re.sub(r"\\(.)", r"\1", part)) for part in found.groups())
            yield _product(*plain)


def _product(vendor: str, name: str) -> str:
    """`vendor:product` as it is compared; catalogues have white space around names."""
    return f"{vendor.strip()}:{name.strip()}".casefold()


def _affected(each: _Vulnerability, products: dict[str, frozenset[str]]) -> tuple[str, ...]:
    named = (name for status in AFFECTED for name in each.product_status.get(status, ()))
    return tuple(sorted({one for name in named for one in products.get(name, ())}))


class _Entry(
    msgspec.Struct,
    rename={
        "cve": "cveID",
        "vendor": "vendorProject",
        "added": "dateAdded",
        "about": "shortDescription",
        "required": "requiredAction",
        "due": "dueDate",
        "ransomware": "knownRansomwareCampaignUse",
    },
):
    cve: str
    vendor: str
    product: str
    added: str
    about: str = ""
    required: str = ""
    due: str = ""
    ransomware: str = ""


class _Catalogue(msgspec.Struct):
    vulnerabilities: tuple[msgspec.Raw, ...]


def _catalogue(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    try:
        catalogue = msgspec.json.decode(data, type=_Catalogue)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        yield Rejected(source.sha256, JsonPointer(""), f"not a catalogue: {problem}", data[:65536])
        return
    maker = Maker(source, "kev")
    for number, raw in enumerate(catalogue.vulnerabilities):
        at = JsonPointer(f"/vulnerabilities/{number}")
        try:
            each = msgspec.json.decode(raw, type=_Entry)
            yield _exploited(maker, source, at, each, bytes(raw).decode())
        except (msgspec.MsgspecError, ValueError) as problem:
            yield Rejected(source.sha256, at, str(problem), bytes(raw))


def _table(source: Source, data: bytes) -> Iterator[Restated | Rejected]:
    """The catalogue as CSV."""
    maker = Maker(source, "kev")
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace")))
    for number, row in enumerate(rows, start=1):
        try:
            each = msgspec.convert({k: v or "" for k, v in row.items() if k}, _Entry)
            text = msgspec.json.encode(row).decode()
            yield _exploited(maker, source, Row(number), each, text)
        except (msgspec.MsgspecError, ValueError, TypeError) as problem:
            yield Rejected(source.sha256, Row(number), str(problem))


def _exploited(maker: Maker, source: Source, at: Locator, each: _Entry, text: str) -> Restated:
    if not _CVE.fullmatch(each.cve):
        raise ValueError(f"not a CVE number: {each.cve!r}")
    added = parse_partial(each.added).t0
    told = (each.about, each.required and f"Required: {each.required}",
            each.due and f"Due: {each.due}",
            each.ransomware
            and f"Ransomware: {each.ransomware}")  # fmt: skip
    return Restated(
        maker.record(
            derived_id("vulnerability", "kev", each.cve), at, text, created=added,
            modified=max(added, source.retrieved), name=each.cve,
            description="\n".join(part for part in told if part) or None,
            products=(_product(each.vendor, each.product),),
            labels=["known-exploited"], external_references=_cve(each.cve),
        )
    )  # fmt: skip


def _cve(number: str | None) -> list[dict[str, str]]:
    return [] if number is None else [{"source_name": "cve", "external_id": number}]
