"""GeoJSON files of assets: cables, landing points, ports, zones, in the layouts people have.

A file says what its features are by their properties. Known are our own layout, TeleGeography's
cables and landing points, Marine Regions' zones, EMODnet's Human Activities, and Natural Earth's
seas and ports. The data of others are the user's to bring: what may be shared on, their licence
says, and it goes into the label of all that is found with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec

from noroshi.words.asset import Asset
from noroshi.words.errors import BadInput
from noroshi.words.place import Place
from noroshi.words.shape import around


class Feature(msgspec.Struct):
    """One feature, as it stands. `id` may be a number."""

    geometry: msgspec.Raw = msgspec.Raw(b"null")
    properties: dict[str, Any] | None = None
    id: str | int | None = None

    @property
    def placed(self) -> bool:
        """Whether it has a geometry."""
        return bytes(self.geometry) != b"null"

    def text(self, *names: str) -> str:
        """The first of these properties that is there and says something, whatever its case."""
        given = {name.lower(): value for name, value in (self.properties or {}).items()}
        for name in names:
            value = given.get(name)
            if isinstance(value, (str, int, float)) and str(value).strip():
                return str(value).strip()
        return ""


class _Collection(msgspec.Struct):
    type: str
    features: list[Feature] = []


class Layout(msgspec.Struct, frozen=True):
    """A way to name features. `fits` looks at the first feature; `read` says kind, id, name and
    what else is known, or None for a feature that is no asset."""

    name: str
    source: str
    licence: str | None
    fits: Callable[[Feature], bool]
    read: Callable[[Feature], Mapping[str, Any] | None]


class Drawn(msgspec.Struct, frozen=True):
    """The assets of a file, by the layout it has, and its licence where the layout tells it.
    `places` are the RFC 6901 pointers of each asset's first feature."""

    layout: str
    licence: str | None
    assets: tuple[Asset, ...]
    places: tuple[str, ...]


def read_geojson(
    data: bytes, where: str, *, kind: str | None = None, surveyed: bool = False, source: str = ""
) -> Drawn:
    """The assets in `data`; features that share an id are one asset. `kind` overrides the layout's.

    Raises `BadInput` naming the feature for one that cannot be read, and for an unknown layout.
    """
    try:
        whole = msgspec.json.decode(data, type=_Collection)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as problem:
        raise BadInput(where, "not a GeoJSON FeatureCollection", found=str(problem)) from problem
    features = [each for each in whole.features if each.placed]
    if not features:
        raise BadInput(where, "no features with a geometry")
    layout = _layout(features[0], where, kind)
    made: dict[str, tuple[dict[str, Any], list[bytes], int]] = {}
    for number, feature in enumerate(whole.features):
        told = layout.read(feature) if feature.placed else None
        if told is not None:
            known = made.setdefault(str(told["id"]), (dict(told), [], number))
            known[1].append(bytes(feature.geometry))
    assets: list[Asset] = []
    for told, shapes, number in made.values():
        common: dict[str, Any] = {}
        if source or layout.source:
            common = {"source": source or layout.source}
        if surveyed:
            common["surveyed"] = True
        if kind is not None:
            common |= {"kind": kind, "id": f"{kind}:{told['id'].partition(':')[2]}"}
        assets.append(_asset({**told, **common}, shapes, f"{where} feature {number}"))
    places = tuple(f"/features/{number}" for _, _, number in made.values())
    return Drawn(layout.name, layout.licence, tuple(assets), places)


def _asset(told: Mapping[str, Any], shapes: list[bytes], where: str) -> Asset:
    whole = shapes[0]
    if len(shapes) > 1:
        whole = b'{"type":"GeometryCollection","geometries":[' + b",".join(shapes) + b"]}"
    try:
        place = around(msgspec.json.format(whole, indent=-1))
        if place.radius_m == 0:  # a point: its geometry says nothing more
            place = Place(place.lon, place.lat, 0.0)
        return Asset(place=place, **told)
    except (ValueError, msgspec.DecodeError) as problem:
        raise BadInput(where, str(problem)) from problem


def _layout(feature: Feature, where: str, kind: str | None) -> Layout:
    for layout in LAYOUTS:
        if layout.fits(feature):
            return layout
    if kind is not None:
        return Layout("named", "", None, lambda feature: True, lambda each: _named(each, kind))
    names = ", ".join(sorted(feature.properties or {})) or "no properties"
    raise BadInput(
        where,
        "features of no known layout",
        found=names,
        expected=", ".join(layout.name for layout in LAYOUTS),
        hint='name the file in an assets file of yours, with kind = "…" (docs/assets.md)',
    )


def slug(text: str) -> str:
    """`text` as the latter half of an id: lower case, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _ours(feature: Feature) -> Mapping[str, Any]:
    given = cast("dict[str, Any]", feature.properties)
    names = ("name_ja", "country", "owner", "source", "surveyed")
    rest = {name: given[name] for name in names if given.get(name) is not None}
    for name in ("aliases", "identifiers"):
        if isinstance(given.get(name), list):
            rest[name] = tuple(str(each) for each in given[name])
    return {"id": given["id"], "kind": given["kind"], "name": given["name"], **rest}


def _telegeography(feature: Feature) -> Mapping[str, Any]:
    point = '"Point"' in bytes(feature.geometry)[:40].decode("utf-8", "replace")
    kind = "landing_point" if point else "cable"
    return {"id": f"{kind}:tg-{feature.text('id')}", "kind": kind, "name": feature.text("name")}


def _marine_regions(feature: Feature) -> Mapping[str, Any]:
    country = feature.text("iso_ter1", "iso_sov1") or None
    name = feature.text("geoname", "preferredgazetteername", "name") or feature.text("mrgid")
    key = f"zone:mrgid-{feature.text('mrgid')}"
    return {"id": key, "kind": "zone", "name": name, "country": country}


def _emodnet(feature: Feature) -> Mapping[str, Any]:
    table, _, number = str(feature.id).rpartition(".")
    kind = "pipeline" if "pipeline" in table else "cable"
    name = feature.text("name", "cable_name", "pipeline_name", "code") or f"{kind} {number}"
    owner = feature.text("operator", "owner") or None
    return {"id": f"{kind}:emodnet-{number}", "kind": kind, "name": name, "owner": owner}


_SEAS: Final = frozenset({
    "ocean", "sea", "gulf", "bay", "strait", "channel", "sound", "fjord", "inlet", "reef", "river",
    "lagoon", "generic",
})  # fmt: skip


def _natural_earth(feature: Feature) -> Mapping[str, Any] | None:
    what = feature.text("featurecla").lower()
    name = " ".join(feature.text("name", "name_en").split())  # it has "Gulf of  Suez"
    if not name or (what != "port" and what not in _SEAS):
        return None
    if what != "port":
        return {"id": f"zone:ne-{slug(name)}", "kind": "zone", "name": name}
    # Forty ports share their name with another: their degrees tell them apart.
    at = around(bytes(feature.geometry))
    key = f"port:ne-{slug(name)}-{at.lat:.1f}-{at.lon:.1f}"
    return {"id": key, "kind": "port", "name": name}


def _named(feature: Feature, kind: str) -> Mapping[str, Any] | None:
    name = feature.text("name", "title", "label") or str(feature.id or "")
    key = slug(str(feature.text("id") or feature.id or name))
    return {"id": f"{kind}:{key}", "kind": kind, "name": name} if key else None


def _has(*names: str) -> Callable[[Feature], bool]:
    return lambda feature: all(feature.text(name) for name in names)


def _is_emodnet(feature: Feature) -> bool:
    return re.fullmatch(r"\w*(pipeline|cable)\w*\.\d+", str(feature.id)) is not None


def _is_telegeography(feature: Feature) -> bool:
    given = feature.properties or {}
    return _has("id", "name")(feature) and ("feature_id" in given or "is_tbd" in given)


LAYOUTS: Final = (
    Layout("noroshi", "", None, _has("id", "kind", "name"), _ours),
    Layout("telegeography", "TeleGeography, drawn, not surveyed", "CC-BY-NC-SA-3.0",
           _is_telegeography, _telegeography),
    Layout("marine regions", "Marine Regions", "CC-BY-NC-SA-4.0", _has("mrgid"), _marine_regions),
    Layout("emodnet", "EMODnet Human Activities", None, _is_emodnet, _emodnet),
    Layout("natural earth", "Natural Earth, public domain", None, _has("featurecla"),
           _natural_earth),
)  # fmt: skip
