// The satellite that is chosen: the ground below it, and from how far around it is in view.
import { computed, effect, signal } from "@preact/signals";
import { get, session } from "./api";
import { one, view } from "./place";

/** Number, name, designator, epoch of the newest elements (ms UTC), the protected asset that it is. */
export type Satellite = [number, string, string, number, string];
/** ms UTC, longitude, latitude, height in km, reach of view in degrees of arc. */
export type Point = [number, number, number, number, number];
export interface Orbit {
  norad: number; name: string; cospar: string; epoch: number; age_d: number; stale: boolean; period_min: number; source: string; points: Point[];
}

export const satellites = signal<Satellite[] | null>(null);
export const orbit = signal<Orbit | null>(null);
export const problem = signal("");
/** Minutes from the first instant on at which it is shown. */
export const ahead = signal(0);

export const there = computed<Point | null>(() => {
  const points = orbit.value?.points ?? [];
  const at = (points[0]?.[0] ?? 0) + ahead.value * 60_000;
  return points.find((each) => each[0] >= at) ?? points.at(-1) ?? null;
});

let whose = "";
/** Ask which there are, once for each party and day of law. */
export function ask(): void {
  const as = one("as"), at = one("at");
  const key = `${session.value?.user}|${as}|${at}`;
  if (key === whose) return;
  whose = key;
  satellites.value = null; problem.value = "";
  get<Satellite[]>("satellites", { as, at }).then(
    (found) => { if (key === whose) satellites.value = found; },
    (failed: Error) => { if (key === whose) { satellites.value = []; problem.value = failed.message; } });
}

let last = "";
effect(() => {
  const sat = one("sat"), as = one("as"), at = one("at"), t1 = one("t1");
  const wanted = session.value && view.value === "picture" && /^\d{1,9}$/.test(sat);
  const key = wanted ? [session.value!.user, sat, as, at, t1].join("|") : "";
  if (key === last) return;
  last = key;
  orbit.value = null; ahead.value = 0; problem.value = "";
  if (!key) return;
  get<Orbit>("satellites/orbit", { norad: sat, as, at, since: t1 }).then(
    (found) => { if (key === last) orbit.value = found; },
    (failed: Error) => { if (key === last) problem.value = failed.message; });
});
