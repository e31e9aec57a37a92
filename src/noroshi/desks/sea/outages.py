"""Outages that operators report: a form in TOML or JSON, or a CSV, to findings of kind `outage`.

A report names the asset, when it failed as finely as is known, and who says so. Reported again
under the same ref, the report retrieved last counts.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.sea.tracks import PRECISIONS, STEPS
from noroshi.words.desk import Columns, Rejected
from noroshi.words.evidence import Evidence, JsonPointer, Row
from noroshi.words.finding import Finding, finding_ids
from noroshi.words.time import Span, parse_partial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noroshi.desks.sea.state import State
    from noroshi.words.asset import AssetGraph
    from noroshi.words.desk import Source
    from noroshi.words.evidence import Locator

FORMAT: Final = "outages/1"
LARGEST: Final = 64 << 20
"""Bytes of a form: it is read whole, and no operator has so many outages."""

TEXTS: Final = ("ref", "asset", "reported_by", "note")


class Report(msgspec.Struct, frozen=True, order=True):
    """What one row said, by whom it is kept: `origin` is the state's number of its source."""

    retrieved: int
    t0: int
    t1: int
    precision: int
    reported_by: str
    note: str
    origin: int
    row: int
    pointer: str
    open: bool = False
    """No end was reported."""


class _Form(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    outage: list[dict[str, Any]]


def sniff(head: bytes) -> float:
    """How surely `head` begins a form of outages or a table of them."""
    text = head.decode("utf-8-sig", "replace").lstrip()
    if FORMAT in text[:400] and "format" in text[:400]:
        return 1.0
    names = {each.strip().strip('"').lower() for each in text.partition("\n")[0].split(",")}
    return 1.0 if {"ref", "asset", "began"} <= names else 0.0


def read(source: Source) -> Iterator[Columns | Rejected]:
    """Columns of kind `outage`: `ref`, `asset`, `t0`, `t1`, `precision`, `reported_by`, `note`, and
    `row` or `pointer`; and the rows that could not be read."""
    with source.open() as stream:
        data = stream.read(LARGEST)
    good: list[tuple[str, str, Span, str, str, bool, int, str]] = []
    for given, locator in _rows(data):
        try:
            row = locator.row if isinstance(locator, Row) else 0
            pointer = locator.pointer if isinstance(locator, JsonPointer) else ""
            good.append((*_read(given), row, pointer))
        except ValueError as problem:
            yield Rejected(source.sha256, locator, str(problem))
    if good:
        yield _columns(source, good)


def _columns(
    source: Source, rows: list[tuple[str, str, Span, str, str, bool, int, str]]
) -> Columns:
    spans = [row[2] for row in rows]
    codes = [PRECISIONS.index(each.precision) for each in spans]
    texts = {
        name: np.array([row[n] for row in rows])
        for name, n in (("ref", 0), ("asset", 1), ("reported_by", 3), ("note", 4), ("pointer", 7))
    }
    numbers = {
        "t0": np.array([each.t0 for each in spans], "i8"),
        "t1": np.array([each.t1 for each in spans], "i8"),
        "precision": np.array(codes, "u1"),
        "open": np.array([row[5] for row in rows], "?"),
        "row": np.array([row[6] for row in rows], "i8"),
    }
    return Columns("outage", source, texts | numbers)


def _rows(data: bytes) -> Iterator[tuple[Mapping[str, Any], Locator]]:
    text = data.decode("utf-8-sig", "replace")
    if sniff(data[:4096]) and FORMAT in text[:400]:
        try:
            raw = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
            form = msgspec.convert(raw, _Form)
        except (ValueError, msgspec.ValidationError) as problem:
            yield {"": str(problem)}, JsonPointer("")
            return
        for number, each in enumerate(form.outage):
            yield each, JsonPointer(f"/outage/{number}")
        return
    for number, each in enumerate(csv.DictReader(io.StringIO(text)), start=1):
        yield {str(k).strip().lower(): v for k, v in each.items()}, Row(number)


def _read(given: Mapping[str, Any]) -> tuple[str, str, Span, str, str, bool]:
    if "" in given:
        raise ValueError(f"not a form of outages: {given['']}")
    said = {name: _text(given.get(name)) for name in TEXTS}
    for name in ("ref", "asset"):
        if not said[name]:
            raise ValueError(f"no {name}")
    if not given.get("began"):
        raise ValueError("no time at which it began")
    began, ended = _when(given["began"]), given.get("ended")
    t1 = began.t1
    is_open = ended in (None, "")
    if not is_open:
        last = _when(ended)
        if last.t1 < began.t0:
            raise ValueError("it ended before it began")
        t1 = max(t1, last.t1)
    span = Span(began.t0, t1, began.precision)
    return said["ref"], said["asset"], span, said["reported_by"], said["note"], is_open


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _when(value: Any) -> Span:
    """All the time that `value` may mean: an instant is as fine as its seconds are written."""
    span = parse_partial(value.strip() if isinstance(value, str) else value)
    if span.precision == "ms":
        return Span(span.t0, span.t0 + int(STEPS[1]), "s")
    if span.precision not in PRECISIONS:
        raise ValueError("a month or a year is no time of an outage: give the day")
    return span


def take(state: State, columns: Columns, origin: int) -> None:
    """Hold the reports of a batch."""
    arrays = columns.arrays
    texts = [arrays[name].tolist() for name in (*TEXTS, "pointer")]
    numbers = [arrays[name].tolist() for name in ("t0", "t1", "precision", "row", "open")]
    for ref, asset, by, note, pointer, *rest in zip(*texts, *numbers, strict=True):
        t0, t1, precision, row, is_open = rest
        report = Report(
            columns.source.retrieved, t0, t1, precision, by, note, origin, row, pointer, is_open
        )
        state.outages.setdefault((ref, asset), set()).add(report)


def outages(state: State, version: str) -> Iterator[Finding]:
    """A finding for each ref and asset, as it was reported last."""
    origins = {number: origin for origin, number in state.origins.items()}
    context = state.context
    kind = context.kinds["outage"]
    for (ref, asset), reports in state.outages.items():
        last = max(reports, key=lambda each: _rank(each, origins[each.origin].sha256))
        origin = origins[last.origin]
        known = _asset(context.assets, asset)
        subjects, span = (f"outage:{ref}",), Span(last.t0, last.t1, PRECISIONS[last.precision])
        identity, observation = finding_ids(
            context.party, "sea/outage", kind, subjects, span.t0, known
        )
        locator = JsonPointer(last.pointer) if last.pointer else Row(last.row)
        yield Finding(
            id=identity,
            observation=observation,
            version=0,
            owner=context.party,
            kind="outage",
            span=span,
            place=None,
            subjects=subjects,
            assets=(known,),
            measures={
                "ref": ref, "reported_by": last.reported_by or "—", "note": last.note or "—",
                "state": "open" if last.open else "closed",
            },
            evidence=(
                Evidence(
                    origin.name, origin.lineage, origin.retrieved, origin.sha256, locator,
                    origin.label,
                ),
            ),
            detector="sea/outage",
            detector_version=version,
            params_sha256=context.params_sha256,
            reliability=origin.reliability,
            credibility=3,
        )  # fmt: skip


def _rank(report: Report, sha256: str) -> tuple[object, ...]:
    return (report.retrieved, sha256, report.row, report.pointer)


def _asset(graph: AssetGraph, named: str) -> str:
    """The id of the asset that goes by this id, or the only one by this name; else as reported."""
    if named in graph.assets:
        return named
    found = [each.id for each in graph.assets.values() if each.name.casefold() == named.casefold()]
    return found[0] if len(found) == 1 else named
