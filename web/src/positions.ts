// All positions of the picture: asked for as columns once the map is at rest, decoded, and kept.
import { computed, effect, signal } from "@preact/signals";
import { bytes, session } from "./api";
import { changed, seen } from "./data";
import { one, view } from "./place";
import { BREAK, down, fraction, rgb, SHAPES, type Drawn } from "./points";
import { theme } from "./theme";
import type { Told } from "./words";

interface Head { of: number; n: number; every: number; t0: number; ships: string[]; runs: number[]; sources: number; withheld: number; radius_m: number; transforms: Told[] }
export interface Positions extends Head { time: Int32Array; lon: Int32Array; lat: Int32Array; ship: Uint32Array }

/** What `noroshi.console.positions` writes, the sums of its steps taken. */
export function decoded(data: ArrayBuffer): Positions {
  const end = new Uint8Array(data).indexOf(10) + 1;
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 0, end))) as Head;
  const column = (n: number) => {
    const found = new Int32Array(data, end + 4 * head.n * n, head.n);
    for (let i = 1; i < found.length; i++) found[i]! += found[i - 1]!;
    return found;
  };
  const ship = new Uint32Array(head.n);
  let at = 0;
  head.runs.forEach((run, i) => { ship.fill(i, at, at + run); at += run; });
  return { ...head, time: column(0), lon: column(1), lat: column(2), ship };
}

/** Positions farther apart than this are not joined: nobody knows the way between them. */
const JOINED_S = 6 * 3600;

export function drawn(from: Positions): Drawn {
  const { n } = from, at = new Float32Array(2 * n), colour = new Uint8Array(4 * n);
  const strips = new Uint32Array(2 * n + 1);
  const [red, green, blue] = rgb(theme.value.dots);
  let last = 0;
  for (let i = 0; i < n; i++) {
    at[2 * i] = fraction(from.lon[i]! / 1e5); at[2 * i + 1] = down(from.lat[i]! / 1e5);
    colour[4 * i] = red; colour[4 * i + 1] = green; colour[4 * i + 2] = blue; colour[4 * i + 3] = 255;
    const joined = i > 0 && from.ship[i] === from.ship[i - 1] && from.ships[from.ship[i]!] !== "" &&
      from.time[i]! - from.time[i - 1]! <= JOINED_S && Math.abs(at[2 * i]! - at[2 * i - 2]!) < 0.5;
    if (i > 0 && !joined) strips[last++] = BREAK;
    strips[last++] = i;
  }
  return { n, at, time: Float32Array.from(from.time), colour, shape: new Uint8Array(n).fill(SHAPES.indexOf("disc")), strips: strips.subarray(0, last) };
}

export const positions = signal<Positions | null>(null);
export const asking = signal("");
/** Whether the map has come to rest once: the list and the land are there before any position. */
export const rested = signal(false);

/** Ourselves see them unless they are put away; as another party they are asked for. */
export const wanted = computed(() => {
  const pos = one("pos"), as = one("as");
  return view.value === "picture" && (as ? pos === "1" : pos !== "0");
});

const seconds = (text: string | undefined, otherwise: number, t0: number) => (text ? (Date.parse(text) - t0) / 1000 : otherwise);
/** The stretch of the timeline in seconds of the positions. */
export const stretch = computed<[number, number]>(() => {
  const t0 = positions.value?.t0 ?? 0;
  return [seconds(one("t0"), -Infinity, t0), seconds(one("t1"), Infinity, t0)];
});

let last = "", due = 0;
effect(() => {
  const as = one("as"), at = one("at"), t0 = one("t0"), t1 = one("t1");
  const who = session.value?.user, held = positions.peek();
  const whose = [who, as, at, changed.value].join("|");
  if (!who || !wanted.value || !rested.value || !seen.value) {
    if (!who || !wanted.value) { last = ""; clearTimeout(due); positions.value = null; asking.value = ""; }
    return;
  }
  // All of them are here: what the timeline leaves out is left out by the graphics card.
  const whole = held?.every === 1 && last.startsWith(`${whose}|`) && last.endsWith("||");
  const key = [whose, t0, t1].join("|");
  if (key === last || whole) return;
  if (!last.startsWith(`${whose}|`)) positions.value = null;
  last = key;
  clearTimeout(due);
  due = window.setTimeout(() => {
    asking.value = "…";
    bytes("positions", { as, at, since: t0, until: t1 }).then(
      (data) => { if (key === last) { positions.value = decoded(data); asking.value = ""; } },
      (problem: Error) => { if (key === last) { positions.value = null; asking.value = problem.message; } });
  }, 300);
});
