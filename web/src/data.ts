// The picture that is looked at: asked of the node again whenever whose, when, or anything changed.
import { batch, computed, effect, signal } from "@preact/signals";
import { failure, Failed, get, type Mark, type Seen, session } from "./api";
import { one, query, view } from "./place";
import { FILTERS, sifting as sift, soon, warm, type By, type Sifted } from "./sift";

const NOTHING: Mark[] = [];

export const seen = signal<Seen | null>(null);
/** The first rows of the list, until the whole picture is there. */
export const beginning = signal<Seen | null>(null);
export const other = signal<Seen | null>(null);
export const loading = signal(false);
export const changed = signal(0);
/** The tracks about the finding that is opened: ms UTC, degrees. */
export interface Track { subject: string; points: [number, number, number][] }
export const tracks = signal<Track[]>([]);
export const live = signal<"on" | "off">("off");

interface Asset { id: string; kind: string; name: string; name_ja?: string; place: [number, number] | null; path: [number, number][]; shape: GeoJSON.Geometry | null }
export const assets = signal<Asset[]>([]);

const FIRST = "200";
type Answers = { first: Promise<Seen>; whole: Promise<Seen> };
/** The first rows, and then the whole, of which the first rows may be all. */
function inTwo(as: string, at: string): Answers {
  const first = get<Seen>("picture", { as, at, first: FIRST });
  return { first, whole: first.then((found) => (found.more ? get<Seen>("picture", { as, at }) : found)) };
}
/** What narrows the list: its first rows are then not those of the picture. */
const plainly = (by: Record<string, string>) => !FILTERS.some((each) => by[each]);
// Asked for with the session, not after it; of nobody who has yet to sign in.
let early: Answers & { whose: string } | null = null;
if (view.peek() === "picture" && plainly(query.peek()) && !location.hash.startsWith("#token=")) {
  const { as = "", at = "" } = query.peek();
  early = { whose: `${as}|${at}`, ...inTwo(as, at) };
  early.whole.catch(() => { early = null; });
}

let last = "", whose = "";
async function load(as: string, at: string, key: string): Promise<void> {
  loading.value = true;
  const asked = early?.whose === `${as}|${at}` ? early : null;
  early = null;
  try {
    let whole = asked?.whole;
    if (!seen.peek() && view.peek() === "picture" && plainly(query.peek())) {
      const both = asked ?? inTwo(as, at);
      whole = both.whole;
      whole.catch(() => undefined);
      const found = await both.first;
      if (key === last && found.more) beginning.value = found;
    }
    const found = await (whole ?? get<Seen>("picture", { as, at }));
    if (key === last) { seen.value = found; failure.value = ""; }
  } catch (problem) {
    if (key === last && (problem as Failed).status !== 401) failure.value = (problem as Error).message;
  } finally {
    if (key === last) loading.value = false;
  }
}

effect(() => {
  const as = one("as"), at = one("at");
  const who = session.value?.user;
  const key = [who, view.value === "compare" ? "" : as, at, changed.value].join("|");
  if (!who || key === last) return;
  last = key;
  // Nobody's picture stands under another's name while the node is asked.
  const now = [who, view.value === "compare" ? "" : as, at].join("|");
  if (now !== whose) { seen.value = null; beginning.value = null; }
  whose = now;
  void load(view.value === "compare" ? "" : as, at, key);
});

let asking = "";
effect(() => {
  const as = one("as"), at = one("at");
  const who = session.value?.user, key = [who, as, at].join("|");
  // After the list: they are drawn on the map.
  if (!who || !seen.value || key === asking) return;
  asking = key;
  assets.value = [];
  void get<Asset[]>("assets", { as, at }).then((found) => { if (key === asking) assets.value = found; }, () => undefined);
});

/** Follow what changes at the node after what is shown. The browser itself comes back after a break. */
export function follow(): () => void {
  let source: EventSource | null = null, due = 0;
  const stop = effect(() => {
    const after = seen.value?.event ?? (failure.value ? "" : null);
    if (source || after === null) return;
    source = new EventSource(`api/events?after=${after}`);
    source.onopen = () => { live.value = "on"; };
    source.onerror = () => { live.value = "off"; };
    source.onmessage = (event) => {
      const told = JSON.parse(event.data as string) as Record<string, number>;
      if (!Object.keys(told).length) return;
      clearTimeout(due);
      due = window.setTimeout(() => { changed.value += 1; }, 300);
    };
  });
  return () => { stop(); clearTimeout(due); source?.close(); live.value = "off"; };
}

/** What the list shows: the picture after the filters of the address, never a part of what they leave. */
export const sifted = signal<(Sifted & { of: Seen }) | null>(null);
/** Whether another filter or picture is being gone through while the last one still stands. */
export const sifting = signal(false);
/** The picture that the list is of: as it was gone through last, or its beginning. */
export const looked = computed(() => sifted.value?.of ?? beginning.value);
/** The same a moment later while somebody writes: the list follows each letter, the timeline and then the map the word. */
export const spread = signal<Mark[]>(NOTHING);
export const settled = signal<Mark[]>(NOTHING);

/** Milliseconds of a frame for looking through findings, and what may be left for drawing after them. */
const SLICE_MS = 4, SPARE_MS = 1.5, PAUSE_MS = 180;
const asked = computed(() => JSON.stringify(Object.fromEntries(FILTERS.map((key) => [key, one(key)]))));
let stop = () => {}, late = () => {};
effect(() => {
  const of = seen.value, by = JSON.parse(asked.value) as By;
  stop(); late();
  if (!of) { sifted.value = null; sifting.value = false; spread.value = settled.value = NOTHING; return; }
  const steps = sift(of.marks, by, session.peek()?.kinds ?? {}, sifted.peek());
  const done = (found: Sifted) => {
    const typed = sifted.peek()?.marks === of.marks && sifted.peek()!.by.q !== by.q;
    batch(() => { sifted.value = { ...found, of }; sifting.value = false; beginning.value = null; });
    settle(found, typed ? PAUSE_MS : 0);
  };
  const step = () => {
    const began = performance.now();
    for (;;) {
      const { done: ended, value } = steps.next(), took = performance.now() - began;
      if (ended && took < SPARE_MS) return done(value);
      if (ended) { stop = soon(() => done(value)); return; }
      if (took >= SLICE_MS) { stop = soon(step); return; }
    }
  };
  sifting.value = true;
  // What is typed is answered in the frame after its letter was drawn.
  if (sifted.peek()) stop = soon(step); else step();
});

/** The timeline in one frame, the map in the next, after `wait`. */
function settle(found: Sifted, wait: number): void {
  if (found.spread === spread.peek() && found.shown === settled.peek()) return;
  const due = setTimeout(() => {
    late = soon(() => {
      spread.value = found.spread;
      late = soon(() => { settled.value = found.shown; });
    });
  }, wait);
  late = () => clearTimeout(due);
}

effect(() => {
  const marks = seen.value?.marks;
  if (marks) warm(marks, () => seen.peek()?.marks === marks);
});
