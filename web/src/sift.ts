// What is looked for among the findings: one filter, in pieces that no frame feels.
import type { Kind, Mark } from "./api";

export type By = Record<string, string>;
type Kinds = Record<string, Kind>;

/** What of an address filters the picture. */
export const FILTERS = ["kind", "desk", "tlp", "owner", "q", "verdict", "asset", "t0", "t1"];

const TIMES = ["t0", "t1"], OTHER = FILTERS.filter((key) => key !== "q" && !TIMES.includes(key));

/** What the filters leave of `marks`: `spread` at whatever time, `shown` also of the stretch of time. */
export interface Sifted { marks: Mark[]; by: By; spread: Mark[]; shown: Mark[] }

const words = (by: By) => (by.q ?? "").toLowerCase().trim();

/** All that a search looks through of a finding. */
function spoken(mark: Mark): string {
  return (mark.said ??= [mark.id, mark.kind, mark.owner, ...(mark.subjects ?? []), ...(mark.assets ?? [])].join(" ").toLowerCase());
}

/** Findings between two looks at the clock. */
const PIECE = 200;

/** Sift piece by piece: a caller stops between two of them, or for ever, and has nothing of a part. */
export function* sifting(marks: Mark[], by: By, kinds: Kinds, last?: Sifted | null): Generator<void, Sifted> {
  const { desk, kind, tlp, asset, owner, verdict } = by, sought = words(by);
  const from = by.t0 ? Date.parse(by.t0) : -Infinity, to = by.t1 ? Date.parse(by.t1) : Infinity;
  const plain = !(kind || desk || tlp || owner || verdict || asset), timed = from > -Infinity || to < Infinity;
  // What has the longer word has the shorter one too: only what was left is looked through again.
  const alike = (keys: string[]) => keys.every((key) => (last?.by[key] ?? "") === (by[key] ?? ""));
  const grown = last?.marks === marks && alike(OTHER) && sought.includes(words(last.by));
  const base = grown ? last.spread : marks;
  const spread: Mark[] = [], shown: Mark[] = [];
  if (plain && !sought && !timed) return { marks, by, spread: marks, shown: marks };
  for (let i = 0; i < base.length; i++) {
    if (i && i % PIECE === 0) yield;
    const each = base[i]!;
    if (!plain && !grown && !((!kind || each.kind === kind) && (!desk || kinds[each.kind]?.desk === desk) &&
      (!tlp || each.tlp === tlp) && (!owner || each.owner === owner) && (!verdict || (each.verdict ?? "released") === verdict) &&
      (!asset || (each.assets ?? []).includes(asset)))) continue;
    if (sought && !spoken(each).includes(sought)) continue;
    spread.push(each);
    if (timed && each.t1 >= from && each.t0 <= to) shown.push(each);
  }
  // Where nothing was taken away the list stays the one it was: nothing is drawn anew.
  const left = spread.length === base.length ? base : spread;
  const there = !timed ? left : grown && alike(TIMES) && shown.length === last.shown.length ? last.shown : shown;
  return { marks, by, spread: left, shown: there };
}

/** The same at once, of a few. */
export function filtered(marks: Mark[], by: By, kinds: Kinds): Mark[] {
  const steps = sifting(marks, by, kinds);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value.shown;
  }
}

/** Write down what is searched while nothing else is done, before somebody asks. */
export function warm(marks: Mark[], wanted: () => boolean): void {
  let at = 0;
  const on = (free: IdleDeadline) => {
    if (!wanted()) return;
    for (let n = 0; at < marks.length && (n === 0 || free.timeRemaining() > 2); n++) for (const end = Math.min(marks.length, at + 100); at < end; at++) spoken(marks[at]!);
    if (at < marks.length) requestIdleCallback(on);
  };
  requestIdleCallback(on);
}

const WAIT_MS = 100;
/** In the next frame; behind another a page draws none, and it is soon. Returns what calls it off. */
export function soon(act: () => void): () => void {
  const once = () => { cancelAnimationFrame(frame); clearTimeout(due); act(); };
  const frame = requestAnimationFrame(once), due = window.setTimeout(once, WAIT_MS);
  return () => { cancelAnimationFrame(frame); clearTimeout(due); };
}
