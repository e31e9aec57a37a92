"""Files of assets: a declared TOML file (`assets/1`), or GeoJSON in a known layout.

A TOML file holds what its owner knows of single assets and of how they hang together, and may name
GeoJSON files beside it with what those do not say: kind, owner, whether surveyed, licence.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from noroshi.feeds.files import open_path
from noroshi.feeds.geojson import Drawn, read_geojson
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.errors import BadInput
from noroshi.words.label import Tlp
from noroshi.words.place import Place, wrap_lon
from noroshi.words.relation import KINDS, NOWHERE, bad_identifier, errors


class Origin(msgspec.Struct, frozen=True):
    """The file an asset stands in: name, SHA-256 uncompressed, and what it says of its use."""

    name: str
    sha256: str
    licence: str | None = None
    tlp: Tlp | None = None


class Loaded(msgspec.Struct, frozen=True):
    """The assets of one file with their JSON pointers, and its edges."""

    origin: Origin
    layout: str
    assets: tuple[Asset, ...]
    places: tuple[str, ...]
    edges: tuple[AssetEdge, ...] = ()


class _Declared(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    kind: str
    name: str
    name_ja: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float = 0.0
    path: tuple[tuple[float, float], ...] = ()
    country: str | None = None
    source: str | None = None
    owner: str | None = None
    surveyed: bool | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()


class _Beside(msgspec.Struct, forbid_unknown_fields=True):
    file: str
    kind: str | None = None
    source: str | None = None
    owner: str | None = None
    surveyed: bool | None = None
    licence: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["assets/1"]
    source: str = ""
    owner: str | None = None
    surveyed: bool = False
    licence: str | None = None
    tlp: Tlp | None = None
    asset: list[_Declared] = []
    edge: list[AssetEdge] = []
    geojson: list[_Beside] = []


def read_assets(path: Path) -> list[Loaded]:
    """What stands in `path` (plain or gzipped) and in the files it names, itself first.

    Raises `BadInput` naming file and key.
    """
    if path.suffix != ".toml":
        return [_drawn(path)]
    data, sha256 = _bytes(path)
    file = _decoded(data, str(path))
    if file.tlp is Tlp.CLEAR:
        raise BadInput(str(path), "a default is never TLP CLEAR", hint="green, amber or red")
    assets = tuple(_declared(each, file, f"{path} asset {each.id}") for each in file.asset)
    _each_once(assets, path)
    origin = Origin(path.name, sha256, file.licence, file.tlp)
    places = tuple(f"/asset/{number}" for number in range(len(assets)))
    found = [Loaded(origin, "assets/1", assets, places, tuple(file.edge))]
    return [*found, *(_named(path, each, file) for each in file.geojson)]


def joined(loaded: Sequence[Loaded], first: Sequence[Asset] = ()) -> AssetGraph:
    """One graph of several files, checked; an asset that two hold is as the later one says.

    Raises `BadInput` naming the edges that no graph may have.
    """
    assets = {each.id: each for each in first}
    for file in loaded:
        assets |= {each.id: each for each in file.assets}
    edges = tuple(edge for file in loaded for edge in file.edges)
    where = ", ".join(each.origin.name for each in loaded) or "assets"
    try:
        graph = AssetGraph(tuple(assets[each] for each in sorted(assets)), edges)
    except ValueError as problem:
        raise BadInput(where, str(problem), hint="an edge names two assets by id") from problem
    wrong = list(itertools.islice(errors(graph), 4))
    if wrong:
        more = "; and more" if len(wrong) > 3 else ""
        raise BadInput(where, "; ".join(wrong[:3]) + more, hint="docs/assets.md has the relations")
    return graph


def read_graph(paths: Sequence[Path]) -> AssetGraph:
    """The graph of some files. Raises `BadInput` naming file and key."""
    return joined([each for path in paths for each in read_assets(path)])


def _each_once(assets: tuple[Asset, ...], path: Path) -> None:
    seen: set[str] = set()
    for each in assets:
        if each.id in seen:
            raise BadInput(f"{path} asset {each.id}", "declared twice in one file")
        seen.add(each.id)


def _decoded(data: bytes, where: str) -> _File:
    try:
        return msgspec.convert(tomllib.loads(data.decode()), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(where, str(problem), hint="docs/assets.md shows one") from problem


def _declared(given: _Declared, file: _File, where: str) -> Asset:
    if given.kind not in KINDS:
        kinds = ", ".join(sorted(KINDS))
        raise BadInput(where, "no such kind", found=repr(given.kind), expected=kinds)
    nowhere = given.lon is None and not given.path
    if (given.lon is None) != (given.lat is None) or (nowhere and given.kind not in NOWHERE):
        raise BadInput(where, "no place", expected="lon and lat, or path = [[lon, lat], …]")
    for each in given.identifiers:
        if wrong := bad_identifier(each):
            raise BadInput(where, wrong)
    for lon, lat in given.path:
        if not (-540 <= lon <= 540 and -90 <= lat <= 90):
            raise BadInput(where, "not on Earth", found=f"[{lon}, {lat}]", expected="[lon, lat]")
    place = None
    if given.lon is not None and given.lat is not None:
        try:
            place = Place(wrap_lon(given.lon), given.lat, given.radius_m)
        except ValueError as problem:
            raise BadInput(where, str(problem)) from problem
    return Asset(
        id=given.id,
        kind=given.kind,
        name=given.name,
        name_ja=given.name_ja,
        place=place,
        path=given.path,
        country=given.country,
        source=given.source or file.source,
        owner=given.owner or file.owner,
        surveyed=file.surveyed if given.surveyed is None else given.surveyed,
        aliases=given.aliases,
        identifiers=given.identifiers,
    )


def _named(path: Path, beside: _Beside, file: _File) -> Loaded:
    surveyed = file.surveyed if beside.surveyed is None else beside.surveyed
    found = _drawn(path.parent / beside.file, beside.kind, surveyed, beside.source or file.source)
    owner = beside.owner or file.owner
    assets = tuple(
        each if each.owner or not owner else msgspec.structs.replace(each, owner=owner)
        for each in found.assets
    )
    licence = beside.licence or file.licence or found.origin.licence
    origin = msgspec.structs.replace(found.origin, licence=licence, tlp=file.tlp)
    return msgspec.structs.replace(found, assets=assets, origin=origin)


def _drawn(path: Path, kind: str | None = None, surveyed: bool = False, source: str = "") -> Loaded:
    data, sha256 = _bytes(path)
    drawn: Drawn = read_geojson(data, str(path), kind=kind, surveyed=surveyed, source=source)
    origin = Origin(path.name, sha256, drawn.licence)
    return Loaded(origin, drawn.layout, drawn.assets, drawn.places)


def _bytes(path: Path) -> tuple[bytes, str]:
    opened = list(open_path(path))
    if len(opened) != 1 or isinstance(opened[0], BadInput) or opened[0].cut:
        raise BadInput(str(path), "not one file", expected="a TOML or GeoJSON file, maybe gzipped")
    with opened[0].open() as stream:
        return stream.read(), opened[0].sha256
