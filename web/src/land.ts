// Outlines that the map draws: land that came with the page, circles on the sphere, ways over the antimeridian.
import { feature, mesh } from "topojson-client";

export type Ring = [number, number][];

export const NONE: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** A line that runs on where it leaves the map at 180° instead of jumping back across all of it. */
export function running(line: Ring): Ring {
  let shift = 0;
  return line.map(([lon, lat], i) => {
    if (i) {
      const step = lon - line[i - 1]![0];
      if (step > 180) shift -= 360; else if (step < -180) shift += 360;
    }
    return [lon + shift, lat];
  });
}

/** A ring that runs on so; one around a pole is led along the map's edge. Natural Earth is cut there
 * and sewn again. */
export function unrolled(ring: Ring): Ring {
  // What lies beyond the map's edge is Antarctica's cut to the pole: it is led along the edge below.
  const out = running(ring.filter(([, lat]) => Math.abs(lat) < 85.05));
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
export interface Land { land: GeoJSON.FeatureCollection; borders: GeoJSON.MultiLineString }

export async function land(path: string): Promise<Land> {
  const topology = await (await fetch(path)).json() as Topology;
  const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b);
  borders.coordinates = (borders.coordinates as Ring[]).map(unrolled);
  return { land: onMap(feature(topology, topology.objects.countries)), borders };
}

/** A circle on the sphere, `reach` degrees of arc about a point, as a polygon. */
export function cap(lon: number, lat: number, reach: number, corners = 48): GeoJSON.Polygon {
  const rad = Math.PI / 180, a = lat * rad, d = reach * rad;
  const ring: Ring = [];
  for (let i = 0; i <= corners; i++) {
    const turn = (i % corners / corners) * 2 * Math.PI;
    const sine = Math.sin(a) * Math.cos(d) + Math.cos(a) * Math.sin(d) * Math.cos(turn);
    const dx = Math.atan2(Math.sin(turn) * Math.sin(d) * Math.cos(a), Math.cos(d) - Math.sin(a) * sine);
    ring.push([((lon + dx / rad + 540) % 360) - 180, Math.asin(sine) / rad]);
  }
  return { type: "Polygon", coordinates: [unrolled(ring)] };
}

/** A circle of `radius` metres. */
export const circle = (lon: number, lat: number, radius: number) => cap(lon, lat, radius / 111_195);

export function collected(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

export function told(geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties = {}): GeoJSON.Feature {
  return { type: "Feature", geometry, properties };
}
