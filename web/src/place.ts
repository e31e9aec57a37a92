// The address of a view: `#/picture?as=EU&sel=event--…`. A link reproduces a screen.
import { computed, signal, type ReadonlySignal } from "@preact/signals";

export type Query = Record<string, string>;

function parsed(hash: string): { view: string; query: Query } {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  return { view: path || "picture", query: Object.fromEntries(new URLSearchParams(search)) };
}

const here = signal(parsed(location.hash));
addEventListener("hashchange", () => { here.value = parsed(location.hash); });

export const view = computed(() => here.value.view);
export const query = computed(() => here.value.query);

const parts = new Map<string, ReadonlySignal<string>>();
/** One value of the query, empty where there is none: who reads it hears of nothing else in it. */
export function one(key: string): string {
  let found = parts.get(key);
  if (!found) parts.set(key, (found = computed(() => query.value[key] ?? "")));
  return found.value;
}

export function address(view: string, query: Query): string {
  const kept = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(kept).toString();
  return `#/${view}${search ? `?${search}` : ""}`;
}

export function go(view: string, query: Query = {}): void {
  location.hash = address(view, query);
}

/** Be at a view in place of what the address held. */
export function arrive(view: string): void {
  history.replaceState(null, "", address(view, {}));
  here.value = parsed(location.hash);
}

const WRITTEN_MS = 200;
let due = 0;
/** Close what is opened; who was in it is where it was opened again. */
export function leave(): void {
  const inside = document.querySelector(".drawer")?.contains(document.activeElement);
  const from = document.querySelector<HTMLElement>(".list, .compare tr.on button");
  turn({ sel: "" });
  if (inside) from?.focus();
}

/** Change some of the query and keep the rest; `""` takes a key out. No new entry in the history.
 * `later`: what is being typed, which is written into the address when the word is there. */
export function turn(change: Query, later = false): void {
  const next = address(here.value.view, { ...here.value.query, ...change }), from = location.hash;
  const write = () => { if (location.hash === from) history.replaceState(null, "", next); };
  clearTimeout(due);
  if (later) due = window.setTimeout(write, WRITTEN_MS);
  else write();
  here.value = parsed(next);
}
