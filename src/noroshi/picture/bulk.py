"""Blocks of JSON lines as columns at once, where nothing in a block is unusual.

What takes a look at the single line is left to the reader of lines: any line that would be
refused, times that are no RFC 3339 in UTC, months and years, and texts. So both give the same.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.lines import EDGE, FURTHEST, GRADES, Array
from noroshi.words.time import DAY, STEP

BLOCK: Final = 1 << 24
"""Bytes read at once; one unusual line sends so many to the other reader."""
TEXTS: Final = (
    "id", "domain", "t0", "t1", "kind", "precision", "source", "lineage", "reliability", "text",
)  # fmt: skip
NUMBERS: Final = ("lat", "lon", "radius")
LISTS: Final = ("assets", "targets")


class Batch(msgspec.Struct):
    """Findings in the order of their lines. `ids` and `lineage` are Arrow arrays of text, `assets`
    and `targets` dictionaries of it, one after the other as many as each row has; `words` are the
    distinct names of a column and `…_of` their places."""

    ids: Any
    lineage: Any
    domains: list[str]
    domain_of: Array
    kinds: list[str]
    kind_of: Array
    t0: Array
    t1: Array
    coarse: Array
    lon: Array
    lat: Array
    radius: Array
    asset_many: Array
    assets: Any
    target_many: Array
    targets: Any
    reliability: Array
    credibility: Array


class _Unusual(Exception):
    """Something that the other reader has to see."""


def read_block(block: bytes) -> Batch | None:
    """The findings of whole lines, or None where a line is not plain."""
    pa: Any = importlib.import_module("pyarrow")
    try:
        return _columns(_table(block, pa), b"null" in block)
    except (_Unusual, pa.ArrowException):
        return None


def each_block(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, Batch | None]]:
    """Every block with what `read_block` makes of it, in order."""
    for block in blocks:
        yield block, read_block(block)


def _table(block: bytes, pa: Any) -> dict[str, Any]:
    """The columns of lines, as Arrow reads JSON. It takes objects wherever one ends, so that each
    line must be seen to hold one."""
    js: Any = importlib.import_module("pyarrow.json")
    text = pa.string()
    fields = [
        *((name, text) for name in TEXTS),
        *((name, pa.float64()) for name in NUMBERS),
        *((name, pa.list_(text)) for name in LISTS),
        ("credibility", pa.int64()),
    ]
    _must(block[:1] == b"{" and block.rstrip(b"\r\n")[-1:] == b"}")
    table = js.read_json(
        pa.BufferReader(block),
        read_options=js.ReadOptions(use_threads=False, block_size=len(block) + 1),
        parse_options=js.ParseOptions(
            explicit_schema=pa.schema(fields), unexpected_field_behavior="ignore"
        ),
    ).combine_chunks()
    _must(table.num_rows == 1 + block.count(b"}\n{") + block.count(b"}\r\n{"))
    table.validate(full=True)  # that texts are UTF-8
    columns = {name: _whole(table.column(name), pa) for name, _ in fields}
    wide = {name: columns[name].cast(pa.large_string()) for name in ("id", "source", "lineage")}
    return columns | wide


def _whole(column: Any, pa: Any) -> Any:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _columns(table: dict[str, Any], null: bool) -> Batch:
    """`null` where the lines may say that something is null, which some keys must not be."""
    pc: Any = importlib.import_module("pyarrow.compute")
    column = table.__getitem__
    _must(not (column("id").null_count or column("domain").null_count or column("t0").null_count))
    _must(not (null and column("kind").null_count))
    _must(column("text").null_count == len(column("text")))
    _must(pc.min(pc.binary_length(column("id"))).as_py() > 0)
    domains, domain_of = _distinct(column("domain"))
    _must(all(each.strip() for each in domains))
    t0, t1, coarse = _times(column("t0"), column("t1"), column("precision"), pc)
    lon, lat, radius = _places(column("lon"), column("lat"), column("radius"))
    lineage = pc.coalesce(
        _said(column("lineage"), pc), _said(column("source"), pc),
        _joined("finding", column("id"), pc),
    )  # fmt: skip
    kinds, kind_of = _distinct(column("kind").fill_null(""))
    grades, grade_of = _distinct(column("reliability").fill_null(GRADES[-1]))
    credibility = column("credibility").fill_null(6).to_numpy(zero_copy_only=False)
    return Batch(
        column("id"), lineage, domains, domain_of, kinds, kind_of, t0, t1, coarse, lon, lat, radius,
        *_names(column("assets")), *_names(column("targets")),
        np.array([_grade(each) for each in grades] or [0], np.int8)[grade_of],
        np.where((credibility >= 1) & (credibility <= 6), credibility, 6).astype(np.int8),
    )  # fmt: skip


def _joined(word: str, column: Any, pc: Any) -> Any:
    pa: Any = importlib.import_module("pyarrow")
    return pc.binary_join_element_wise(
        pa.scalar(word, column.type), column, pa.scalar(" ", column.type)
    )


def _must(holds: bool) -> None:
    if not holds:
        raise _Unusual


def _distinct(column: Any) -> tuple[list[str], Array]:
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False)


def _said(column: Any, pc: Any) -> Any:
    """The column, where an empty text says nothing."""
    return pc.if_else(pc.equal(pc.binary_length(column), 0), None, column)


def _grade(text: str) -> int:
    found = GRADES.find((text or "F").upper()[:1])
    return found if found >= 0 else len(GRADES) - 1


def _instants(column: Any, pc: Any) -> Array:
    """RFC 3339 in UTC as µs; a null is 0."""
    pa: Any = importlib.import_module("pyarrow")
    at = pc.utf8_slice_codeunits(column, 10, 11)
    plain = pc.and_(pc.equal(at, "T"), pc.ends_with(column, "Z"))
    _must(pc.all(plain.fill_null(True)).as_py() is not False)
    zoned = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    found: Array = zoned.fill_null(0).to_numpy(zero_copy_only=False)
    _must(bool(np.abs(found).max(initial=0) < EDGE))
    return found


def _times(t0: Any, t1: Any, precision: Any, pc: Any) -> tuple[Array, Array, Array]:
    low, later = _instants(t0, pc), _instants(t1, pc)
    given = ~t1.is_null().to_numpy(zero_copy_only=False)
    high = np.where(given, later, low)
    _must(bool((high >= low).all()))
    words, of = _distinct(precision.fill_null(""))
    _must(set(words) <= {"", *STEP})
    steps = np.array([STEP.get(each, 0) for each in words] or [0], np.int64)[of]
    high = np.maximum(high, low + steps)
    long = high - low
    _must(bool((long <= FURTHEST).all()))
    return low, high, long > 28 * DAY


def _places(lon: Any, lat: Any, radius: Any) -> tuple[Array, Array, Array]:
    placed = ~(lon.is_null().to_numpy(zero_copy_only=False) |
               lat.is_null().to_numpy(zero_copy_only=False))  # fmt: skip
    nan = np.nan
    x = np.where(placed, lon.fill_null(nan).to_numpy(zero_copy_only=False), nan)
    y = np.where(placed, lat.fill_null(nan).to_numpy(zero_copy_only=False), nan)
    r = np.where(placed, radius.fill_null(0.0).to_numpy(zero_copy_only=False), 0.0)
    with np.errstate(invalid="ignore"):
        fits = (np.abs(y) <= 90) & (x >= -180) & (x <= 360)
    _must(bool((~placed | (fits & (r >= 0) & (r < 2.1e7))).all()))
    return (x + 180) % 360 - 180, y, r.astype(np.float32)


def _names(column: Any) -> tuple[Array, Any]:
    """How many names each row has, and which; each once in a row."""
    flat = column.flatten().dictionary_encode()
    _must(not flat.null_count)
    many = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    if many.max(initial=0) < 2:
        return many, flat
    of = flat.indices.to_numpy(zero_copy_only=False)
    row = np.repeat(np.arange(len(many)), many)
    _, first = np.unique(row * max(1, len(flat.dictionary)) + of, return_index=True)
    first.sort()
    return np.bincount(row[first], minlength=len(many)), flat.take(
        importlib.import_module("pyarrow").array(first)
    )
