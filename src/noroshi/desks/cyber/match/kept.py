"""An index in a file: arrays that are mapped, not read, and a digest over all of it.

A file is written beside its place and moved there when it is whole, so that one that was cut short
by a crash is never opened; one that was damaged later has another digest, and is made again.
"""

from __future__ import annotations

import hashlib
import importlib
import mmap
import os
import struct
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from noroshi.desks.cyber.match.entry import Entry
from noroshi.desks.cyber.match.index import Index, build
from noroshi.desks.cyber.match.lists import WarningList

MAGIC: Final = b"noroshi index 1\n"
ALIGNED: Final = 64
HEAD: Final = struct.Struct("<16s32sQ")
"""Magic, SHA-256 of all that follows the head, length of the description."""


class _Array(msgspec.Struct):
    dtype: str
    start: int
    length: int


def opened(
    folder: Path, key: str, make: Callable[[], tuple[Iterable[Entry], Iterable[WarningList]]]
) -> Index:
    """The index that `folder` keeps under `key`, mapped; it is made by `make` and kept where there
    is none, or where the file is damaged. `key` is a digest of what `make` reads. Where the folder
    cannot be written, the index is made each time."""
    name = hashlib.sha256(f"{_code()}:{key}".encode()).hexdigest()[:32]
    path = folder / f"{name}.index"
    held = load(path)
    if held is not None:
        return held
    made = build(*make())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save(made, path)
    except OSError:
        return made
    # Mapped, it takes less memory than made.
    return load(path) or made


def _code() -> str:
    """A digest of this package's sources: an index of another version is another index."""
    found = hashlib.sha256()
    for each in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(each.read_bytes())
    return found.hexdigest()


def save(index: Index, path: Path) -> None:
    """Write `index` to `path`, whole or not at all."""
    arrays: list[Any] = []
    written = msgspec.json.encode(described(index, arrays))
    places: list[_Array] = []
    at = 0
    for each in arrays:
        at += -at % ALIGNED
        places.append(_Array(each.dtype.str, at, len(each)))
        at += each.nbytes
    head = msgspec.json.encode({"index": msgspec.Raw(written), "arrays": places})
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".index-", delete=False) as file:
        try:
            digest = hashlib.sha256()
            file.write(HEAD.pack(MAGIC, bytes(32), len(head)))

            def put(data: Any) -> None:
                digest.update(data)
                file.write(data)

            put(head)
            put(bytes(-(HEAD.size + len(head)) % ALIGNED))
            end = 0
            for each, place in zip(arrays, places, strict=True):
                put(bytes(place.start - end))
                put(memoryview(each).cast("B") if len(each) else b"")
                end = place.start + each.nbytes
            file.seek(0)
            file.write(HEAD.pack(MAGIC, digest.digest(), len(head)))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def load(path: Path) -> Index | None:
    """The index in the file at `path`; None where there is none, or none that is whole."""
    import numpy as np

    try:
        with path.open("rb") as file:
            # Private: kernels are compiled for arrays that can be written, and write none of these.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        magic, digest, length = HEAD.unpack_from(mapped)
        if magic != MAGIC or hashlib.sha256(memoryview(mapped)[HEAD.size :]).digest() != digest:
            return None
        head = msgspec.json.decode(mapped[HEAD.size : HEAD.size + length])
        start = HEAD.size + length
        start += -start % ALIGNED
        arrays = [
            np.frombuffer(mapped, each["dtype"], each["length"], start + each["start"])
            for each in head["arrays"]
        ]
        return cast("Index", _restored(head["index"], arrays))
    except (OSError, ValueError, KeyError, struct.error, msgspec.DecodeError):
        return None


def described(value: Any, arrays: list[Any]) -> Any:
    """A value as JSON, its arrays by number."""
    import numpy as np

    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(cast("Any", value)))
        return {"array": len(arrays) - 1}
    if isinstance(value, msgspec.Struct):
        fields = {f: described(getattr(value, f), arrays) for f in value.__struct_fields__}
        return {"struct": f"{type(value).__module__}:{type(value).__name__}", "fields": fields}
    if isinstance(value, frozenset):
        return {"set": sorted(cast("frozenset[str]", value))}
    if isinstance(value, dict):
        return {"dict": cast("dict[str, Any]", value)}
    if isinstance(value, tuple):
        return [described(each, arrays) for each in cast("tuple[Any, ...]", value)]
    return value


def _restored(value: Any, arrays: list[Any]) -> Any:
    if isinstance(value, list):
        return tuple(_restored(each, arrays) for each in cast("list[Any]", value))
    if not isinstance(value, dict):
        return value
    held = cast("dict[str, Any]", value)
    if "array" in held:
        return arrays[held["array"]]
    if "struct" in held:
        module, _, name = held["struct"].partition(":")
        if not module.startswith(f"{__package__}."):
            raise ValueError(f"an index holds nothing of {module}")
        made = getattr(importlib.import_module(module), name)
        return made(**{name: _restored(each, arrays) for name, each in held["fields"].items()})
    return frozenset(held["set"]) if "set" in held else held["dict"]
