// The map: land that came with the page, and findings on it. Nothing is fetched from elsewhere.
import * as maplibre from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { session, type Mark } from "./api";
import { assets, seen, settled, tracks } from "./data";
import { cap, circle, collected, land, NONE, running, told, type Land, type Ring } from "./land";
import { Layers } from "./layers";
import { one, turn } from "./place";
import { Points, rgb } from "./points";
import { drawn, positions, rested, stretch } from "./positions";
import { orbit, there } from "./satellites";
import { plain, say, utc } from "./show";
import { signs } from "./signs";
import { hue, theme, type Colours } from "./theme";
import { named, t } from "./words";

maplibre.setWorkerUrl(new URL(WORKER, document.baseURI).href);

/** Metres: round a point known worse than this, half the Earth, there is no circle to draw. */
const ANYWHERE = 1e7;

function areas(marks: Mark[], selected: string | undefined): GeoJSON.FeatureCollection {
  const coarse = marks.filter((each) => each.place && each.place[2] < ANYWHERE && (each.verdict === "partial" || each.id === selected));
  const unique = new Map(coarse.map((each) => [each.place!.join(), each]));
  if (!unique.size) return NONE;
  // Many lie over one another: together they are no darker than a few.
  const shade = Math.min(0.1, 1.5 / unique.size);
  return collected([...unique.values()].map((each) => told(circle(...each.place!), { chosen: each.id === selected, shade })));
}

function style(): maplibre.StyleSpecification {
  const c = theme.value;
  const data = (): maplibre.SourceSpecification => ({ type: "geojson", data: NONE });
  // No glyphs are named: text is drawn with the fonts of the machine.
  const text = { "text-color": c.ink, "text-halo-color": c.sea, "text-halo-width": 1.5 };
  return {
    version: 8,
    sources: { land: data(), borders: data(), assets: data(), track: data(), areas: data(), chosen: data(), orbit: data(), reach: data() },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": c.sea } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": c.land, "fill-antialias": true } },
      { id: "borders", type: "line", source: "borders", paint: { "line-color": c.border, "line-width": 0.7 } },
      { id: "zones", type: "line", source: "assets", filter: ["==", ["get", "kind"], "zone"], paint: { "line-color": c.faint, "line-width": 1, "line-dasharray": [2, 2] } },
      { id: "lines", type: "line", source: "assets", filter: ["!=", ["get", "kind"], "zone"], paint: { "line-color": c.line, "line-width": 1.5 } },
      { id: "spots", type: "circle", source: "assets", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 3, "circle-color": c.land, "circle-stroke-color": c.line, "circle-stroke-width": 1.5 } },
      { id: "reach", type: "fill", source: "reach", paint: { "fill-color": hue("space"), "fill-opacity": 0.16 } },
      { id: "reach-rim", type: "line", source: "reach", paint: { "line-color": hue("space"), "line-width": 1.2, "line-dasharray": [4, 3] } },
      { id: "orbit", type: "line", source: "orbit", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": hue("space"), "line-width": 1.8 } },
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": c.ink, "fill-opacity": ["case", ["get", "chosen"], 0.1, ["get", "shade"]] } },
      { id: "rims", type: "line", source: "areas", paint: { "line-color": c.ink, "line-width": ["case", ["get", "chosen"], 2, 0.8], "line-dasharray": [3, 2] } },
      { id: "track", type: "line", source: "track", filter: ["==", ["get", "n"], 0], paint: { "line-color": c.ink, "line-width": 2 } },
      { id: "track-other", type: "line", source: "track", filter: [">", ["get", "n"], 0], paint: { "line-color": c.ink, "line-width": 2, "line-dasharray": [2, 1.5] } },
      { id: "chosen", type: "circle", source: "chosen", paint: { "circle-radius": 11, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": c.alarm, "circle-stroke-width": 3 } },
      { id: "whose", type: "symbol", source: "track", filter: ["==", ["geometry-type"], "Point"], layout: { "text-field": ["get", "name"], "text-size": 11, "text-offset": [0, 1.1], "text-allow-overlap": true }, paint: text },
      { id: "ticks", type: "circle", source: "orbit", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": ["case", ["get", "now"], 6, 2.5], "circle-color": hue("space"), "circle-stroke-color": c.sea, "circle-stroke-width": 1 } },
      { id: "times", type: "symbol", source: "orbit", filter: ["==", ["geometry-type"], "Point"], layout: { "text-field": ["get", "name"], "text-size": 11, "text-offset": [0, 1], "text-optional": true }, paint: text },
    ],
  };
}

const NEAR_ZOOM = 2.5, FAR_ZOOM = 3;

interface Given { marks?: () => Mark[]; name?: string }

export function Chart({ marks, name }: Given) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let map: maplibre.Map;
    try {
      map = new maplibre.Map({
        container: box.current!, style: style(), center: [60, 20], zoom: 1.2, minZoom: 0.4, maxZoom: 14,
        attributionControl: false, fadeDuration: 0, dragRotate: false, pitchWithRotate: false,
        locale: { "Map.Title": name ?? t("Map of findings"), "NavigationControl.ZoomIn": t("Zoom in"), "NavigationControl.ZoomOut": t("Zoom out") },
      });
    } catch {
      box.current!.textContent = t("This browser draws no map (WebGL is off). The list holds the same.");
      return;
    }
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
    const stops: (() => void)[] = [], made = theme.peek();
    map.once("load", () => stops.push(...laid(map, marks ?? (() => settled.value), !marks, made)));
    map.on("idle", () => { document.documentElement.dataset.map = "idle"; if (!marks) rested.value = true; });
    return () => { for (const each of stops) each(); map.remove(); delete document.documentElement.dataset.map; };
  }, []);
  return <div class="chart"><div ref={box} class="map" data-testid="map" />{!marks && <Layers />}</div>;
}

/** Everything that is laid on the map, each drawn again when what it shows is another; what ends that. */
function laid(map: maplibre.Map, of: () => Mark[], whole: boolean, painted: Colours): (() => void)[] {
  const source = (id: string) => map.getSource(id) as maplibre.GeoJSONSource | undefined;
  const empty = new Set(["areas", "chosen"]);
  /** Nothing in place of nothing is not told to the map's worker. */
  const put = (id: string, data: GeoJSON.FeatureCollection) => {
    if (data === NONE && empty.has(id)) return;
    if (data === NONE) empty.add(id); else empty.delete(id);
    source(id)?.setData(data);
  };
  const dots = new Points("positions", (zoom) => (zoom < 3 ? 2 : zoom < 7 ? 3 : 5), 0.8);
  const flags = new Points("marks", (zoom) => Math.min(20, 9 + Math.max(0, zoom - 1)) + 2);
  map.addLayer(dots, "areas");
  map.addLayer(flags, "chosen");
  let placed: Mark[] = [], ground: Land | null = null, framed = "", gone: string | undefined = "";
  const lay = () => {
    if (!ground) return;
    source("land")?.setData(ground.land);
    source("borders")?.setData(ground.borders as unknown as GeoJSON.GeoJSON);
  };
  void land(LAND_FAR).then((found) => { ground ??= found; lay(); }, () => undefined);
  // The finer outlines are fetched when they can be told from the coarse ones.
  let near = false;
  const nearer = () => {
    if (near || map.getZoom() < NEAR_ZOOM) return;
    near = true;
    land(LAND_NEAR).then((found) => { ground = found; lay(); }, () => { near = false; });
  };
  map.on("zoomend", nearer);
  nearer();
  const pick = (event: maplibre.MapMouseEvent) => placed[flags.near(event.point, 9)];
  map.on("click", (event) => {
    const mark = pick(event);
    if (mark) turn({ sel: mark.id });
    else if (whole) ship(map, dots.near(event.point, 7));
  });
  map.on("mousemove", (event) => {
    const mark = pick(event), canvas = map.getCanvas();
    canvas.style.cursor = mark ? "pointer" : "";
    canvas.title = mark ? pointedAt(mark) : "";
  });
  return [
    effect(() => {
      const all = of(), whose = `${seen.value?.party}`, found = signs(all);
      flags.rim = rgb(theme.value.sea).map((each) => each / 255) as [number, number, number];
      placed = found.marks;
      flags.show(found);
      if (placed.length && framed !== whose) { framed = whose; frame(map, placed); }
    }),
    effect(() => {
      const all = of(), sel = one("sel");
      put("areas", areas(all, sel));
      const chosen = sel ? all.find((each) => each.id === sel) : undefined;
      const at = chosen?.place && ([chosen.place[0], chosen.place[1]] as [number, number]);
      put("chosen", at ? collected([told({ type: "Point", coordinates: at })]) : NONE);
      if (at && gone !== sel && map.getZoom() < 4) map.jumpTo({ center: at, zoom: 6 });
      if (at || !sel) gone = sel;
    }),
    effect(() => { source("assets")?.setData(protectedOnes()); }),
    effect(() => { source("track")?.setData(ways()); }),
    effect(() => {
      // Whoever chooses a satellite looks at the world.
      const first = orbit.value?.points[0];
      // Beside what is said of it, which stands on the left.
      const left = first ? Math.min(320, map.getContainer().clientWidth * 0.4) : 0;
      if (map.getPadding().left !== left) map.setPadding({ ...map.getPadding(), left });
      if (first && map.getZoom() > FAR_ZOOM) map.jumpTo({ center: [first[1], first[2]], zoom: 1.4 });
    }),
    effect(() => { source("orbit")?.setData(below()); source("reach")?.setData(reach()); }),
    effect(() => {
      const type = one("globe") === "1" ? "globe" : "mercator";
      if (type === (map.getProjection()?.type ?? "mercator")) return;
      delete document.documentElement.dataset.map;
      map.setProjection({ type });
    }),
    effect(() => {
      if (!whole) return;
      const found = positions.value;
      dots.rim = rgb(theme.value.sea).map((each) => each / 255) as [number, number, number];
      dots.show(found ? drawn(found) : { n: 0, at: new Float32Array(), time: new Float32Array(), colour: new Uint8Array(), shape: new Uint8Array() });
      if (found) document.documentElement.dataset.positions = String(found.n);
      else delete document.documentElement.dataset.positions;
    }),
    effect(() => { dots.window = stretch.value; map.triggerRepaint(); }),
    effect(() => {
      // Colours may have been changed since the map was made, before it was there to be painted.
      if (painted === theme.value) return;
      painted = theme.value;
      const { layers } = style();
      const paint = map.setPaintProperty.bind(map) as (id: string, key: string, value: unknown) => void;
      for (const layer of layers) for (const [key, value] of Object.entries(layer.paint ?? {})) paint(layer.id, key, value);
    }),
    () => { delete document.documentElement.dataset.positions; rested.value = false; },
  ];
}

/** What the pointer is on: when it was, and for another's picture which clause let it out. */
function pointedAt(mark: Mark): string {
  const by = (mark.clauses ?? []).join(", ");
  return [named(session.value?.kinds[mark.kind], mark.kind), utc(mark.t0), by && `${t("by")} ${by}`, ...(mark.transforms ?? []).map(say)].filter(Boolean).join(" · ");
}

/** Whose position was pointed at, when, and the way to what was found about it. */
function ship(map: maplibre.Map, which: number): void {
  const found = positions.value;
  if (!found || which < 0) return;
  const lon = found.lon[which]! / 1e5, lat = found.lat[which]! / 1e5, whose = found.ships[found.ship[which]!]!;
  const inside = document.createElement("div");
  const line = document.createElement("p");
  line.textContent = `${plain(whose, 80) || t("nobody named")} · ${utc(found.t0 + found.time[which]! * 1000)} · ${lat.toFixed(4)}, ${lon.toFixed(4)}`;
  inside.append(line);
  if (whose) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = t("What was found about it");
    button.onclick = () => turn({ q: whose });
    inside.append(button);
  }
  new maplibre.Popup({ closeButton: true, maxWidth: "22rem" }).setLngLat([lon, lat]).setDOMContent(inside).addTo(map);
}

/** The tracks of a finding's subjects, each with its name at its end. */
function ways(): GeoJSON.FeatureCollection {
  return collected(tracks.value.filter((each) => each.points.length > 1).flatMap((each, n) => {
    const line = running(each.points.map(([, lon, lat]) => [lon, lat] as [number, number]));
    return [told({ type: "LineString", coordinates: line }, { n }), told({ type: "Point", coordinates: line.at(-1)! }, { n, name: plain(each.subject, 40) })];
  }));
}

const MARKED_MS = 10 * 60_000;

/** The line below the satellite, every tenth minute on it, and where it is. */
function below(): GeoJSON.FeatureCollection {
  const points = orbit.value?.points ?? [], now = there.value;
  if (!now || points.length < 2) return NONE;
  const line: Ring = running(points.map(([, lon, lat]) => [lon, lat] as [number, number]));
  const found = [told({ type: "LineString", coordinates: line })];
  points.forEach((each, i) => {
    const before = points[i - 1];
    if (each === now) found.push(told({ type: "Point", coordinates: [each[1], each[2]] }, { now: true, name: `${plain(orbit.value!.name, 30)} ${utc(each[0]).slice(11)}` }));
    else if (before && Math.floor(each[0] / MARKED_MS) > Math.floor(before[0] / MARKED_MS)) found.push(told({ type: "Point", coordinates: line[i]! }, { now: false, name: utc(each[0]).slice(11) }));
  });
  return collected(found);
}

function reach(): GeoJSON.FeatureCollection {
  const now = there.value;
  return now ? collected([told(cap(now[1], now[2], now[4], 96))]) : NONE;
}

function protectedOnes(): GeoJSON.FeatureCollection {
  return collected(assets.value.flatMap((each) => {
    const geometry: GeoJSON.Geometry | null = each.path.length ? { type: "LineString", coordinates: each.path }
      : each.shape ?? (each.place ? { type: "Point", coordinates: each.place } : null);
    return geometry ? [told(geometry, { kind: each.kind, name: each.name })] : [];
  }));
}

function frame(map: maplibre.Map, marks: Mark[]): void {
  const bounds = new maplibre.LngLatBounds();
  for (const each of marks) if (each.place) bounds.extend(maplibre.LngLatBounds.fromLngLat(new maplibre.LngLat(each.place[0], each.place[1]), each.place[2]));
  // A coarse cell is to be seen as a circle and not as a point.
  const coarse = marks.some((each) => (each.place?.[2] ?? 0) >= 1000);
  map.fitBounds(bounds, { padding: 40, maxZoom: coarse ? 9 : marks.length > 5 ? 7 : 5, animate: false });
}
