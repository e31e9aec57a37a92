"""Assets with their edges, and where each kind could have been seen."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.store.database import Connection
from noroshi.store.statements import statements
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.desk import Covered
from noroshi.words.ids import canonical
from noroshi.words.time import Span

SQL = statements("assets")

_asset = msgspec.json.Decoder(Asset)


def put(connection: Connection, given: AssetGraph) -> None:
    """Replace assets and edges inside the open transaction."""
    connection.execute(SQL["drop_edges"])
    connection.execute(SQL["drop_assets"])
    connection.executemany(
        SQL["put_asset"],
        [(a.id, a.kind, a.name, canonical(a).decode()) for a in given.assets.values()],
    )
    edges = [(edge.a, edge.b, edge.relation) for edge in given.edges]
    connection.executemany(SQL["put_edge"], edges)


def graph(connection: Connection) -> AssetGraph:
    """All assets and edges."""
    assets = tuple(_asset.decode(row[0]) for row in connection.execute(SQL["assets"]))
    edges = tuple(AssetEdge(*row) for row in connection.execute(SQL["edges"]))
    return AssetGraph(assets, edges)


def cover(connection: Connection, rows: Iterable[Covered]) -> None:
    """Keep coverage inside the open transaction."""
    connection.executemany(
        SQL["cover"],
        [
            (row.kind, row.where, row.span.t0, row.span.t1, row.span.precision, row.quality)
            for row in rows
        ],
    )


def coverage(connection: Connection, kind: str) -> list[Covered]:
    """Coverage of one kind, by start."""
    return [
        Covered(name, where, Span(t0, t1, precision), quality)
        for name, where, t0, t1, precision, quality in connection.execute(SQL["coverage"], (kind,))
    ]
