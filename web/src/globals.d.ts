declare const WORKER: string;
declare const LAND_NEAR: string;
declare const LAND_FAR: string;
declare module "*.css";
declare module "topojson-client" {
  export function feature(topology: unknown, object: unknown): GeoJSON.FeatureCollection;
  export function mesh(topology: unknown, object: unknown, filter?: (a: unknown, b: unknown) => boolean): GeoJSON.MultiLineString;
}
