"""The node's assets: what `[assets]` names and the packaged watch zones, kept in the store; and
what desks find anew where the assets have changed."""

from __future__ import annotations

import difflib
import gzip
import importlib.resources
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from noroshi.feeds.assets import Loaded, Origin, joined, read_assets
from noroshi.feeds.files import shown
from noroshi.feeds.geojson import read_geojson
from noroshi.node.alone import alone
from noroshi.node.ingest import again
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node
from noroshi.node.terms import declared_strand
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.errors import BadInput
from noroshi.words.evidence import Evidence, JsonPointer
from noroshi.words.label import Label, Strand, Tlp, label

PACKAGED = "watch_zones.geojson"
SEAS = "seas.geojson.gz"
PILLAR = "maritime"


class FileReport(msgspec.Struct, frozen=True):
    """What one file gave: its layout, and how many assets of each kind."""

    name: str
    layout: str
    kinds: dict[str, int]
    licence: str | None = None


class AssetsReport(msgspec.Struct, frozen=True):
    """What was loaded, how many assets there are now and how many there were not before, and what
    the desks find with them."""

    files: list[FileReport]
    total: int
    new: int
    gone: int
    changed: int
    unlabelled: bool
    found: IngestReport


def load_assets(
    node: Node,
    now: Callable[[], int],
    paths: list[Path] | None = None,
    waiting: Callable[[], object] = lambda: None,
) -> AssetsReport:
    """Make the assets of `[assets] files` (or of `paths` instead), with the packaged watch zones,
    the node's; then let every desk that holds something look again.

    Raises `BadInput` naming file and feature, and then nothing has changed. An asset that two files
    hold is as the later one says.
    """
    part = node.settings.config.assets
    named = [node.settings.folder / each for each in part.files] if paths is None else paths
    loaded = [each for path in named for each in read_assets(path)]
    with alone(node.settings.data, waiting):
        before = node.store.assets().assets
        graph = _graph(node, loaded, before, now())
        node.store.put_assets(graph)
        found = again(node, now)
    after = graph.assets
    return AssetsReport(
        [FileReport(shown(x.origin.name), x.layout, _kinds(x.assets), x.origin.licence)
         for x in loaded],
        len(after),
        len(after.keys() - before.keys()),
        len(before.keys() - after.keys()),
        sum(after[each] != before[each] for each in after.keys() & before.keys()),
        part.label is None and any(each.origin.tlp is None for each in loaded),
        found,
    )  # fmt: skip


def watch_zones() -> tuple[Asset, ...]:
    """The packaged zones: drawn by us, not legal limits."""
    return read_geojson(_packaged(PACKAGED), PACKAGED).assets


def seas(names: tuple[str, ...]) -> tuple[Asset, ...]:
    """The packaged seas, gulfs and straits of Natural Earth with these names ("*": all of them).

    Raises `BadInput` for a name that none has, with those that are near.
    """
    if not names:
        return ()
    every = read_geojson(gzip.decompress(_packaged(SEAS)), SEAS).assets
    if "*" in names:
        return every
    known = {each.name.casefold(): each for each in every}
    for name in names:
        if name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), known, 3)
            raise BadInput(
                "node.toml", "[assets] seas: no packaged sea has this name", found=name,
                expected=" or ".join(known[each].name for each in near) or 'a name, or "*" for all',
            )  # fmt: skip
    return tuple(known[each] for each in dict.fromkeys(name.casefold() for name in names))


def _packaged(name: str) -> bytes:
    return (importlib.resources.files("noroshi") / "data" / "geo" / name).read_bytes()


def _graph(node: Node, loaded: list[Loaded], before: dict[str, Asset], now: int) -> AssetGraph:
    part = node.settings.config.assets
    zones = (*(watch_zones() if part.watch_zones else ()), *seas(part.seas))
    evident = [
        msgspec.structs.replace(each, assets=tuple(_evident(node, each, before, now)))
        for each in loaded
    ]
    return joined(evident, zones)


def _evident(node: Node, file: Loaded, before: dict[str, Asset], now: int) -> Iterator[Asset]:
    """The assets of a file with where they stand as evidence, retrieved when first loaded."""
    marks = _label(node, file.origin)
    for asset, place in zip(file.assets, file.places, strict=True):
        evidence = Evidence(
            shown(file.origin.name), asset.source or shown(file.origin.name), now,
            file.origin.sha256, JsonPointer(place), marks,
        )  # fmt: skip
        held = before.get(asset.id)
        if held is not None and held.evidence is not None:
            known = msgspec.structs.replace(evidence, retrieved=held.evidence.retrieved)
            evidence = known if known == held.evidence else evidence
        yield msgspec.structs.replace(asset, evidence=evidence)


def _label(node: Node, origin: Origin) -> Label:
    declared = node.settings.config.assets.label
    if declared is None:
        only = None if origin.tlp else ()
        tlp = origin.tlp or Tlp.RED
        given = Strand(node.party, PILLAR, "*", tlp, only=only, exercise=node.exercise)
    else:
        given = declared_strand(declared, node.party, PILLAR, node.exercise)
    return label(
        msgspec.structs.replace(
            given, tlp=origin.tlp or given.tlp, licence=origin.licence or given.licence
        )
    )


def _kinds(assets: tuple[Asset, ...]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for each in assets:
        counted[each.kind] = counted.get(each.kind, 0) + 1
    return dict(sorted(counted.items()))
