"""The order of findings, each id once, and whose word each is. Ten million texts are compared by 64
bits each, and by themselves only where these are the same."""

from __future__ import annotations

import importlib
from typing import Any, Final

import numpy as np

from noroshi.picture.lines import Array

FEW: Final = 1 << 16
"""Fewer texts are compared by themselves: nothing has to be compiled for it."""


def ordered(ids: Any, t0: Array, t1: Array) -> Array:
    """Rows by (t0, t1, id), of each id the last. `ids` is an Arrow array of text."""
    rows = _last_of_each(ids)
    rows = rows[np.argsort(t0[rows], kind="stable")]
    begun = t0[rows]
    same = begun[1:] == begun[:-1]
    tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
    if len(tied):
        rows[tied] = _by_id(ids, t0, t1, rows[tied])
    return rows


def _by_id(ids: Any, t0: Array, t1: Array, rows: Array) -> Array:
    pa: Any = importlib.import_module("pyarrow")
    pc: Any = importlib.import_module("pyarrow.compute")
    table = pa.table({"t0": t0[rows], "t1": t1[rows], "id": ids.take(pa.array(rows))})
    keys = [("t0", "ascending"), ("t1", "ascending"), ("id", "ascending")]
    return rows[pc.sort_indices(table, sort_keys=keys).to_numpy()]


def _last_of_each(ids: Any) -> Array:
    rows = np.arange(len(ids))
    doubtful = _twice(ids)
    if not len(doubtful):
        return rows
    of = _numbers(ids, doubtful)
    last = np.zeros(int(of.max()) + 1, np.int64)
    last[of] = doubtful  # the last one written stays
    return np.sort(np.concatenate([np.setdiff1d(rows, doubtful, assume_unique=True), last]))


def numbered(texts: Any) -> Array:
    """A number for each text, the same for the same."""
    found = np.arange(len(texts), dtype=np.int32)
    doubtful = _twice(texts)
    if len(doubtful):
        # The first with a text hands its place on; no other text has it.
        of = _numbers(texts, doubtful)
        first = np.zeros(int(of.max()) + 1, np.int32)
        first[of[::-1]] = doubtful[::-1]
        found[doubtful] = first[of]
    return found


def _numbers(texts: Any, rows: Array) -> Array:
    pa: Any = importlib.import_module("pyarrow")
    some = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
    return some.dictionary_encode().indices.to_numpy(zero_copy_only=False)


def _twice(texts: Any) -> Array:
    """Rows whose text may stand in another row too, in order; no other text is there twice."""
    if len(texts) < FEW:
        return np.arange(len(texts))
    mixed = mix(texts)
    ascending = np.sort(mixed)
    twice = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
    if not len(twice):
        return np.empty(0, np.int64)
    place = np.minimum(np.searchsorted(twice, mixed), len(twice) - 1)
    return np.flatnonzero(twice[place] == mixed)


def mix(texts: Any) -> Array:
    """64 bits of each text of a `large_string` array (FNV-1a)."""
    from noroshi.picture.kernels.posted import fnv

    _, offsets, data = texts.buffers()
    at = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    found = np.empty(len(texts), np.uint64)
    fnv(np.frombuffer(data if data is not None else b"", np.uint8), at, found)
    return found
