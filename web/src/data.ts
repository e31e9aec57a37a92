// The picture that is looked at: asked of the node again whenever whose, when, or anything changed.
import { computed, effect, signal } from "@preact/signals";
import { failure, Failed, get, type Mark, type Seen, session } from "./api";
import { query, view } from "./place";

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

/** What of an address filters the picture. */
export const FILTERS = ["kind", "desk", "tlp", "owner", "q", "verdict", "asset", "t0", "t1"];
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
    if (key === last) { seen.value = found; beginning.value = null; failure.value = ""; }
  } catch (problem) {
    if (key === last && (problem as Failed).status !== 401) failure.value = (problem as Error).message;
  } finally {
    if (key === last) loading.value = false;
  }
}

effect(() => {
  const { as = "", at = "" } = query.value;
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
  const { as = "", at = "" } = query.value;
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

/** What the list, the timeline and the map show: the picture after the filters of the address. */
export const shown = computed<Mark[]>(() => {
  const marks = seen.value?.marks ?? [];
  return filtered(marks, query.value);
});

/** The same a moment later while somebody writes: the list follows each letter, the rest the word. */
export const settled = signal<Mark[]>([]);
export const sought = signal(query.value.q ?? "");
const PAUSE_MS = 180;
let drawnFor: Seen | null = null, pause = 0;
effect(() => {
  const now = shown.value, picture = seen.value, words = query.value.q ?? "";
  clearTimeout(pause);
  if (picture !== drawnFor || words === sought.peek()) { drawnFor = picture; settled.value = now; sought.value = words; return; }
  // The timeline in one frame, the map in the next.
  pause = window.setTimeout(() => {
    sought.value = words;
    pause = window.setTimeout(() => { settled.value = now; }, 40);
  }, PAUSE_MS);
});

export function filtered(marks: Mark[], by: Record<string, string>): Mark[] {
  const { desk, kind, tlp, asset, owner, verdict } = by;
  const words = (by.q ?? "").toLowerCase().trim();
  const from = by.t0 ? Date.parse(by.t0) : -Infinity;
  const to = by.t1 ? Date.parse(by.t1) : Infinity;
  const kinds = session.value?.kinds ?? {};
  return marks.filter((each) =>
    (!kind || each.kind === kind) && (!desk || kinds[each.kind]?.desk === desk) &&
    (!tlp || each.tlp === tlp) && (!owner || each.owner === owner) && (!verdict || (each.verdict ?? "released") === verdict) &&
    (!asset || (each.assets ?? []).includes(asset)) && each.t1 >= from && each.t0 <= to &&
    (!words || spoken(each).includes(words)));
}

function spoken(mark: Mark): string {
  return (mark.said ??= [mark.id, mark.kind, mark.owner, ...(mark.subjects ?? []), ...(mark.assets ?? [])].join(" ").toLowerCase());
}

// What is searched is written down while nothing else is done, before somebody asks.
const WARMED = 500;
effect(() => {
  const marks = seen.value?.marks ?? [];
  const warm = (from: number) => {
    if (seen.peek()?.marks !== marks) return;
    for (const each of marks.slice(from, from + WARMED)) spoken(each);
    if (from + WARMED < marks.length) requestIdleCallback(() => warm(from + WARMED));
  };
  if (marks.length) requestIdleCallback(() => warm(0));
});
