"""Parquet: columns to a file and back, by row groups. The only place that knows pyarrow.

A file is written beside its name and moved there, so that what bears the name is whole. What cannot
be read is an error that names the file.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.words.errors import BadInput

if TYPE_CHECKING:
    from noroshi.words.desk import Array

GROUP: Final = 65_536
"""Rows of a row group: what is read at least, and has a range of its own."""

DELTA: Final = ("mmsi", "t", "lat", "lon", "place")
SPLIT: Final = ("sog", "cog", "heading")
WORDS: Final = ("length", "type", "status", "marks", "track", "name", "callsign", "destination")
"""Columns by what makes them small, sorted by ship and time: the step from row to row; bytes apart;
a list of what occurs. Measured on a day of a simulated basin."""

OTHERWISE: Final = {"t": "", "lat": "BYTE_STREAM_SPLIT", "lon": "BYTE_STREAM_SPLIT",
                    "place": "BYTE_STREAM_SPLIT"}  # fmt: skip
"""What makes those smaller that have a few rows of each of many ships, as a log of minutes has;
"": a list of what occurs. Which it is, `TRIED` rows of a file say, in `PIECES` from all over it."""

TRIED: Final = 32_768
PIECES: Final = 8
LEVEL: Final = 3
"""Of zstd: reading takes as long at any."""

META: Final = b"noroshi"


class Group(msgspec.Struct, frozen=True):
    """A row group: its number, its rows, and the least and most of some columns."""

    number: int
    rows: int
    least: dict[str, Any]
    most: dict[str, Any]


class Opened(msgspec.Struct, frozen=True):
    """What a file's end says of it: rows, row groups, what was said when it was written."""

    rows: int
    bytes: int
    groups: tuple[Group, ...]
    meta: bytes


def write(
    path: Path, columns: Mapping[str, Array], meta: bytes, cuts: Sequence[int] | None = None
) -> int:
    """Write `columns` as the file `path`, in place of one that is there; its bytes. `cuts` are
    where row groups begin, 0 among them."""
    import pyarrow
    import pyarrow.parquet

    arrow: Any = pyarrow
    parquet: Any = pyarrow.parquet
    table = arrow.table(dict(columns))
    encoding = {name: "DELTA_BINARY_PACKED" for name in DELTA if name in columns}
    encoding |= {name: "BYTE_STREAM_SPLIT" for name in SPLIT if name in columns}
    listed = [name for name in WORDS if name in columns]
    for name in _otherwise(table, encoding):
        if OTHERWISE[name]:
            encoding[name] = OTHERWISE[name]
        else:
            del encoding[name]
            listed.append(name)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as file:
            with parquet.ParquetWriter(
                file, table.schema, compression="zstd", compression_level=LEVEL,
                column_encoding=encoding, use_dictionary=listed, store_schema=False,
            ) as writer:  # fmt: skip
                writer.add_key_value_metadata({META: meta})
                ends = [*(cuts or (0,))[1:], table.num_rows]
                for first, last in zip(cuts or (0,), ends, strict=True):
                    rows = table.slice(first, last - first)
                    writer.write_table(rows, row_group_size=last - first if cuts else GROUP)
            file.flush()
            os.fsync(file.fileno())
        size = beside.stat().st_size
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return size


def _otherwise(table: Any, encoding: Mapping[str, str]) -> list[str]:
    """The columns that are smaller in the other encoding."""
    names = [name for name in OTHERWISE if name in encoding]
    import pyarrow

    arrow: Any = pyarrow
    some = table.select(names)
    if table.num_rows > TRIED:
        begins = range(0, table.num_rows, -(-table.num_rows // PIECES))
        some = arrow.concat_tables([some.slice(each, TRIED // PIECES) for each in begins])
    others = {name: OTHERWISE[name] for name in names if OTHERWISE[name]}
    usual = _sizes(some, {name: encoding[name] for name in names})
    other = _sizes(some, others)
    return [name for name, a, b in zip(names, usual, other, strict=True) if b < 0.95 * a]


def _sizes(table: Any, encoding: Mapping[str, str]) -> list[int]:
    """Bytes of each column; those without an encoding are lists of what occurs."""
    import pyarrow.parquet

    parquet: Any = pyarrow.parquet
    if not table.num_columns or not table.num_rows:
        return [0] * table.num_columns
    made = io.BytesIO()
    listed = [name for name in table.column_names if name not in encoding]
    parquet.write_table(
        table, made, compression="zstd", compression_level=LEVEL, column_encoding=dict(encoding),
        use_dictionary=listed, store_schema=False, write_statistics=False,
    )  # fmt: skip
    group = parquet.ParquetFile(made).metadata.row_group(0)
    return [group.column(n).total_compressed_size for n in range(table.num_columns)]


def opened(path: Path, names: Sequence[str] = ()) -> Opened:
    """What stands at the end of the file, with the ranges of the columns `names`.

    Raises `BadInput` naming the file where it is truncated, corrupt or none of ours.
    """
    with _file(path) as file:
        data = file.metadata
        said: dict[bytes, bytes] = data.metadata or {}
        meta = said.get(META)
        if meta is None:
            raise BadInput(str(path), "a Parquet file that noroshi did not write")
        known = {file.schema_arrow.names[n]: n for n in range(data.num_columns)}
        groups = tuple(_group(data, n, known, names) for n in range(data.num_row_groups))
        return Opened(data.num_rows, path.stat().st_size, groups, meta)


def read(path: Path, names: Sequence[str], groups: Sequence[int]) -> dict[str, Array]:
    """The columns `names` (those that it has) of these row groups.

    Raises `BadInput` naming the file where they cannot be read.
    """
    with _file(path) as file:
        have = set(file.schema_arrow.names)
        wanted = [name for name in names if name in have]
        table = file.read_row_groups(list(groups), columns=wanted, use_threads=False)
        return {name: _array(table.column(name)) for name in wanted}


def _array(column: Any) -> Array:
    import numpy as np

    values = column.combine_chunks().to_numpy(zero_copy_only=False)
    return values.astype(np.str_) if values.dtype == object else values


def _group(data: Any, number: int, known: Mapping[str, int], names: Sequence[str]) -> Group:
    group = data.row_group(number)
    least: dict[str, Any] = {}
    most: dict[str, Any] = {}
    for name in names:
        told = group.column(known[name]).statistics if name in known else None
        if told is not None and told.has_min_max:
            least[name], most[name] = told.min, told.max
    return Group(number, group.num_rows, least, most)


@contextlib.contextmanager
def _file(path: Path) -> Generator[Any]:
    import pyarrow
    import pyarrow.parquet

    arrow: Any = pyarrow
    parquet: Any = pyarrow.parquet
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (arrow.ArrowException, OSError, ValueError) as problem:
        if isinstance(problem, FileNotFoundError):
            raise BadInput(str(path), "is gone", hint="was it moved while it was read?") from None
        text = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise BadInput(
            str(path), "cannot be read as Parquet", found=text[:200],
            hint="delete it and ingest its source again: nothing else has to be read again",
        ) from problem  # fmt: skip
