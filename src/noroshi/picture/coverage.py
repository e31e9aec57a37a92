"""Where and when a desk was able to see: only there does it say anything that a desk is silent.

A desk tells its coverage of a kind as spans at an asset, in an H3 cell, or everywhere (`Covered`).
The silence of a domain counts by how much of the two days round a finding its desk could see there.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np

from noroshi.picture.lines import Array
from noroshi.picture.stream import Stream
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY

EVERYWHERE: Final = ("", "*")
ROUND: Final = DAY
"""A desk should have seen what belongs to a finding within so much of its beginning (µs)."""


class Seen(msgspec.Struct, frozen=True):
    """A desk of `domain` could see at `where` (an asset, an H3 cell, or everywhere) from `t0` to
    `t1` (µs UTC), as well as `quality` (0 to 1) says."""

    domain: str
    where: str
    t0: int
    t1: int
    quality: float


def seen_share(stream: Stream, graph: AssetGraph, seen: Iterable[Seen]) -> Array:
    """For each finding and domain, the share of the time round it that its desk could see there."""
    share = np.zeros((len(stream), len(stream.domains)), np.float64)
    number = {name: n for n, name in enumerate(stream.domains)}
    grouped: dict[tuple[int, str], list[Seen]] = {}
    for each in seen:
        if each.domain in number:
            grouped.setdefault((number[each.domain], each.where), []).append(each)
    rows_at = _rows_at(stream, graph) if grouped else {}
    cells: dict[int, dict[str, Array]] = {}
    for (domain, where), spans in grouped.items():
        if where in EVERYWHERE:
            rows = np.arange(len(stream))
        elif where in rows_at:
            rows = np.array(rows_at[where])
        else:
            rows = _in_cell(stream, where, cells)
        if len(rows):
            share[rows, domain] = np.maximum(share[rows, domain], _part(stream.t0[rows], spans))
    return share


def _part(t0: Array, spans: list[Seen]) -> Array:
    """Of each instant, how much of the time round it lies in the spans, by their quality; where
    spans overlap, the best counts."""
    edges = np.unique([at for each in spans for at in (each.t0, each.t1)])
    quality = np.zeros(len(edges))
    for each in sorted(spans, key=lambda span: span.quality):  # so that the best is written last
        first, after = np.searchsorted(edges, [each.t0, each.t1])
        quality[first:after] = min(1.0, max(0.0, each.quality))
    whole = np.concatenate([[0.0], np.cumsum(quality[:-1] * np.diff(edges))])
    high, low = np.interp(t0 + ROUND, edges, whole), np.interp(t0 - ROUND, edges, whole)
    return (high - low) / (2 * ROUND)


def _rows_at(stream: Stream, graph: AssetGraph) -> dict[str, list[int]]:
    """The findings at each asset, or at one a declared edge away."""
    found: dict[str, list[int]] = {}
    for at, tokens in ((stream.asset_at, stream.asset), (stream.target_at, stream.target)):
        row: list[int] = np.repeat(np.arange(len(stream)), np.diff(at)).tolist()
        named: list[int] = tokens.tolist()
        for n, token in zip(row, named, strict=True):
            name = stream.tokens[token]
            for each in (name, *graph.near(name)):
                found.setdefault(each, []).append(n)
    return found


def _in_cell(stream: Stream, where: str, cells: dict[int, dict[str, Array]]) -> Array:
    """The findings with a place in the H3 cell `where`; none where that is no cell."""
    h3: Any = importlib.import_module("h3")
    if not h3.is_valid_cell(where):
        return np.empty(0, np.int64)
    level = h3.get_resolution(where)
    if level not in cells:
        placed: list[int] = np.flatnonzero(~np.isnan(stream.lat)).tolist()
        by_cell: dict[str, list[int]] = {}
        for row in placed:
            cell = h3.latlng_to_cell(float(stream.lat[row]), float(stream.lon[row]), level)
            by_cell.setdefault(cell, []).append(row)
        cells[level] = {cell: np.array(rows) for cell, rows in by_cell.items()}
    return cells[level].get(where, np.empty(0, np.int64))
