"""Assets and their declared graph: cables, landing points, ports, satellites, networks."""

from __future__ import annotations

import functools

import msgspec

from noroshi.words.evidence import Evidence
from noroshi.words.place import Place


class Asset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is protected, or watched. `kind` is one of `words.relation.KINDS` where a declared file
    names it, and may be another where a map does; `path` is lon-lat pairs in degrees for a line,
    `place.geojson` any other shape (`words.shape` reads both). A line that is not `surveyed` is a
    drawing, kilometres off. `owner` is whoever runs it, as its source says. `aliases` are names in
    any language; `identifiers` are `scheme:value` by which others know it (`asn:64500`,
    `domain:example.org`, `net:192.0.2.0/24`, `norad:25544`, `product:vendor:name` of what it runs).
    `evidence` is where it stands: what is found at the asset is found by that, label and all."""

    id: str
    kind: str
    name: str
    name_ja: str | None = None
    place: Place | None = None
    path: tuple[tuple[float, float], ...] = ()
    country: str | None = None
    source: str = ""
    owner: str | None = None
    surveyed: bool = False
    aliases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    evidence: Evidence | None = None


class AssetEdge(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """`a` depends on, lands at, is operated by or belongs to `b`."""

    a: str
    b: str
    relation: str


class AssetGraph:
    """Assets by id with their edges. Correlation joins over at most one hop of it."""

    def __init__(self, assets: tuple[Asset, ...] = (), edges: tuple[AssetEdge, ...] = ()) -> None:
        self.assets = {asset.id: asset for asset in assets}
        self.edges = tuple(sorted(set(edges)))
        for edge in self.edges:
            for end in (edge.a, edge.b):
                if end not in self.assets:
                    raise ValueError(f"edge {edge.a} {edge.relation} {edge.b}: no asset {end!r}")

    @functools.cached_property
    def _near(self) -> dict[str, frozenset[str]]:
        near: dict[str, set[str]] = {}
        for edge in self.edges:
            near.setdefault(edge.a, set()).add(edge.b)
            near.setdefault(edge.b, set()).add(edge.a)
        return {asset: frozenset(others) for asset, others in near.items()}

    def near(self, asset: str) -> frozenset[str]:
        """The assets one declared edge away, in either direction; empty for an unknown id."""
        return self._near.get(asset, frozenset())
