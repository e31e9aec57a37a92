// The map: land that came with the page, and findings on it. Nothing is fetched from elsewhere.
import * as maplibre from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { feature, mesh } from "topojson-client";
import type { Mark } from "./api";
import { assets, seen, shown, track } from "./data";
import { query, turn } from "./place";
import { session } from "./api";
import { hue, theme } from "./theme";
import { t } from "./words";

maplibre.setWorkerUrl(new URL(WORKER, document.baseURI).href);

type Ring = [number, number][];

/** A ring that runs on where it leaves the map at 180° instead of jumping back across all of it;
 * one around a pole is led along the map's edge. Natural Earth is cut there and sewn again. */
function unrolled(ring: Ring): Ring {
  const out: Ring = [];
  let shift = 0;
  // What lies beyond the map's edge is Antarctica's cut to the pole: it is led along the edge below.
  ring.filter(([, lat]) => Math.abs(lat) < 85.05).forEach(([lon, lat], i) => {
    if (i) {
      const step = lon + shift - out[i - 1]![0];
      if (step > 180) shift -= 360; else if (step < -180) shift += 360;
    }
    out.push([lon + shift, lat]);
  });
  const first = out[0], last = out.at(-1);
  if (!first || !last) return [];
  if (Math.abs(last[0] - first[0]) > 300) {
    const edge = first[1] < 0 ? -85.06 : 85.06;
    out.push([last[0], edge], [first[0], edge], first);
  }
  return out;
}

function onMap(found: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  for (const each of found.features) {
    const shape = each.geometry;
    // Antarctica is a ring about the pole with the coast as its hole: without the one, the other is its outline.
    const part = (rings: Ring[]) => rings.map(unrolled).filter((ring) => ring.length > 3);
    if (shape.type === "Polygon") shape.coordinates = part(shape.coordinates as Ring[]);
    if (shape.type === "MultiPolygon") shape.coordinates = (shape.coordinates as Ring[][]).map(part).filter((rings) => rings.length);
  }
  return found;
}

interface Topology { objects: { countries: unknown } }

async function land(path: string): Promise<{ land: GeoJSON.FeatureCollection; borders: GeoJSON.MultiLineString }> {
  const topology = await (await fetch(path)).json() as Topology;
  const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b);
  borders.coordinates = (borders.coordinates as Ring[]).map(unrolled);
  return { land: onMap(feature(topology, topology.objects.countries)), borders };
}

/** A circle of `radius` metres as a polygon of 48 corners. */
export function circle(lon: number, lat: number, radius: number): GeoJSON.Polygon {
  const dy = radius / 111_195, dx = dy / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
  const ring: Ring = [];
  for (let i = 0; i <= 48; i++) {
    const turn = (i / 48) * 2 * Math.PI;
    ring.push([lon + dx * Math.cos(turn), lat + dy * Math.sin(turn)]);
  }
  return { type: "Polygon", coordinates: [ring] };
}

const NONE: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

function points(marks: Mark[]): GeoJSON.FeatureCollection {
  const kinds = session.value?.kinds ?? {};
  return {
    type: "FeatureCollection",
    features: marks.filter((each) => each.place).map((each) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [each.place![0], each.place![1]] },
      properties: { id: each.id, desk: kinds[each.kind]?.desk ?? "other", partial: each.verdict === "partial" },
    })),
  };
}

function areas(marks: Mark[], selected: string | undefined): GeoJSON.FeatureCollection {
  const coarse = marks.filter((each) => each.place && (each.verdict === "partial" || each.id === selected));
  const unique = new Map(coarse.map((each) => [each.place!.join(), each]));
  return {
    type: "FeatureCollection",
    features: [...unique.values()].map((each) => ({
      type: "Feature", geometry: circle(...each.place!), properties: { chosen: each.id === selected },
    })),
  };
}

function style(): maplibre.StyleSpecification {
  const c = theme.value;
  const data = (): maplibre.SourceSpecification => ({ type: "geojson", data: NONE });
  const desk = ["match", ["get", "desk"],
    "sea", hue("sea"), "space", hue("space"), "cyber", hue("cyber"), "information", hue("information"),
    "arms", hue("arms"), c.ink] as unknown as string;
  return {
    version: 8,
    sources: { land: data(), borders: data(), assets: data(), track: data(), areas: data(), marks: data(), chosen: data() },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": c.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": c.land, "fill-antialias": true } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": c.border, "line-width": 0.7 } },
      { id: "zones", type: "line", source: "assets", filter: ["==", ["get", "kind"], "zone"], paint: { "line-color": c.faint, "line-width": 1, "line-dasharray": [2, 2] } },
      { id: "lines", type: "line", source: "assets", filter: ["!=", ["get", "kind"], "zone"], paint: { "line-color": c.line, "line-width": 1.5 } },
      { id: "spots", type: "circle", source: "assets", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 3, "circle-color": c.land, "circle-stroke-color": c.line, "circle-stroke-width": 1.5 } },
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": c.ink, "fill-opacity": 0.1 } },
      { id: "rims", type: "line", source: "areas", paint: { "line-color": c.ink, "line-width": ["case", ["get", "chosen"], 2, 0.8], "line-dasharray": [3, 2] } },
      { id: "track", type: "line", source: "track", paint: { "line-color": c.ink, "line-width": 1.5, "line-opacity": 0.8 } },
      { id: "marks", type: "circle", source: "marks", paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 0, 3, 6, 5, 12, 8],
        "circle-color": ["case", ["get", "partial"], c.land, desk] as unknown as string,
        "circle-stroke-color": ["case", ["get", "partial"], desk, c.sea] as unknown as string,
        "circle-stroke-width": ["case", ["get", "partial"], 2, 1],
        "circle-opacity": 0.9,
      } },
      { id: "chosen", type: "circle", source: "chosen", paint: {
        "circle-radius": 11, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": c.alarm, "circle-stroke-width": 3,
      } },
    ],
  };
}

export function Chart({ marks, name }: { marks?: () => Mark[]; name?: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const of = marks ?? (() => shown.value);
    let map: maplibre.Map;
    try {
      map = new maplibre.Map({
        container: box.current!, style: style(), center: [60, 20], zoom: 1.2, minZoom: 0.4, maxZoom: 14,
        attributionControl: false, fadeDuration: 0, dragRotate: false, pitchWithRotate: false,
        locale: { "Map.Title": name ?? t("Map of findings") },
      });
    } catch {
      box.current!.textContent = t("This browser draws no map (WebGL is off). The list holds the same.");
      return;
    }
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    const source = (id: string) => map.getSource(id) as maplibre.GeoJSONSource | undefined;
    let ground: Awaited<ReturnType<typeof land>> | null = null;
    let framed = "", gone: string | undefined = "";
    const draw = () => {
      const all = of(), whose = `${seen.value?.party}`;
      source("marks")?.setData(points(all));
      source("areas")?.setData(areas(all, query.value.sel));
      if (all.some((each) => each.place) && framed !== whose) { framed = whose; frame(map, all); }
      const chosen = all.find((each) => each.id === query.value.sel);
      source("chosen")?.setData(points(chosen ? [chosen] : []));
      if (chosen?.place && gone !== chosen.id && map.getZoom() < 4) map.jumpTo({ center: [chosen.place[0], chosen.place[1]], zoom: 6 });
      gone = query.value.sel;
      source("assets")?.setData(drawn());
      source("track")?.setData(way(track.value));
    };
    const lay = () => {
      if (!ground) return;
      source("land")?.setData(ground.land);
      source("borders")?.setData(ground.borders as unknown as GeoJSON.GeoJSON);
    };
    const stops: (() => void)[] = [];
    map.once("load", () => {
      stops.push(effect(draw));
      void land(LAND_FAR).then((found) => { ground ??= found; lay(); })
        .then(() => land(LAND_NEAR)).then((found) => { ground = found; lay(); }, () => undefined);
      let first = true;
      stops.push(effect(() => {
        void theme.value;
        if (first) { first = false; return; }
        map.setStyle(style(), { diff: true });
        map.once("styledata", () => { lay(); draw(); });
      }));
    });
    map.on("click", "marks", (event) => {
      const id = event.features?.[0]?.properties.id as string | undefined;
      if (id) turn({ sel: id });
    });
    map.on("mouseenter", "marks", () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", "marks", () => { map.getCanvas().style.cursor = ""; });
    map.on("idle", () => { document.documentElement.dataset.map = "idle"; });
    return () => { for (const each of stops) each(); map.remove(); delete document.documentElement.dataset.map; };
  }, []);
  return <div ref={box} class="map" data-testid="map" />;
}

/** A track as a line that runs on over the antimeridian. */
function way(points: [number, number, number][]): GeoJSON.FeatureCollection {
  if (points.length < 2) return NONE;
  let shift = 0, last = points[0]![1];
  const line = points.map(([, lon, lat]) => {
    if (lon - last > 180) shift -= 360; else if (lon - last < -180) shift += 360;
    last = lon;
    return [lon + shift, lat];
  });
  return { type: "FeatureCollection", features: [{ type: "Feature", geometry: { type: "LineString", coordinates: line }, properties: {} }] };
}

function drawn(): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: assets.value.flatMap((each) => {
      const geometry: GeoJSON.Geometry | null = each.path.length ? { type: "LineString", coordinates: each.path }
        : each.shape ?? (each.place ? { type: "Point", coordinates: each.place } : null);
      return geometry ? [{ type: "Feature" as const, geometry, properties: { kind: each.kind, name: each.name } }] : [];
    }),
  };
}

function frame(map: maplibre.Map, marks: Mark[]): void {
  const bounds = new maplibre.LngLatBounds();
  for (const each of marks) if (each.place) bounds.extend(maplibre.LngLatBounds.fromLngLat(new maplibre.LngLat(each.place[0], each.place[1]), each.place[2]));
  // A coarse cell is to be seen as a circle and not as a point.
  const coarse = marks.some((each) => (each.place?.[2] ?? 0) >= 1000);
  map.fitBounds(bounds, { padding: 40, maxZoom: coarse ? 9 : marks.length > 5 ? 7 : 5, animate: false });
}
