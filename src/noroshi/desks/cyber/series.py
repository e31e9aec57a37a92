"""Series of how much of a network is reached, as IODA publishes them, read to columns.

In: the answer of IODA's `signals/raw` (JSON), or a CSV with `time`, `datasource`, `value` and `asn`
or `asset`. Out: columns of kind `series`: `entity` (`asn:64500`, or an asset's id or name),
`datasource`, `t` (µs UTC), `value`, `step_s`, and `row` or `pointer`. What is missing is left out.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
import numpy as np

from noroshi.words.desk import Columns, Rejected
from noroshi.words.errors import BadInput
from noroshi.words.evidence import JsonPointer, Row
from noroshi.words.time import SECOND, parse_instant

if TYPE_CHECKING:
    from noroshi.words.desk import Source

MAX_BYTES: Final = 256 << 20
DEFAULT_STEP_S: Final = 300
_HEADER: Final = {"time", "datasource", "value"}
_SERIES: Final = re.compile(rb'"datasource"\s*:')

Rows = list[tuple[str, str, int, float, int, int, str]]


class _Signal(msgspec.Struct, rename={"since": "from", "kind": "entityType", "code": "entityCode"}):
    kind: str
    code: str | int
    datasource: str
    since: int
    step: int
    values: tuple[float | int | None, ...]


class _Answer(msgspec.Struct):
    data: tuple[Any, ...]


def sniff(head: bytes) -> float:
    """How surely `head` begins such a series."""
    if head.lstrip()[:1] == b"{":
        known = b'"entityType"' in head and b'"entityCode"' in head and _SERIES.search(head)
        return 0.95 if known else 0.0
    names = _names(head)
    return 0.95 if names >= _HEADER and names & {"asn", "asset"} else 0.0


def _names(head: bytes) -> set[str]:
    first = head.decode("utf-8-sig", "replace").partition("\n")[0]
    return {each.strip().strip('"').lower() for each in first.split(",")}


def read(source: Source) -> Iterator[Columns | Rejected]:
    """The points of a source, and the series or rows that are none."""
    with source.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadInput(source.name, "too large to be read whole", expected=f"≤ {MAX_BYTES} bytes")
    rows: Rows = []
    reads = _answer if data.lstrip()[:1] == b"{" else _table
    for each in reads(source, data):
        if isinstance(each, Rejected):
            yield each
        else:
            rows += each
    if rows:
        yield _columns(source, rows)


def _columns(source: Source, rows: Rows) -> Columns:
    names = ("entity", "datasource", "t", "value", "step_s", "row", "pointer")
    types = (None, None, "i8", "f8", "i8", "i8", None)
    return Columns(
        "series",
        source,
        {
            name: np.array([row[n] for row in rows], kind)
            for n, (name, kind) in enumerate(zip(names, types, strict=True))
        },
    )


def _answer(source: Source, data: bytes) -> Iterator[Rows | Rejected]:
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        yield Rejected(source.sha256, JsonPointer(""), f"not a series: {problem}", data[:65536])
        return
    for pointer, each in _signals(answer.data, "/data"):
        try:
            signal = msgspec.convert(each, _Signal)
            if signal.kind != "asn":
                raise ValueError(f"of a {signal.kind}: a country or region is no asset")
            if signal.step <= 0 or not 0 < signal.since < 2**40:
                raise ValueError(f"step {signal.step} s from {signal.since}")
        except ValueError as problem:
            yield Rejected(source.sha256, JsonPointer(pointer), str(problem))
            continue
        entity = f"asn:{str(signal.code).upper().removeprefix('AS')}"
        yield [
            (entity, signal.datasource, (signal.since + n * signal.step) * SECOND, float(value),
             signal.step, 0, f"{pointer}/values/{n}")
            for n, value in enumerate(signal.values)
            if value is not None and math.isfinite(value)
        ]  # fmt: skip


def _signals(found: tuple[Any, ...] | list[Any], pointer: str) -> Iterator[tuple[str, Any]]:
    """IODA nests one list for each entity in the list of entities."""
    for number, each in enumerate(found):
        if isinstance(each, list):
            yield from _signals(cast("list[Any]", each), f"{pointer}/{number}")
        else:
            yield f"{pointer}/{number}", each


def _table(source: Source, data: bytes) -> Iterator[Rows | Rejected]:
    text = io.StringIO(data.decode("utf-8-sig", "replace"))
    for number, row in enumerate(csv.DictReader(text), start=1):
        said = {str(k).strip().lower(): str(v or "").strip() for k, v in row.items() if k}
        try:
            value = float(said["value"]) if said["value"] else math.nan
            step = int(said.get("step_s") or DEFAULT_STEP_S)
            if not said["datasource"] or step <= 0:
                raise ValueError("no datasource" if step > 0 else f"step_s {step}")
            if math.isfinite(value):
                row_of = (_entity(said), said["datasource"], parse_instant(said["time"]), value,
                          step, number, "")  # fmt: skip
                yield [row_of]
        except (KeyError, ValueError) as problem:
            yield Rejected(source.sha256, Row(number), str(problem))


def _entity(said: dict[str, str]) -> str:
    if said.get("asn"):
        number = said["asn"].upper().removeprefix("AS")
        if not number.isdigit():
            raise ValueError(f"not the number of an autonomous system: {said['asn']!r}")
        return f"asn:{number}"
    if not said.get("asset"):
        raise ValueError("neither asn nor asset")
    return said["asset"]
