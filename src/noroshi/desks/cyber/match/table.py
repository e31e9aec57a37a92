"""Values kept by hash: which number has this value, for hundreds of thousands of them, as arrays
that can be mapped from a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.cyber.match.values import Net, Value, Web, shown

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]

BITS_EACH: Final = 16
"""Bits for each key in front of the table, so that one in twenty strangers passes them."""


class Texts(msgspec.Struct, frozen=True):
    """Texts one after the other in UTF-8: `bytes`, and where each ends."""

    bytes: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.ends)

    def get(self, number: int) -> str:
        """The text of a number."""
        start = int(self.ends[number - 1]) if number else 0
        return bytes(self.bytes[start : int(self.ends[number])]).decode()


def texts(given: Iterable[str]) -> Texts:
    """Texts packed."""
    import numpy as np

    parts = [each.encode("utf-8", "surrogatepass") for each in given]
    joined = np.frombuffer(b"".join(parts), np.uint8)
    lengths = np.fromiter(map(len, parts), np.int64, len(parts))
    return Texts(joined, np.cumsum(lengths))


class Table(msgspec.Struct, frozen=True):
    """Keys by hash. `hashes` and `numbers` are the open table, `bits` what may be in it, `fours`
    and `sixes` the lengths of prefixes, longest first; `values` the text of each number."""

    hashes: Array
    numbers: Array
    bits: Array
    fours: Array
    sixes: Array
    values: Texts
    urls: bool


def build(values: Sequence[Value]) -> tuple[Table, Array]:
    """The table of some values, and the number of each; equal ones have one. A value whose hash is
    another's (which nobody has seen) has the number -1."""
    import numpy as np

    from noroshi.desks.cyber.match.kernels import table as kernel

    keys, paths = hashed(values)
    distinct = max(16, len(values))
    size = 1 << (2 * distinct - 1).bit_length()
    hashes, numbers = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    bits = np.zeros((1 << (BITS_EACH * distinct - 1).bit_length()) // 64, np.uint64)
    given = np.zeros(len(values), np.int32)
    many = kernel.put(hashes, numbers, keys, given, 0)
    kernel.mark(bits, keys)
    kernel.mark(bits, paths)
    held: list[str | None] = [None] * many
    for at, (number, value) in enumerate(zip(given.tolist(), values, strict=True)):
        text = shown(value)
        if held[number] is None:
            held[number] = text
        elif held[number] != text:
            given[at] = -1
    lengths = {
        version: np.array(
            sorted({v.length for v in values if isinstance(v, Net) and v.version == version})[::-1],
            np.int32,
        )
        for version in (4, 6)
    }
    urls = any(isinstance(each, Web) for each in values)
    packed = texts(each or "" for each in held)
    return Table(hashes, numbers, bits, lengths[4], lengths[6], packed, urls), given


def look(table: Table, values: Sequence[Value]) -> list[int]:
    """The number of each value, or -1."""
    import numpy as np

    from noroshi.desks.cyber.match.kernels import table as kernel

    keys, _ = hashed(values)
    given = np.zeros(len(values), np.int32)
    kernel.look(table.hashes, table.numbers, keys, given)
    return [
        number if number >= 0 and table.values.get(number) == shown(value) else -1
        for number, value in zip(given.tolist(), values, strict=True)
    ]


def hashed(values: Sequence[Value]) -> tuple[Array, Array]:
    """The key of each value, and of the paths of those that are URLs."""
    import numpy as np

    from noroshi.desks.cyber.match.kernels import table as kernel

    keys = np.zeros(len(values), np.uint64)
    at = {kind: list[int]() for kind in ("text", "web", 4, 6)}
    for number, value in enumerate(values):
        kind = (
            value.version
            if isinstance(value, Net)
            else ("web" if isinstance(value, Web) else "text")
        )
        at[kind].append(number)
    words = [values[each] for each in at["text"]]
    keys[at["text"]] = _texts_hashed([str(each) for each in words], kernel.hash_texts)
    webs = [each for each in (values[number] for number in at["web"]) if isinstance(each, Web)]
    hosts = _texts_hashed([each.host for each in webs], kernel.hash_texts)
    paths = _texts_hashed([each.path for each in webs], kernel.hash_paths)
    pairs = np.zeros(len(webs), np.uint64)
    kernel.pair(hosts, paths, pairs)
    keys[at["web"]] = pairs
    for version in (4, 6):
        nets = [e for e in (values[number] for number in at[version]) if isinstance(e, Net)]
        made = np.zeros(len(nets), np.uint64)
        highs = np.array([each.address >> 64 for each in nets], np.uint64)
        lows = np.array([each.address & (1 << 64) - 1 for each in nets], np.uint64)
        lengths = np.array([each.length for each in nets], np.int32)
        kernel.prefixes(highs, lows, lengths, version, made)
        keys[at[version]] = made
    return keys, paths


def _texts_hashed(given: list[str], hash_: Any) -> Array:
    import numpy as np

    packed = texts(given)
    keys = np.zeros(len(given), np.uint64)
    hash_(packed.bytes, packed.ends, keys)
    return keys
